import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { StartError } from './start-error.ts';

/**
 * Makes the data directory where it is missing, for its owner alone, and returns its full path.
 * @throws StartError naming the directory, whose it is and what to do when it cannot be used.
 */
export function openDataDir(setting: string): string {
  const dir = resolve(setting);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
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
  const { username, uid } = userInfo();
  return uid < 0 ? `the user ${username}` : `the user ${username} (uid ${uid})`;
}

/** Whose the directory, or the nearest one above it that exists, is. */
function owner(dir: string): string {
  for (let path = dir; ; path = resolve(path, '..')) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined) return `: ${path === dir ? 'it' : path} belongs to uid ${stat.uid}`;
    if (path === resolve(path, '..')) return '';
  }
}
