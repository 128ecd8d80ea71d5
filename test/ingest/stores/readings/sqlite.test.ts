import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { COLUMNS } from '../../../../ingest/history/buckets.ts';
import { decodeBlock } from '../../../../ingest/stores/readings/codec/block.ts';
import { openSqliteReadings } from '../../../../ingest/stores/readings/sqlite.ts';
import { HOUR, reading, START, temporaryFolder } from '../fixtures/rows.ts';
import { readingsSuite } from './readings.suite.ts';
import { packSettlements } from '../../../../ingest/stores/packed.ts';

async function openIn(folder: string) {
  const file = join(folder, 'readings.db');
  const store = await openSqliteReadings({ file });
  onTestFinished(() => store.close());
  return { file, store };
}

readingsSuite('SQLite', async () => (await openIn(temporaryFolder())).store);

test('settled readings outlive their store: all is in one file, and another one reads it', async () => {
  const folder = temporaryFolder();
  const first = await openSqliteReadings({ file: join(folder, 'readings.db') });
  await first.settle(packSettlements([{ series: 1, readings: [reading(START, 42)] }]));
  await first.close();
  expect(readdirSync(folder)).toEqual(['readings.db']);
  const { store } = await openIn(folder);
  expect(await store.before(1, START + 1)).toEqual(reading(START, 42));
});

test('a block is one row, whose columns say what it holds', async () => {
  const { file, store } = await openIn(temporaryFolder());
  await store.settle(packSettlements([{ series: 3, readings: [reading(START + HOUR, 2), reading(START + 7, 1)] }]));
  await store.settle(packSettlements([{ series: 3, readings: [reading(START + 5, 0)] }]));
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = db.prepare('SELECT * FROM block ORDER BY hour').all();
  db.close();
  const hour = START / HOUR;
  expect(rows).toMatchObject([
    { series: 3, hour, first_t: START + 5, last_t: START + 7, count: 2 },
    { series: 3, hour: hour + 1, first_t: START + HOUR, last_t: START + HOUR, count: 1 },
  ]);
  const data = rows[0]?.['data'];
  expect(data instanceof Uint8Array && decodeBlock(hour, data).map(({ value }) => value)).toEqual([0, 1]);
});

test('an hour that is settled while it is open is several blocks, and a full one is left as it is', async () => {
  const { file, store } = await openIn(temporaryFolder());
  const readings = Array.from({ length: 1_400 }, (_, at) => reading(START + at * 1_000, at / 10));
  for (let at = 500; at < 1_400; at += 50)
    await store.settle(packSettlements([{ series: 1, readings: readings.slice(at, at + 50) }]));
  // Newest first, as some devices drain what they kept.
  for (let at = 450; at >= 0; at -= 50)
    await store.settle(packSettlements([{ series: 1, readings: readings.slice(at, at + 50) }]));
  const blocks = () => {
    const db = new DatabaseSync(file, { readOnly: true });
    try {
      return db.prepare('SELECT part, count, first_t, last_t FROM block ORDER BY part').all();
    } finally {
      db.close();
    }
  };
  const before = blocks();
  expect(before.map(({ count }) => count)).toEqual([200, 300, 300, 300, 300]);
  before.reduce((one, other) => (expect(other['first_t']).toBeGreaterThan(Number(one['last_t'])), other));

  const all = { series: 1, from: START, to: START + HOUR };
  for (const limit of [1, 299, 301, 1_400])
    expect(await store.range({ ...all, limit })).toEqual(readings.slice(0, limit));
  expect(await store.range({ ...all, from: START + 650_500, limit: 3 })).toEqual(readings.slice(651, 654));
  for (const at of [1, 200, 201, 1_300, 1_400]) {
    expect(await store.before(1, (readings[at - 1]?.t ?? 0) + 1)).toEqual(readings[at - 1]);
  }

  const edges = Float64Array.from({ length: 16 }, (_, at) => START + at * 100_000);
  const countsOf = async () => {
    const summed = await store.buckets?.({ series: 1, recent: new Float64Array(0), edges, holds: [], downtimes: [] });
    return [...(summed?.filter((_, at) => at % COLUMNS === 0) ?? [])];
  };
  const within = (all: readonly { t: number }[]) =>
    [...edges.subarray(1)].map((to) => all.filter(({ t }) => t >= to - 100_000 && t < to).length);
  expect(await countsOf()).toEqual(within(readings));

  // One for each block, between its readings, and one that replaces.
  const late = [...before.map(({ first_t: t }) => reading(Number(t) + 500, 7)), reading(START, 8)];
  expect(await store.settle(packSettlements([{ series: 1, readings: late.toReversed() }]))).toEqual({
    conflicts: 1,
    duplicates: 0,
    spoilt: 0,
  });
  expect(blocks().map(({ count }) => count)).toEqual([201, 301, 301, 301, 301]);
  const found = await store.range({ ...all, limit: 9_999 });
  expect(found).toEqual([...readings.slice(1), ...late].sort((a, b) => a.t - b.t));
  // Somebody looked at the blocks before: they are other ones now.
  expect(await countsOf()).toEqual(within(found));
});

test('a settlement that fails half-way leaves nothing behind and passes later', async () => {
  const { store } = await openIn(temporaryFolder());
  const good = { series: 1, readings: [reading(START, 1)] };
  const bad = { series: 2, readings: [reading(START + 0.25, 1)] };
  await expect(store.settle(packSettlements([good, bad]))).rejects.toMatchObject({
    name: 'ReadingsFailed',
    transient: false,
  });
  expect(await store.before(1, START + 1)).toBeUndefined();
  await store.settle(packSettlements([good]));
  expect(await store.before(1, START + 1)).toEqual(reading(START, 1));
});
