import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DrivenClock } from '../../driven-clock.ts';
import { startRig } from '../line/rig.ts';
import { SITE, WELL } from '../line/site.ts';

const HOUR_START = Date.UTC(2026, 10, 25, 4);

test('the open hour counts what was in band, what was out and what nobody knows, up to now', async () => {
  const rig = await startRig({ registry: SITE, clock: new DrivenClock(HOUR_START) });
  await rig.report('gateway', { ...WELL, 'water_temperature.outlet': 41 }, { seconds: 600, every: 10 });
  await rig.report('gateway', { ...WELL, 'water_temperature.outlet': 39 }, { seconds: 300, every: 10 });
  await rig.pass(100);
  const [water] = (await rig.ingest.query.openHour('mine', 'shower')) ?? [];
  expect(water).toMatchObject({ from: HOUR_START, to: HOUR_START + 1_000_000, count: 90, min: 39, max: 41, last: 39 });
  // The last value, of 890 s, holds for three intervals of 10 s; the rest of the silence is unknown.
  expect(water?.standards).toMatchObject([
    { standard: 'base.water', critical: false, inBand: 600, out: 320, unknown: 80, outOfService: 0 },
    { standard: 'base.scald', critical: true, inBand: 920, out: 0, unknown: 80, outOfService: 0, compliance: 1 },
  ]);
  expect(water?.standards[0]?.compliance).toBeCloseTo(600 / 920);
  expect(water?.standards[0]?.coverage).toBeCloseTo(0.92);
});

test('below 90 % coverage no compliance is stated', async () => {
  const rig = await startRig({ registry: SITE, clock: new DrivenClock(HOUR_START) });
  await rig.report('gateway', WELL, { seconds: 300, every: 10 });
  await rig.pass(300);
  const [water] = (await rig.ingest.query.openHour('mine', 'shower')) ?? [];
  expect(water?.standards).toMatchObject([{ compliance: null, inBand: 320, unknown: 280 }, {}]);
});

test('what was not in force counts for nothing, and an unknown point has no hour', async () => {
  const rig = await startRig({ registry: { ...SITE, openingHours: [] }, clock: new DrivenClock(HOUR_START) });
  await rig.report('gateway', WELL, { seconds: 60, every: 10 });
  const [water] = (await rig.ingest.query.openHour('mine', 'shower')) ?? [];
  expect(water?.standards).toMatchObject([
    { inBand: 0, out: 0, unknown: 0, outOfService: 60, coverage: null },
    { standard: 'base.scald', outOfService: 0 },
  ]);
  expect(await rig.ingest.query.openHour('mine', 'nowhere')).toBeUndefined();
});

test('no value holds across a downtime of ours', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fw-hour-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const slow = { ...SITE, bindings: SITE.bindings.map((binding) => ({ ...binding, interval: 300 })) };
  const before = await startRig({ registry: slow, dir, clock: new DrivenClock(HOUR_START) });
  await before.values('gateway', WELL);
  await before.pass(60);
  await before.close();
  const after = await startRig({ registry: slow, dir, clock: new DrivenClock(HOUR_START + 400_000) });
  await after.pass(100);
  const [water] = (await after.ingest.query.openHour('mine', 'shower')) ?? [];
  expect(water?.standards[0]?.inBand).toBeLessThanOrEqual(60);
  expect(water?.standards[0]?.unknown).toBeGreaterThanOrEqual(440);
});
