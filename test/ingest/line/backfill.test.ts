import { expect, test } from 'vitest';
import { startRig, type Rig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function range(rig: Rig, point: string, metric = 'water_temperature') {
  const now = rig.clock.now().wall;
  return (
    (await rig.ingest.query.range('mine', point, { metric, from: now - 30 * DAY, to: now + HOUR }))?.readings ?? []
  );
}

test('a backlog is stored at its own times, once, and judges nothing', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 20, every: 10 });
  const now = rig.clock.now().wall;
  const backlog = Array.from({ length: 60 }, (_, index) => ({
    ts: now - 6 * HOUR + index * 60_000,
    values: { 'water_temperature.outlet': 20, 'water_temperature.pool': 60 },
  }));
  await rig.publish('gateway', backlog);
  await rig.publish('gateway', backlog.toReversed());
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  expect(rig.alarms()).toEqual([]);
  expect(rig.value('shower')).toMatchObject({ value: 41.5, state: 'inside' });
  const stored = (await range(rig, 'shower')).filter(({ backfilled }) => backfilled);
  expect(stored).toHaveLength(60);
  expect(rig.rows('SELECT count(*) AS n FROM arrival WHERE backfilled = 1')).toEqual([{ n: 120 }]);
});

test('of several readings in one message only the newest judges', async () => {
  const rig = await startRig({ registry: SITE });
  const now = rig.clock.now().wall;
  const at = (ago: number, value: number) => ({ ts: now - ago, values: { 'water_temperature.outlet': value } });
  await rig.publish('gateway', [at(10_000, 41), at(0, 42), at(20_000, 55)]);
  expect(rig.value('shower')).toMatchObject({ value: 42, sourceTime: now });
  await rig.pass(60);
  expect(rig.alarms('base.scald')).toEqual([]);
});

test('a live reading that comes after a newer one is stored and judges nothing', async () => {
  const rig = await startRig({ registry: SITE });
  const now = rig.clock.now().wall;
  await rig.values('gateway', { 'water_temperature.outlet': 42 }, now);
  await rig.values('gateway', { 'water_temperature.outlet': 55 }, now - 30_000);
  expect(rig.value('shower')).toMatchObject({ value: 42, sourceTime: now });
  expect(await range(rig, 'shower')).toMatchObject([{ v: 55, backfilled: false }, { v: 42 }]);
});

test('the same value again is dropped, another replaces it and is counted, and what the first one raised stays', async () => {
  const rig = await startRig({ registry: SITE });
  const ts = rig.clock.now().wall;
  const send = (value: number) => rig.values('gateway', { 'water_temperature.outlet': value }, ts);
  await send(41);
  await send(41);
  await send(42);
  expect(await range(rig, 'shower')).toMatchObject([{ t: ts, v: 42 }]);
  expect(rig.rows('SELECT value FROM arrival ORDER BY seq')).toEqual([{ value: 41 }, { value: 42 }]);
  expect(rig.rows("SELECT detail FROM system_event WHERE kind = 'reading_conflict'")).toHaveLength(1);
});

test('readings without a time in one millisecond are all kept, and none of them counts as a repeat', async () => {
  const rig = await startRig({ registry: SITE });
  const ts = rig.clock.now().wall;
  await Promise.all([1, 2, 3].map(() => rig.values('gateway', { 'water_temperature.outlet': 41 })));
  await rig.publish('gateway', [
    { values: { 'water_temperature.outlet': 41 } },
    { values: { 'water_temperature.outlet': 42 } },
  ]);
  expect((await range(rig, 'shower')).map(({ t, v }) => [t - ts, v])).toEqual([
    [0, 41],
    [1, 41],
    [2, 41],
    [3, 41],
    [4, 42],
  ]);
});

test('what is older than readings are kept is quarantined by its name, and the rest of its message is stored', async () => {
  const rig = await startRig({ registry: SITE, retention: 7 * DAY });
  const now = rig.clock.now().wall;
  await rig.publish('gateway', [
    { ts: now - 8 * DAY, values: { 'water_temperature.outlet': 41 } },
    { ts: now - 6 * DAY, values: { 'water_temperature.outlet': 42 } },
  ]);
  expect(await range(rig, 'shower')).toMatchObject([{ v: 42 }]);
  expect(rig.rows('SELECT code, path, scope FROM quarantine')).toEqual([
    { code: 'too_old', path: '$[0].values.water_temperature.outlet', scope: 'part' },
  ]);
});

test('an event that is older than anything is kept is quarantined, and says nothing of its door', async () => {
  const rig = await startRig({ registry: SITE, retention: 7 * DAY });
  const ts = rig.clock.now().wall - 8 * DAY;
  await rig.publish('lock', { id: 'old', ts, kind: 'forced', active: true }, { leaf: 'events' });
  expect(rig.alarms()).toEqual([]);
  expect(rig.rows('SELECT * FROM event')).toEqual([]);
  expect(rig.rows('SELECT code, payload FROM quarantine')).toEqual([{ code: 'too_old', payload: null }]);
});

test('a device whose clock is hours behind is learned: its readings are live again, at our time', async () => {
  const rig = await startRig({ registry: SITE });
  for (let round = 0; round < 10; round += 1) {
    await rig.values('gateway', WELL, rig.clock.now().wall - 3 * HOUR);
    await rig.pass(10);
  }
  const value = rig.value('shower');
  expect(value.state).toBe('inside');
  expect(rig.clock.now().wall - (value.sourceTime ?? 0)).toBeLessThan(30_000);
  expect(rig.device('gateway')).toMatchObject({ clockWrong: true, clockOffset: -3 * HOUR });
  expect(rig.alarms()).toMatchObject([{ rule: 'device.clock' }]);
});

test('a jump that lasted is graded again: the range shows the better grade, in memory and on disk', async () => {
  const rig = await startRig({ registry: SITE });
  const ts = rig.clock.now().wall;
  const send = (at: number, value: number) => rig.values('gateway', { 'water_temperature.outlet': value }, ts + at);
  await send(0, 41);
  await send(1_000, 47);
  expect((await range(rig, 'shower')).at(-1)).toMatchObject({ v: 47, q: 'suspect', reason: 'spike' });
  await send(2_000, 47.1);
  const graded = [
    { v: 41, q: 'good' },
    { v: 47, q: 'good', reason: null },
    { v: 47.1, q: 'good' },
  ];
  expect(await range(rig, 'shower')).toMatchObject(graded);
  expect(await range(await rig.restart({ downMs: 1_000 }), 'shower')).toMatchObject(graded);
});
