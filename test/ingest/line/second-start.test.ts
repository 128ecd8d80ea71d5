import { expect, test } from 'vitest';
import { startRig, type Rig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const cold = { ...WELL, 'water_temperature.pool': 38.6 };
let counter = 0;
const event = (rig: Rig, device: string, detail: Record<string, unknown>) =>
  rig.publish(device, { id: `s${(counter += 1)}`, ...detail }, { leaf: 'events' });

test('a standing alarm outlives any number of starts, however soon one follows the other', async () => {
  const first = await startRig({ registry: SITE });
  await first.report('gateway', cold, { seconds: 190, every: 10 });
  const [alarm] = first.alarms('base.water');
  const second = await first.restart({ downMs: 1_000 });
  const third = await second.restart({ downMs: 1_000 });
  expect(third.alarms('base.water')).toMatchObject([{ id: alarm?.id, state: 'unacknowledged', unknown: true }]);
  await third.report('gateway', cold, { seconds: 200, every: 10 });
  expect(third.alarms('base.water')).toMatchObject([{ id: alarm?.id, unknown: false }]);
  expect(third.rows("SELECT id, closed_at FROM alarm WHERE rule = 'base.water'")).toMatchObject([{ closed_at: null }]);
});

test('an on-delay that was running goes on over two starts', async () => {
  const first = await startRig({ registry: SITE });
  await first.report('gateway', cold, { seconds: 150, every: 10 });
  const third = await (await first.restart({ downMs: 5_000 })).restart({ downMs: 5_000 });
  await third.report('gateway', cold, { seconds: 50, every: 10 });
  expect(third.alarms('base.water')).toHaveLength(1);
});

test('a door that stood open when we ended goes on with its delay when it is heard again', async () => {
  const before = await startRig({ registry: SITE });
  await event(before, 'lock', { kind: 'contact', open: true });
  await before.pass(10);
  const after = await before.restart({ downMs: 60_000 });
  await after.pass(60);
  expect(after.alarms('door.held_open')).toEqual([]);
  await after.publish('lock', 'online', { leaf: 'status' });
  await after.pass(31);
  expect(after.alarms('door.held_open')).toMatchObject([{ state: 'unacknowledged', unknown: false }]);
});

test('a forced door is in doubt after a start and after a silence, and known again when the door is heard', async () => {
  const before = await startRig({ registry: SITE });
  before.connect('lock', 1);
  await event(before, 'lock', { kind: 'forced', active: true });
  before.disconnect('lock', 1, 'lost');
  await before.pass(2);
  expect(before.alarms('door.forced')).toMatchObject([{ unknown: true }]);
  expect(before.point('door').unknownSince).not.toBeNull();
  before.connect('lock', 2);
  await before.pass(2);
  expect(before.alarms('door.forced')).toMatchObject([{ unknown: false }]);

  const after = await before.restart({ downMs: 60_000 });
  expect(after.alarms('door.forced')).toMatchObject([{ unknown: true }]);
  expect(after.point('door').unknownSince).not.toBeNull();
  after.connect('lock', 1);
  await after.publish('lock', 'online', { leaf: 'status' });
  expect(after.alarms('door.forced')).toMatchObject([{ unknown: false, state: 'unacknowledged' }]);
  expect(after.point('door').unknownSince).toBeNull();
  expect(after.rows("SELECT id FROM alarm WHERE rule = 'door.forced'")).toHaveLength(1);
});

test('a device without an interval that was connected when we ended is offline when it does not come back', async () => {
  const before = await startRig({ registry: SITE });
  before.connect('lock', 1);
  await event(before, 'lock', { kind: 'contact', open: false });
  const after = await before.restart({ downMs: 10_000 });
  await after.pass(290);
  expect(after.alarms('device.offline')).toEqual([]);
  await after.pass(15);
  expect(after.alarms('device.offline')).toMatchObject([{ subject: { id: 'lock' } }]);
});

test('such a device that comes back in time raises nothing', async () => {
  const before = await startRig({ registry: SITE });
  before.connect('lock', 1);
  await event(before, 'lock', { kind: 'contact', open: false });
  before.disconnect('lock', 1, 'ours');
  await before.pass(1);
  const after = await before.restart({ downMs: 10_000 });
  await after.pass(60);
  after.connect('lock', 1);
  await after.pass(400);
  expect(after.alarms()).toEqual([]);
});

test('an offline alarm stands through a start, in doubt until the device is seen to be away still', async () => {
  const before = await startRig({ registry: SITE });
  before.connect('lock', 1);
  before.disconnect('lock', 1, 'lost');
  await before.pass(310);
  const [alarm] = before.alarms('device.offline');
  const after = await before.restart({ downMs: 10_000 });
  await after.pass(2);
  expect(after.alarms('device.offline')).toMatchObject([{ id: alarm?.id, unknown: false }]);
  after.connect('lock', 1);
  await after.pass(2);
  expect(after.alarms('device.offline')).toMatchObject([{ id: alarm?.id, state: 'returned_unacknowledged' }]);
});

test('the delay of a device that was lost before we ended goes on', async () => {
  const before = await startRig({ registry: SITE });
  before.connect('lock', 1);
  before.disconnect('lock', 1, 'lost');
  await before.pass(100);
  const after = await before.restart({ downMs: 10_000 });
  await after.pass(310);
  expect(after.alarms('device.offline')).toHaveLength(1);
});

test('punches of today and the last one are counted on after a start, those of yesterday are not', async () => {
  const before = await startRig({ registry: SITE });
  for (let count = 0; count < 6; count += 1) {
    await event(before, 'clock', { kind: 'punch', result: 'ok' });
    await before.pass(1);
  }
  const last = before.point('terminal').terminal?.lastSuccessAt;
  expect(before.point('terminal').terminal?.punches).toBe(6);
  const after = await before.restart({ downMs: 10_000 });
  expect(after.point('terminal').terminal).toMatchObject({ punches: 6, lastSuccessAt: last });
  const nextDay = await after.restart({ downMs: 24 * 3_600_000 });
  expect(nextDay.point('terminal').terminal).toMatchObject({ punches: null, lastSuccessAt: last });
});

test('after a start the last values are shown as what they are, unknown', async () => {
  const before = await startRig({ registry: SITE });
  await before.report('gateway', WELL, { seconds: 30, every: 10 });
  const reported = before.value('pool');
  const after = await before.restart({ downMs: 60_000 });
  expect(after.value('pool')).toMatchObject({ state: 'unknown', value: 43, receivedAt: reported.receivedAt });
  expect(after.device('gateway').lastMessageAt).toBe(reported.receivedAt);
  expect(after.snapshot().sparklines['pool/water_temperature']).toHaveLength(1);
});
