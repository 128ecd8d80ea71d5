import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packArrivals, ROW, SEQ, type PackedReadings } from '../../../ingest/stores/packed.ts';
import { createTail, type DueOptions, type Tail } from '../../../ingest/stores/tail.ts';
import type { Arrival } from '../../../ingest/stores/arrival.ts';
import { arrival, HOUR, START } from './fixtures/rows.ts';

const due: DueOptions = {
  now: START,
  grace: 60_000,
  patience: 20_000,
  crowd: 100,
  all: false,
  upTo: Infinity,
  limit: 1_000,
};
const seqsOf = (rows: PackedReadings) => [...rows].filter((_, index) => index % ROW === SEQ);
/** The first slice of what may be settled. */
const firstDue = (tail: Tail, options: DueOptions) => [...tail.due(options)][0] ?? [];
const seqs = (arrivals: readonly Arrival[]) => arrivals.map(({ seq }) => seq);

const history = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        series: fc.integer({ min: 1, max: 3 }),
        t: fc.integer({ min: 0, max: 40 }).map((step) => START + step * (HOUR / 8)),
        value: fc.integer(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ settle: fc.boolean() }) },
  ),
  { maxLength: 120 },
);

test('whatever arrives and is settled in whatever order, the tail answers like a plain list of what is unsettled', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const tail = createTail();
      let list: Arrival[] = [];
      let seq = 0;
      for (const step of steps) {
        if ('settle' in step) {
          const hours = firstDue(tail, {
            ...due,
            now: START + 2 * HOUR + 60_000,
            patience: 0,
            all: step.settle,
            limit: 20,
          });
          const gone = new Set(seqsOf(tail.pack(hours)));
          if (step.settle && list.length > 0) expect(gone.size).toBeGreaterThan(0);
          tail.settled(hours);
          list = list.filter((one) => !gone.has(one.seq));
        } else {
          const next = arrival(++seq, { series: step.series, sourceTime: step.t, value: step.value });
          tail.append(packArrivals([next]));
          list.push(next);
        }
        const winners = new Map(list.map((one) => [`${one.series}|${one.sourceTime}`, one]));
        for (const series of [1, 2, 3]) {
          const own = [...winners.values()]
            .filter((one) => one.series === series)
            .sort((a, b) => a.sourceTime - b.sourceTime);
          const [from, to] = [START + HOUR, START + 3 * HOUR + 1];
          expect(tail.range(series, from, to)).toEqual(
            own.filter(({ sourceTime }) => sourceTime >= from && sourceTime < to),
          );
          for (const t of [START, START + HOUR, START + HOUR + 1, START + 6 * HOUR]) {
            expect(tail.newestBefore(series, t)).toEqual(own.findLast(({ sourceTime }) => sourceTime < t));
            expect(tail.has(series, t)).toBe(own.find(({ sourceTime }) => sourceTime === t)?.value);
          }
        }
        expect(tail.size()).toBe(list.length);
        expect(tail.newestSeq()).toBe(seq);
        expect(tail.trimPoint()).toBe(Math.min(seq + 1, ...seqs(list)) - 1);
      }
    }),
  );
});

test('an hour is due a grace after its end, and not before', () => {
  const tail = createTail();
  tail.append(packArrivals([arrival(1, { sourceTime: START + 5 })]));
  expect(firstDue(tail, { ...due, now: START + HOUR + 59_999 })).toEqual([]);
  expect(firstDue(tail, { ...due, now: START + HOUR + 60_000 })).toEqual([{ series: 1, hour: START / HOUR, count: 1 }]);
});

test('what comes late for a closed hour waits for company, but not past its patience nor behind a stepped clock', () => {
  const late = (seq: number) =>
    arrival(seq, { sourceTime: START - 5 * HOUR + seq, receivedAt: START, backfilled: true });
  const tail = createTail();
  for (let seq = 1; seq <= 99; seq += 1) tail.append(packArrivals([late(seq)]));
  expect(firstDue(tail, { ...due, now: START + 19_999 })).toEqual([]);
  expect(firstDue(tail, { ...due, now: START + 20_000 })).toHaveLength(1);
  expect(firstDue(tail, { ...due, now: START - HOUR })).toHaveLength(1);
  tail.append(packArrivals([late(100)]));
  expect(firstDue(tail, due)).toHaveLength(1);
});

test('a slice takes the hours that wait longest, about as many readings as asked, at least one hour', () => {
  const tail = createTail();
  const hours = [3, 1, 2];
  let seq = 0;
  for (const hour of hours)
    for (let count = 0; count < 10; count += 1)
      tail.append(packArrivals([arrival(++seq, { series: hour, sourceTime: START + count })]));
  const take = (limit: number) => firstDue(tail, { ...due, all: true, limit }).map(({ series }) => series);
  expect(take(1)).toEqual([3]);
  expect(take(10)).toEqual([3]);
  expect(take(11)).toEqual([3, 1]);
  expect(take(1_000)).toEqual([3, 1, 2]);
  expect(firstDue(tail, { ...due, all: true, upTo: 11 }).map(({ series }) => series)).toEqual([3, 1]);
});

test('what came for an hour while it was being settled stays, also when it replaced a reading of it', () => {
  const tail = createTail();
  tail.append(packArrivals([arrival(1, { sourceTime: START, value: 40 })]));
  tail.append(packArrivals([arrival(2, { sourceTime: START + 10_000, value: 41 })]));
  const hours = firstDue(tail, { ...due, all: true });
  tail.append(packArrivals([arrival(3, { sourceTime: START, value: 50 })]));
  tail.settled(hours);
  expect(seqs(tail.range(1, START, START + HOUR))).toEqual([3]);
  expect(tail.has(1, START + 10_000)).toBeUndefined();
  expect(tail.trimPoint()).toBe(2);
});
