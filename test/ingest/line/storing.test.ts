import { expect, test } from 'vitest';
import { breakable } from './breakable.ts';
import { OPERATOR, startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const cold = { ...WELL, 'water_temperature.outlet': 38 };

test('when nothing can be committed, readings are judged and shown as not stored, and not acknowledged; then all recovers by itself', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  const told: boolean[] = [];
  rig.ingest.onStoring((storing) => told.push(storing));
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });

  disk.full = true;
  const acknowledged: number[] = [];
  for (let at = 0; at < 200; at += 10) {
    void rig.values('gateway', cold).then(() => acknowledged.push(at));
    await rig.clock.run(10_000, 250);
  }
  await rig.ingest.drained();
  expect(told).toEqual([false]);
  expect(acknowledged).toEqual([]);
  expect(rig.snapshot().site.storing).toBe(false);
  expect(rig.value('shower')).toMatchObject({ value: 38, state: 'outside', stored: false });
  expect(rig.alarms('base.water')).toMatchObject([{ stored: false, state: 'unacknowledged' }]);
  const id = rig.alarms('base.water')[0]?.id ?? 0;
  expect(await rig.ingest.desk.acknowledge({ alarm: id, user: OPERATOR, note: null })).toEqual({
    refused: 'not_storing',
  });
  expect(rig.rows('SELECT id FROM alarm')).toEqual([]);

  disk.full = false;
  await rig.pass(3);
  expect(told).toEqual([false, true]);
  expect(rig.rows("SELECT rule FROM alarm WHERE rule = 'base.water'")).toHaveLength(1);
  await rig.values('gateway', cold);
  expect(rig.value('shower')).toMatchObject({ stored: true });
  expect(rig.snapshot().site.storing).toBe(true);
});

test('a commit that fails for a moment is tried again with the same batch, and acknowledged once it is stored', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  disk.full = true;
  const acknowledged = rig.values('gateway', WELL);
  await rig.clock.run(1_000, 100);
  expect(rig.point('pool').awaited).toBe(true);
  disk.full = false;
  await rig.clock.run(1_000, 100);
  await acknowledged;
  expect(rig.value('pool')).toMatchObject({ value: 43, stored: true });
});

test('a message that cannot be committed even alone is quarantined; its neighbours are stored', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  disk.poison = 'poison';
  await Promise.all([
    rig.values('gateway', WELL),
    rig.publish('lock', { id: 'poison', kind: 'contact', open: true }, { leaf: 'events' }),
    rig.publish('lock', { id: 'fine', kind: 'lock', locked: true }, { leaf: 'events' }),
  ]);
  expect(rig.rows('SELECT event_id FROM event')).toEqual([{ event_id: 'fine' }]);
  expect(rig.rows('SELECT code FROM quarantine')).toEqual([{ code: 'offender' }]);
  expect(rig.value('pool').value).toBe(43);
});
