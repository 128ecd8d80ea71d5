import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import { expect, onTestFinished, test } from 'vitest';

const Figures = Type.Object({
  results: Type.Array(Type.Object({ name: Type.String(), median: Type.Number() })),
  failed: Type.Array(Type.String()),
});

test('a quick run of the bench measures its parts, and prints its table', { timeout: 120_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fw-bench-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const json = join(dir, 'figures.json');
  const script = join(import.meta.dirname, 'run.ts');
  const parts = 'line-200x20,screens';

  const { stdout } = await promisify(execFile)('node', [script, '--quick', '--only', parts, '--json', json]);

  const { results, failed } = Parse(Figures, JSON.parse(readFileSync(json, 'utf8')));
  expect(failed).toEqual([]);
  expect(results.filter(({ median }) => !(median > 0)).map(({ name }) => name)).toEqual([]);
  for (const { name } of results) expect(stdout).toContain(`| ${name} `);
});

test('what the bench does not know is answered with the parts that it has', async () => {
  const script = join(import.meta.dirname, 'run.ts');
  const told = await promisify(execFile)('node', [script, '--only', 'everything']).catch((error: unknown) => error);
  expect(told).toMatchObject({ code: 2, stdout: expect.stringContaining('line-2000x20') });
});
