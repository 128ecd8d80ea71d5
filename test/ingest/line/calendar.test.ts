import { expect, test } from 'vitest';
import { DrivenClock } from '../../driven-clock.ts';
import { startRig, type Rig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const cold = { ...WELL, 'water_temperature.outlet': 38 };
/** 12:00 local at the start. */
const openAt = (from: string, to: string) => ({ ...SITE, openingHours: [{ from, to }] });

async function leap(rig: Rig, ms: number): Promise<void> {
  rig.clock.advance(ms);
  await rig.ingest.drained();
}

test('a breach that stands when the bath opens has its whole on-delay from the opening, by tick', async () => {
  const rig = await startRig({ registry: openAt('12:05', '14:00') });
  await rig.report('gateway', cold, { seconds: 290, every: 10 });
  expect(rig.alarms()).toEqual([]);
  await rig.report('gateway', cold, { seconds: 180, every: 10 });
  expect(rig.alarms()).toEqual([]);
  await rig.report('gateway', cold, { seconds: 20, every: 10 });
  expect(rig.alarms('base.water')).toHaveLength(1);
});

test('closing returns what only applies while open, and says why; scalding water alarms all the same', async () => {
  const rig = await startRig({ registry: openAt('11:00', '12:05') });
  await rig.report('gateway', cold, { seconds: 290, every: 10 });
  const [alarm] = rig.alarms('base.water');
  await rig.report('gateway', cold, { seconds: 20, every: 10 });
  expect(rig.alarms('base.water')).toMatchObject([{ state: 'returned_unacknowledged' }]);
  expect((await rig.ingest.query.journal(alarm?.id ?? 0))?.map(({ what }) => what)).toEqual(['raised', 'suppressed']);
  expect(rig.value('shower').state).toBe('not_judged');
  await rig.report('gateway', { ...WELL, 'water_temperature.outlet': 58 }, { seconds: 60, every: 10 });
  expect(rig.alarms('base.scald')).toMatchObject([{ state: 'unacknowledged', priority: 1 }]);
  expect(rig.value('shower').state).toBe('outside');
});

test('the calendar goes on after the forty days for which it was compiled', async () => {
  const rig = await startRig({ registry: { ...SITE, heatingSeason: { from: '11-15', to: '12-31' } } });
  await leap(rig, 36 * DAY + 11 * HOUR);
  expect(rig.snapshot().site.heating).toBe(true);
  await leap(rig, 2 * HOUR);
  expect(rig.snapshot().site.heating).toBe(false);
  await leap(rig, 45 * DAY);
  await leap(rig, 1_000);
  expect(rig.snapshot().site.heating).toBe(false);
  await rig.report('gateway', { ...WELL, room_temperature: 20 }, { seconds: 700, every: 10 });
  expect(rig.alarms('base.bath_room')).toEqual([]);
  expect(rig.snapshot().areas[0]?.mode).toBe('open');
});

test('hours are those of the clocks on the wall, through a change to winter time', async () => {
  // New York, 1 November 2026, 05:50Z is 01:50 the first time; 02:00 comes an hour and ten minutes later.
  const registry = { ...SITE, timezone: 'America/New_York', openingHours: [{ from: '02:00', to: '03:00' }] };
  const rig = await startRig({ registry, clock: new DrivenClock(Date.UTC(2026, 10, 1, 5, 50)) });
  const mode = () => rig.snapshot().areas[0]?.mode;
  await leap(rig, 15 * 60_000);
  expect(mode()).toBe('closed');
  await leap(rig, 56 * 60_000);
  expect(mode()).toBe('open');
  await leap(rig, HOUR);
  expect(mode()).toBe('closed');
});

test('a wall clock that is set over an opening opens, and back over it closes again for nobody who trusts it', async () => {
  const rig = await startRig({ registry: openAt('13:00', '14:00') });
  await rig.report('gateway', cold, { seconds: 20, every: 10 });
  expect(rig.value('shower').state).toBe('not_judged');
  rig.clock.stepWall(HOUR + 60_000);
  await rig.report('gateway', cold, { seconds: 10, every: 10 });
  expect(rig.value('shower').state).toBe('outside');
  // Behind our newest commit the clock is not believed: what was open stays open.
  rig.clock.stepWall(-HOUR);
  await rig.report('gateway', cold, { seconds: 200, every: 10 });
  expect(rig.alarms('base.water')).toHaveLength(1);
});

test('screens learn of an opening although nothing was reported', async () => {
  const rig = await startRig({ registry: openAt('12:01', '14:00') });
  const modes: (string | undefined)[] = [];
  rig.ingest.query.subscribe((told) => {
    if (told.kind === 'delta' && told.delta.areas !== undefined) modes.push(told.delta.areas[0]?.mode);
  });
  await rig.pass(62);
  expect(modes).toEqual(['open']);
});

test('a screen that opens between two heartbeats shows what all others show', async () => {
  const rig = await startRig({ registry: openAt('12:01', '14:00') });
  rig.clock.stepWall(500);
  await rig.pass(59);
  rig.clock.advance(700); // 12:01:00.2; the heart beats again at 12:01:00.5
  expect(rig.snapshot().areas[0]?.mode).toBe('closed');
  await rig.pass(1);
  expect(rig.snapshot().areas[0]?.mode).toBe('open');
});
