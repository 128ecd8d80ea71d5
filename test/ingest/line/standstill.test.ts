import { expect, test } from 'vitest';
import { systemClock } from '../../../app/clock.ts';
import { startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const HOUR = 3_600_000;
const cold = { ...WELL, 'water_temperature.outlet': 38 };

test('a night asleep is one system event: all is unknown until it reports, nobody is called silent for it', async () => {
  const rig = await startRig({ registry: SITE });
  rig.connect('gateway', 1);
  await rig.report('gateway', WELL, { seconds: 60, every: 10 });
  await rig.report('probe', { room_temperature: 26 }, { seconds: 60, every: 60 });
  await rig.values('gateway', WELL);
  const before = rig.clock.now().wall;
  rig.clock.standStill(8 * HOUR);
  await rig.pass(1);
  expect(rig.alarms()).toEqual([]);
  expect(rig.value('pool')).toMatchObject({ state: 'unknown', unknownSince: before });
  await rig.pass(20);
  await rig.report('gateway', WELL, { seconds: 200, every: 10 });
  // Five minutes of silence make it offline: counted from when we listen again.
  await rig.values('probe', { room_temperature: 26 });
  expect(rig.alarms()).toEqual([]);
  expect(rig.value('pool').state).toBe('inside');
  const told = rig.rows("SELECT kind, detail ->> 'downMs' AS down FROM system_event WHERE kind <> 'started'");
  expect(told).toMatchObject([{ kind: 'stood_still' }]);
  expect(Math.abs(Number(told[0]?.['down']) - 8 * HOUR)).toBeLessThan(2_000);

  // Whoever says nothing more is missed.
  await rig.report('gateway', WELL, { seconds: 500, every: 10 });
  expect(rig.alarms().map(({ subject }) => subject.id)).toEqual(['probe']);
});

test('a delay that was running goes on with what was left of it, once there is a breach again', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', cold, { seconds: 100, every: 10 });
  rig.clock.standStill(HOUR);
  await rig.pass(20);
  expect(rig.alarms()).toEqual([]);
  await rig.report('gateway', cold, { seconds: 60, every: 10 });
  expect(rig.alarms()).toEqual([]);
  await rig.report('gateway', cold, { seconds: 40, every: 10 });
  expect(rig.alarms().map(({ rule }) => rule)).toEqual(['base.water']);
});

test('a few seconds of being held are nothing to speak of', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.values('gateway', WELL);
  rig.clock.standStill(8_000);
  await rig.pass(1);
  expect(rig.value('pool').state).toBe('inside');
  expect(rig.rows("SELECT kind FROM system_event WHERE kind = 'stood_still'")).toEqual([]);
});

test('on Linux the sleep of the machine is time that passed, a clock that was set is not', () => {
  const machine = { wall: 1_764_000_000_000, mono: 5_000, up: 90_000 };
  const clock = systemClock({ wall: () => machine.wall, mono: () => machine.mono, up: () => machine.up });
  const pass = (ms: Partial<typeof machine>) => {
    for (const name of ['wall', 'mono', 'up'] as const) machine[name] += ms[name] ?? 0;
    return clock.now().mono;
  };
  expect(pass({ wall: 1_000, mono: 1_000, up: 1_000 })).toBe(6_000);
  expect(pass({ wall: 8 * HOUR, mono: 10, up: 8 * HOUR })).toBe(6_000 + 8 * HOUR);
  expect(pass({ wall: HOUR, mono: 10, up: 10 })).toBe(6_010 + 8 * HOUR);
  expect(pass({ wall: -HOUR, mono: 1_000, up: 1_000 })).toBe(7_010 + 8 * HOUR);
});
