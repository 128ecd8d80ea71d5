import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { createConsumer } from '../../../../ingest/stores/consumer.ts';
import { openLedger, openLedgerReader } from '../../../../ingest/stores/ledger/index.ts';
import { openSqliteReadings } from '../../../../ingest/stores/readings/sqlite.ts';
import type { SpoiltBlock } from '../../../../ingest/stores/readings/stored.ts';
import { createTail } from '../../../../ingest/stores/tail.ts';
import { DrivenClock } from '../../../driven-clock.ts';
import { arrival, HOUR, reading, START, temporaryFolder } from '../fixtures/rows.ts';
import { packArrivals, packSettlements } from '../../../../ingest/stores/packed.ts';

const ALL = { series: 1, from: 0, to: 8_000_000_000_000, limit: 100_000 };
const hour = START / HOUR;
const hourly = Array.from({ length: 600 }, (_, at) =>
  reading(START + at * 60_000, Math.round(420 + 9 * Math.sin(at)) / 10),
);

async function openIn(folder: string) {
  const file = join(folder, 'readings.db');
  const reports: SpoiltBlock[] = [];
  const store = await openSqliteReadings({ file, onSpoilt: (block) => void reports.push(block) });
  onTestFinished(() => store.close());
  /** By a connection that shares no code with the store. */
  const withFile = <T>(work: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(file);
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  const flip = (ofHour: number, byte: number): Uint8Array =>
    withFile((db) => {
      const { data } = db.prepare('SELECT data FROM block WHERE series = 1 AND hour = ?').get(ofHour) ?? {};
      if (!(data instanceof Uint8Array)) throw new Error('no block');
      const spoilt = data.slice();
      spoilt[byte] = (spoilt[byte] ?? 0) ^ 8;
      db.prepare('UPDATE block SET data = ? WHERE series = 1 AND hour = ?').run(spoilt, ofHour);
      return spoilt;
    });
  const aside = () =>
    withFile((db) => db.prepare('SELECT series, hour, count, reason, data FROM spoilt_block ORDER BY id').all());
  return { file, store, reports, flip, aside };
}

test('a spoilt block is set aside with its bytes and the reason, and what comes for its hour is written', async () => {
  const { store, reports, flip, aside } = await openIn(temporaryFolder());
  await store.settle(packSettlements([{ series: 1, readings: hourly }]));
  const bytes = flip(hour + 3, 40);
  const late = reading(START + 3 * HOUR + 500, 41.5, { backfilled: true });
  const other = reading(START + 4 * HOUR + 500, 41.5, { backfilled: true });
  expect(await store.settle(packSettlements([{ series: 1, readings: [late, other] }]))).toEqual({
    conflicts: 0,
    duplicates: 0,
    spoilt: 1,
  });
  const reason: unknown = expect.stringContaining('spoilt');
  expect(reports).toEqual([{ series: 1, hour: hour + 3, count: 60, reason, setAside: true }]);
  expect(aside()).toEqual([{ series: 1, hour: hour + 3, count: 60, reason, data: bytes }]);
  const inHour = ({ t }: { t: number }) => Math.floor(t / HOUR) === hour + 3;
  const expected = [...hourly.filter((one) => !inHour(one)), late, other].sort((a, b) => a.t - b.t);
  expect(await store.range(ALL)).toEqual(expected);
  expect(await store.settle(packSettlements([{ series: 1, readings: [late] }]))).toEqual({
    conflicts: 0,
    duplicates: 1,
    spoilt: 0,
  });
});

test('a query passes over what cannot be read, wherever it is spoilt, and tells of each block once', async () => {
  const { store, reports, flip } = await openIn(temporaryFolder());
  await store.settle(packSettlements([{ series: 1, readings: hourly }]));
  const places = [0, 1, 2, 6, 30];
  places.forEach((byte, at) => flip(hour + at * 2, byte));
  const whole = hourly.filter(({ t }) => (Math.floor(t / HOUR) - hour) % 2 === 1);
  expect(await store.range(ALL)).toEqual(whole);
  expect(await store.range(ALL)).toEqual(whole);
  expect(await store.range({ ...ALL, limit: 70 })).toEqual(whole.slice(0, 70));
  expect(reports.map((block) => block.hour)).toEqual(places.map((_, at) => hour + at * 2));
  for (const { count, reason, setAside } of reports) {
    expect({ count, setAside }).toEqual({ count: 60, setAside: false });
    expect(reason).toMatch(/version|spoilt/);
  }
});

test('the newest before a time comes from the newest block that can be read', async () => {
  const { store, reports, flip } = await openIn(temporaryFolder());
  await store.settle(packSettlements([{ series: 1, readings: hourly }]));
  for (const at of [7, 8]) flip(hour + at, 10);
  expect(await store.before(1, START + 8 * HOUR + 1_800_000)).toEqual(hourly[7 * 60 - 1]);
  expect(reports).toHaveLength(2);
  for (let at = 0; at < 7; at += 1) flip(hour + at, 10);
  expect(await store.before(1, START + 8 * HOUR + 1_800_000)).toBeUndefined();
});

test('spoilt blocks go when their hours are forgotten', async () => {
  const { store, flip, aside } = await openIn(temporaryFolder());
  await store.settle(packSettlements([{ series: 1, readings: hourly }]));
  for (const at of [2, 5]) {
    flip(hour + at, 10);
    await store.settle(packSettlements([{ series: 1, readings: [reading(START + at * HOUR + 1, 40)] }]));
  }
  await store.expire(START + 4 * HOUR);
  expect(aside().map((row) => row['hour'])).toEqual([hour + 5]);
});

test('a spoilt block no longer keeps the log from draining', async () => {
  const folder = temporaryFolder();
  const { store, flip } = await openIn(folder);
  const file = join(folder, 'ledger.db');
  const ledger = await openLedger({ file });
  const reader = openLedgerReader({ file });
  onTestFinished(async () => {
    reader.close();
    await ledger.close();
  });
  const tail = createTail();
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const consumer = createConsumer({ ledger, readings: store, tail, clock: new DrivenClock(START), onError });
  const arrive = async (seq: number) => {
    const one = arrival(seq, { value: seq });
    await ledger.commit({ at: START, arrivals: packArrivals([one]) });
    tail.append(packArrivals([one]));
  };
  await arrive(1);
  await consumer.settleAll();
  flip(hour, 3);
  await arrive(2);
  expect(await consumer.settleAll()).toEqual({ readings: 1, conflicts: 0, duplicates: 0, spoilt: 1 });
  expect(errors).toEqual([]);
  expect(reader.load().arrivals).toEqual([]);
  expect((await store.range(ALL)).map(({ value }) => value)).toEqual([2]);
});
