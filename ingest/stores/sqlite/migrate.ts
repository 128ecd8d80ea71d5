import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { copyBeforeMigration } from './copy-before.ts';
import { ForeignFile, NewerSchema, sqliteCode } from './errors.ts';

export interface Schema {
  /** Marks the file as ours (`PRAGMA application_id`). */
  readonly applicationId: number;
  /** Folder of `0001-….sql`, `0002-….sql`, …: each is applied once, in order, and never edited after a release. */
  readonly migrations: URL;
  /** What SQL cannot do of a migration, by its number: done behind its file, in the same transaction. */
  readonly moves?: ReadonlyMap<number, (db: DatabaseSync) => void>;
  /** Whether a file is copied before it is brought to a newer schema; `where-there-is-room`: not onto a scarce disk. */
  readonly copyBefore?: 'always' | 'where-there-is-room';
}

interface Migration {
  readonly version: number;
  readonly sql: string;
}

/** Milliseconds that a statement waits for another process's transaction. */
const BUSY_TIMEOUT = 2_500;
const NOT_A_DATABASE = 26;
/** Bytes to which a WAL that grew beside a long reader is cut back. */
const WAL_LIMIT = 64 * 1024 * 1024;

/**
 * Opens a file for writing and brings it to this program's schema; creates it (mode 0600) when it is missing.
 * WAL, `synchronous=FULL`. Throws NewerSchema, ForeignFile or NoRoomForCopy, having changed nothing.
 */
export function openForWriting(file: string, schema: Schema): DatabaseSync {
  const migrations = readMigrations(schema.migrations);
  if (existsSync(file) && statSync(file).size > 0) refuseStrangers(file, schema, migrations.length);
  else closeSync(openSync(file, 'a', 0o600));
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT });
  try {
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    db.exec(`PRAGMA journal_size_limit = ${WAL_LIMIT}`);
    migrate(db, file, schema, migrations);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A read-only connection to a file that `openForWriting` made. */
export function openForReading(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT });
}

/** One transaction, all or nothing. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk or an I/O error may have rolled back already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function readMigrations(folder: URL): readonly Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name, index) => {
    const version = Number.parseInt(name, 10);
    if (version !== index + 1) throw new Error(`Migration ${name} is out of order: number ${index + 1} was expected.`);
    return { version, sql: readFileSync(new URL(name, folder), 'utf8') };
  });
}

// By a connection that cannot write: an ordinary one would move the WAL into the file when it closes.
function refuseStrangers(file: string, schema: Schema, known: number): void {
  const db = openForReading(file);
  try {
    readVersion(db, file, schema, known);
  } finally {
    db.close();
  }
}

/**
 * The schema of a file that is open.
 * @throws ForeignFile, or NewerSchema where this program does not know it
 */
export function readVersion(
  db: DatabaseSync,
  file: string,
  schema: Schema,
  known = readMigrations(schema.migrations).length,
): number {
  try {
    return check(db, file, schema, known);
  } catch (error) {
    throw sqliteCode(error) === NOT_A_DATABASE ? new ForeignFile(file) : error;
  }
}

function check(db: DatabaseSync, file: string, schema: Schema, known: number): number {
  const version = pragma(db, 'user_version');
  const owner = pragma(db, 'application_id');
  const empty = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'] === 0;
  if (owner !== schema.applicationId && !(empty && owner === 0)) throw new ForeignFile(file);
  if (version > known) throw new NewerSchema(file, version, known);
  return version;
}

function migrate(db: DatabaseSync, file: string, schema: Schema, migrations: readonly Migration[]): void {
  const version = pragma(db, 'user_version');
  if (version === migrations.length) return;
  if (version > 0 && schema.copyBefore !== undefined)
    copyBeforeMigration(db, { file, version, when: schema.copyBefore });
  inTransaction(db, () => {
    // Asked again under the lock: another process may have migrated meanwhile.
    const from = check(db, file, schema, migrations.length);
    for (const { version, sql } of migrations.slice(from)) {
      db.exec(sql);
      schema.moves?.get(version)?.(db);
      db.exec(`PRAGMA user_version = ${version}`);
    }
    db.exec(`PRAGMA application_id = ${schema.applicationId}`);
  });
}

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  const value = db.prepare(`PRAGMA ${name}`).get()?.[name];
  return typeof value === 'number' ? value : 0;
}
