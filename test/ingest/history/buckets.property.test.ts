import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketer, unpackBuckets } from '../../../ingest/history/buckets.ts';
import { fold, foldInto } from '../../../ingest/history/fold.ts';
import { hour } from '../../../ingest/standards/hour.ts';
import { naive, type Known } from './naive.ts';

const START = Date.UTC(2026, 10, 20, 4);
const at = (second: number) => START + second * 1_000;
const second = fc.integer({ min: -400, max: 2_400 });
const anyReading = fc.record({
  second,
  v: fc.integer({ min: 3_800, max: 5_200 }).map((hundredths) => hundredths / 100),
  q: fc.constantFrom('good' as const, 'good' as const, 'good' as const, 'suspect' as const, 'bad' as const),
});
const anyHistory = fc.record({
  readings: fc
    .uniqueArray(anyReading, { maxLength: 80, selector: (one) => one.second })
    .map((all) => all.map(({ second: s, v, q }): Known => ({ t: at(s), v, q })).sort((a, b) => a.t - b.t)),
  holds: fc
    .uniqueArray(fc.record({ second, hold: fc.integer({ min: 1, max: 600 }) }), {
      minLength: 1,
      maxLength: 3,
      selector: (one) => one.second,
    })
    .map((all) =>
      all.map(({ second: s, hold }) => ({ from: at(s), hold: hold * 1_000 })).sort((a, b) => a.from - b.from),
    ),
  downtimes: fc.array(
    second.map((s) => ({ from: at(s), to: at(s + 20) })),
    { maxLength: 3 },
  ),
  edges: fc
    .uniqueArray(fc.integer({ min: 0, max: 2_000 }), { minLength: 2, maxLength: 12 })
    .map((all) => all.sort((a, b) => a - b).map(at)),
});
const CODES = { good: 0, suspect: 1, bad: 2 };

test('a bucket, however wide, is what a look at each of its seconds finds', () => {
  fc.assert(
    fc.property(anyHistory, ({ readings, holds, downtimes, edges }) => {
      const from = edges[0] ?? 0;
      const sums = bucketer({ edges, holds, downtimes });
      // As a store hands them over: the newest before the range, then the range.
      const carried = readings.findLast(({ t }) => t < from);
      const within = readings.filter(({ t }) => t >= from && t < (edges.at(-1) ?? 0));
      for (const { t, v, q } of carried === undefined ? within : [carried, ...within]) sums.add(t, v, CODES[q]);
      for (const bucket of unpackBuckets(sums.finish(), edges)) {
        const expected = naive(readings, { span: bucket, holds, downtimes });
        const { count, min, max, last, mean, good, suspect, bad, missing } = bucket;
        expect({ count, min, max, last }).toEqual(pick(expected));
        expect([good, suspect, bad, missing]).toEqual(
          [expected.good, expected.suspect, expected.bad, expected.missing].map((seconds) => seconds * 1_000),
        );
        if (expected.mean === null) expect(mean).toBeNull();
        else expect(mean).toBeCloseTo(expected.mean, 9);
      }
    }),
    { numRuns: 400 },
  );
});

test('a stretch put together from shorter ones is what it is when computed at once', () => {
  fc.assert(
    fc.property(anyHistory, ({ readings, holds, downtimes, edges }) => {
      const limits = [
        { standard: 'base.water', side: 'low' as const, limit: 40, inForce: [{ from: at(100), to: at(1_500) }] },
        { standard: 'base.water', side: 'high' as const, limit: 48, inForce: [{ from: at(100), to: at(1_500) }] },
      ];
      const one = (span: { from: number; to: number }) => ({
        ...span,
        ...hour({
          span,
          carry: readings.findLast(({ t }) => t < span.from) ?? null,
          readings,
          holds,
          limits,
          downtimes,
        }),
      });
      const parts = edges.slice(0, -1).map((from, index) => one({ from, to: edges[index + 1] ?? from }));
      const whole = { from: edges[0] ?? 0, to: edges.at(-1) ?? 0 };
      const [folded, expected] = [fold(parts, whole), one(whole)];
      if (expected.mean === null) expect(folded.mean).toBeNull();
      else expect(folded.mean).toBeCloseTo(expected.mean, 9);
      expect({ ...folded, mean: null }).toEqual({ ...expected, mean: null });
      expect(foldInto(parts, edges)).toEqual(parts);
    }),
    { numRuns: 200 },
  );
});

function pick({ count, min, max, last }: ReturnType<typeof naive>) {
  return { count, min, max, last };
}
