import { expect, test } from 'vitest';
import { breakable } from './breakable.ts';
import { OPERATOR, startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

test('an acknowledge that is refused while nothing can be stored changes nothing, then or later', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  await rig.publish('lock', { id: 'f1', kind: 'forced', active: true }, { leaf: 'events' });
  disk.full = true;
  void rig.values('gateway', WELL);
  await rig.clock.run(7_000, 250);
  await rig.ingest.drained();
  const alarm = rig.alarms('door.forced')[0]?.id ?? 0;
  expect(await rig.ingest.desk.acknowledge({ alarm, user: OPERATOR, note: null })).toEqual({ refused: 'not_storing' });
  expect(rig.alarms('door.forced')).toMatchObject([{ state: 'unacknowledged' }]);
  disk.full = false;
  await rig.pass(3);
  expect(rig.snapshot().site.storing).toBe(true);
  expect(rig.alarms('door.forced')).toMatchObject([{ state: 'unacknowledged', acknowledged: null }]);
  expect(rig.rows("SELECT * FROM journal WHERE what = 'acknowledged'")).toEqual([]);
});
