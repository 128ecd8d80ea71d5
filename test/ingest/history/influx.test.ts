import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rollups } from '../../../ingest/stores/rollups.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { influx1Missing, startInflux1, type Influx1 } from '../../servers/influx1.ts';
import { startRig, type Rig } from '../line/rig.ts';
import { SITE } from '../line/site.ts';
import { startInfluxRig, WRITE, type InfluxRig } from '../stores/forward/influx-rig.ts';
import { storedHours } from './stored-hours.ts';

const START = Date.UTC(2026, 10, 25, 4);
const HOUR = 3_600_000;
const EVERY = 600_000;
/** A probe in a dormitory room, which reports every ten minutes; its floor is 25 ℃. */
const registry = {
  ...SITE,
  bindings: [{ device: 'probe', metric: 'room_temperature', point: 'room', interval: EVERY / 1_000 }],
};
const series = [{ point: 'room', metric: 'room_temperature' }];
const name = { site: 'mine', point: 'room', metric: 'room_temperature' };

/** Hours in steps of a reading: a slow wave around the floor, and nothing at all in the third hour. */
async function live(rig: Rig, hours: number): Promise<void> {
  for (let left = (hours * HOUR) / EVERY; left > 0; left -= 1) {
    const at = rig.clock.now().wall;
    const silent = Math.floor((at - START) / HOUR) === 2;
    const value = 25 + Math.round(Math.sin((at - START) / HOUR) * 20) / 10;
    if (!silent) await rig.values('probe', { room_temperature: value }, at);
    rig.clock.advance(EVERY);
    await rig.ingest.drained();
  }
  await rig.ingest.computed();
}

/** Late ones of the first hour, which was computed long ago: a new one, another value for a known time, and a bad one. */
async function late(rig: Rig): Promise<void> {
  await rig.values('probe', { room_temperature: 19.5 }, START + 61_000);
  await rig.values('probe', { room_temperature: 31 }, START + EVERY);
  await rig.values('probe', { room_temperature: 85 }, START + 2 * EVERY + 1_000);
}

describe.skipIf(influx1Missing !== undefined)('with a real InfluxDB behind the line', () => {
  let server: Influx1;
  beforeAll(async () => {
    server = await startInflux1();
  });
  afterAll(() => server.close());

  test('every range, hour and share of compliance is what our own store says, whatever came late', async () => {
    const own = await startRig({ registry, clock: new DrivenClock(START) });
    const outside: InfluxRig = await startInfluxRig(server, { registry, clock: new DrivenClock(START) });
    const both = [own, outside.rig];
    /** All is there; it took the outer one some seconds, which pass for the other too. */
    async function delivered(): Promise<void> {
      await outside.until(() => outside.rig.ingest.levels().log === 0);
      own.clock.advance(outside.rig.clock.now().wall - own.clock.now().wall);
      await own.ingest.drained();
    }
    /** Raw and hours, from server and tail: a moment, the hours that hold both, and days of which most are empty. */
    async function expectTheSame(): Promise<number | null | undefined> {
      const end = START + 5 * HOUR;
      for (const [from, to, pixels] of [
        [START + 30_000, START + HOUR + 30_000, 60],
        [START - HOUR, end, 200],
        [end - 4 * 24 * HOUR, end, 96],
      ] as const) {
        const [ours, theirs] = await Promise.all(
          both.map((rig) => rig.ingest.history.chart('mine', { series, from, to, pixels })),
        );
        expect(ours?.series[0]?.count.some((count) => count > 0)).toBe(true);
        expect(theirs).toEqual(ours);
      }
      const [ours, theirs] = await Promise.all(
        both.map((rig) => rig.ingest.history.figures(name, { from: START, to: end })),
      );
      expect(theirs).toEqual(ours);
      return theirs?.max;
    }

    for (const rig of both) await live(rig, 5);
    await delivered();
    expect(await expectTheSame()).toBeLessThan(31);

    // At once, while what came late is in the log and nowhere else.
    outside.proxy.answer({ status: 503 }, Infinity, WRITE);
    for (const rig of both) await late(rig);
    expect(await expectTheSame()).toBe(31);

    await outside.proxy.pass();
    await delivered();
    for (const rig of both) await live(rig, 2);
    const rows = storedHours(outside.rig.dir);
    expect(rows[0]).toMatchObject({ count: 7, min: 19.5, max: 31 });
    expect(rows[0]?.['bad']).toBeGreaterThan(0);
    expect(rows[2]).toMatchObject({ count: 0 });
    expect(rows).toEqual(storedHours(own.dir));
    expect(await expectTheSame()).toBe(31);
  });

  test('what comes while hours are being marked stays in the log until its own hour is marked', async () => {
    const gates = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()] as const;
    let calls: number | undefined;
    const rollups = (real: Rollups): Rollups => ({
      ...real,
      async note(hours) {
        if (calls === undefined) return real.note(hours);
        const call = (calls += 1);
        if (call > 1) await gates[1].promise;
        await real.note(hours);
        if (call === 1) await gates[0].promise;
      },
    });
    const at = await startInfluxRig(server, { registry, clock: new DrivenClock(START), rollups });
    const inLog = () => at.rig.rows('SELECT source_time FROM arrival').map((row) => row['source_time']);
    await live(at.rig, 2);
    await at.until(() => at.rig.ingest.levels().log === 0);
    const [first, second] = [START + 61_000, START + 62_000];
    calls = 0;
    await at.rig.values('probe', { room_temperature: 19.5 }, first);
    await at.until(() => calls === 1);
    await at.rig.values('probe', { room_temperature: 31 }, second);
    await at.until(() => at.rig.ingest.levels().log === 0);
    // Hours that are over, and what comes late for them, wait for more for less than this.
    await at.rig.pass(90);
    expect(inLog()).toEqual(expect.arrayContaining([first, second]));
    gates[0].resolve(undefined);
    await at.until(() => !inLog().includes(first));
    expect(inLog()).toContain(second);
    gates[1].resolve(undefined);
    await at.until(() => !inLog().includes(second));
  });
});
