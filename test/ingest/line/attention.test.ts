import { expect, test } from 'vitest';
import type { Instant } from '../../../contract/clock.ts';
import type { Ledger } from '../../../ingest/stores/ledger/types.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

/** Each look at it takes half a millisecond: the line looks at it once for sixteen messages. */
class LaboriousClock extends DrivenClock {
  #spent = 0;

  override now(): Instant {
    this.#spent += 0.5;
    const { wall, mono } = super.now();
    return { wall: wall + Math.floor(this.#spent), mono: mono + this.#spent };
  }
}

test('while somebody waits for a chart, and for a moment after it, the line judges in short turns', async () => {
  const sizes: number[] = [];
  const noting = (real: Ledger): Ledger => ({
    ...real,
    commit(batch) {
      if (batch.arrivals !== undefined && batch.arrivals.length > 0) sizes.push(batch.arrivals.length);
      return real.commit(batch);
    },
  });
  const clock = new LaboriousClock();
  const rig = await startRig({ registry: SITE, ledger: noting, clock });
  let ts = clock.now().wall;
  const flood = async () => {
    sizes.length = 0;
    await Promise.all(Array.from({ length: 2_000 }, () => rig.values('gateway', WELL, (ts += 1))));
    return Math.max(...sizes);
  };
  await rig.values('gateway', WELL);
  const alone = await flood();

  const { wall } = clock.now();
  const series = [{ point: 'pool', metric: 'water_temperature' as const }];
  const asked = rig.ingest.history.chart('mine', { series, from: wall - 3_600_000, to: wall });
  const beside = await flood();
  await asked;
  const after = await flood();
  await rig.pass(5);
  const later = await flood();
  expect(Math.max(beside, after) * 3).toBeLessThan(Math.min(alone, later));
});
