import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const ROOT = join(import.meta.dirname, '..', '..');

/** Builds the client when it is missing or older than its sources, as `npm start` does. */
export function buildClient(): void {
  locked(build);
}

/** The same, and puts a copy there: it stays as it is when somebody changes the sources meanwhile. */
export function buildClientInto(folder: string): void {
  locked(() => {
    build();
    cpSync(join(ROOT, 'dist', 'client'), folder, { recursive: true });
  });
}

function build(): void {
  // The tests' own NODE_ENV would make it a development build.
  const { NODE_ENV: _, ...env } = process.env;
  execFileSync('npm', ['run', '--silent', 'build:missing'], { cwd: ROOT, env, stdio: 'inherit' });
}

/** Test files run side by side and build into one folder. This lock goes with the process that holds it. */
function locked(work: () => void): void {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const lock = new DatabaseSync(join(ROOT, '.cache', 'build.lock'), { timeout: 240_000 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    work();
  } finally {
    lock.close();
  }
}
