import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExportedRow } from '../../../contract/history.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { influx1Missing, startInflux1, type Influx1 } from '../../servers/influx1.ts';
import { startRig, type Rig } from '../line/rig.ts';
import { SITE } from '../line/site.ts';
import { startInfluxRig } from '../stores/forward/influx-rig.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const EVERY = 5 * MINUTE;
/** Ahead of the server outside, which lets readings go by its own clock: here they are let go when the test says so. */
const START = (Math.floor(Date.now() / HOUR) + 1) * HOUR;
/** What the device had kept is so much older; the last hours of it are all that is kept in the end. */
const FIRST = START - 23 * HOUR;
/** What comes late waits so long for more of it before it is settled. */
const LATE = 30_000;
const registry = {
  ...SITE,
  bindings: [{ device: 'probe', metric: 'room_temperature', point: 'room', interval: EVERY / 1_000 }],
};
const series = [{ point: 'room', metric: 'room_temperature' }];
const valueAt = (t: number) => 26 + ((t / EVERY) % 30) / 10;

/** A day of readings, up to now. */
async function live(rig: Rig): Promise<void> {
  const times = Array.from({ length: (START - FIRST) / EVERY }, (_, index) => FIRST + index * EVERY);
  await rig.publish(
    'probe',
    times.map((ts) => ({ ts, values: { room_temperature: valueAt(ts) } })),
  );
  // Their hours are computed before they are a day old, however long the computer takes for it.
  rig.clock.advance(LATE);
  await rig.ingest.drained();
  await rig.ingest.computed();
  await hours(rig, 1);
}

/** Hours in which the probe reports. */
async function hours(rig: Rig, count: number): Promise<void> {
  for (let left = (count * HOUR) / EVERY; left > 0; left -= 1) {
    const ts = rig.clock.now().wall;
    await rig.values('probe', { room_temperature: valueAt(ts) }, ts);
    rig.clock.advance(EVERY);
    await rig.ingest.drained();
  }
  await rig.ingest.computed();
}

/** Everything that the page shows of a range, and the rows of its file. */
async function page(rig: Rig, { from, to, pixels = 800 }: { from: number; to: number; pixels?: number }) {
  const chart = await rig.ingest.history.chart('mine', { series, from, to, pixels });
  const course = await rig.ingest.history.course('mine', 'room', { metric: 'room_temperature', from, to });
  const [columns] = chart?.series ?? [];
  if (chart === undefined || columns === undefined || course === undefined) throw new Error('no such point');
  const rows: ExportedRow[] = [];
  const grain = chart.level === 'raw' ? 'readings' : chart.level;
  for await (const some of rig.ingest.history.rows('mine', { series, from, to, rows: grain }) ?? []) rows.push(...some);
  return { chart, columns, course, rows };
}

/** When readings of the first hours are gone, hours are what is told of them, whole and without a hole. */
async function expectHours(rig: Rig, before: Awaited<ReturnType<typeof page>>): Promise<void> {
  const old = await page(rig, { from: FIRST + 10 * MINUTE, to: FIRST + HOUR + 20 * MINUTE });
  expect(old.chart).toMatchObject({ level: 'hours', width: HOUR, rawGone: true });
  expect(old.chart.edges).toEqual([FIRST, FIRST + HOUR, FIRST + 2 * HOUR]);
  expect(old.columns.mean).toEqual(before.columns.mean.slice(0, 2));
  expect(old.columns.missing).toEqual([0, 0]);
  expect(old.course).toMatchObject({ count: 24, missing: 0, since: FIRST });
  expect(old.course.compliance[0]?.coverage).toBe(1);
  expect(old.rows.map((row) => row.kind === 'stretch' && row.count)).toEqual([12, 12]);

  // Partly gone: one grain throughout, over the border too.
  const mixed = await page(rig, { from: FIRST, to: START });
  expect(mixed.chart).toMatchObject({ level: 'hours', rawGone: true });
  expect(mixed.columns).toEqual(before.columns);
  expect(mixed.course.count).toBe(23 * 12);
  expect(mixed.rows).toHaveLength(23);

  // What is kept is told as it came.
  const young = await page(rig, { from: START, to: START + HOUR });
  expect(young.chart).toMatchObject({ level: 'raw', rawGone: false });
  expect(young.rows).toHaveLength(12);
}

test('what is older than readings are kept is told by hours, on the chart, beside it and in the file', async () => {
  const rig = await startRig({ registry, clock: new DrivenClock(START - LATE), retention: DAY });
  await live(rig);
  const before = await page(rig, { from: FIRST, to: START, pixels: 23 });
  expect(before.chart).toMatchObject({ level: 'hours', rawGone: false });
  expect(before.columns.missing).toEqual(new Array(23).fill(0));

  await hours(rig, 3);
  expect(await rig.stores.readings.range({ series: 1, from: 0, to: FIRST + 2 * HOUR, limit: 10 })).toEqual([]);
  await expectHours(rig, before);
});

describe.skipIf(influx1Missing !== undefined)('with InfluxDB, which keeps readings as long as it was told', () => {
  let server: Influx1;
  beforeAll(async () => {
    server = await startInflux1();
  });
  afterAll(() => server.close());

  test('its retention counts: hours are told, and one that it has let go is never computed from nothing', async () => {
    await server.query('CREATE DATABASE "short" WITH DURATION 24h');
    const { rig, held, until } = await startInfluxRig(server, {
      ...{ registry, clock: new DrivenClock(START - LATE), database: 'short' },
    });
    await live(rig);
    await until(() => rig.ingest.levels().log === 0);
    const before = await page(rig, { from: FIRST, to: START, pixels: 23 });
    expect(before.columns.missing).toEqual(new Array(23).fill(0));

    rig.clock.advance(3 * HOUR);
    await rig.ingest.drained();
    // As the server does it when its own day is over.
    await server.query(`DELETE WHERE time < ${FIRST + 2 * HOUR}ms`, 'short');
    expect(await held(`SELECT count(*) FROM /.*/ WHERE time < ${FIRST + 2 * HOUR}ms`)).toEqual([]);
    await rig.values('probe', { room_temperature: 19 }, FIRST + 90_000);
    await until(() => rig.ingest.levels().log === 0);
    await rig.ingest.computed();
    await expectHours(rig, before);
    // What it did stays known whatever it is told to keep from now on; it is noted each hour.
    expect(rig.stores.blocks.rollups.readingsSince(1)).toBe(START + 3 * HOUR - DAY);
  });
});
