import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { DrivenClock } from '../../driven-clock.ts';
import { startRig, type Rig } from '../line/rig.ts';
import { SITE } from '../line/site.ts';
import { storedHours } from './stored-hours.ts';

const START = Date.UTC(2026, 10, 25, 4);
const HOUR = 3_600_000;
/** A probe in a dormitory room, which reports every five minutes; its floor is 25 ℃. */
const registry = {
  ...SITE,
  bindings: [{ device: 'probe', metric: 'room_temperature', point: 'room', interval: 300 }],
};
const series = [{ point: 'room', metric: 'room_temperature' }];
const name = { site: 'mine', point: 'room', metric: 'room_temperature' };

/** Hours pass in steps of a reading. */
async function report(rig: Rig, value: number, hours: number): Promise<void> {
  for (let left = hours * 12; left > 0; left -= 1) {
    await rig.values('probe', { room_temperature: value });
    rig.clock.advance(300_000);
    await rig.ingest.drained();
  }
}

test('hours are computed by tick when they are over, readings or none, and judged by the limits of their time', async () => {
  const rig = await startRig({ registry, clock: new DrivenClock(START) });
  await report(rig, 24.5, 2);
  await rig.register({ ...registry, overrides: [{ standard: 'base.dormitory', low: 24 }] });
  await report(rig, 24.5, 1);
  rig.clock.advance(3 * HOUR);
  await rig.ingest.drained();
  await rig.ingest.computed();
  expect(storedHours(rig.dir).map(({ hour, count }) => ({ hour: Number(hour) * HOUR - START, count }))).toEqual([
    { hour: 0, count: 12 },
    { hour: HOUR, count: 12 },
    { hour: 2 * HOUR, count: 12 },
    { hour: 3 * HOUR, count: 0 },
    { hour: 4 * HOUR, count: 0 },
  ]);

  // A late reading in the first hour: that hour is computed again, and still by the limit of that day.
  await rig.values('probe', { room_temperature: 27 }, START + 1_000);
  rig.clock.advance(120_000);
  await rig.ingest.drained();
  await rig.ingest.computed();
  const day = await rig.ingest.history.figures(name, { from: START, to: START + 5 * HOUR });
  expect(day?.standards).toMatchObject([{ standard: 'base.dormitory', out: 2 * 3_600 + 1 - 300 }]);
  expect(storedHours(rig.dir)[0]).toMatchObject({ count: 13 });

  const course = await rig.ingest.history.course('mine', 'room', {
    metric: 'room_temperature',
    from: START,
    to: START + 5 * HOUR,
  });
  expect(course?.limits.map(({ limit, inForce }) => ({ limit, inForce }))).toMatchObject([
    { limit: 25, inForce: [{ from: START }] },
    { limit: 24, inForce: [{ to: START + 5 * HOUR }] },
  ]);
  expect(course?.sensors).toMatchObject([{ device: 'probe', interval: 300, current: true }]);
  expect(course?.alarms.map(({ rule }) => rule)).toContain('base.dormitory');
  // Nobody knows what it was in the last hours: too little to state a share.
  expect(course?.compliance).toMatchObject([{ standard: 'base.dormitory', compliance: null, excursions: 1 }]);
  const [stood] = course?.alarms ?? [];
  // It stands still: up to the end of what was asked.
  expect(course?.compliance[0]?.longest).toBe(5 * 3_600 - ((stood?.raisedAt ?? NaN) - START) / 1_000);
  expect(course?.since).toBe(START);
  expect(course?.compliance[0]?.coverage).toBeLessThan(0.9);
});

test('hours that passed while we did not run are unknown, and computed after the start without a word from anybody', async () => {
  const before = await startRig({ registry, clock: new DrivenClock(START) });
  await report(before, 26, 1);
  const rig = await before.restart({ downMs: 400 * 24 * HOUR });
  rig.clock.advance(60_000);
  await rig.ingest.drained();
  await rig.ingest.computed();
  const end = START + 400 * 24 * HOUR + HOUR;
  const rows = storedHours(rig.dir);
  expect(rows).toHaveLength(400 * 24);
  expect(rows.at(-1)).toMatchObject({ count: 0, good: 0, mean: null });
  const chart = await rig.ingest.history.chart('mine', { series, from: START - HOUR, to: end, pixels: 500 });
  expect(chart).toMatchObject({ level: 'days', width: 24 * HOUR });
  expect(chart?.series[0]?.missing.slice(1, -1)).toEqual(new Array(399).fill(86_400));
  expect(chart?.series[0]?.max.filter((value) => value !== null)).toEqual([26]);
});

test('hours that a disk has spoilt are told from the readings at once, and stored anew', async () => {
  const rig = await startRig({ registry, clock: new DrivenClock(START) });
  await report(rig, 26, 3);
  rig.clock.advance(HOUR);
  await rig.ingest.drained();
  await rig.ingest.computed();
  const figures = () => rig.ingest.history.figures(name, { from: START, to: START + 3 * HOUR });
  const [before, stored] = [await figures(), storedHours(rig.dir)];
  expect(before).toMatchObject({ count: 36, missing: 0 });
  const db = new DatabaseSync(join(rig.dir, 'readings.db'));
  db.exec("UPDATE day_of_hours SET hours = unhex('00')");
  db.close();
  expect(await figures()).toEqual(before);
  await rig.ingest.computed();
  expect(storedHours(rig.dir)).toEqual(stored);
});
