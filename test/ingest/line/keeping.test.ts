import { expect, test } from 'vitest';
import type { LedgerBatch } from '../../../ingest/stores/ledger/types.ts';
import { ROW } from '../../../ingest/stores/packed.ts';
import { startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

/** Notes what each commit carries. */
function recorder() {
  const batches: LedgerBatch[] = [];
  const count = () => {
    const sum: Record<string, number> = {};
    for (const { at: _, ...rows } of batches.splice(0)) {
      for (const [kind, { length }] of Object.entries(rows))
        if (length > 0) sum[kind] = (sum[kind] ?? 0) + (kind === 'arrivals' ? length / ROW : length);
    }
    return sum;
  };
  return {
    count,
    ledger: (real: Parameters<NonNullable<Parameters<typeof startRig>[0]['ledger']>>[0]) => ({
      ...real,
      commit(batch: LedgerBatch) {
        batches.push(batch);
        return real.commit(batch);
      },
    }),
  };
}

test('calm readings write themselves and nothing else', async () => {
  const { ledger, count } = recorder();
  const rig = await startRig({ registry: SITE, ledger });
  await rig.report('gateway', WELL, { seconds: 20, every: 10 });
  count();
  await rig.report('gateway', WELL, { seconds: 1_000, every: 10 });
  expect(count()).toEqual({ arrivals: 400 });
});

test('nothing is written while nothing comes and nothing changes', async () => {
  const { ledger, count } = recorder();
  const rig = await startRig({ registry: SITE, ledger });
  await rig.report('gateway', { ...WELL, 'water_temperature.pool': 38 }, { seconds: 200, every: 10 });
  await rig.pass(400);
  count();
  await rig.pass(600);
  expect(count()).toEqual({});
});

test('what has passed of a running on-delay is written with each reading', async () => {
  const { ledger, count } = recorder();
  const rig = await startRig({ registry: SITE, ledger });
  await rig.report('gateway', WELL, { seconds: 20, every: 10 });
  count();
  await rig.report('gateway', { ...WELL, 'water_temperature.outlet': 38 }, { seconds: 100, every: 10 });
  expect(count()).toEqual({ arrivals: 40, machines: 10 });
  const [machine] = rig.rows("SELECT state FROM machine WHERE key = 'base.water|low|point|shower|water_temperature'");
  expect(String(machine?.['state'])).toContain('"elapsed":90000');
});

test('a standing alarm is written when its worst value changes, not with each reading', async () => {
  const { ledger, count } = recorder();
  const rig = await startRig({ registry: SITE, ledger });
  const cold = { ...WELL, 'water_temperature.outlet': 38 };
  await rig.report('gateway', cold, { seconds: 200, every: 10 });
  count();
  await rig.report('gateway', cold, { seconds: 100, every: 10 });
  expect(count()).toEqual({ arrivals: 40 });
  await rig.values('gateway', { ...cold, 'water_temperature.outlet': 37.5 });
  expect(count()).toEqual({ arrivals: 4, alarms: 1, machines: 1 });
});

test('a clock that is behind and a device that is wrong about the time are told of once', async () => {
  const { ledger, count } = recorder();
  const rig = await startRig({ registry: SITE, ledger });
  await rig.values('probe', { room_temperature: 26 });
  rig.clock.stepWall(-3_600_000);
  const wrong = () => rig.values('probe', { room_temperature: 26 }, rig.clock.now().wall + 86_400_000 * 400);
  await rig.pass(5);
  await wrong();
  count();
  await rig.pass(60);
  await wrong();
  expect(count()).toEqual({ arrivals: 1 });
});
