import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SITE } from '../ingest/line/site.ts';
import type { Effort } from './effort.ts';
import { DAY, openPast, pool } from './past.ts';
import { plainRows } from './plain-rows.ts';
import { median, one, times, type Result } from './result.ts';

const EVERY = 10_000;
const BEGIN = Date.UTC(2023, 10, 25, 4);
const PIXELS = 1_000;
const NAME = { site: SITE.site, point: 'pool', metric: 'water_temperature' };

/** What a page asks for: its name, days, and how long it may take (ms). */
export const RANGES = [
  ['an hour', 1 / 24, 5],
  ['12 hours', 1 / 2, 5],
  ['a day', 1, 50],
  ['a week', 7, 50],
  ['31 days', 31, 50],
  ['60 days', 60, 50],
  ['a year', 365, 50],
  ['three years', 3 * 365, 50],
] as const;
/** A chart of a range may take this many times as long when years are stored as it did when there was a month. */
const FLAT = 1.5;

/**
 * One series at 10 s: asked for in ranges of every length when a month, a year and three years of it are stored; beside
 * the same in rows with an index.
 */
export async function history({ quick }: Effort): Promise<Result[]> {
  const stages: (readonly [string, number])[] = quick
    ? [
        ['a day', 1],
        ['three days', 3],
      ]
    : [
        ['a month', 31],
        ['a year', 365],
        // No longer than raw readings are kept, or their hours would not be computed any more.
        ['two years', 730],
        ['three years', 3 * 365],
      ];
  const rounds = quick ? 2 : 200;
  const dir = mkdtempSync(join(tmpdir(), 'fw-bench-history-'));
  const past = await openPast({ dir, registry: SITE, series: [NAME], begin: BEGIN });
  const rows = plainRows(join(dir, 'rows.db'));
  const results: Result[] = [];
  const medians = new Map<string, { first: number; last: number }>();
  let [settling, computing, days] = [0, 0, 0];
  try {
    for (const [stored, until] of stages) {
      for (; days < until; days += 1) {
        const readings = pool(1, { from: BEGIN + days * DAY, to: BEGIN + (days + 1) * DAY, every: EVERY });
        const from = performance.now();
        await past.settle([{ series: 1, readings }]);
        settling += performance.now() - from;
        rows.insert([{ series: 1, readings }]);
      }
      const end = BEGIN + days * DAY;
      const from = performance.now();
      await past.reach(end);
      computing += performance.now() - from;
      for (const [name, length, most] of RANGES) {
        if (length > days) continue;
        const asked = { series: [NAME], from: end - length * DAY, to: end, pixels: PIXELS };
        const took = await timed(rounds, () => past.history.chart(NAME.site, asked));
        results.push(times(`a chart of ${name}, ${stored} stored`, took, most));
        medians.set(name, { first: medians.get(name)?.first ?? median(took), last: median(took) });
      }
    }
    const end = BEGIN + days * DAY;
    for (const [name, length] of RANGES) {
      if (length > days) continue;
      const took = await timed(quick ? 1 : 3, () =>
        Promise.resolve(rows.chart({ series: 1, from: end - length * DAY, to: end, pixels: PIXELS })),
      );
      results.push(times(`rows with an index: a chart of ${name}, all stored`, took));
    }
    for (const [name, { first, last }] of medians) {
      if (first === last) continue;
      const value = last / first;
      const must = { text: `≤ ${FLAT}`, met: value <= FLAT };
      results.push({
        ...one(`a chart of ${name}: ${stages.at(-1)?.[0]} stored to ${stages[0]?.[0]}`, '×', value),
        must,
      });
    }
    const count = (days * DAY) / EVERY;
    results.push(one('settled, one series at 10 s, a day at a time', 'readings/s', (count / settling) * 1_000));
    results.push(one('hours and days computed from it', 'readings/s', (count / computing) * 1_000));
    results.push(one('rows with an index: bytes on disk', 'B/reading', rows.bytes() / count));
  } finally {
    rows.close();
    await past.close();
    rmSync(dir, { recursive: true, force: true });
  }
  return results;
}

/** ms of each; one before them warms up: what a page asks for the second time. */
async function timed(rounds: number, ask: () => Promise<unknown>): Promise<number[]> {
  await ask();
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now();
    await ask();
    took.push(performance.now() - from);
  }
  return took;
}
