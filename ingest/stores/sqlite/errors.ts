/** The file was written by a newer program: refused before anything in it is touched. */
export class NewerSchema extends Error {
  override readonly name = 'NewerSchema';
  readonly file: string;
  readonly found: number;
  readonly known: number;
  constructor(file: string, found: number, known: number) {
    super(
      `${file} has schema ${found}, this program knows up to ${known}. Nothing was changed. ` +
        'Start the newer program that wrote it, or restore the backup made before the upgrade.',
    );
    this.file = file;
    this.found = found;
    this.known = known;
  }
}

/** The file is a database, but not one of ours. */
export class ForeignFile extends Error {
  override readonly name = 'ForeignFile';
  readonly file: string;
  constructor(file: string) {
    super(`${file} is not a Facility Watch database. Nothing was changed. Point DATA_DIR at another folder.`);
    this.file = file;
  }
}

// Primary result codes that speak of the statement and its data; all others speak of the disk, the lock or the file.
const ERROR = 1;
const TOOBIG = 18;
const CONSTRAINT = 19;
const MISMATCH = 20;
const MISUSE = 21;
const RANGE = 25;
const DATA_FAULTS: ReadonlySet<number> = new Set([ERROR, TOOBIG, CONSTRAINT, MISMATCH, MISUSE, RANGE]);

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
