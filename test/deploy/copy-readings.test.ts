import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runCopy } from '../../app/copy/run.ts';
import { systemClock } from '../../app/clock.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import { openBlocks } from '../../ingest/stores/copy/blocks.ts';
import { copyReadings } from '../../ingest/stores/copy/copy.ts';
import { openCopyState } from '../../ingest/stores/copy/state.ts';
import { openInfluxReadings } from '../../ingest/stores/influx/store.ts';
import { openStores, type Stores } from '../../ingest/stores/open.ts';
import type { StoredReading } from '../../ingest/stores/readings/types.ts';
import { createSeriesDirectory } from '../../ingest/stores/series-directory.ts';
import { influx2Missing, startInflux2, type Influx2 } from '../servers/influx2.ts';
import { packSettlements } from '../../ingest/stores/packed.ts';

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

    // One value is corrected here, another one there: each end's newer one counts.
    const [first, second] = history(1);
    if (first === undefined || second === undefined) throw new Error('no history');
    const corrected = { ...first, value: 40.5, receivedAt: first.receivedAt + DAY };
    const newer = { ...second, value: 41.5, receivedAt: second.receivedAt + 2 * DAY };
    await stores.readings.settle(packSettlements([{ series: 1, readings: [corrected] }]));
    await store.write([{ series: 1, readings: [newer] }]);
    const again = await copy('data', 'influx');
    expect(again.said).toMatch(
      /: 1 readings copied, 142 there already\.\n7 days were copied and checked before\.\n1 readings were there in a newer/,
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
      async write(series: number, readings: readonly StoredReading[]) {
        const { tooOld, rejected } = await influxReadings.write([{ series, readings: readings.slice(loses) }]);
        return { refused: tooOld + rejected.length };
      },
    };
    const options = { series: SERIES.map(({ id }) => id), source, target, state };
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
