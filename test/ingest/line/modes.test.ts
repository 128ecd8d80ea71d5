import { expect, test } from 'vitest';
import type { AreaMode } from '../../../contract/registry.ts';
import { breakable } from './breakable.ts';
import { takeMode, takeModeEnd } from '../../../ingest/line/modes.ts';
import { compileModel } from '../../../ingest/line/model.ts';
import { createWorld } from '../../../ingest/line/world.ts';
import { loadCatalogue } from '../../../ingest/standards/catalogue.ts';
import { createTail } from '../../../ingest/stores/tail.ts';
import { OPERATOR, startRig, type Rig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const HOUR = 3_600_000;
const cold = { ...WELL, 'water_temperature.pool': 20 };
const hot = { ...WELL, 'water_temperature.outlet': 58 };

function set(rig: Rig, mode: AreaMode, ms: number, { area = 'bath', reason = '换循环泵' } = {}) {
  const body = { mode, reason, until: rig.clock.now().wall + ms };
  return rig.ingest.desk.modes.set({ site: 'mine', area, body, user: OPERATOR });
}

const end = (rig: Rig, area = 'bath') => rig.ingest.desk.modes.end({ site: 'mine', area, user: OPERATOR });
const bath = (rig: Rig) => rig.snapshot().areas[0];
const audits = (rig: Rig) =>
  rig.rows("SELECT kind, actor, detail ->> 'mode' AS mode FROM system_event WHERE kind LIKE 'mode.%' ORDER BY id");

test('a drained pool returns its standing alarm at once and raises none; its end by hand judges it anew', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', cold, { seconds: 240, every: 10 });
  expect(rig.alarms('base.water')).toHaveLength(1);
  const told: unknown[] = [];
  rig.ingest.query.subscribe((announcement) => {
    if (announcement.kind === 'delta') told.push(announcement.delta.areas?.[0]?.byHand?.mode);
  });
  const since = rig.clock.now().wall;
  expect(await set(rig, 'drained', 2 * HOUR)).toEqual({
    ...{ mode: 'drained', reason: '换循环泵', post: OPERATOR.post },
    ...{ since, until: since + 2 * HOUR },
  });
  // Nothing was reported, and no second has passed.
  expect(told).toContain('drained');
  expect(bath(rig)).toMatchObject({ mode: 'drained', byHand: { reason: '换循环泵', until: since + 2 * HOUR } });
  expect(rig.alarms('base.water')).toMatchObject([{ state: 'returned_unacknowledged' }]);
  expect(rig.value('pool').state).toBe('not_judged');
  await rig.report('gateway', cold, { seconds: 300, every: 10 });
  expect(rig.alarms('base.water')).toMatchObject([{ state: 'returned_unacknowledged' }]);

  expect(await end(rig)).toBe('ended');
  expect(bath(rig)).toMatchObject({ mode: 'open', byHand: null });
  await rig.report('gateway', cold, { seconds: 200, every: 10 });
  expect(rig.alarms('base.water')).toMatchObject([{ state: 'unacknowledged' }]);
  expect(audits(rig)).toEqual([
    { kind: 'mode.set', actor: 'duty', mode: 'drained' },
    { kind: 'mode.ended', actor: 'duty', mode: 'drained' },
  ]);
  expect(rig.rows('SELECT area, mode, account, post, ended_by FROM area_mode')).toEqual([
    { area: 'bath', mode: 'drained', account: 'duty', post: OPERATOR.post, ended_by: 'duty' },
  ]);
});

test('out of service covers rooms too, but neither scald nor what is wrong with a sensor, a door or a device', async () => {
  const rig = await startRig({ registry: SITE });
  for (const area of ['bath', 'dorm', 'gate']) await set(rig, 'out_of_service', HOUR, { area });
  await rig.publish('lock', { id: 'f1', kind: 'forced', active: true }, { leaf: 'events' });
  await rig.publish('lock', { id: 't1', kind: 'tamper', active: true }, { leaf: 'events' });
  await rig.values('probe', { room_temperature: 15 });
  await rig.report('gateway', { ...hot, room_temperature: 15, fan_running: 0 }, { seconds: 1_000, every: 10 });
  // The probe in the dormitory has fallen silent.
  expect(
    rig
      .alarms()
      .map(({ rule }) => rule)
      .sort(),
  ).toEqual(['base.scald', 'device.offline', 'device.tamper', 'door.forced']);
});

test('a mode outlives a restart, ends by tick at its time, and one whose time came while we were down is over', async () => {
  const first = await startRig({ registry: SITE });
  await set(first, 'drained', HOUR);
  await set(first, 'closed', 60_000, { area: 'dorm' });
  await first.pass(1);
  const rig = await first.restart({ downMs: HOUR - 120_000 });
  expect(bath(rig)).toMatchObject({ mode: 'drained', byHand: { reason: '换循环泵' } });
  expect(rig.snapshot().areas[1]).toMatchObject({ mode: 'open', byHand: null });
  await rig.report('gateway', cold, { seconds: 100, every: 10 });
  expect(rig.value('pool').state).toBe('not_judged');
  await rig.report('gateway', cold, { seconds: 40, every: 10 });
  expect(bath(rig)).toMatchObject({ mode: 'open', byHand: null });
  expect(rig.value('pool').state).toBe('outside');
  expect(rig.alarms('base.water')).toEqual([]);
  // Its whole on-delay from then on.
  await rig.report('gateway', cold, { seconds: 180, every: 10 });
  expect(rig.alarms('base.water')).toHaveLength(1);
});

test('another mode ends the one that stands, and its own end falls back to the hours', async () => {
  const rig = await startRig({ registry: SITE });
  await set(rig, 'drained', 4 * HOUR);
  await rig.pass(60);
  await set(rig, 'filling', 60_000, { reason: ' 补水 ' });
  expect(bath(rig)).toMatchObject({ mode: 'filling', byHand: { reason: '补水' } });
  const told: unknown[] = [];
  rig.ingest.query.subscribe((announcement) => {
    if (announcement.kind === 'delta') told.push(announcement.delta.areas?.[0]?.mode);
  });
  // Nobody reports: time alone ends it, and says so to screens.
  await rig.pass(61);
  expect(told).toContain('open');
  expect(bath(rig)).toMatchObject({ mode: 'open', byHand: null });
  const rows = rig.rows('SELECT mode, ended_at - since AS stood FROM area_mode ORDER BY since');
  expect(rows).toEqual([
    { mode: 'drained', stood: 60_000 },
    { mode: 'filling', stood: null },
  ]);
});

test('fresh cold water is believed while the pool is filled, and doubted without that', async () => {
  const rig = await startRig({ registry: SITE });
  const fall = async () => {
    for (const pool of [42, 40.5, 39]) {
      await rig.values('gateway', { ...WELL, 'water_temperature.pool': pool });
      await rig.pass(30);
    }
    return rig.value('pool').reason;
  };
  expect(await fall()).toBe('rate');
  await set(rig, 'filling', HOUR);
  await rig.pass(300);
  expect(await fall()).toBeNull();
});

test('what cannot be is refused by the field, and what cannot be stored changes nothing', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  const fieldsOf = async (ms: number, reason = 'x') => {
    const answer = await set(rig, 'drained', ms, { reason });
    return 'fields' in answer ? answer.fields.map(({ field }) => field) : answer;
  };
  expect(await fieldsOf(0)).toEqual(['until']);
  expect(await fieldsOf(92 * 24 * HOUR + 1)).toEqual(['until']);
  expect(await fieldsOf(HOUR, ' \t ')).toEqual(['reason']);
  expect(await fieldsOf(HOUR, 'a\u0007b')).toEqual(['reason']);
  expect(await fieldsOf(HOUR, 'a\u202eb')).toEqual(['reason']);
  expect(await set(rig, 'drained', HOUR, { area: 'attic' })).toEqual({ refused: 'no_such_area' });
  disk.full = true;
  const answer = set(rig, 'drained', HOUR);
  await rig.clock.run(2_000, 100);
  expect(await answer).toEqual({ refused: 'not_storing' });
  expect(bath(rig)).toMatchObject({ mode: 'open', byHand: null });
  disk.full = false;
  await rig.clock.run(10_000, 250);
  await rig.pass(3);
  expect(bath(rig)).toMatchObject({ mode: 'open', byHand: null });
  expect(audits(rig)).toEqual([]);
  expect(await set(rig, 'drained', 92 * 24 * HOUR)).toMatchObject({ mode: 'drained' });
});

test('a mode begins now, also when our clock was set back to before the one that it ends', () => {
  const started = { wall: Date.UTC(2026, 10, 25, 4), mono: 0 };
  const next = { nextSeriesId: 1, nextArrivalSeq: 1, nextAlarmId: 1 };
  const world = createWorld({ started, tail: createTail(), lastCommitAt: 0, ...next });
  world.models.set('mine', compileModel(SITE, loadCatalogue()));
  const at = (ms: number) => ({ wall: started.wall + ms, mono: 0 });
  const take = (mode: AreaMode, now: number) => {
    const body = { mode, reason: 'x', until: at(now + 10 * HOUR).wall };
    return takeMode(world, { site: 'mine', area: 'bath', body, user: OPERATOR }, at(now));
  };
  const modes = (...hours: number[]) =>
    hours.map((hour) => world.schedules.get('mine')?.mode('bath', at(hour * HOUR).wall));
  take('drained', 3 * HOUR);
  // Twice in one millisecond: each has its own.
  expect([take('cleaning', 0), take('filling', 0)]).toMatchObject([
    { since: started.wall },
    { mode: 'filling', since: started.wall + 1 },
  ]);
  expect(modes(-1, 1, 4, 9, 11)).toEqual(['open', 'filling', 'filling', 'filling', 'open']);
  expect(takeModeEnd(world, { site: 'mine', area: 'bath', user: OPERATOR }, at(HOUR))).toBe('ended');
  expect(modes(0.5, 1, 4)).toEqual(['filling', 'open', 'open']);
});
