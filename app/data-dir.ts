import { accessSync, constants, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { StartError } from './start-error.ts';

/**
 * Makes the data directory where it is missing, for its owner alone, and returns its full path.
 * @throws StartError naming the directory, whose it is and what to do when it cannot be used.
 */
export function openDataDir(setting: string): string {
  const dir = resolve(setting);
  try {
    makeFolder(dir);
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartError(dataDirSentence(dir, error), { cause: error });
  }
  return dir;
}

function dataDirSentence(dir: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `The data directory ${dir} cannot be written by ${processUser()}${owner(dir)}. Give it to that user (chown), or set DATA_DIR to a directory of its own.`;
    case 'EEXIST':
    case 'ENOTDIR':
      return `The data directory ${dir} cannot be made: a file stands in its place. Set DATA_DIR to a directory.`;
    case 'EROFS':
      return `The data directory ${dir} lies on a disk that is mounted read-only. Set DATA_DIR to a place that can be written.`;
    case 'ENOSPC':
      return `The data directory ${dir} cannot be made: the disk is full. Free some space, or set DATA_DIR to another disk.`;
    default:
      return `The data directory ${dir} cannot be used (${code}). Set DATA_DIR to a directory that can be written.`;
  }
}

function processUser(): string {
  const uid = process.getuid?.();
  try {
    const { username } = userInfo();
    return uid === undefined ? `the user ${username}` : `the user ${username} (uid ${uid})`;
  } catch {
    // A user without a name, as in a container.
    return `the user with uid ${uid}`;
  }
}

/** Whose the directory, or the nearest one above it that can be seen, is. */
function owner(dir: string): string {
  for (let path = dir; ; path = resolve(path, '..')) {
    const uid = ownerOf(path);
    if (uid !== undefined) return `: ${path === dir ? 'it' : path} belongs to uid ${uid}`;
    if (path === resolve(path, '..')) return '';
  }
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid;
  } catch {
    return undefined;
  }
}

/** Bytes of the databases and their logs of writes (WAL), by file name; 0 for one that is missing. */
export function databaseSizes(dir: string): Record<string, number> {
  const names = ['ledger.db', 'ledger.db-wal', 'readings.db', 'readings.db-wal'];
  return Object.fromEntries(
    names.map((name) => [name, statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0]),
  );
}
