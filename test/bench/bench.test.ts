import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Type, type Static } from 'typebox';
import { Parse } from 'typebox/value';
import { expect, onTestFinished, test } from 'vitest';
import { influx2Missing, influx2Unstoppable } from '../servers/influx2.ts';
import { findCores } from './influx/cores.ts';

const Figures = Type.Object({
  results: Type.Array(Type.Object({ name: Type.String(), median: Type.Number() })),
  failed: Type.Array(Type.String()),
});

const withInflux = test.skipIf(influx2Missing !== undefined);

test('a quick run of the bench measures its parts, and prints its table', async () => {
  const { results, printed } = await quickRun('line-200x20,screens');
  expect(results.filter(({ median }) => !(median > 0)).map(({ name }) => name)).toEqual([]);
  for (const { name } of results) expect(printed).toContain(`| ${name} `);
});

test('and what history costs, with figures for each part of it', async () => {
  const { results } = await quickRun('history,start-up');
  expect(results.length).toBeGreaterThan(10);
  expect(results.filter(({ median }) => !(median > 0)).map(({ name }) => name)).toEqual([]);
});

withInflux('and beside InfluxDB, where nothing that was acknowledged is missing', async () => {
  const { results } = await quickRun('influx-4x5,influx-range');
  const missing = results.filter(({ name }) => name.includes('not in InfluxDB'));
  // With InfluxDB on our cores, and on another one where it can be held there: else the run would have failed.
  const isApart = influx2Unstoppable === undefined && typeof findCores() !== 'string';
  expect(missing.map(({ median }) => median)).toEqual(isApart ? [0, 0] : [0]);
  expect(results.filter(({ name }) => name.startsWith('ours to ours') && name.includes('another core'))).toHaveLength(
    isApart ? 3 : 0,
  );
  // Of what a process takes in so short a time the system may count nothing.
  const counted = results.filter(({ name }) => !name.includes('busy') && !name.includes('not in InfluxDB'));
  expect(counted.filter(({ median }) => !(median > 0))).toEqual([]);
});

/** What was measured, and the table. */
async function quickRun(parts: string): Promise<{ results: Static<typeof Figures>['results']; printed: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'fw-bench-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const json = join(dir, 'figures.json');
  const script = join(import.meta.dirname, 'run.ts');

  const { stdout } = await promisify(execFile)('node', [script, '--quick', '--only', parts, '--json', json]);

  const { results, failed } = Parse(Figures, JSON.parse(readFileSync(json, 'utf8')));
  expect(failed).toEqual([]);
  return { results, printed: stdout };
}

test('what the bench does not know is answered with the parts that it has', async () => {
  const script = join(import.meta.dirname, 'run.ts');
  const told = await promisify(execFile)('node', [script, '--only', 'everything']).catch((error: unknown) => error);
  expect(told).toMatchObject({ code: 2, stdout: expect.stringContaining('line-2000x20') });
});
