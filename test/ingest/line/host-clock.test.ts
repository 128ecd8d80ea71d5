import { expect, test } from 'vitest';
import { DrivenClock } from '../../driven-clock.ts';
import { startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const cold = { ...WELL, 'water_temperature.outlet': 38 };
const HOUR = 3_600_000;
const OPEN_NOW = { ...SITE, openingHours: [{ from: '11:00', to: '14:00' }] };

test('a host that boots in 1970 goes by the calendar of its last commit: what was open is judged', async () => {
  const before = await startRig({ registry: OPEN_NOW });
  await before.report('gateway', WELL, { seconds: 30, every: 10 });
  const real = before.clock.now().wall;
  const after = await before.restart({ downMs: 0, wall: 5_000 });
  expect(after.snapshot().areas[0]?.mode).toBe('open');
  expect(after.snapshot().site.heating).toBe(true);
  for (let passed = 0; passed < 200_000; passed += 10_000) {
    await after.values('gateway', cold, real + 60_000 + passed);
    await after.pass(10);
  }
  expect(
    after
      .alarms()
      .map(({ rule }) => rule)
      .sort(),
  ).toEqual(['base.water', 'system.clock']);
  expect(after.value('shower')).toMatchObject({ state: 'outside', sourceTime: real + 60_000 + 190_000 });
});

test('readings without a time go on from the last commit while the clock is behind, none in the place of another', async () => {
  const before = await startRig({ registry: SITE });
  await before.report('gateway', WELL, { seconds: 30, every: 10 });
  const real = before.clock.now().wall;
  const after = await before.restart({ downMs: 0, wall: 5_000 });
  await after.report('gateway', WELL, { seconds: 30, every: 10 });
  const query = { metric: 'water_temperature', from: real - HOUR, to: real + HOUR };
  const times = (await after.ingest.query.range('mine', 'pool', query))?.readings.map(({ t }) => t) ?? [];
  expect(times).toHaveLength(6);
  expect(times.slice(3).every((t) => t >= real - 10_000)).toBe(true);
});

test('trust comes back with the right time, and the alarm of the clock returns', async () => {
  const before = await startRig({ registry: SITE });
  await before.report('gateway', WELL, { seconds: 30, every: 10 });
  const after = await before.restart({ downMs: 0, wall: 5_000 });
  await after.report('gateway', WELL, { seconds: 60, every: 10 });
  after.clock.stepWall(before.clock.now().wall + 120_000 - after.clock.now().wall);
  await after.report('gateway', WELL, { seconds: 60, every: 10 });
  expect(after.alarms()).toMatchObject([{ rule: 'system.clock', state: 'returned_unacknowledged' }]);
  expect(after.value('pool').state).toBe('inside');
  expect(after.device('gateway').clockWrong).toBe(false);
});

test('a clock that jumps a day ahead and back blinds nothing on the way where devices have none', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  rig.clock.stepWall(24 * HOUR);
  await rig.report('gateway', WELL, { seconds: 60, every: 10 });
  expect(rig.value('shower').state).toBe('inside');
  rig.clock.stepWall(-24 * HOUR);
  await rig.report('gateway', cold, { seconds: 200, every: 10 });
  expect(rig.value('shower')).toMatchObject({ state: 'outside', value: 38 });
  expect(rig.alarms('base.water')).toHaveLength(1);
  expect(rig.alarms('device.clock')).toEqual([]);
  expect(rig.rows("SELECT kind FROM system_event WHERE kind = 'clock_step'")).toHaveLength(2);
});

test('devices that report within the second of a step back are not called wrong for it', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.values('gateway', WELL, rig.clock.now().wall);
  const real = rig.clock.now().wall;
  rig.clock.stepWall(-HOUR);
  await rig.values('gateway', cold, real + 500);
  await rig.pass(5);
  expect(rig.alarms().map(({ rule }) => rule)).toEqual(['system.clock']);
  expect(rig.value('shower')).toMatchObject({ value: 38, sourceTime: real + 500 });
});

test('messages that waited while commits were slow do not make our clock look wrong', async () => {
  const slow = { ms: 0 };
  const rig = await startRig({
    registry: SITE,
    ledger: (real) => ({
      ...real,
      async commit(batch) {
        if (slow.ms > 0) await new Promise<void>((resolve) => rig.clock.after(slow.ms, resolve));
        return real.commit(batch);
      },
    }),
  });
  await rig.values('gateway', WELL);
  slow.ms = 4_000;
  const first = rig.values('gateway', WELL);
  await rig.clock.run(500, 100);
  // More than one batch takes: the last of them are judged after a commit that is newer than they are.
  const many = Array.from({ length: 2_500 }, () => rig.values('probe', { room_temperature: 26 }));
  let through = false;
  void Promise.all([first, ...many]).then(() => (through = true));
  while (!through) await rig.clock.run(250, 250);
  slow.ms = 0;
  await rig.clock.run(10_000, 250);
  await rig.pass(2);
  expect(rig.rows("SELECT rule FROM alarm WHERE rule = 'system.clock'")).toEqual([]);
});

test('a device whose clock was put right by its own times ends its alarm, also when it sends events only', async () => {
  const rig = await startRig({ registry: SITE });
  const event = (id: string, ts?: number) =>
    rig.publish('lock', { id, kind: 'contact', open: false, ...(ts === undefined ? {} : { ts }) }, { leaf: 'events' });
  await event('a', rig.clock.now().wall + 5 * HOUR);
  expect(rig.alarms('device.clock')).toMatchObject([{ state: 'unacknowledged' }]);
  await rig.pass(10);
  await event('b');
  await rig.pass(1);
  expect(rig.alarms('device.clock')).toMatchObject([{ state: 'unacknowledged' }]);
  await event('c', rig.clock.now().wall);
  await rig.pass(1);
  expect(rig.alarms('device.clock')).toMatchObject([{ state: 'returned_unacknowledged' }]);
});

test('a device with a wrong clock is one alarm, whatever else it sends without a time, and through a start', async () => {
  const rig = await startRig({ registry: SITE });
  const send = async (on: typeof rig) => {
    await on.values('gateway', { 'water_temperature.pool': 43 }, on.clock.now().wall - 2 * HOUR);
    await on.values('gateway', { room_temperature: 26 });
    await on.pass(10);
  };
  for (let round = 0; round < 8; round += 1) await send(rig);
  expect(rig.alarms('device.clock')).toMatchObject([{ state: 'unacknowledged' }]);
  const after = await rig.restart({ downMs: 10_000 });
  for (let round = 0; round < 8; round += 1) await send(after);
  expect(after.alarms('device.clock')).toMatchObject([{ state: 'unacknowledged', unknown: false }]);
  const [alarm] = after.alarms('device.clock');
  expect((await after.ingest.query.journal(alarm?.id ?? 0))?.map(({ what }) => what)).toEqual(['raised', 'known']);
});

test('a clock that is set years ahead does not cost what is stored', async () => {
  const rig = await startRig({ registry: SITE, retention: 7 * 24 * HOUR });
  await rig.values('gateway', WELL);
  const at = rig.clock.now().wall;
  rig.clock.stepWall(400 * 24 * HOUR);
  // Settled, then looked through for what is too old.
  await rig.clock.run(2 * HOUR, 60_000);
  await rig.close();
  const after = await startRig({ registry: SITE, dir: rig.dir, clock: new DrivenClock(at + 3 * HOUR) });
  const query = { metric: 'water_temperature', from: at - HOUR, to: at + HOUR };
  expect((await after.ingest.query.range('mine', 'pool', query))?.readings).toMatchObject([{ t: at, v: 43 }]);
});
