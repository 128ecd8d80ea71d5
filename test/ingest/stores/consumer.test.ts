import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { createConsumer } from '../../../ingest/stores/consumer.ts';
import { openLedger, openLedgerReader } from '../../../ingest/stores/ledger/index.ts';
import type { Arrival } from '../../../ingest/stores/arrival.ts';
import { packArrivals, ROW } from '../../../ingest/stores/packed.ts';
import { newestBeforeOf, rangeOf, type ReadingSources } from '../../../ingest/stores/query.ts';
import { openSqliteReadings } from '../../../ingest/stores/readings/sqlite.ts';
import type { ReadingsStore } from '../../../ingest/stores/readings/types.ts';
import { createTail } from '../../../ingest/stores/tail.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { arrival, HOUR, START, temporaryFolder } from './fixtures/rows.ts';

async function stores({ bound = Infinity }: { bound?: number } = {}) {
  const folder = temporaryFolder();
  const file = join(folder, 'ledger.db');
  const ledger = await openLedger({ file });
  const reader = openLedgerReader({ file });
  const readings = await openSqliteReadings({ file: join(folder, 'readings.db') });
  const tail = createTail();
  const clock = new DrivenClock(START);
  const errors: unknown[] = [];
  const options = {
    ledger,
    tail,
    clock,
    onError: (error: unknown) => void errors.push(error),
    bound: () => bound,
  };
  onTestFinished(async () => {
    reader.close();
    await ledger.close();
    await readings.close();
  });
  return {
    folder,
    ledger,
    readings,
    tail,
    clock,
    errors,
    consumer: createConsumer({ ...options, readings }),
    consumerOf: (store: Pick<ReadingsStore, 'settle'>) => createConsumer({ ...options, readings: store }),
    log: () => reader.load().arrivals.map(({ seq }) => seq),
    async arrive(...arrivals: Arrival[]) {
      await ledger.commit({ at: clock.now().wall, arrivals: packArrivals(arrivals) });
      tail.append(packArrivals(arrivals));
    },
  };
}

const ALL = { series: 1, from: 0, to: START + 1_000 * HOUR, limit: 100_000 };
const at = (seq: number, sourceTime: number, rest: Partial<Arrival> = {}) =>
  arrival(seq, { sourceTime, value: seq, ...rest });

test('a closed hour moves into the store, then out of the log; the open one stays in both', async () => {
  const { consumer, readings, tail, clock, log, arrive, errors } = await stores();
  await arrive(at(1, START), at(2, START + 10_000), at(3, START + HOUR + 1));
  clock.advance(HOUR + 59_000);
  await consumer.settleDue(clock.now().wall);
  expect(log()).toEqual([1, 2, 3]);
  clock.advance(1_000);
  expect(await consumer.settleDue(clock.now().wall)).toEqual({ readings: 2, conflicts: 0, duplicates: 0, spoilt: 0 });
  expect((await readings.range(ALL)).map(({ value }) => value)).toEqual([1, 2]);
  expect(log()).toEqual([3]);
  expect(tail.size()).toBe(1);
  expect(errors).toEqual([]);
});

test('arrivals leave the log in their order: one that is settled early waits for those before it', async () => {
  const { consumer, readings, clock, log, arrive } = await stores();
  await arrive(at(1, START), at(2, START - 5 * HOUR, { receivedAt: START, backfilled: true }), at(3, START + 1));
  clock.advance(30_000);
  await consumer.settleDue();
  expect((await readings.range(ALL)).map(({ value }) => value)).toEqual([2]);
  expect(log()).toEqual([1, 2, 3]);
  clock.advance(2 * HOUR);
  await consumer.settleDue();
  expect(log()).toEqual([]);
});

test('over its bound open hours are settled too, and go on in the same block', async () => {
  const { consumer, readings, tail, log, arrive } = await stores({ bound: 2 });
  await arrive(at(1, START), at(2, START + 1));
  await consumer.settleDue();
  expect(log()).toEqual([1, 2]);
  await arrive(at(3, START + 2));
  await consumer.settleDue();
  expect(log()).toEqual([]);
  expect(tail.size()).toBe(0);
  await arrive(at(4, START + 3), at(5, START + 1));
  await consumer.settleAll();
  expect((await readings.range(ALL)).map(({ value }) => value)).toEqual([1, 5, 3, 4]);
});

test('a store that fails leaves everything in the log and in the tail, and the next call tries again', async () => {
  const { consumerOf, consumer, readings, tail, clock, log, arrive, errors } = await stores();
  await arrive(at(1, START), at(2, START + 1));
  clock.advance(2 * HOUR);
  const broken = consumerOf({ settle: () => Promise.reject(new Error('disk full')) });
  expect(await broken.settleDue()).toEqual({ readings: 0, conflicts: 0, duplicates: 0, spoilt: 0 });
  expect(errors).toMatchObject([{ message: 'disk full' }]);
  expect(log()).toEqual([1, 2]);
  expect(tail.size()).toBe(2);
  await consumer.settleDue();
  expect(log()).toEqual([]);
  expect(await readings.range(ALL)).toHaveLength(2);
});

test('a log that cannot be trimmed is trimmed by a later call', async () => {
  const { consumer, clock, folder, log, arrive, errors } = await stores();
  await arrive(at(1, START));
  clock.advance(2 * HOUR);
  const other = new DatabaseSync(join(folder, 'ledger.db'));
  other.exec('BEGIN IMMEDIATE');
  await consumer.settleDue();
  other.exec('ROLLBACK');
  other.close();
  expect(errors).toMatchObject([{ name: 'CommitFailed', transient: true }]);
  expect(log()).toEqual([1]);
  await consumer.settleDue();
  expect(log()).toEqual([]);
});

test('one settlement is under way at a time, in slices of which the next waits while one is taken over', async () => {
  const { consumerOf, readings, tail, clock, arrive } = await stores();
  const rows = Array.from({ length: 60 * 1_000 }, (_, index) =>
    at(index + 1, START + Math.floor(index / 60) * 1_000, { series: (index % 60) + 1 }),
  );
  for (let start = 0; start < rows.length; start += 2_000) await arrive(...rows.slice(start, start + 2_000));
  let open = 0;
  const sizes: number[] = [];
  const consumer = consumerOf({
    async settle(taken) {
      expect(++open).toBeLessThanOrEqual(2);
      sizes.push(taken.length / ROW);
      const result = await readings.settle(taken);
      open -= 1;
      return result;
    },
  });
  clock.advance(2 * HOUR);
  expect(consumer.settleDue()).toBe(consumer.settleDue());
  await consumer.settleDue();
  expect(sizes).toEqual([20_000, 20_000, 20_000]);
  expect(tail.size()).toBe(0);
});

test('a query finds every reading at every step of a settlement: before, between block and log, and after', async () => {
  const { consumerOf, readings, tail, clock, arrive } = await stores();
  const sources = { readings, tail };
  const expected = Array.from({ length: 50 }, (_, index) => at(index + 1, START + index * 300_000));
  await arrive(...expected);
  const values = async () => (await rangeOf(sources, ALL)).map(({ value }) => value);
  const whole = expected.map(({ value }) => value);
  expect(await values()).toEqual(whole);

  const racing: Promise<number[]>[] = [];
  const consumer = consumerOf({
    async settle(taken) {
      // One query reads the tail before the block is there and the store after it was dropped from the tail.
      racing.push(values());
      const result = await readings.settle(taken);
      expect(await values()).toEqual(whole);
      racing.push(values());
      return result;
    },
  });
  clock.advance(3 * HOUR);
  await consumer.settleDue();
  racing.push(values());
  for (const found of await Promise.all(racing)) expect(found).toEqual(whole);
  expect(tail.size()).toBeGreaterThan(0);
  expect(tail.size()).toBeLessThan(50);
});

test('a query misses nothing when all of it is settled just before or just after it reads the store', async () => {
  const { consumer, readings, tail, arrive } = await stores();
  const late: ReadingSources['readings'] = {
    range: (query) => consumer.settleAll().then(() => readings.range(query)),
    before: (series, t) => consumer.settleAll().then(() => readings.before(series, t)),
  };
  const early: ReadingSources['readings'] = {
    range: (query) => readings.range(query).finally(() => consumer.settleAll()),
    before: (series, t) => readings.before(series, t).finally(() => consumer.settleAll()),
  };
  let seq = 0;
  for (const store of [late, early]) {
    await arrive(at(++seq, START + seq), at(++seq, START + seq));
    expect(await rangeOf({ readings: store, tail }, ALL)).toHaveLength(seq);
    expect(tail.size()).toBe(0);
    await arrive(at(++seq, START + seq));
    expect(await newestBeforeOf({ readings: store, tail }, 1, START + HOUR)).toMatchObject({ value: seq });
    expect(tail.size()).toBe(0);
  }
});

test('a query has each time once, the tail winning, and its limit counts over both', async () => {
  const { consumer, readings, tail, arrive } = await stores();
  await arrive(at(1, START), at(2, START + 20), at(3, START + 40));
  await consumer.settleAll();
  await arrive(at(4, START + 10), at(5, START + 20), at(6, START + 50));
  const values = async (limit: number) =>
    (await rangeOf({ readings, tail }, { ...ALL, limit })).map(({ value }) => value);
  expect(await values(100)).toEqual([1, 4, 5, 3, 6]);
  for (let limit = 0; limit <= 5; limit += 1) expect(await values(limit)).toEqual([1, 4, 5, 3, 6].slice(0, limit));
  const before = async (t: number) => (await newestBeforeOf({ readings, tail }, 1, t))?.value;
  expect(await before(START + 100)).toBe(6);
  expect(await before(START + 50)).toBe(3);
  expect(await before(START + 21)).toBe(5);
  expect(await before(START + 10)).toBe(1);
  expect(await before(START)).toBeUndefined();
});

test('in a flood that does not end each round ends, as hours are computed behind it, and the next has begun', async () => {
  const { consumerOf, tail } = await stores({ bound: 2 });
  let seq = 0;
  const arrive = () => tail.append(packArrivals([1, 2, 3].map(() => at(++seq, START + seq))));
  let rounds = 0;
  const consumer = consumerOf({
    async settle() {
      rounds += 1;
      await new Promise((resolve) => setImmediate(resolve));
      arrive();
      return { conflicts: 0, duplicates: 0, spoilt: 0 };
    },
  });
  arrive();
  expect(await consumer.settleDue()).toMatchObject({ readings: 3 });
  await expect.poll(() => rounds).toBeGreaterThan(3);
  await consumer.close();
});
