import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openLedger } from '../../../../ingest/stores/ledger/index.ts';
import { openForWriting } from '../../../../ingest/stores/sqlite/migrate.ts';
import { pathToFileURL } from 'node:url';
import { mkdirSync } from 'node:fs';
import { temporaryFolder } from '../fixtures/rows.ts';

test('a new ledger can be read by its owner only, has strict tables and syncs in full', async () => {
  const file = join(temporaryFolder(), 'ledger.db');
  await (await openLedger({ file })).close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const db = new DatabaseSync(file);
  const loose = db.prepare(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'",
  );
  expect(loose.all()).toEqual([]);
  expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  expect(() => db.exec("INSERT INTO user VALUES ('a', 'p', 'owner', 'h', 0, 0)")).toThrow(/CHECK/);
  db.close();
});

test('a ledger of a newer program is refused with what to do, and not one byte of it is altered', async () => {
  const file = join(temporaryFolder(), 'ledger.db');
  await (await openLedger({ file })).close();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA user_version = 99');
  db.close();
  const before = readFileSync(file);
  const sentence: unknown = expect.stringMatching(/Start the newer program/);
  await expect(openLedger({ file })).rejects.toMatchObject({
    name: 'NewerSchema',
    found: 99,
    message: sentence,
  });
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('a database or a file of somebody else is refused and left alone', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'ledger.db');
  const db = new DatabaseSync(file);
  db.exec('CREATE TABLE theirs (x)');
  db.close();
  const before = readFileSync(file);
  await expect(openLedger({ file })).rejects.toMatchObject({ name: 'ForeignFile' });
  expect(readFileSync(file).equals(before)).toBe(true);

  const letter = join(folder, 'letter.db');
  writeFileSync(letter, 'Dear reader, '.repeat(500));
  await expect(openLedger({ file: letter })).rejects.toMatchObject({ name: 'ForeignFile' });
});

test('migrations are applied in order, each once, and one that fails changes nothing', () => {
  const folder = temporaryFolder();
  const steps = join(folder, 'migrations');
  mkdirSync(steps);
  const schema = { applicationId: 7, migrations: pathToFileURL(`${steps}/`) };
  const file = join(folder, 'some.db');
  writeFileSync(join(steps, '0001-first.sql'), 'CREATE TABLE log (x INTEGER) STRICT; INSERT INTO log VALUES (1);');
  openForWriting(file, schema).close();
  writeFileSync(join(steps, '0002-second.sql'), 'INSERT INTO log VALUES (2);');
  writeFileSync(join(steps, '0003-third.sql'), 'INSERT INTO log VALUES (3); INSERT INTO nowhere VALUES (1);');
  expect(() => openForWriting(file, schema)).toThrow(/nowhere/);
  const seen = () => {
    const db = new DatabaseSync(file, { readOnly: true });
    const values = db
      .prepare('SELECT x FROM log ORDER BY rowid')
      .all()
      .map(({ x }) => x);
    db.close();
    return values;
  };
  expect(seen()).toEqual([1]);
  writeFileSync(join(steps, '0003-third.sql'), 'INSERT INTO log VALUES (3);');
  openForWriting(file, schema).close();
  openForWriting(file, schema).close();
  expect(seen()).toEqual([1, 2, 3]);
});
