import { expect, test } from 'vitest';
import type { ReadingsStore } from '../../../../ingest/stores/readings/types.ts';
import type { StoredReading } from '../../../../ingest/stores/readings/stored.ts';
import { HOUR, reading, START } from '../fixtures/rows.ts';
import { packSettlements } from '../../../../ingest/stores/packed.ts';

const ALL = { from: 0, to: 8_000_000_000_000, limit: 1_000_000 };

/** What tells a store in a file of ours from one that replaces without a word. */
export interface StoreTraits {
  /** It says what was there already, keeps its first receipt, and forgets by the hour when it is told to. */
  readonly looks: boolean;
}

/** What every readings store has to do. `open` gives an empty one that its test need not close. */
export function readingsSuite(
  name: string,
  open: () => Promise<ReadingsStore>,
  { looks }: StoreTraits = { looks: true },
): void {
  const settled = (counts: { conflicts: number; duplicates: number }) => ({
    ...(looks ? counts : { conflicts: 0, duplicates: 0 }),
    spoilt: 0,
  });
  const every = (seconds: number, count: number, from = START): StoredReading[] =>
    Array.from({ length: count }, (_, at) =>
      reading(from + at * seconds * 1_000, Math.round(420 + 5 * Math.sin(at)) / 10),
    );

  test(`${name}: what was settled is read back as it was, series apart`, async () => {
    const store = await open();
    const rich: StoredReading[] = [
      reading(START, 42.3),
      reading(START + 1, -0.5, {
        quality: 'suspect',
        reason: 'rate',
        receivedAt: START + 90_000_000,
        backfilled: true,
      }),
      reading(START + 2, 95.01, {
        quality: 'bad',
        reason: 'out_of_range',
        claimedTime: 1_000,
        receivedAt: START - 60_000,
      }),
    ];
    await store.settle(
      packSettlements([
        { series: 1, readings: rich },
        { series: 2, readings: [reading(START, 7)] },
      ]),
    );
    expect(await store.range({ series: 1, ...ALL })).toEqual(rich);
    expect(await store.range({ series: 2, ...ALL })).toEqual([reading(START, 7)]);
    expect(await store.range({ series: 3, ...ALL })).toEqual([]);
  });

  test(`${name}: a range takes its start, leaves its end, and is whole over the borders of hours`, async () => {
    const store = await open();
    const readings = every(600, 30, START - 7_200_000);
    await store.settle(packSettlements([{ series: 1, readings }]));
    const from = START - 3_600_000;
    const to = START + 3_600_000;
    expect(await store.range({ series: 1, from, to, limit: 1_000 })).toEqual(
      readings.filter(({ t }) => t >= from && t < to),
    );
    expect(await store.range({ series: 1, from: from + 1, to: to + 1, limit: 1_000 })).toEqual(
      readings.filter(({ t }) => t > from && t <= to),
    );
    expect(await store.range({ series: 1, from, to: from, limit: 1_000 })).toEqual([]);
    expect(await store.range({ series: 1, from: to, to: from, limit: 1_000 })).toEqual([]);
  });

  test(`${name}: a limit gives the first ones, whatever its size`, async () => {
    const store = await open();
    const readings = every(1, 20_000);
    await store.settle(packSettlements([{ series: 1, readings }]));
    for (const limit of [0, 1, 3_600, 8_191, 8_192, 8_193, 16_384, 19_999, 20_000, 20_001]) {
      expect(await store.range({ series: 1, ...ALL, limit })).toEqual(readings.slice(0, limit));
    }
  });

  test(`${name}: many sparse hours are one range`, async () => {
    const store = await open();
    const readings = every(3_600, 300);
    await store.settle(packSettlements([{ series: 1, readings }]));
    expect(await store.range({ series: 1, ...ALL })).toEqual(readings);
  });

  test(`${name}: late readings join their hour, in any order`, async () => {
    const store = await open();
    const readings = every(10, 720);
    await store.settle(packSettlements([{ series: 1, readings: readings.filter((_, at) => at % 3 === 0) }]));
    await store.settle(packSettlements([{ series: 1, readings: readings.filter((_, at) => at % 3 === 1).reverse() }]));
    await store.settle(packSettlements([{ series: 1, readings: readings.filter((_, at) => at % 3 === 2) }]));
    expect(await store.range({ series: 1, ...ALL })).toEqual(readings);
  });

  test(`${name}: settling the same again changes nothing and counts duplicates`, async () => {
    const store = await open();
    const settlement = [{ series: 1, readings: every(10, 500) }];
    expect(await store.settle(packSettlements(settlement))).toEqual(settled({ conflicts: 0, duplicates: 0 }));
    expect(await store.settle(packSettlements(settlement))).toEqual(settled({ conflicts: 0, duplicates: 500 }));
    const later = every(10, 500).map((one) => ({ ...one, receivedAt: one.receivedAt + 5_000 }));
    expect(await store.settle(packSettlements([{ series: 1, readings: later }]))).toEqual(
      settled({ conflicts: 0, duplicates: 500 }),
    );
    expect(await store.range({ series: 1, ...ALL })).toEqual(looks ? every(10, 500) : later);
  });

  test(`${name}: another value at the same time replaces and is a conflict, also within one settlement`, async () => {
    const store = await open();
    const first = { series: 1, readings: [reading(START, 40), reading(START + 10_000, 41), reading(START, 42)] };
    expect(await store.settle(packSettlements([first]))).toEqual(settled({ conflicts: 1, duplicates: 0 }));
    expect(await store.settle(packSettlements([{ series: 1, readings: [reading(START + 10_000, 43)] }]))).toEqual(
      settled({ conflicts: 1, duplicates: 0 }),
    );
    expect(await store.range({ series: 1, ...ALL })).toEqual([reading(START, 42), reading(START + 10_000, 43)]);
    expect(
      await store
        .settle(packSettlements([first]))
        .then(() => store.range({ series: 1, from: START, to: START + 1, limit: 9 })),
    ).toEqual([reading(START, 42)]);
  });

  test(`${name}: the same value graded anew replaces and is no conflict`, async () => {
    const store = await open();
    await store.settle(packSettlements([{ series: 1, readings: [reading(START, 40), reading(START + 1, 40)] }]));
    const regraded = reading(START, 40, { quality: 'suspect', reason: 'spike' });
    expect(await store.settle(packSettlements([{ series: 1, readings: [regraded] }]))).toEqual(
      settled({ conflicts: 0, duplicates: 0 }),
    );
    expect(await store.range({ series: 1, ...ALL })).toEqual([regraded, reading(START + 1, 40)]);
  });

  test(`${name}: the newest before a time is found in its hour, in an earlier one, or not at all`, async () => {
    const store = await open();
    const readings = [reading(START - 5 * HOUR, 1), reading(START + 100, 2), reading(START + 200, 3)];
    await store.settle(
      packSettlements([
        { series: 1, readings },
        { series: 2, readings: [reading(START - 1, 9)] },
      ]),
    );
    expect(await store.before(1, START + 10 * HOUR)).toEqual(readings[2]);
    expect(await store.before(1, START + 200)).toEqual(readings[1]);
    expect(await store.before(1, START + 100)).toEqual(readings[0]);
    expect(await store.before(1, START)).toEqual(readings[0]);
    expect(await store.before(1, START - 5 * HOUR)).toBeUndefined();
    expect(await store.before(4, START)).toBeUndefined();
  });

  if (looks) {
    test(`${name}: whole hours are forgotten, of every series, the rest stays`, async () => {
      const store = await open();
      const readings = every(1_800, 20);
      const all = Array.from({ length: 450 }, (_, at) => ({ series: at + 1, readings }));
      await store.settle(packSettlements(all));
      await store.expire(START + 3 * HOUR + 1);
      const kept = readings.filter(({ t }) => t >= START + 3 * HOUR);
      for (const series of [1, 200, 201, 450]) expect(await store.range({ series, ...ALL })).toEqual(kept);
      await store.expire(START + 100 * HOUR);
      expect(await store.range({ series: 450, ...ALL })).toEqual([]);
    });
  }

  test(`${name}: reads answer while a large settlement is under way, with the state before or after it`, async () => {
    const store = await open();
    const readings = every(1, 3_600);
    const settling = store.settle(
      packSettlements(Array.from({ length: 20 }, (_, at) => ({ series: at + 1, readings }))),
    );
    const seen = await Promise.all(Array.from({ length: 20 }, (_, at) => store.range({ series: at + 1, ...ALL })));
    for (const found of seen) {
      // A server makes a request of many lines visible as it gets through it.
      if (looks) expect([0, 3_600]).toContain(found.length);
      else expect(found).toEqual(found.map(({ t }) => readings[(t - START) / 1_000]));
    }
    await settling;
    expect(await store.range({ series: 20, ...ALL })).toEqual(readings);
  });
}
