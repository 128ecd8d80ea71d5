import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'access.md'), 'utf8');
/** What is written with an actor is of one of these subjects; other kinds are the system's own. */
const SUBJECT = '(?:user|token|wall|credential|registry|session|channel|quarantine|sheet|history|mode)';

test('the page names every kind of row that the journal of changes holds, and none that does not exist', () => {
  const files = globSync('{app,ingest}/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
  const kinds = new RegExp(`'(${SUBJECT}\\.(?:\\w+ed|set))'`, 'g');
  const written = new Set(files.flatMap((text) => [...text.matchAll(kinds)].map(([, kind]) => kind)));
  written.delete('token.used'); // noted beside the token, and no row
  const rows = page.split('\n').filter((line) => new RegExp(`^\\| \`${SUBJECT}\\.`).test(line));
  const told = rows.flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, kind]) => kind));
  expect(told.sort()).toEqual([...written].sort());
});
