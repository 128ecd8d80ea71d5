import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { decodeBlock } from '../../../../ingest/stores/readings/codec/block.ts';
import { openSqliteReadings } from '../../../../ingest/stores/readings/sqlite.ts';
import { HOUR, reading, START, temporaryFolder } from '../fixtures/rows.ts';
import { readingsSuite } from './readings.suite.ts';

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
  await first.settle([{ series: 1, readings: [reading(START, 42)] }]);
  await first.close();
  expect(readdirSync(folder)).toEqual(['readings.db']);
  const { store } = await openIn(folder);
  expect(await store.before(1, START + 1)).toEqual(reading(START, 42));
});

test('an hour of a series is one row, whose columns say what its block holds', async () => {
  const { file, store } = await openIn(temporaryFolder());
  await store.settle([{ series: 3, readings: [reading(START + HOUR, 2), reading(START + 7, 1)] }]);
  await store.settle([{ series: 3, readings: [reading(START + 5, 0)] }]);
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

test('a settlement that fails half-way leaves nothing behind and passes later', async () => {
  const { store } = await openIn(temporaryFolder());
  const good = { series: 1, readings: [reading(START, 1)] };
  const bad = { series: 2, readings: [reading(START + 0.25, 1)] };
  await expect(store.settle([good, bad])).rejects.toMatchObject({ name: 'ReadingsFailed', transient: false });
  expect(await store.before(1, START + 1)).toBeUndefined();
  await store.settle([good]);
  expect(await store.before(1, START + 1)).toEqual(reading(START, 1));
});
