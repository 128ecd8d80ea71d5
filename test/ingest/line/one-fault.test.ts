import { expect, test } from 'vitest';
import { startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const { 'water_temperature.pool': _, ...withoutPool } = WELL;
const dead = { ...WELL, 'water_temperature.pool': -127 };
const standingOf = (alarms: readonly { readonly returnedAt: number | null; readonly rule: string }[]) =>
  alarms.filter(({ returnedAt }) => returnedAt === null).map(({ rule }) => rule);

test('a probe that is dead and then silent is one alarm', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  await rig.report('gateway', dead, { seconds: 60, every: 10 });
  expect(standingOf(rig.alarms())).toEqual(['point.sensor_fault']);
  await rig.report('gateway', withoutPool, { seconds: 120, every: 10 });
  expect(standingOf(rig.alarms())).toEqual(['point.sensor_fault']);
  expect(rig.alarms('point.sensor_fault')).toMatchObject([{ unknown: true }]);
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  expect(standingOf(rig.alarms())).toEqual([]);
});

test('a probe that is silent and then sends nonsense is one alarm, until a value can be believed', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  await rig.report('gateway', withoutPool, { seconds: 60, every: 10 });
  await rig.report('gateway', dead, { seconds: 120, every: 10 });
  expect(standingOf(rig.alarms())).toEqual(['point.no_data']);
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  expect(standingOf(rig.alarms())).toEqual([]);
});

test('a probe that has stood still for an hour is one alarm, and no sensor fault beside it', async () => {
  const rig = await startRig({
    registry: {
      ...SITE,
      bindings: SITE.bindings.map((one) => ({ ...one, ...(one.interval === undefined ? {} : { interval: 60 }) })),
    },
  });
  for (let minute = 0; minute < 75; minute += 1) {
    await rig.values('gateway', { 'water_temperature.pool': 43.21 });
    rig.clock.advance(60_000);
    await rig.ingest.drained();
  }
  expect(standingOf(rig.alarms()).filter((rule) => rule !== 'point.no_data')).toEqual(['point.flatline']);
});

test('a "no data" that stands when its device goes silent too is in doubt, and the device tells of the rest', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  await rig.report('gateway', withoutPool, { seconds: 60, every: 10 });
  await rig.pass(400);
  expect(standingOf(rig.alarms()).sort()).toEqual(['device.offline', 'point.no_data']);
  expect(rig.alarms('point.no_data')).toMatchObject([{ unknown: true }]);
});

test('points of a device that comes back have their own interval before they are missed', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  await rig.pass(400);
  // One metric a message, as gateways do that poll one probe after the other.
  for (const [key, value] of Object.entries(WELL)) {
    await rig.values('gateway', { [key]: value });
    await rig.pass(5);
  }
  await rig.pass(2);
  expect(rig.alarms().filter(({ rule }) => rule.startsWith('point.'))).toEqual([]);
  await rig.report('gateway', withoutPool, { seconds: 60, every: 10 });
  expect(standingOf(rig.alarms('point.no_data'))).toHaveLength(1);
});

test('a cold pool whose gateway falls silent keeps its alarm, in doubt, under that of the gateway', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', { ...WELL, 'water_temperature.pool': 38 }, { seconds: 190, every: 10 });
  await rig.pass(400);
  expect(standingOf(rig.alarms()).sort()).toEqual(['base.water', 'device.offline']);
  expect(rig.alarms('base.water')).toMatchObject([{ unknown: true }]);
});

test('a terminal that is frozen and then gone is in doubt, and frozen again only when it is there and tried', async () => {
  const rig = await startRig({ registry: SITE });
  rig.connect('clock', 1);
  for (let at = 0; at < 130; at += 10) await rig.report('clock', { queue_wait: 0 }, { seconds: 10, every: 10 });
  expect(rig.alarms('terminal.frozen')).toMatchObject([{ unknown: false }]);
  rig.disconnect('clock', 1, 'lost');
  await rig.pass(310);
  expect(standingOf(rig.alarms()).sort()).toEqual(['device.offline', 'terminal.frozen']);
  expect(rig.alarms('terminal.frozen')).toMatchObject([{ unknown: true }]);
  expect(rig.point('terminal').unknownSince).not.toBeNull();
  rig.connect('clock', 2);
  await rig.values('clock', { queue_wait: 0 });
  expect(rig.alarms('terminal.frozen')).toMatchObject([{ unknown: false }]);
});

test('what reports on change is unknown once its device is offline, and not before', async () => {
  const bindings = SITE.bindings.map((one) =>
    one.metric === 'fan_running'
      ? { device: one.device, metric: one.metric, point: one.point, longestSilence: 86_400 }
      : one,
  );
  const rig = await startRig({ registry: { ...SITE, bindings } });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  await rig.pass(200);
  expect(rig.value('fan', 'fan_running').state).toBe('inside');
  await rig.pass(200);
  expect(rig.value('fan', 'fan_running').state).toBe('unknown');
  expect(rig.alarms('device.offline')[0]?.gathers).toContain('fan');
});

test('a device that only sends a backlog is missed after its interval, not at once', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.pass(600);
  await rig.values('probe', { room_temperature: 26 }, rig.clock.now().wall - 3_600_000);
  await rig.pass(100);
  expect(rig.alarms()).toEqual([]);
  expect(rig.value('room', 'room_temperature').state).toBe('unknown');
});

test('a gateway that told of an alarm when it was there gathers only what is silent', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  await rig.pass(310);
  const [alarm] = rig.alarms('device.offline');
  expect(alarm?.gathers).toHaveLength(4);
  for (const id of alarm?.gathers ?? []) expect(rig.point(id).alarm).toBe(alarm?.priority);
});
