import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BatchArrivals } from '../../../ingest/line/batch-arrivals.ts';
import type { Arrival } from '../../../ingest/stores/arrival.ts';
import { packArrivals } from '../../../ingest/stores/packed.ts';

const one = fc.record({
  series: fc.oneof({ weight: 3, arbitrary: fc.constant(7) }, fc.constantFrom(8, 5_000)),
  t: fc.oneof(fc.nat(12), fc.integer({ min: 13, max: 80 })),
  value: fc.integer({ min: 1, max: 90 }),
  quality: fc.constantFrom('good', 'suspect'),
  claimedTime: fc.option(fc.nat(9)),
  isUsual: fc.boolean(),
});

test('what a batch holds is found by series and time, the last of equal times, and is gone with the batch', () => {
  fc.assert(
    fc.property(fc.array(fc.array(one, { maxLength: 120 }), { maxLength: 4 }), (batches) => {
      const arrivals = new BatchArrivals();
      let seq = 0;
      for (const batch of batches) {
        const expected: Arrival[] = [];
        for (const { series, t, value, quality, claimedTime, isUsual } of batch) {
          const common = { series, value, receivedAt: t + 40, claimedTime };
          const arrival: Arrival = {
            ...common,
            seq: ++seq,
            sourceTime: t,
            quality: isUsual ? 'good' : quality,
            reason: null,
            backfilled: false,
          };
          if (isUsual) arrivals.addUsual(seq, { ...common, t });
          else arrivals.add(arrival);
          expected.push(arrival);
        }
        for (const { series, t } of batch.flatMap(({ series, t }) => [t, t + 1].map((t) => ({ series, t })))) {
          const there = expected.findLast((known) => known.series === series && known.sourceTime === t);
          expect(arrivals.at(series, t)).toEqual(there);
          expect(arrivals.valueAt(series, t)).toBe(there?.value);
        }
        expect(arrivals.of(7)).toEqual(expected.filter(({ series }) => series === 7));
        expect(arrivals.length).toBe(expected.length);
        expect(arrivals.view()).toEqual(packArrivals(expected));
        arrivals.clear();
        expect([arrivals.length, arrivals.at(7, 5), arrivals.of(8)]).toEqual([0, undefined, []]);
      }
    }),
  );
});

test('a batch may be of any size', () => {
  const arrivals = new BatchArrivals();
  for (const size of [70_000, 3]) {
    for (let seq = 1; seq <= size; seq += 1)
      arrivals.addUsual(seq, { series: seq, t: seq, value: seq, receivedAt: seq, claimedTime: null });
    expect([arrivals.length, arrivals.valueAt(size, size), arrivals.valueAt(1, 1)]).toEqual([size, size, 1]);
    arrivals.clear();
  }
});
