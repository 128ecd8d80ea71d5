import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqliteCode, UnusableFile } from './sqlite/errors.ts';

const BUSY = 5;

/** Another server works on this data directory. */
export class DataDirInUse extends UnusableFile {
  override readonly name = 'DataDirInUse';
  constructor(dataDir: string) {
    super(
      `Another Facility Watch is running on the data directory ${dataDir}. Stop it, or set DATA_DIR to another directory.`,
    );
  }
}

/**
 * Keeps a second server off a data directory until `release`, or until this process is gone, however it goes: the
 * system drops a file lock with its owner, unlike a file that merely says so.
 * @throws DataDirInUse
 */
export function lockDataDir(dataDir: string): { release(): void } {
  const db = new DatabaseSync(join(dataDir, 'server.lock'), { timeout: 0 });
  try {
    // Nothing is ever written, not even a journal: a full disk must not keep the lock from being taken.
    db.exec('PRAGMA journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw sqliteCode(error) === BUSY ? new DataDirInUse(dataDir) : error;
  }
  return { release: () => db.close() };
}
