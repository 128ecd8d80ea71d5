import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDoubts } from '../../../../ingest/stores/forward/doubts.ts';
import { createArrivalQueue, type QueuedBatch } from '../../../../ingest/stores/forward/queue.ts';
import { eventRecord } from '../../../../ingest/stores/forward/records.ts';
import { createRecordRejections, createRejections } from '../../../../ingest/stores/forward/rejections.ts';
import { delayAfter } from '../../../../ingest/stores/forward/retry.ts';
import { createSender } from '../../../../ingest/stores/forward/sender.ts';
import { InfluxFailed } from '../../../../ingest/stores/influx/types.ts';
import type { Arrival } from '../../../../ingest/stores/arrival.ts';
import { packArrivals, ROW, SEQ } from '../../../../ingest/stores/packed.ts';
import { storedOf } from '../../../../ingest/stores/query.ts';
import { createTail } from '../../../../ingest/stores/tail.ts';

const arrival = (seq: number): Arrival => ({
  seq,
  series: seq % 3,
  value: seq / 10,
  sourceTime: seq * 1_000,
  receivedAt: seq * 1_000 + 5,
  quality: 'good',
  reason: null,
  backfilled: false,
  claimedTime: null,
});

const stored = (t: number) => ({ ...storedOf(arrival(1)), t });

const seqs = (rows: Float64Array) => [...rows].filter((_, at) => at % ROW === SEQ);
const seqsOf = (batch: QueuedBatch | undefined) => seqs(batch?.rows() ?? new Float64Array());
const upTo = (after: number, count: number) => Array.from({ length: count }, (_, at) => after + at + 1);

test('the queue gives everything once, in the order of the log of each series, whatever is taken at a time', () => {
  const step = fc.oneof(
    fc.record({ push: fc.integer({ min: 0, max: 6_000 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 9_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const queue = createArrivalQueue();
      const taken = new Map<number, number[]>();
      let [pushed, gone] = [0, 0];
      for (const one of steps) {
        if ('push' in one) queue.push(packArrivals(Array.from({ length: one.push }, () => arrival(++pushed))));
        else {
          const batch = queue.peek(one.take);
          expect(batch?.count ?? 0).toBe(Math.min(one.take, pushed - gone));
          if (batch === undefined) continue;
          const behind = queue.peek(one.take, batch.count);
          queue.push(packArrivals(Array.from({ length: one.take }, () => arrival(++pushed))));
          expect(seqsOf(behind)).toEqual(upTo(gone + batch.count, behind?.count ?? 0));
          expect(behind?.lastSeq ?? batch.lastSeq).toBe(batch.lastSeq + (behind?.count ?? 0));
          for (const { series, readings } of batch.settlements()) {
            const seqs = taken.get(series) ?? [];
            taken.set(series, seqs);
            for (const { t } of readings) seqs.push(t / 1_000);
          }
          queue.drop(batch.count);
          gone += batch.count;
          expect(batch.lastSeq).toBe(gone);
          // What is dropped is there for who holds it.
          expect(seqsOf(batch)).toEqual(upTo(gone - batch.count, batch.count));
        }
        expect(queue.size()).toBe(pushed - gone);
        expect(queue.oldestReceivedAt()).toBe(pushed === gone ? undefined : (gone + 1) * 1_000 + 5);
      }
      for (const [series, seqs] of taken)
        expect(seqs).toEqual(Array.from({ length: gone }, (_, at) => at + 1).filter((seq) => seq % 3 === series));
    }),
    { numRuns: 12 },
  );
});

test('of every request in doubt all that was replaced is sent again, in parts, ten minutes later and not before', () => {
  const count = 12_000;
  const times = fc.array(fc.nat(15_000), { minLength: count, maxLength: count });
  const short = fc.tuple(fc.nat(count), fc.nat(300));
  const long = fc.tuple(fc.nat(5_000), fc.integer({ min: 5_001, max: 7_000 }));
  const stretches = fc.tuple(fc.array(short, { minLength: 25, maxLength: 30 }), long);
  fc.assert(
    fc.property(times, stretches, (every, [many, one]) => {
      const given = [...many, one];
      const tail = createTail();
      const standing = new Map<string, number>();
      const keyOf = ({ series, sourceTime }: Arrival) => `${series} ${sourceTime}`;
      const arrivals = every.map((t, at) => ({ ...arrival(at + 1), sourceTime: t * 1_000 }));
      for (const next of arrivals) {
        tail.append(packArrivals([next]));
        standing.set(keyOf(next), next.seq);
      }
      const doubts = createDoubts(tail);
      given.forEach(([after, length], mono) => doubts.add({ after, upto: after + length }, mono));
      expect(doubts.due(599_999)).toBeUndefined();
      expect(doubts.keepsFrom()).toBe(Math.min(...given.map(([after]) => after)));
      const sent = new Set<number>();
      const [late, later] = [600_000 + given.length, 1_300_000];
      let failed = false;
      for (let mono = late, due = doubts.due(mono); due !== undefined; due = doubts.due(mono)) {
        expect(due.length / ROW).toBeLessThanOrEqual(5_000);
        if (!failed && due.length > 0) {
          failed = true;
          doubts.failed(mono);
          expect(doubts.due(mono + 599_999)).toBeUndefined();
          mono = later;
          continue;
        }
        for (const seq of seqs(due)) sent.add(seq);
        doubts.done();
      }
      expect(doubts.keepsFrom()).toBe(Infinity);
      const replaced = arrivals
        .filter(({ seq }) => given.some(([after, length]) => seq > after && seq <= after + length))
        .filter((old) => standing.get(keyOf(old)) !== old.seq);
      const newer = replaced.map((old) => standing.get(keyOf(old)) ?? 0);
      expect(newer.filter((seq) => !sent.has(seq))).toEqual([]);
    }),
    { numRuns: 8, endOnFailure: true },
  );
});

test('failures are spaced out from 250 ms to 30 s, never less than the server asked for, and not for ever', () => {
  const busy = (retryAfter: number | null) => new InfluxFailed('', { trouble: 'busy', status: 503, retryAfter });
  fc.assert(
    fc.property(
      fc.nat(1_000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.option(fc.nat(10_000_000)),
      (failures, random, asked) => {
        const wait = delayAfter(busy(asked), { failures, random });
        expect(wait).toBeGreaterThanOrEqual(Math.max(250, Math.min(asked ?? 0, 3_600_000)));
        expect(wait).toBeLessThanOrEqual(Math.max(30_000, Math.min(asked ?? 0, 3_600_000)));
      },
    ),
  );
  const waits = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((failures) => delayAfter(busy(null), { failures, random: 1 }));
  expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test('a rejected field is said until a later reading of it passes; after a start it is not known whether one is', () => {
  const metrics = ['humidity', 'humidity', 'co2.left', 'co2.right', 'co2'];
  const rejections = createRejections({
    of: (series) => ({
      site: 'mine',
      owner: { kind: series < 3 ? 'point' : 'device', id: `p${series}` },
      metric: metrics[series - 1] ?? '',
      area: null,
    }),
  });
  const note = (passed: readonly (readonly [number, number])[], rejected: typeof passed, mono = 0) => {
    const all = [...passed, ...rejected].map(([series, t]) => ({ series, readings: [stored(t)] }));
    rejections.note(
      { settlements: () => all },
      rejected.map(([series, t]) => ({ series, t, value: 1, why: `no ${metrics[series - 1]}` })),
      mono,
    );
    return rejections.words();
  };
  expect([rejections.words(), note([[1, 1]], [], 5)]).toEqual([undefined, undefined]);
  expect(note([[5, 2]], [[1, 10]], 6)).toBe('no humidity');
  // Others, older ones, and a batch without any say nothing of it.
  expect([note([[3, 20]], []), note([[2, 9]], []), note([], [])]).toEqual(Array(3).fill('no humidity'));
  expect(note([[2, 11]], [])).toBeNull();
  // Channels share a field, points and devices do not.
  expect([note([], [[3, 5]]), note([[5, 5]], [])]).toEqual(['no co2.left', 'no co2.left']);
  expect(note([[4, 6]], [])).toBeNull();

  const again = createRejections({ of: () => undefined });
  const known = [0, 599_999, 600_000].map((mono) => {
    again.note({ settlements: () => [] }, [], mono);
    return again.words();
  });
  expect(known).toEqual([undefined, undefined, null]);
});

test('rejected records are said until a later one of the same fields passes, whatever passes beside', () => {
  const rejections = createRecordRejections();
  const record = (at: number, fields: Readonly<Record<string, boolean>> = { late: false }) =>
    ({ measurement: 'events', tags: {}, fields, at, id: String(at) }) as const;
  const note = (records: readonly ReturnType<typeof record>[], rejected: readonly number[]) => {
    const whys = rejected.map((t) => ({ series: 0, t, value: 0, why: `no ${t}` }));
    rejections.note(records, whys, 0);
    return rejections.words();
  };
  expect(note([record(1)], [])).toBeUndefined();
  expect(note([record(10), record(11)], [10])).toBeNull();
  expect(note([record(9), record(10)], [10])).toBe('no 10');
  // One without the field, and one of another shard.
  expect([note([record(20, {})], []), note([record(5)], [])]).toEqual(['no 10', 'no 10']);
  expect(note([record(11)], [])).toBeNull();
});

test('of an event only its named fields leave, whatever its row holds', () => {
  const detail = { kind: 'punch', result: 'ok', method: 'face', name: '张三', badge: '0815' } as const;
  const event = { id: 7, site: 'mine', device: 'clock', eventId: 'e1', contentHash: 'ab', detail };
  expect(eventRecord({ ...event, occurredAt: 5, receivedAt: 6, late: false })).toEqual({
    measurement: 'events',
    tags: { site: 'mine', device: 'clock', kind: 'punch' },
    fields: { result: 'ok', method: 'face', late: false },
    at: 5,
    id: 'e1|ab',
  });
});

test('a request takes about 5,000 lines, however many readings they hold', async () => {
  const queue = createArrivalQueue();
  queue.push(packArrivals(upTo(0, 150_000).map((seq) => arrival(seq))));
  const sizes: number[] = [];
  let perLine = 5;
  const sender = createSender(
    {
      forward(rows) {
        const written = rows.length / ROW;
        sizes.push(written);
        const lines = written / perLine;
        return Promise.resolve({ written, lines, tooOld: 0, rejected: [], requests: 1, took: 1 });
      },
    },
    queue,
  );
  const send = async (batches: number) => {
    for (let sent = 0; sent < batches; sent += 1)
      sender.done((await sender.first(0)?.written) ?? { written: 0, lines: 0 });
  };
  // One is on its way already when another is answered.
  await send(3);
  expect(sizes).toEqual([5_000, 5_000, 25_000, 25_000]);
  perLine = 1;
  await send(3);
  expect(sizes.slice(4)).toEqual([25_000, 25_000, 5_000]);
});
