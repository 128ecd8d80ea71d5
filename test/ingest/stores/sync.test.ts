import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './fixtures/rows.ts';

const child = join(import.meta.dirname, 'fixtures', 'commit-child.ts');

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Calls of fsync or fdatasync on files of a given name, by a child that does the given work. */
function syncs(work: { commits: number; rows: number; what: 'ledger' | 'readings' }): number {
  const folder = temporaryFolder();
  const trace = join(folder, 'trace.txt');
  const args = [child, folder, String(work.commits), String(work.rows), work.what];
  execFileSync('strace', ['-f', '-qq', '-y', '-e', 'trace=fsync,fdatasync', '-o', trace, process.execPath, ...args]);
  const calls = readFileSync(trace, 'utf8').split('\n');
  return calls.filter((line) => /f(data)?sync\(/.test(line) && line.includes(`${work.what}.db-wal`)).length;
}

const traced = onPath('strace');
if (!traced)
  process.stderr.write('strace is not on the PATH: the sync calls of commits are not counted in this run.\n');

// A killed process loses nothing that the kernel has; only the sync calls tell whether a power cut would.
test.skipIf(!traced)('every commit of the ledger and every settlement is synced to the disk before it resolves', () => {
  for (const what of ['ledger', 'readings'] as const) {
    const idle = syncs({ commits: 0, rows: 1, what });
    expect(syncs({ commits: 60, rows: 3, what }) - idle).toBeGreaterThanOrEqual(60);
  }
});

test.skipIf(!traced)('two thousand arrivals in one commit take one sync, not two thousand', () => {
  const idle = syncs({ commits: 0, rows: 1, what: 'ledger' });
  const group = syncs({ commits: 1, rows: 2_000, what: 'ledger' }) - idle;
  expect(group).toBeGreaterThanOrEqual(1);
  expect(group).toBeLessThanOrEqual(5);
});
