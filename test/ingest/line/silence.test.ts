import { expect, test } from 'vitest';
import { startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

test('a silent device gathers its points under one alarm, after five minutes, and its values become unknown before', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 60, every: 10 });
  await rig.pass(31);
  expect(rig.value('pool')).toMatchObject({ state: 'unknown', value: 43 });
  expect(rig.alarms()).toEqual([]);
  await rig.pass(280);
  expect(rig.alarms()).toMatchObject([{ rule: 'device.offline', subject: { kind: 'device', id: 'gateway' } }]);
  expect(rig.alarms()[0]?.gathers.toSorted()).toEqual(['changing', 'fan', 'pool', 'shower']);
  await rig.report('gateway', WELL, { seconds: 90, every: 10 });
  expect(rig.alarms('device.offline')).toMatchObject([{ state: 'returned_unacknowledged' }]);
  expect(rig.value('pool').state).toBe('inside');
});

test('one missing metric of a device that goes on talking is a "no data" of its own', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  const { 'water_temperature.pool': _, ...rest } = WELL;
  await rig.report('gateway', rest, { seconds: 60, every: 10 });
  expect(rig.alarms()).toMatchObject([{ rule: 'point.no_data', subject: { id: 'pool' }, metric: 'water_temperature' }]);
  await rig.report('gateway', WELL, { seconds: 20, every: 10 });
  expect(rig.alarms('point.no_data')).toMatchObject([{ state: 'returned_unacknowledged' }]);
});

test('three intervals of nothing but bad values are a sensor fault, and the point is unknown', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  await rig.report('gateway', { ...WELL, 'water_temperature.pool': -127 }, { seconds: 60, every: 10 });
  expect(rig.alarms()).toMatchObject([{ rule: 'point.sensor_fault', subject: { id: 'pool' } }]);
  expect(rig.value('pool')).toMatchObject({ state: 'unknown', badReason: 'sentinel', value: 43 });
});

test('a bad value before that only marks the last good one', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  await rig.values('gateway', { ...WELL, 'water_temperature.pool': 127.94 });
  expect(rig.value('pool')).toMatchObject({ state: 'inside', value: 43, badReason: 'sentinel' });
});

test('a point that never reported is awaited and raises nothing', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.pass(900);
  expect(rig.point('pool')).toMatchObject({ awaited: true });
  expect(rig.value('pool').state).toBe('awaited');
  expect(rig.alarms()).toEqual([]);
});

test('silence stops an alarm from clearing: unknown, it stands', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', { ...WELL, 'water_temperature.pool': 38 }, { seconds: 190, every: 10 });
  await rig.pass(3_600);
  expect(rig.alarms('base.water')).toMatchObject([{ state: 'unacknowledged', unknown: true }]);
});

test('a broken connection is offline after its delay; an orderly goodbye waits for silence', async () => {
  const rig = await startRig({ registry: SITE });
  const at = () => rig.clock.now();
  rig.ingest.connection({
    kind: 'connected',
    site: 'mine',
    device: 'lock',
    connection: 1,
    address: '127.0.0.1',
    at: at(),
  });
  rig.ingest.connection({
    kind: 'connected',
    site: 'mine',
    device: 'clock',
    connection: 2,
    address: '127.0.0.1',
    at: at(),
  });
  await rig.pass(2);
  expect(rig.snapshot().devices.find(({ id }) => id === 'lock')?.presence).toBe('online');
  rig.ingest.connection({ kind: 'ended', site: 'mine', device: 'lock', connection: 1, end: 'lost', at: at() });
  rig.ingest.connection({ kind: 'ended', site: 'mine', device: 'clock', connection: 2, end: 'disconnect', at: at() });
  await rig.pass(301);
  expect(rig.alarms()).toMatchObject([{ rule: 'device.offline', subject: { id: 'lock' } }]);
  rig.ingest.connection({
    kind: 'connected',
    site: 'mine',
    device: 'lock',
    connection: 3,
    address: '127.0.0.1',
    at: at(),
  });
  await rig.pass(70);
  expect(rig.alarms('device.offline')).toMatchObject([{ state: 'returned_unacknowledged' }]);
});

test('the late end of a connection that was taken over says nothing of the new one', async () => {
  const rig = await startRig({ registry: SITE });
  const at = rig.clock.now();
  rig.ingest.connection({ kind: 'connected', site: 'mine', device: 'lock', connection: 1, address: 'a', at });
  rig.ingest.connection({ kind: 'connected', site: 'mine', device: 'lock', connection: 2, address: 'b', at });
  rig.ingest.connection({ kind: 'ended', site: 'mine', device: 'lock', connection: 1, end: 'lost', at });
  await rig.pass(400);
  expect(rig.alarms()).toEqual([]);
});
