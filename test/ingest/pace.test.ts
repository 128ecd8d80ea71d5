import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTakeover } from '../../ingest/consume.ts';
import type { Arrival } from '../../ingest/stores/arrival.ts';
import { packArrivals, ROW, type PackedReadings } from '../../ingest/stores/packed.ts';
import type { ReadingsStore } from '../../ingest/stores/readings/types.ts';
import type { SettleResult } from '../../ingest/stores/readings/stored.ts';
import { createTail } from '../../ingest/stores/tail.ts';
import { DrivenClock } from '../driven-clock.ts';

const HOUR = 3_600_000;
/** So many may wait before the line looks at its store. */
const FREE = 1_000_000;
const SLICE = 20_000;

/** A store that takes a slice over when it is told to, and a tail with this many readings that wait for it. */
function flooded(count: number) {
  const clock = new DrivenClock();
  const tail = createTail();
  const { wall } = clock.now();
  const hour = Math.floor(wall / HOUR) * HOUR;
  let seq = 0;
  const arrive = (more: number) => {
    for (const end = seq + more; seq < end;) {
      seq += 1;
      const reading = { value: 42, quality: 'good', reason: null, receivedAt: wall, backfilled: false } as const;
      const arrival: Arrival = { ...reading, seq, series: seq % 1_000, sourceTime: hour + seq, claimedTime: null };
      tail.append(packArrivals([arrival]));
    }
  };
  arrive(count);
  const waiting: (() => void)[] = [];
  const readings: Pick<ReadingsStore, 'settle'> = {
    settle: (rows: PackedReadings) =>
      new Promise<SettleResult>((resolve) => {
        expect(rows.length / ROW).toBeGreaterThanOrEqual(SLICE);
        waiting.push(() => resolve({ conflicts: 0, duplicates: 0, spoilt: 0 }));
      }),
  };
  const { consumer, pace } = createTakeover({
    ...{ clock, tail, arrivals: [], bound: () => 500_000, logLimit: 2_000_000, queued: () => 0, meter: undefined },
    world: { models: { committed: () => undefined } } as never,
    ledger: { trim: () => Promise.resolve() } as never,
    reader: {} as never,
    readings: readings as ReadingsStore,
    directory: {} as never,
    log: { info() {}, warn() {} },
    onError(error) {
      throw error;
    },
    onConflicts() {},
  });
  void consumer.settleDue();
  return {
    ...{ clock, arrive, consumer },
    /** Asks for leave to go on; says whether it was given. */
    ask() {
      const asked = { given: false };
      const leave = pace();
      if (leave === undefined) asked.given = true;
      else void leave.then(() => (asked.given = true));
      return asked;
    },
    /** The slice that is under way is taken over. */
    async takeOver() {
      waiting.shift()?.();
      for (let turns = 0; turns < 5; turns += 1) await turn();
    },
  };
}

test('a line that gives a store more than it takes at one time waits until no more wait than before', async () => {
  const { ask, takeOver, arrive, consumer } = flooded(FREE + 2 * SLICE);
  const first = ask();
  await takeOver();
  expect(first.given).toBe(false);
  await takeOver();
  expect(first.given).toBe(true);
  expect(consumer.waiting()).toBeLessThanOrEqual(FREE);

  // A batch of three slices.
  arrive(3 * SLICE);
  const second = ask();
  for (let slice = 0; slice < 2; slice += 1) await takeOver();
  expect(second.given).toBe(false);
  await takeOver();
  expect(second.given).toBe(true);

  // Below that nobody waits.
  await takeOver();
  expect(ask().given).toBe(true);
});

test('a store that hangs holds the line back for a moment, and its alarms no longer than that', async () => {
  const { ask, clock, arrive } = flooded(FREE + SLICE);
  const asked = ask();
  await clock.run(100, 10);
  expect(asked.given).toBe(false);
  await clock.run(1_000, 10);
  expect(asked.given).toBe(true);
  arrive(500_000);
  const deep = ask();
  await clock.run(900, 10);
  expect(deep.given).toBe(false);
  await clock.run(200, 10);
  expect(deep.given).toBe(true);
});
