import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AdminError } from './ports.ts';

/** What the system says, in words of somebody who typed a path. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of this path is a file, and no folder',
  EISDIR: 'it is a folder; name a file',
  EACCES: 'this user may not do that',
  EPERM: 'this user may not do that',
  EROFS: 'this disk can only be read',
  ENOSPC: 'the disk is full',
};

/**
 * The text of a file that somebody named, which has to be UTF-8.
 * @throws AdminError with the whole path, as npm runs commands elsewhere than where they are typed, and with what is wrong
 */
export function readTextFile(path: string): string {
  const bytes = attempt(path, 'read', () => readFileSync(path));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AdminError(`${resolve(path)} is not UTF-8 text: save it with the encoding UTF-8`, { cause });
  }
}

/** @throws AdminError, as `readTextFile` */
export function writeTextFile(path: string, text: string): void {
  attempt(path, 'written', () => writeFileSync(path, text));
}

function attempt<T>(path: string, what: 'read' | 'written', act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new AdminError(`${resolve(path)} cannot be ${what}: ${REASONS[code] ?? code}`, { cause });
  }
}
