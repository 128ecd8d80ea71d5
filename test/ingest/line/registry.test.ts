import { expect, test } from 'vitest';
import type { SiteRegistry } from '../../../contract/registry.ts';
import { startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const cold = { ...WELL, 'water_temperature.outlet': 38 };
const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();
const override = (one: NonNullable<SiteRegistry['overrides']>[number]): SiteRegistry => ({
  ...SITE,
  overrides: [...(SITE.overrides ?? []), one],
});

test('a value that a changed limit breaks has its whole on-delay from the change', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 300, every: 10 });
  await rig.register(override({ standard: 'base.water', points: ['shower'], low: 42 }));
  expect(rig.value('shower').state).toBe('outside');
  await rig.report('gateway', WELL, { seconds: 170, every: 10 });
  expect(rig.alarms()).toEqual([]);
  await rig.report('gateway', WELL, { seconds: 20, every: 10 });
  expect(rig.alarms('base.water')).toMatchObject([{ subject: { id: 'shower' }, limit: 42 }]);
});

test('a limit that is loosened in the middle of a delay ends it', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', cold, { seconds: 120, every: 10 });
  await rig.register(override({ standard: 'base.water', points: ['shower'], low: 37 }));
  await rig.report('gateway', cold, { seconds: 300, every: 10 });
  expect(rig.alarms()).toEqual([]);
});

test('a delay that is shortened in the middle ends by tick at the new time', async () => {
  const rig = await startRig({ registry: override({ standard: 'door.held_open', onDelay: 600 }) });
  await rig.publish('lock', { id: 'o', kind: 'contact', open: true }, { leaf: 'events' });
  await rig.pass(40);
  await rig.register(override({ standard: 'door.held_open', onDelay: 50 }));
  await rig.pass(5);
  expect(rig.alarms()).toEqual([]);
  await rig.pass(10);
  expect(rig.alarms('door.held_open')).toHaveLength(1);
});

test('alarms of a point that leaves the registry are over, with a reason, and come back with it only when it reports', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', cold, { seconds: 200, every: 10 });
  const id = rig.alarms('base.water')[0]?.id ?? 0;
  const without = {
    ...SITE,
    points: SITE.points.filter((point) => point.id !== 'shower'),
    bindings: SITE.bindings.filter((binding) => binding.point !== 'shower'),
  };
  await rig.register(without);
  expect(rig.alarms()).toEqual([]);
  expect((await rig.ingest.query.journal(id))?.map(({ what, note }) => [what, note])).toEqual([
    ['raised', null],
    ['suppressed', null],
    ['acknowledged', 'removed from the registry'],
  ]);
  await rig.report('gateway', cold, { seconds: 3_600, every: 60 });
  await rig.register(SITE);
  await rig.pass(2);
  expect(rig.alarms().filter(({ rule }) => rule === 'base.water')).toEqual([]);
  expect(rig.value('shower').state).toBe('unknown');
});

test('alarms of a device that leaves the registry while we are down are over after the start, with a trace', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.publish('lock', { id: 't', kind: 'tamper', active: true }, { leaf: 'events' });
  const id = rig.alarms('device.tamper')[0]?.id ?? 0;
  await rig.stores.ledger.commit({
    at: rig.clock.now().wall,
    registry: [
      {
        ...SITE,
        devices: SITE.devices.filter((device) => device.id !== 'lock'),
        bindings: SITE.bindings.filter((binding) => binding.device !== 'lock'),
      },
    ],
  });
  const after = await rig.restart({ downMs: 1_000 });
  expect(after.alarms()).toEqual([]);
  expect((await after.ingest.query.journal(id))?.map(({ what }) => what)).toEqual(['raised', 'suppressed']);
  expect(after.rows(`SELECT closed_at FROM alarm WHERE id = ${id}`)[0]?.['closed_at']).not.toBeNull();
});

test('a reading belongs to the point that was bound at its source time', async () => {
  const rig = await startRig({ registry: SITE });
  const now = rig.clock.now().wall;
  const change = now - HOUR;
  const rest = SITE.bindings.filter(({ device }) => device !== 'probe');
  await rig.register({
    ...SITE,
    bindings: [
      ...rest,
      { device: 'probe', metric: 'room_temperature', point: 'room', interval: 60, until: iso(change) },
      { device: 'probe', metric: 'room_temperature.second', point: 'room', interval: 60, since: iso(change) },
    ],
  });
  await rig.publish('probe', [
    { ts: change - 1, values: { room_temperature: 20 } },
    { ts: change, values: { room_temperature: 21, 'room_temperature.second': 22 } },
  ]);
  const query = { metric: 'room_temperature', from: now - 2 * HOUR, to: now };
  expect((await rig.ingest.query.range('mine', 'room', query))?.readings).toMatchObject([
    { t: change - 1, v: 20 },
    { t: change, v: 22 },
  ]);
  expect(rig.rows("SELECT owner, metric FROM series WHERE owner_kind = 'device'")).toEqual([
    { owner: 'probe', metric: 'room_temperature' },
  ]);
});

test('a point whose sensor was taken away is unknown, not well for ever', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('probe', { room_temperature: 26 }, { seconds: 60, every: 60 });
  expect(rig.value('room', 'room_temperature').state).toBe('inside');
  const ended = SITE.bindings.map((one) =>
    one.device === 'probe' ? { ...one, until: iso(rig.clock.now().wall) } : one,
  );
  await rig.register({ ...SITE, bindings: ended });
  await rig.pass(2);
  expect(rig.value('room', 'room_temperature').state).toBe('unknown');
});

test('an interval that a device no longer has does not make it silent', async () => {
  const past = iso(Date.UTC(2026, 9, 1));
  const bindings: SiteRegistry['bindings'] = [
    ...SITE.bindings.filter(({ device }) => device !== 'probe'),
    { device: 'probe', metric: 'room_temperature', point: 'room', interval: 10, until: past },
    { device: 'probe', metric: 'room_temperature', point: 'room', interval: 600, since: past },
  ];
  const rig = await startRig({ registry: { ...SITE, bindings } });
  await rig.report('probe', { room_temperature: 26 }, { seconds: 1_200, every: 600 });
  expect(rig.device('probe').presence).toBe('online');
  expect(rig.alarms()).toEqual([]);
});

test('a metric that nothing binds is kept and listed, and leaves the list when it is bound', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.values('gateway', { ...WELL, 'water_temperature.spare': 44, humidity: 60 });
  expect([...rig.device('gateway').unbound].sort()).toEqual(['humidity', 'water_temperature.spare']);
  const point = { id: 'spare', area: 'bath', name: { zh: '备', en: 'Spare' }, role: 'shower_outlet' } as const;
  await rig.register({
    ...SITE,
    points: [...SITE.points, point],
    bindings: [
      ...SITE.bindings,
      { device: 'gateway', metric: 'water_temperature.spare', point: 'spare', interval: 10 },
    ],
  });
  expect(rig.device('gateway').unbound).toEqual(['humidity']);
  expect(rig.point('spare').awaited).toBe(true);
  await rig.values('gateway', { 'water_temperature.spare': 44 });
  expect(rig.value('spare').state).toBe('inside');
  const after = await rig.restart({ downMs: 1_000 });
  expect(after.device('gateway').unbound).toEqual(['humidity']);
});

test('a device may name two hundred metrics of its own, also over a start; what is more is named in quarantine', async () => {
  const rig = await startRig({ registry: SITE });
  const many = (from: number, to: number) =>
    Object.fromEntries(Array.from({ length: to - from }, (_, index) => [`humidity.c${from + index}`, 50]));
  await rig.values('gateway', many(0, 150));
  const after = await rig.restart({ downMs: 1_000 });
  await after.values('gateway', { ...many(100, 210), 'water_temperature.pool': 43 });
  expect(after.rows("SELECT count(*) AS n FROM series WHERE owner_kind = 'device'")).toEqual([{ n: 200 }]);
  expect(after.rows('SELECT DISTINCT code FROM quarantine')).toEqual([{ code: 'too_many_series' }]);
  expect(after.rows('SELECT count(*) AS n FROM quarantine')).toEqual([{ n: 10 }]);
  expect(after.value('pool').value).toBe(43);
});

test('a renamed point keeps its alarm, under its new name', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', cold, { seconds: 200, every: 10 });
  const [before] = rig.alarms('base.water');
  const named = SITE.points.map((point) =>
    point.id === 'shower' ? { ...point, name: { zh: '新', en: 'New shower' } } : point,
  );
  await rig.register({ ...SITE, points: named });
  expect(rig.alarms('base.water')).toMatchObject([{ id: before?.id, place: { en: 'Bath, New shower' } }]);
});

test('a standing alarm takes the limit that is in force now, also over a start', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', cold, { seconds: 200, every: 10 });
  const [before] = rig.alarms('base.water');
  expect(before).toMatchObject({ limit: 40 });
  await rig.register(override({ standard: 'base.water', points: ['shower'], low: 41 }));
  expect(rig.alarms('base.water')).toMatchObject([{ id: before?.id, limit: 41, state: 'unacknowledged' }]);
  expect(rig.rows("SELECT limit_value FROM alarm WHERE rule = 'base.water'")).toEqual([{ limit_value: 41 }]);
  await rig.stores.ledger.commit({
    at: rig.clock.now().wall,
    registry: [override({ standard: 'base.water', low: 39 })],
  });
  const after = await rig.restart({ downMs: 1_000 });
  expect(after.alarms('base.water')).toMatchObject([{ id: before?.id, limit: 39 }]);
});

test('a pack that is switched on takes over a standing alarm that it is graver than, and gives it back when it goes', async () => {
  const rig = await startRig({ registry: SITE });
  const hot = { ...WELL, 'water_temperature.outlet': 48.7 };
  await rig.report('gateway', hot, { seconds: 200, every: 10 });
  expect(rig.alarms('base.water')).toMatchObject([{ priority: 2, state: 'unacknowledged' }]);
  await rig.register({ ...SITE, standards: ['scald_vulnerable'] });
  await rig.report('gateway', hot, { seconds: 40, every: 10 });
  const states = () => rig.alarms().map(({ rule, priority, state }) => [rule, priority, state]);
  expect(states().sort()).toEqual([
    ['base.water', 2, 'returned_unacknowledged'],
    ['scald_vulnerable.outlet', 1, 'unacknowledged'],
  ]);
  await rig.register(SITE);
  await rig.report('gateway', hot, { seconds: 200, every: 10 });
  expect(states()).toEqual([['base.water', 2, 'unacknowledged']]);
});
