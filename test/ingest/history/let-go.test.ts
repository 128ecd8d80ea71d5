import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { DrivenClock } from '../../driven-clock.ts';
import { startRig, type Rig } from '../line/rig.ts';
import { SITE } from '../line/site.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const EVERY = 5 * MINUTE;
/** No reading comes as an hour begins: it begins with the value of the one before. */
const START = Date.parse('2026-11-25T04:02Z');
const FIRST = START - 23 * HOUR;
/** What comes late waits so long for more of it before it is settled. */
const LATE = 30_000;
/** The first hour that is whole. */
const OLD = Date.parse('2026-11-24T06:00Z');
const registry = {
  ...SITE,
  bindings: [{ device: 'probe', metric: 'room_temperature', point: 'room', interval: EVERY / 1_000 }],
};

/** Reports up to now, those of `hours` more, and lets everything be computed that is due. */
async function report(rig: Rig, hours: number): Promise<void> {
  for (let left = (hours * HOUR) / EVERY; left > 0; left -= 1) {
    await rig.values('probe', { room_temperature: 26 }, rig.clock.now().wall);
    rig.clock.advance(EVERY);
    await rig.ingest.drained();
  }
  await rig.ingest.computed();
}

const series = [{ point: 'room', metric: 'room_temperature' }];
async function chart(rig: Rig, from: number, to: number) {
  const found = await rig.ingest.history.chart('mine', { series, from, to, pixels: 800 });
  const { level, rawGone, series: columns } = found ?? expect.fail('no such point');
  return { level, rawGone, missing: columns[0]?.missing.reduce((sum, one) => sum + one, 0) };
}

/** As a program left it that did not note what it let go. */
function forget(dir: string): void {
  const db = new DatabaseSync(join(dir, 'readings.db'));
  db.exec('DROP TABLE let_go; PRAGMA user_version = 5');
  db.close();
}

test.each([
  ['', () => {}],
  [', by an older program', forget],
])('what was let go%s is told by its hours also when readings are kept for longer again', async (_, meanwhile) => {
  const short = await startRig({ registry, clock: new DrivenClock(START - LATE), retention: DAY });
  const times = Array.from({ length: (START - FIRST) / EVERY }, (_, index) => FIRST + index * EVERY);
  await short.publish(
    'probe',
    times.map((ts) => ({ ts, values: { room_temperature: 26 } })),
  );
  // Their hours are computed before they are a day old, however long the computer takes for it.
  short.clock.advance(LATE);
  await short.ingest.drained();
  await short.ingest.computed();
  await report(short, 6);
  const first = await short.stores.readings.range({ series: 1, from: 0, to: START, limit: 1 });
  const since = Math.floor((first[0]?.t ?? 0) / HOUR) * HOUR;
  expect(since).toBeGreaterThan(OLD + HOUR);
  await short.close();

  const { clock, dir } = short;
  meanwhile(dir);
  const rig = await startRig({ registry, clock, dir, retention: 730 * DAY });
  expect(await chart(rig, OLD, OLD + HOUR)).toEqual({ level: 'hours', rawGone: true, missing: 0 });
  expect(await chart(rig, since, since + HOUR)).toMatchObject({ level: 'raw', rawGone: false });
  // Late by a day, for an hour that nobody can compute any more, and for the one whose beginning is gone.
  await rig.values('probe', { room_temperature: 19 }, OLD + 90_000);
  await rig.values('probe', { room_temperature: 26 }, since + 20 * MINUTE);
  await report(rig, 1);
  expect(await chart(rig, OLD, since + HOUR)).toEqual({ level: 'hours', rawGone: true, missing: 0 });
  const course = await rig.ingest.history.course('mine', 'room', { metric: 'room_temperature', from: OLD, to: since });
  expect(course).toMatchObject({ min: 26, missing: 0, since: OLD - HOUR });
  expect(course?.compliance[0]?.coverage).toBe(1);
  await rig.close();
});
