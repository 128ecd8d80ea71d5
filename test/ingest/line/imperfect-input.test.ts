import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRig, type Rig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const outlet = (value: number) => ({ ...WELL, 'water_temperature.outlet': value });

async function stored(rig: Rig, point: string) {
  const { wall } = rig.clock.now();
  const query = { metric: 'water_temperature', from: wall - 3_600_000, to: wall + 1 };
  return (await rig.ingest.query.range('mine', point, query))?.readings ?? [];
}

test('a bad value neither stops nor resets the delay of a limit that is broken', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', outlet(38.6), { seconds: 100, every: 10 });
  await rig.report('gateway', outlet(-127), { seconds: 10, every: 10 });
  await rig.report('gateway', outlet(38.6), { seconds: 60, every: 10 });
  expect(rig.alarms('base.water')).toEqual([]);
  await rig.report('gateway', outlet(38.6), { seconds: 20, every: 10 });
  expect(rig.alarms('base.water')).toMatchObject([{ subject: { id: 'shower' } }]);
});

test('a leap that the next value confirms is stored as good after all', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', outlet(41.5), { seconds: 20, every: 10 });
  await rig.report('gateway', outlet(47.2), { seconds: 10, every: 10 });
  expect(await stored(rig, 'shower')).toMatchObject([
    { q: 'good' },
    { q: 'good' },
    { v: 47.2, q: 'suspect', reason: 'spike' },
  ]);
  await rig.report('gateway', outlet(47.4), { seconds: 10, every: 10 });
  expect(await stored(rig, 'shower')).toMatchObject([
    { v: 41.5, q: 'good' },
    { v: 41.5, q: 'good' },
    { v: 47.2, q: 'good', reason: null },
    { v: 47.4, q: 'good' },
  ]);
});

test('a reading sent again is stored once; another value for its time replaces it and is booked as a conflict', async () => {
  const rig = await startRig({ registry: SITE });
  const ts = rig.clock.now().wall;
  await rig.values('gateway', outlet(41.5), ts);
  await rig.values('gateway', outlet(41.5), ts);
  await Promise.all([rig.values('gateway', outlet(41.5), ts), rig.values('gateway', outlet(41.5), ts)]);
  expect(rig.rows('SELECT count(*) AS n FROM arrival WHERE value = 41.5')).toEqual([{ n: 1 }]);
  expect(rig.rows("SELECT * FROM system_event WHERE kind = 'reading_conflict'")).toEqual([]);
  await rig.values('gateway', outlet(41.7), ts);
  expect(await stored(rig, 'shower')).toMatchObject([{ t: ts, v: 41.7 }]);
  expect(rig.rows("SELECT * FROM system_event WHERE kind = 'reading_conflict'")).toHaveLength(1);
});

test('what nobody can read is acknowledged and kept with its reason, and what follows is served', async () => {
  const rig = await startRig({ registry: SITE });
  const acknowledged: string[] = [];
  void rig.publish('gateway', new Uint8Array([0xff, 0xfe, 0])).then(() => acknowledged.push('garbage'));
  void rig.publish('lock', 'punch of somebody', { leaf: 'events' }).then(() => acknowledged.push('event'));
  void rig.values('gateway', WELL).then(() => acknowledged.push('good'));
  await rig.ingest.drained();
  await turn();
  expect(acknowledged).toEqual(['garbage', 'event', 'good']);
  expect(rig.rows('SELECT code, size, payload IS NULL AS dropped FROM quarantine ORDER BY id')).toEqual([
    { code: 'not_utf8', size: 3, dropped: 0 },
    { code: 'not_json', size: 17, dropped: 1 },
  ]);
  expect(rig.value('pool').value).toBe(43);
});
