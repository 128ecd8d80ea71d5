import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runCopy } from '../../app/copy/run.ts';
import { systemClock } from '../../app/clock.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import { openBlocks } from '../../ingest/stores/copy/blocks.ts';
import { copyReadings } from '../../ingest/stores/copy/copy.ts';
import { NO_LOG, openCopyLog } from '../../ingest/stores/copy/log.ts';
import { openCopyState } from '../../ingest/stores/copy/state.ts';
import { openInfluxReadings } from '../../ingest/stores/influx/store.ts';
import { openStores, type Stores } from '../../ingest/stores/open.ts';
import type { StoredReading } from '../../ingest/stores/readings/stored.ts';
import { createSeriesDirectory } from '../../ingest/stores/series-directory.ts';
import { influx2Missing, startInflux2, type Influx2 } from '../servers/influx2.ts';
import { packArrivals, packSettlements } from '../../ingest/stores/packed.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 20);
const DAYS = 4;
const name = (text: string) => ({ zh: text, en: text });

const registry: SiteRegistry = {
  site: 'mine',
  name: name('Mine'),
  timezone: 'Asia/Shanghai',
  areas: [{ id: 'bath', name: name('Bath') }],
  points: [{ id: 'pool', area: 'bath', name: name('Pool'), role: 'pool' }],
  devices: [{ id: 'one', name: name('One') }],
  bindings: [{ device: 'one', metric: 'water_temperature', point: 'pool', interval: 60 }],
};
const SERIES = [
  { id: 1, site: 'mine', owner: { kind: 'point', id: 'pool' }, metric: 'water_temperature' },
  { id: 2, site: 'mine', owner: { kind: 'device', id: 'one' }, metric: 'humidity.roof' },
] as const;
const ALL = { from: 0, to: START + 100 * DAY, limit: 1_000_000 };

let influx: Influx2;
beforeAll(async () => {
  if (influx2Missing === undefined) influx = await startInflux2();
});
afterAll(() => (influx2Missing === undefined ? influx.close() : undefined));

/** Readings of every kind: suspect, bad, late, dated by receipt; every ten minutes. */
function history(seed: number): StoredReading[] {
  return Array.from({ length: (DAYS * DAY) / 600_000 }, (_, at): StoredReading => {
    const t = START + at * 600_000 + seed;
    const usual = { t, value: Math.round(420 + 30 * Math.sin(at + seed)) / 10, receivedAt: t + (at % 3) * 40 };
    const good = { ...usual, quality: 'good', reason: null, backfilled: false, claimedTime: null } as const;
    if (at % 11 === 0) return { ...good, quality: 'suspect', reason: 'rate' };
    if (at % 13 === 0) return { ...good, value: 1234.5, quality: 'bad', reason: 'out_of_range', backfilled: true };
    return at % 17 === 0 ? { ...good, claimedTime: 1_000 } : good;
  });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fw-copy-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function system(dataDir: string): Promise<Stores> {
  const stores = await openStores({ dataDir, clock: systemClock() });
  onTestFinished(() => stores.close());
  await stores.ledger.commit({ at: START, registry: [registry], series: SERIES });
  for (const { id } of SERIES) await stores.readings.settle(packSettlements([{ series: id, readings: history(id) }]));
  return stores;
}

/** The store as the system would have it. */
async function influxStore(bucket: string) {
  const directory = createSeriesDirectory();
  directory.learn(SERIES);
  directory.locate(() => 'bath');
  const { url, token, org } = influx;
  const settings = { url, token, org, bucket, username: null, password: null, retention: 730 * DAY };
  const store = await openInfluxReadings({ settings, directory, clock: systemClock() });
  onTestFinished(() => store.close());
  return store;
}

function copier(dataDir: string, bucket: string) {
  const { url, token, org } = influx;
  const env = { DATA_DIR: dataDir, INFLUX_URL: url, INFLUX_TOKEN: token, INFLUX_ORG: org, INFLUX_BUCKET: bucket };
  return async (from: string, to: string) => {
    const said: string[] = [];
    const tools = { env, version: '0', now: () => Date.now(), out: (line: string) => void said.push(line) };
    return { code: await runCopy(['--from', from, '--to', to], tools), said: said.join('\n') };
  };
}

test.skipIf(influx2Missing)(
  'a history goes to InfluxDB beside the running system, only what changed goes again, and all of it comes back the same',
  async () => {
    await influx.createBucket('moved');
    const dataDir = folder();
    const stores = await system(dataDir);
    const store = await influxStore('moved');
    const copy = copier(dataDir, 'moved');
    const total = SERIES.length * history(1).length;

    expect(await copy('data', 'influx')).toMatchObject({
      code: 0,
      said: expect.stringMatching(new RegExp(`8 days of 2 series: ${total} readings copied, 0 there already`)),
    });
    for (const { id } of SERIES) expect(await store.range({ series: id, ...ALL })).toEqual(history(id));

    // One value is corrected here, another one there: each end's newer one counts. A correction may change nothing but
    // a few bits of its block.
    const [first, second] = history(1);
    if (first === undefined || second === undefined) throw new Error('no history');
    const corrected = { ...first, value: first.value - 0.1, receivedAt: first.receivedAt + DAY };
    const newer = { ...second, value: 41.5, receivedAt: second.receivedAt + 2 * DAY };
    await stores.readings.settle(packSettlements([{ series: 1, readings: [corrected] }]));
    await store.write([{ series: 1, readings: [newer] }]);
    const again = await copy('data', 'influx');
    expect(again.said).toMatch(
      /: 1 readings copied, 142 there already\.\n7 days were copied and checked before .*\n1 readings were there in a newer/,
    );
    expect((await store.range({ series: 1, ...ALL })).slice(0, 3)).toEqual([corrected, newer, history(1)[2]]);

    // The way back, with the ledger of the system and without its readings.
    await expect(copy('influx', 'data')).rejects.toThrow(/Another Facility Watch is running/);
    await stores.close();
    const elsewhere = folder();
    copyFileSync(join(dataDir, 'ledger.db'), join(elsewhere, 'ledger.db'));
    expect((await copier(elsewhere, 'moved')('influx', 'data')).code).toBe(0);
    const back = openBlocks(join(elsewhere, 'readings.db'));
    expect(await back.read(1, ALL.from, ALL.to)).toEqual([corrected, newer, ...history(1).slice(2)]);
    expect(await back.read(2, ALL.from, ALL.to)).toEqual(history(2));
    back.close();
  },
);

test.skipIf(influx2Missing)(
  'a copy that is cut off goes on where it was, and one that lost readings on the way says so',
  async () => {
    await influx.createBucket('cut');
    const dataDir = folder();
    await system(dataDir);
    const influxReadings = await influxStore('cut');
    const source = openBlocks(join(dataDir, 'readings.db'));
    const state = openCopyState(join(dataDir, 'copied.db'), 'there');
    onTestFinished(() => {
      source.close();
      state.close();
    });
    let loses = 0;
    const target = {
      read: (series: number, from: number, to: number) => influxReadings.range({ series, from, to, limit: 1_000_000 }),
      write(series: number, readings: readonly StoredReading[]) {
        return influxReadings.write([{ series, readings: readings.slice(loses) }]);
      },
    };
    const options = { series: SERIES.map(({ id }) => id), source, target, state, log: NO_LOG };
    const cut = await copyReadings({ ...options, onDay: ({ days }) => days < 3 });
    expect([cut.days, cut.written]).toEqual([3, 3 * 144]);
    loses = 2;
    const lossy = await copyReadings({ ...options, onDay: ({ days }) => days < 4 });
    expect(lossy).toMatchObject({ skipped: 3, wrong: [{ series: 1, missing: 2 }] });
    loses = 0;
    const rest = await copyReadings({ ...options, onDay: () => true });
    expect(rest).toMatchObject({ days: 8, skipped: 3, written: 2 + 4 * 144, there: 142, wrong: [] });
    for (const { id } of SERIES) expect(await influxReadings.range({ series: id, ...ALL })).toEqual(history(id));
  },
);

const blocksOf = (dataDir: string) => {
  const db = new DatabaseSync(join(dataDir, 'readings.db'), { readOnly: true });
  try {
    return db
      .prepare('SELECT hour, count, first_t, last_t, length(data) AS size FROM block ORDER BY series, hour')
      .all();
  } finally {
    db.close();
  }
};

test.skipIf(influx2Missing)(
  'a corrected value goes again, also where its block has the size that it had; what the bucket does not keep is not done, and goes when it keeps more',
  async () => {
    const now = Date.now();
    await influx.createBucket('short', Math.ceil((now - START - 2 * DAY) / 1_000));
    const dataDir = folder();
    const stores = await system(dataDir);
    const copy = copier(dataDir, 'short');
    const first = await copy('data', 'influx');
    expect(first.code).toBe(0);
    expect(first.said).toMatch(/NOT COPIED: 57\d readings are older than the target keeps/);
    expect(first.said).not.toContain('Every day');

    const before = blocksOf(dataDir);
    const last = history(1).at(-1);
    if (last === undefined) throw new Error('no history');
    const corrected = { ...last, value: Math.round(10 * last.value - 1) / 10 };
    await stores.readings.settle(packSettlements([{ series: 1, readings: [corrected] }]));
    expect(blocksOf(dataDir)).toEqual(before);
    await influx.changeBucket('short', { retentionSeconds: (36_500 * DAY) / 1_000 });
    const second = await copy('data', 'influx');
    expect(second.code).toBe(0);
    expect(second.said).toMatch(/57\d readings copied/);
    expect(second.said).toContain('Every day was read back and is the same');
    const store = await influxStore('short');
    expect(await store.range({ series: 1, ...ALL })).toEqual([...history(1).slice(0, -1), corrected]);
    expect(await store.range({ series: 2, ...ALL })).toEqual(history(2));
    expect((await copy('data', 'influx')).said).toMatch(/\n8 days were copied and checked before .*\nEvery day/);
  },
);

test.skipIf(influx2Missing)(
  'what the server refuses for its type is said in its words and fails the command, each time until that is mended',
  async () => {
    await influx.createBucket('typed');
    const dataDir = folder();
    await system(dataDir);
    const at = `${START + 1}`;
    await influx.write(`readings,area=bath,point=pool,site=mine water_temperature="somebody's" ${at}`, 'typed');
    const copy = copier(dataDir, 'typed');
    const refused = await copy('data', 'influx');
    expect(refused.code).toBe(1);
    expect(refused.said).toMatch(/NOT COPIED: the target refused \d+ readings: .*water_temperature.*type string/);
    expect(refused.said).not.toContain('Every day');
    const again = await copy('data', 'influx');
    expect([again.code, again.said]).toEqual([1, expect.stringMatching(/ 0 readings copied/)]);
  },
);

test.skipIf(influx2Missing)(
  'what a running system forwards in the middle of a copy is not replaced, and what its log holds is left to it',
  async () => {
    await influx.createBucket('beside');
    const dataDir = folder();
    const { ledger } = await system(dataDir);
    const store = await influxStore('beside');
    const source = openBlocks(join(dataDir, 'readings.db'));
    const state = openCopyState(join(dataDir, 'copied.db'), 'there');
    const log = openCopyLog({ dataDir, target: store.target, end: () => source.end([1]), now: () => 0 });
    onTestFinished(() => {
      source.close();
      state.close();
    });
    const [first, second, third] = history(1);
    if (first === undefined || second === undefined || third === undefined) throw new Error('no history');
    let seq = 0;
    const arrive = async (reading: StoredReading, value: number): Promise<StoredReading> => {
      const newer = { ...reading, value, receivedAt: reading.receivedAt + DAY };
      seq += 1;
      const { t: sourceTime, ...rest } = newer;
      await ledger.commit({ at: START + 2 * DAY, arrivals: packArrivals([{ ...rest, seq, series: 1, sourceTime }]) });
      return newer;
    };
    /** As the forwarder does it: sent, noted, and let go at once. */
    const forward = async (reading: StoredReading): Promise<void> => {
      await store.write([{ series: 1, readings: [reading] }]);
      const forwarded = [{ stream: 'arrivals', target: store.target, upto: seq } as const];
      await ledger.commit({ at: START + 2 * DAY, forwarded });
      await ledger.trim(seq);
    };
    const waiting = await arrive(third, 43.3);
    let overtaking: StoredReading | undefined;
    const target = {
      read: (series: number, from: number, to: number) => store.range({ series, from, to, limit: 1_000_000 }),
      async write(series: number, readings: readonly StoredReading[]) {
        // Between the read and the write, twice for one time.
        if (overtaking === undefined) {
          await forward(await arrive(second, 41.1));
          await forward((overtaking = await arrive(second, 42.2)));
        }
        return store.write([{ series, readings }]);
      },
    };
    const options = { series: [1], source, target, state, log };
    expect(await copyReadings({ ...options, onDay: () => false })).toMatchObject({
      written: 143,
      waiting: 1,
      wrong: [],
    });
    const day = { series: 1, from: START, to: START + DAY, limit: 1_000 };
    expect(await store.range(day)).toEqual([first, overtaking, ...history(1).slice(3, 144)]);

    // The system brings the rest itself; then the day is whole.
    await store.write([{ series: 1, readings: [waiting] }]);
    log.close();
    const later = openCopyLog({ dataDir, target: store.target, end: () => source.end([1]), now: () => 0 });
    onTestFinished(() => later.close());
    expect(await copyReadings({ ...options, log: later, onDay: () => false })).toMatchObject({ skipped: 0, newer: 2 });
    await ledger.trim(seq);
    expect(await copyReadings({ ...options, log: later, onDay: () => false })).toMatchObject({ skipped: 1 });
  },
);
