import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { LEDGER_SCHEMA } from '../ledger/schema.ts';
import { READINGS_SCHEMA } from '../readings/schema.ts';
import { DamagedFile, namingDamage, UnusableFile } from '../sqlite/errors.ts';
import { openForReading, readVersion, type Schema } from '../sqlite/migrate.ts';

/** The databases of a data folder, in the order in which they are copied: what leaves the first is in the second. */
export const DATABASES = ['ledger.db', 'readings.db'] as const;
export type DatabaseName = (typeof DATABASES)[number];

const SCHEMAS: Readonly<Record<DatabaseName, Schema>> = {
  'ledger.db': LEDGER_SCHEMA,
  'readings.db': READINGS_SCHEMA,
};

/** What a file holds, to be compared with what it held elsewhere or before. */
export interface Inspection {
  readonly bytes: number;
  /** Of the file, hex. */
  readonly sha256: string;
  readonly schema: number;
  /** Rows of each table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** A copy lacks what its original had before it was made. */
export class IncompleteCopy extends UnusableFile {
  override readonly name = 'IncompleteCopy';
  constructor(file: string, what: string) {
    super(`${file} is no whole copy (${what}), and was removed. Check the disk that it was written to, and try again.`);
  }
}

/**
 * Copies a database that others go on writing to, as it is at one moment, and checks the copy. It must not be there yet.
 * @throws IncompleteCopy, DamagedFile, NewerSchema, ForeignFile
 */
export function copyDatabase({ name, from, to }: { name: DatabaseName; from: string; to: string }): Inspection {
  closeSync(openSync(to, 'wx', 0o600));
  const source = openForReading(from);
  try {
    readVersion(source, from, SCHEMAS[name]);
    const before = namingDamage(from, () => {
      const marks = marksOf(source);
      source.prepare('VACUUM INTO ?').run(to);
      return marks;
    });
    sync(to);
    const copy = inspectDatabase(name, to);
    const reached = reading(to, marksOf);
    for (const [mark, value] of before) {
      const found = reached.get(mark) ?? 0;
      if (found < value) throw new IncompleteCopy(to, `${mark} is ${found}, and was ${value} before`);
    }
    return copy;
  } catch (error) {
    rmSync(to, { force: true });
    throw error;
  } finally {
    source.close();
  }
}

/** Reads all of a file and checks it. @throws DamagedFile, NewerSchema, ForeignFile */
export function inspectDatabase(name: DatabaseName, file: string): Inspection {
  return reading(file, (db) =>
    namingDamage(file, () => {
      const schema = readVersion(db, file, SCHEMAS[name]);
      const verdict = db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'];
      if (verdict !== 'ok') throw new DamagedFile(file, String(verdict));
      return { bytes: statSync(file).size, sha256: hashOf(file), schema, rows: rowsOf(db) };
    }),
  );
}

function reading<T>(file: string, look: (db: DatabaseSync) => T): T {
  const db = openForReading(file);
  try {
    return look(db);
  } finally {
    db.close();
  }
}

/** Numbers that only ever grow: those of the head, and the highest id that each table gave. */
function marksOf(db: DatabaseSync): Map<string, number> {
  const marks = new Map<string, number>();
  const has = (table: string) => db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined;
  if (has('head')) {
    for (const [name, value] of Object.entries(db.prepare('SELECT * FROM head').get() ?? {}))
      if (name.startsWith('next_') || name === 'registry_revision') marks.set(name, Number(value));
  }
  if (has('sqlite_sequence')) {
    for (const { name, seq } of db.prepare('SELECT name, seq FROM sqlite_sequence').all())
      marks.set(`the newest id of ${String(name)}`, Number(seq));
  }
  if (has('block')) {
    const newest = db.prepare('SELECT max(hour) AS hour FROM block').get()?.['hour'];
    marks.set('the newest hour', Number(newest ?? 0));
  }
  return marks;
}

function rowsOf(db: DatabaseSync): Record<string, number> {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all();
  return Object.fromEntries(
    tables.map(({ name }) => {
      const table = String(name);
      return [table, Number(db.prepare(`SELECT count(*) AS n FROM "${table.replaceAll('"', '""')}"`).get()?.['n'])];
    }),
  );
}

const CHUNK = 4 * 1024 * 1024;

/** SHA-256 of a file, hex. */
export function hashOf(file: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK);
  const fd = openSync(file, 'r');
  try {
    for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk)) hash.update(chunk.subarray(0, read));
    return hash.digest('hex');
  } finally {
    closeSync(fd);
  }
}

/** Until it is on the disk. Folders, too, where the system lets them be opened. */
export function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
