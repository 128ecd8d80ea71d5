/** A file that this program cannot work with; the message says why and what to do, and needs no stack beside it. */
export class UnusableFile extends Error {
  override readonly name: string = 'UnusableFile';
}

/** The file was written by a newer program: refused before anything in it is touched. */
export class NewerSchema extends UnusableFile {
  override readonly name = 'NewerSchema';
  readonly file: string;
  readonly found: number;
  readonly known: number;
  constructor(file: string, found: number, known: number) {
    super(
      `${file} has schema ${found}, this program knows up to ${known}. Nothing was changed. ` +
        `Start the newer program that wrote it, or go back to the copy made before the upgrade (${file}.schema-${known}).`,
    );
    this.file = file;
    this.found = found;
    this.known = known;
  }
}

/** The disk has no room for the copy that is made before a migration: refused before anything is touched. */
export class NoRoomForCopy extends UnusableFile {
  override readonly name = 'NoRoomForCopy';
  readonly file: string;
  constructor(file: string) {
    super(
      `${file} is of an older program, and there is no room for the copy of it that is made before it is changed. ` +
        'Nothing was changed. Free as much space as the file takes, and start again.',
    );
    this.file = file;
  }
}

/** The file is a database, but not one of ours. */
export class ForeignFile extends UnusableFile {
  override readonly name = 'ForeignFile';
  readonly file: string;
  constructor(file: string) {
    super(
      `${file} is not a Facility Watch database. Nothing was changed. Point DATA_DIR at another folder; ` +
        'if it was one, its beginning is destroyed: restore the newest backup.',
    );
    this.file = file;
  }
}

/** Pages or rows of one of our files cannot be read any more: a disk that fails, a copy made while it was written. */
export class DamagedFile extends UnusableFile {
  override readonly name = 'DamagedFile';
  readonly file: string;
  /** What SQLite, or a reader of its rows, met. */
  readonly found: string;
  constructor(file: string, found: string) {
    super(
      `${file} is damaged (${found}). Keep a copy of the whole data folder, check the disk, ` +
        `and restore the newest backup.${restWithout(file)}`,
    );
    this.file = file;
    this.found = found;
  }
}

/** The ledger holds who may come in and what is watched; without the readings it starts with an empty history. */
function restWithout(file: string): string {
  return file.endsWith('readings.db')
    ? ' Moved out of the folder instead, it is begun anew: everything goes on, without its history.'
    : '';
}

// Primary result codes that speak of the statement and its data; all others speak of the disk, the lock or the file.
const ERROR = 1;
const TOOBIG = 18;
const CONSTRAINT = 19;
const MISMATCH = 20;
const MISUSE = 21;
const RANGE = 25;
const DATA_FAULTS: ReadonlySet<number> = new Set([ERROR, TOOBIG, CONSTRAINT, MISMATCH, MISUSE, RANGE]);

// They speak of the file's content: no retry mends it.
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

// Room on the disk: full; no room for the shared memory of the WAL; a write refused, as by a quota.
const FULL = 13;
const IOERR_SHMSIZE = 10 | (19 << 8);
const IOERR_WRITE = 10 | (3 << 8);
const WANTS_ROOM: ReadonlySet<number> = new Set([FULL, IOERR_SHMSIZE, IOERR_WRITE]);

/** SQLite's extended result code of an error; null when it is none of SQLite's. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode : null;
}

/**
 * True when the identical work may pass later: busy, locked, read-only, disk full, I/O error, cannot open, …
 * False when the data itself is refused. https://sqlite.org/rescode.html
 */
export function isTransient(code: number | null): boolean {
  return code !== null && !DATA_FAULTS.has(code & 0xff);
}

/** True when freeing some space may help. */
export function wantsRoom(code: number | null): boolean {
  return code !== null && WANTS_ROOM.has(code);
}

export function speaksOfDamage(code: number | null): boolean {
  return code !== null && ((code & 0xff) === CORRUPT || (code & 0xff) === NOT_A_DATABASE);
}

/** Does work on a file; when SQLite finds it damaged, throws DamagedFile. */
export function namingDamage<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && speaksOfDamage(sqliteCode(error))) throw new DamagedFile(file, error.message);
    throw error;
  }
}
