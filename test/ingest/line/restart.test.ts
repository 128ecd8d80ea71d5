import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DrivenClock } from '../../driven-clock.ts';
import { OPERATOR, startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'fw-restart-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const cold = { ...WELL, 'water_temperature.pool': 38.6 };

test('a standing alarm is there after a restart, once, with its acknowledgement, marked unknown until its point reports', async () => {
  const dir = folder();
  const before = await startRig({ registry: SITE, dir });
  await before.report('gateway', cold, { seconds: 190, every: 10 });
  await before.ingest.desk.acknowledge({ alarm: before.alarms()[0]?.id ?? 0, user: OPERATOR, note: null });
  const [alarm] = before.alarms();
  await before.close();

  const after = await startRig({ registry: SITE, dir, clock: new DrivenClock(before.clock.now().wall + 60_000) });
  expect(after.alarms()).toMatchObject([
    { id: alarm?.id, state: 'acknowledged', unknown: true, acknowledged: { by: 'duty' } },
  ]);
  expect(after.value('pool').state).toBe('unknown');
  await after.report('gateway', cold, { seconds: 30, every: 10 });
  expect(after.alarms()).toMatchObject([{ id: alarm?.id, state: 'acknowledged', unknown: false }]);
  expect(after.rows('SELECT id FROM alarm')).toHaveLength(1);
});

test('an on-delay goes on after a restart with the time that was left', async () => {
  const dir = folder();
  const before = await startRig({ registry: SITE, dir });
  await before.report('gateway', cold, { seconds: 120, every: 10 });
  await before.close();
  const after = await startRig({ registry: SITE, dir, clock: new DrivenClock(before.clock.now().wall + 600_000) });
  await after.report('gateway', cold, { seconds: 60, every: 10 });
  expect(after.alarms('base.water')).toEqual([]);
  await after.report('gateway', cold, { seconds: 30, every: 10 });
  expect(after.alarms('base.water')).toHaveLength(1);
});

test('after a start "no data" waits for one stale interval', async () => {
  const dir = folder();
  const before = await startRig({ registry: SITE, dir });
  await before.report('gateway', WELL, { seconds: 30, every: 10 });
  await before.close();
  const after = await startRig({ registry: SITE, dir, clock: new DrivenClock(before.clock.now().wall + 3_600_000) });
  const { 'water_temperature.pool': _, ...rest } = WELL;
  await after.report('gateway', rest, { seconds: 20, every: 10 });
  expect(after.alarms()).toEqual([]);
  await after.report('gateway', rest, { seconds: 30, every: 10 });
  expect(after.alarms()).toMatchObject([{ rule: 'point.no_data', subject: { id: 'pool' } }]);
});

test('our downtime is one system event', async () => {
  const dir = folder();
  const before = await startRig({ registry: SITE, dir });
  await before.close();
  const after = await startRig({ registry: SITE, dir, clock: new DrivenClock(before.clock.now().wall + 3_600_000) });
  const starts = after.rows("SELECT detail FROM system_event WHERE kind = 'started' ORDER BY at");
  expect(starts).toHaveLength(2);
  expect(JSON.parse(String(starts[1]?.['detail']))).toEqual({ downMs: 3_600_000 });
});

test('a reading sent again after a restart is stored once', async () => {
  const dir = folder();
  const before = await startRig({ registry: SITE, dir });
  const ts = before.clock.now().wall;
  await before.values('gateway', WELL, ts);
  await before.close();
  const after = await startRig({ registry: SITE, dir, clock: new DrivenClock(ts + 30_000) });
  await after.values('gateway', WELL, ts);
  const query = { metric: 'water_temperature', from: ts - 1, to: ts + 60_000 };
  expect((await after.ingest.query.range('mine', 'pool', query))?.readings).toMatchObject([
    { t: ts, v: 43, q: 'good' },
  ]);
});

test('a host that boots in the past believes its devices, raises one alarm about itself, and loses nothing', async () => {
  const dir = folder();
  const before = await startRig({ registry: SITE, dir });
  await before.report('gateway', WELL, { seconds: 30, every: 10 });
  const real = before.clock.now().wall;
  await before.close();
  const after = await startRig({ registry: SITE, dir, clock: new DrivenClock(Date.UTC(2026, 0, 1)) });
  await after.values('gateway', WELL, real + 60_000);
  await after.pass(2);
  expect(after.alarms()).toMatchObject([{ rule: 'system.clock', subject: { kind: 'site' } }]);
  expect(after.value('pool')).toMatchObject({ state: 'inside', sourceTime: real + 60_000 });
  await after.values('gateway', { 'water_temperature.pool': 43.5 });
  expect(after.value('pool').sourceTime).toBeGreaterThan(real);
});

test('a wall clock set back an hour blinds nothing', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  rig.clock.stepWall(-3_600_000);
  await rig.report('gateway', cold, { seconds: 200, every: 10 });
  expect(rig.value('pool')).toMatchObject({ state: 'outside', value: 38.6 });
  expect(rig.alarms('base.water')).toHaveLength(1);
  expect(rig.rows("SELECT detail FROM system_event WHERE kind = 'clock_step'")).toHaveLength(1);
});
