import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SiteRegistry } from '../../../contract/registry.ts';
import { openStores, type Stores } from '../../../ingest/stores/open.ts';
import type { ReadingsStore } from '../../../ingest/stores/readings/types.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { SITE } from '../line/site.ts';
import { startMemory, type Memory } from './memory.ts';
import { naive, type Known } from './naive.ts';

const START = Date.UTC(2026, 10, 20, 4);
const HOUR = 3_600_000;
const HOURS = 60;
/** Reports rarely, and is given 20 minutes: its values reach into the next hour. */
const SLOW = 1_200_000;
const bindings = [{ device: 'probe', metric: 'water_temperature', point: 'pool', interval: SLOW / 3_000 }];
const site = (name: string, timezone: string): SiteRegistry => ({ ...SITE, site: name, timezone, bindings });
const SITES = [site('whole', 'Asia/Shanghai'), site('half', 'Asia/Kolkata')] as const;

const dir = mkdtempSync(join(tmpdir(), 'fw-history-'));
let stores: Stores;
let series = 0;
beforeAll(async () => {
  stores = await openStores({ dataDir: dir, clock: new DrivenClock(START) });
  await stores.ledger.commit({ at: START, registry: SITES });
});
afterAll(async () => {
  await stores.close();
  rmSync(dir, { recursive: true, force: true });
});

const anyReading = fc.record({
  second: fc.integer({ min: 0, max: HOURS * 3_600 - 1 }),
  v: fc.integer({ min: 3_800, max: 5_200 }).map((hundredths) => hundredths / 100),
  q: fc.constantFrom('good' as const, 'good' as const, 'good' as const, 'suspect' as const, 'bad' as const),
});
/** A stretch as devices report it, so that hours are full; or some anywhere, late or again. */
const anyBatch = fc.oneof(
  fc.record({
    from: fc.integer({ min: 0, max: HOURS - 4 }),
    every: fc.constantFrom(97, 300, 1_150),
    first: anyReading,
  }),
  fc.array(anyReading, { maxLength: 12 }),
);
type Batch = typeof anyBatch extends fc.Arbitrary<infer T> ? T : never;

function readingsOf(batch: Batch): Known[] {
  if (Array.isArray(batch)) return batch.map(({ second, v, q }) => ({ t: START + second * 1_000, v, q }));
  const { from, every, first } = batch;
  return Array.from({ length: Math.floor(14_400 / every) }, (_, at) => ({
    t: START + (from * 3_600 + at * every) * 1_000,
    v: Math.round(first.v * 100 + (at % 7)) / 100,
    q: first.q,
  }));
}

const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('arrive' as const), batch: anyBatch }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('again' as const), change: fc.constantFrom('v', 'q', 'nothing') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), hours: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('compute' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), after: fc.integer({ min: 0, max: 3 }) }) },
);
const anyQuestion = fc.record({
  from: fc.integer({ min: -3, max: HOURS - 1 }),
  hours: fc.integer({ min: 1, max: HOURS }),
  pixels: fc.constantFrom(2, 6, 40, 300),
});

test('any range is what a look at each of its seconds finds, whatever came late, twice, wrong or before a crash', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyStep, { minLength: 2, maxLength: 12 }),
      fc.array(anyQuestion, { minLength: 2, maxLength: 5 }),
      fc.boolean(),
      fc.boolean(),
      async (steps, questions, half, outside) => {
        const registry = SITES[half ? 1 : 0];
        const truth = new Map<number, Known>();
        let puts = Infinity;
        const memory = startMemory({
          stores,
          registry,
          series: ++series,
          point: 'pool',
          metric: 'water_temperature',
          now: START + HOURS * HOUR,
          rollups: (real) => ({
            ...real,
            put: (batches) => (puts-- > 0 ? real.put(batches) : Promise.reject(new Error('cut'))),
          }),
          ...(outside ? { readings: withoutSums } : {}),
        });
        for (const step of steps) {
          if (step.do === 'arrive') arrive(readingsOf(step.batch));
          if (step.do === 'again') arrive([...truth.values()].slice(0, 40).map((one) => changed(one, step.change)));
          if (step.do === 'settle') await memory.settle(step.hours);
          if (step.do === 'compute') await memory.due();
          if (step.do === 'crash') {
            puts = step.after;
            await memory.due();
            puts = Infinity;
            await memory.restart();
          }
        }
        for (const question of questions) await ask(memory, question);
        await memory.settle();
        await memory.due();
        for (const question of questions) await ask(memory, question);
        await memory.close();

        function arrive(readings: readonly Known[]): void {
          memory.arrive(readings);
          for (const one of readings) truth.set(one.t, one);
        }

        async function ask({ history }: Memory, { from, hours, pixels }: (typeof questions)[number]): Promise<void> {
          const span = { from: START + from * HOUR, to: START + (from + hours) * HOUR };
          const asked = { ...span, pixels, series: [{ point: 'pool', metric: 'water_temperature' }] };
          const answer = await history.chart(registry.site, asked);
          const [found] = answer?.series ?? [];
          if (answer === undefined || found === undefined) throw new Error('no answer');
          for (let at = 0; at + 1 < answer.edges.length; at += 1) {
            const bucket = { from: answer.edges[at] ?? 0, to: answer.edges[at + 1] ?? 0 };
            const holds = [{ from: 0, hold: SLOW }];
            const expected = naive([...truth.values()], { span: bucket, holds, downtimes: [] });
            expect({
              at: new Date(bucket.from),
              count: found.count[at],
              min: found.min[at],
              max: found.max[at],
              last: found.last[at],
              suspect: found.suspect[at],
              bad: found.bad[at],
              missing: found.missing[at],
            }).toEqual({ at: new Date(bucket.from), ...without(expected) });
            if (expected.mean === null) expect(found.mean[at]).toBeNull();
            else expect(found.mean[at]).toBeCloseTo(expected.mean, 3);
          }
          if (answer.level === 'days') return;
          expect(answer.edges[0]).toBeLessThanOrEqual(span.from);
        }
      },
    ),
    { numRuns: 40 },
  );
});

/** What a store outside is: it hands readings over, and sums nothing up. */
function withoutSums({ buckets: _, ...real }: ReadingsStore): ReadingsStore {
  return real;
}

/** The same reading again, with another value, or graded anew. */
function changed(reading: Known, what: string): Known {
  if (what === 'v') return { ...reading, v: Math.round(reading.v * 100 + 50) / 100 };
  return what === 'q' ? { ...reading, q: reading.q === 'good' ? 'bad' : 'good' } : reading;
}

function without({ good: _, mean: __, ...rest }: ReturnType<typeof naive>) {
  return rest;
}
