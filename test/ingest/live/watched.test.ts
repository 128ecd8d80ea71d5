import { expect, test } from 'vitest';
import type { SiteDelta } from '../../../contract/live.ts';
import { startRig } from '../line/rig.ts';
import { SITE, WELL } from '../line/site.ts';

test('of a site that nobody looks at nothing is told; who begins to look misses nothing behind the snapshot', async () => {
  const rig = await startRig({ registry: SITE });
  let looking = false;
  const deltas: SiteDelta[] = [];
  rig.ingest.query.subscribe(
    (told) => {
      if (told.kind === 'delta') deltas.push(told.delta);
    },
    () => looking,
  );
  await rig.values('gateway', WELL);
  await rig.clock.run(1_000, 100);
  expect(deltas).toEqual([]);

  await rig.values('gateway', { ...WELL, 'water_temperature.pool': 43.4 });
  const snapshot = rig.snapshot();
  looking = true;
  expect(rig.value('pool').value).toBe(43.4);
  await rig.values('gateway', { ...WELL, 'water_temperature.pool': 43.6 });
  await rig.clock.run(1_000, 100);
  expect(deltas.map(({ seq }) => seq)[0]).toBe(snapshot.seq + 1);
  const pools = deltas.flatMap(({ points = [] }) => points.filter(({ id }) => id === 'pool'));
  expect(pools.at(-1)?.values[0]?.value).toBe(43.6);
});
