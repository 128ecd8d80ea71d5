import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { LEDGER_SCHEMA } from '../../ingest/stores/ledger/schema.ts';
import { openStores } from '../../ingest/stores/open.ts';
import { READINGS_SCHEMA } from '../../ingest/stores/readings/schema.ts';
import { openForWriting, type Schema } from '../../ingest/stores/sqlite/migrate.ts';
import { DrivenClock } from '../driven-clock.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fw-upgrade-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The schema as a program knew it that had only its first migrations. */
function asOf(schema: Schema, version: number): Schema {
  const dir = join(folder(), 'migrations');
  mkdirSync(dir);
  for (const name of readdirSync(schema.migrations).filter((file) => Number.parseInt(file, 10) <= version))
    copyFileSync(new URL(name, schema.migrations), join(dir, name));
  return { ...schema, migrations: pathToFileURL(`${dir}/`) };
}

test('an upgrade keeps a copy of both databases, with which the former program goes on', async () => {
  const dataDir = folder();
  const [ledger, readings] = [join(dataDir, 'ledger.db'), join(dataDir, 'readings.db')];
  const former = { ledger: asOf(LEDGER_SCHEMA, 2), readings: asOf(READINGS_SCHEMA, 1) };
  const insert = "INSERT INTO session VALUES ('hash', 'chief', 1, 2)";
  const user = "INSERT INTO user VALUES ('chief', '后勤值班', 'administrator', 'hash', 0, 0)";
  const old = openForWriting(ledger, former.ledger);
  old.exec(`${user}; ${insert}`);
  old.close();
  openForWriting(readings, former.readings).close();
  expect(readdirSync(dataDir).sort(), 'a new file is no reason for a copy').toEqual(['ledger.db', 'readings.db']);

  // The new program starts twice: the second time there is nothing to migrate.
  for (let start = 0; start < 2; start += 1) {
    const stores = await openStores({ dataDir, clock: new DrivenClock(), reserveBytes: 0 });
    expect(stores.reader.users().map(({ username }) => username)).toEqual(['chief']);
    await stores.close();
  }
  const copies = () => readdirSync(dataDir).filter((name) => name.includes('.schema-'));
  expect(copies().sort()).toEqual(['ledger.db.schema-2', 'readings.db.schema-1']);
  expect(statSync(`${ledger}.schema-2`).mode & 0o777).toBe(0o600);

  // The way back, as docs/deploy.md tells it: the former program refuses the new files and takes the copies.
  for (const [file, schema, copy] of [
    [ledger, former.ledger, `${ledger}.schema-2`],
    [readings, former.readings, `${readings}.schema-1`],
  ] as const) {
    expect(() => openForWriting(file, schema)).toThrow(`${copy}`);
    renameSync(file, `${file}.newer`);
    copyFileSync(copy, file);
  }
  const back = openForWriting(ledger, former.ledger);
  expect(back.prepare('SELECT username FROM session').all()).toEqual([{ username: 'chief' }]);
  back.close();
  openForWriting(readings, former.readings).close();

  // Upgraded again from a later schema, the older copy makes room for the newer one.
  openForWriting(ledger, asOf(LEDGER_SCHEMA, 4)).close();
  openForWriting(ledger, LEDGER_SCHEMA).close();
  expect(copies().sort()).toEqual(['ledger.db.schema-4', 'readings.db.schema-1']);
});

test('what waits in the log of a former program is taken over to the last reading', async () => {
  const dataDir = folder();
  const old = openForWriting(join(dataDir, 'ledger.db'), asOf(LEDGER_SCHEMA, 9));
  const rows = Array.from({ length: 20_010 }, (_, index) => index + 5);
  old.exec(
    "INSERT INTO series VALUES (1, 'mine', 'point', 'pool', 'water_temperature'); UPDATE head SET next_arrival_seq = 20020",
  );
  old.exec(`WITH RECURSIVE n (seq) AS (VALUES (5) UNION ALL SELECT seq + 1 FROM n WHERE seq < 20014)
    INSERT INTO arrival SELECT seq, 1, 1700000000000 + seq, seq / 10.0, 0, 0, 0, 1700000000040 + seq, NULL FROM n`);
  old.exec('UPDATE arrival SET quality = 2, reason = 8, backfilled = 1, claimed_time = 0.25 WHERE seq = 7');
  old.close();
  const stores = await openStores({ dataDir, clock: new DrivenClock(), reserveBytes: 0 });
  onTestFinished(() => stores.close());
  const { arrivals } = stores.reader.load();
  expect(arrivals.map(({ seq, sourceTime, value, receivedAt }) => [seq, sourceTime, value, receivedAt])).toEqual(
    rows.map((seq) => [seq, 1_700_000_000_000 + seq, seq / 10, 1_700_000_000_040 + seq]),
  );
  expect(arrivals.filter(({ quality }) => quality !== 'good')).toMatchObject([
    { seq: 7, quality: 'bad', reason: 'cross_check', backfilled: true, claimedTime: 0.25 },
  ]);
});
