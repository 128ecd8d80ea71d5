import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { NoRoomForCopy } from './errors.ts';

/** Where a copy is optional, the disk keeps at least as much free again as it takes. */
const AMPLE = 2;

/**
 * Copies a database before its schema is changed, into `FILE.schema-N` beside it: the way back to the program of schema
 * N. Copies of earlier schemas go then; one a file is kept.
 * @throws NoRoomForCopy
 */
export function copyBeforeMigration(
  db: DatabaseSync,
  { file, version, when }: { file: string; version: number; when: 'always' | 'where-there-is-room' },
): void {
  const folder = dirname(file);
  const { bavail, bsize } = statfsSync(folder);
  const needed = statSync(file).size * (when === 'always' ? 1 : AMPLE);
  if (bavail * bsize < needed) {
    if (when === 'always') throw new NoRoomForCopy(file);
    return;
  }
  const copy = `${file}.schema-${version}`;
  const draft = `${copy}.${process.pid}`;
  rmSync(draft, { force: true });
  closeSync(openSync(draft, 'wx', 0o600));
  try {
    db.prepare('VACUUM INTO ?').run(draft);
    const fd = openSync(draft, 'r');
    fsyncSync(fd);
    closeSync(fd);
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  const earlier = new RegExp(`^${RegExp.escape(basename(file))}\\.schema-\\d+$`);
  for (const name of readdirSync(folder))
    if (earlier.test(name) && join(folder, name) !== copy) rmSync(join(folder, name));
}
