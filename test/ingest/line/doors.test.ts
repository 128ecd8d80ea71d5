import { expect, test } from 'vitest';
import { startRig, type Rig } from './rig.ts';
import { SITE } from './site.ts';

let counter = 0;
const event = (rig: Rig, device: string, detail: Record<string, unknown>, ts?: number) =>
  rig.publish(device, { id: `e${(counter += 1)}`, ...(ts === undefined ? {} : { ts }), ...detail }, { leaf: 'events' });

test('a forced door alarms at once, and returns when the door says so', async () => {
  const rig = await startRig({ registry: SITE });
  await event(rig, 'lock', { kind: 'forced', active: true });
  expect(rig.alarms()).toMatchObject([{ rule: 'door.forced', subject: { kind: 'point', id: 'door' }, late: false }]);
  expect(rig.point('door').door?.forced).toBe(true);
  await event(rig, 'lock', { kind: 'forced', active: false });
  await rig.pass(61);
  expect(rig.alarms('door.forced')).toMatchObject([{ state: 'returned_unacknowledged' }]);
});

test('a forced door told of an hour late alarms all the same, marked late', async () => {
  const rig = await startRig({ registry: SITE });
  await event(rig, 'lock', { kind: 'forced', active: true }, rig.clock.now().wall - 3_600_000);
  expect(rig.alarms()).toMatchObject([{ rule: 'door.forced', late: true }]);
});

test('of two events of a kind the one that occurred later counts, whichever comes last', async () => {
  const rig = await startRig({ registry: SITE });
  const now = rig.clock.now().wall;
  await event(rig, 'lock', { kind: 'contact', open: false }, now - 10_000);
  await event(rig, 'lock', { kind: 'contact', open: true }, now - 20_000);
  expect(rig.point('door').door).toMatchObject({ open: false });
  expect(rig.rows('SELECT event_id FROM event')).toHaveLength(2);
});

test('a door that stays open alarms after thirty seconds, and not when it is closed before', async () => {
  const rig = await startRig({ registry: SITE });
  await event(rig, 'lock', { kind: 'contact', open: true });
  await rig.pass(20);
  await event(rig, 'lock', { kind: 'contact', open: false });
  await rig.pass(60);
  expect(rig.alarms()).toEqual([]);
  await event(rig, 'lock', { kind: 'contact', open: true });
  await rig.pass(29);
  expect(rig.alarms()).toEqual([]);
  await rig.pass(2);
  expect(rig.alarms()).toMatchObject([{ rule: 'door.held_open' }]);
});

test('an event repeated word for word is one; the same id with other content is kept and counted as a conflict', async () => {
  const rig = await startRig({ registry: SITE });
  const ts = rig.clock.now().wall;
  const send = (open: boolean) => rig.publish('lock', { id: 'same', ts, kind: 'contact', open }, { leaf: 'events' });
  await send(true);
  await send(true);
  expect(rig.rows('SELECT * FROM event')).toHaveLength(1);
  await send(false);
  expect(rig.rows('SELECT conflict FROM event ORDER BY conflict')).toMatchObject([{ conflict: 0 }, { conflict: 1 }]);
});

test('a terminal that is tried without success is frozen after two minutes; a success ends it', async () => {
  const rig = await startRig({ registry: SITE });
  await event(rig, 'clock', { kind: 'punch', result: 'ok', method: 'card' });
  for (let at = 0; at < 130; at += 10) {
    await event(rig, 'clock', { kind: 'punch', result: 'error' });
    await rig.pass(10);
  }
  expect(rig.alarms()).toMatchObject([{ rule: 'terminal.frozen', subject: { id: 'terminal' } }]);
  expect(rig.point('terminal').terminal?.frozenSince).not.toBeNull();
  await event(rig, 'clock', { kind: 'punch', result: 'ok' });
  await rig.pass(61);
  expect(rig.alarms('terminal.frozen')).toMatchObject([{ state: 'returned_unacknowledged' }]);
});

test('fewer than five punches are not published', async () => {
  const rig = await startRig({ registry: SITE });
  for (let count = 0; count < 4; count += 1) await event(rig, 'clock', { kind: 'punch', result: 'ok' });
  expect(rig.point('terminal').terminal?.punches).toBeNull();
  await event(rig, 'clock', { kind: 'punch', result: 'ok' });
  expect(rig.point('terminal').terminal?.punches).toBe(5);
});

test('nothing about a person reaches the disk: names, cards and pictures of an event are dropped unread', async () => {
  const rig = await startRig({ registry: SITE });
  await event(rig, 'clock', {
    kind: 'punch',
    result: 'ok',
    personName: '王建国',
    cardNo: '420106199001011234',
    pic: 'data:image/jpeg;base64,AAAA',
  });
  await rig.publish('clock', '[{"id":"x","kind":"punch","personName":"王建国"', { leaf: 'events' });
  await rig.publish('clock', { id: 'y', kind: 'unlock', cardNo: '420106199001011234' }, { leaf: 'events' });
  const kept = JSON.stringify([
    rig.rows('SELECT * FROM event'),
    rig.rows('SELECT * FROM quarantine'),
    rig.rows('SELECT * FROM system_event'),
  ]);
  expect(kept).not.toMatch(/王建国|420106|base64/);
  expect(rig.rows('SELECT * FROM quarantine')).toHaveLength(2);
});
