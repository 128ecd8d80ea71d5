import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Memory where there is some for files, gone after the test: for days of commits in tests that prove no durability. */
export function memoryFolder(): string {
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'fw-days-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
