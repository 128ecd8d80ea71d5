import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Ledger } from '../../../ingest/stores/ledger/types.ts';
import { startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

/** The real ledger, whose commits wait at its door from `hold` to `release`. */
function held() {
  let open = Promise.resolve();
  let release = () => {};
  let arrived = () => {};
  const wrap = (real: Ledger): Ledger => ({
    ...real,
    async commit(batch) {
      arrived();
      await open;
      return real.commit(batch);
    },
  });
  return {
    wrap,
    /** Resolves when the next commit has come to the door. */
    hold(): Promise<void> {
      open = new Promise((resolve) => (release = resolve));
      return new Promise((resolve) => (arrived = resolve));
    },
    release: () => release(),
  };
}

const forced = { id: 'f1', kind: 'forced', active: true };

test('a message is acknowledged after its commit and not before', async () => {
  const door = held();
  const rig = await startRig({ registry: SITE, ledger: door.wrap });
  const atTheDoor = door.hold();
  let acknowledged = false;
  const sent = rig.values('gateway', WELL).then(() => (acknowledged = true));
  await atTheDoor;
  await turn();
  expect(acknowledged).toBe(false);
  door.release();
  await sent;
  expect(rig.rows('SELECT count(*) AS n FROM arrival')).toEqual([{ n: 4 }]);
});

test('nothing of a message is shown before its commit: no value, no alarm, no delta', async () => {
  const door = held();
  const rig = await startRig({ registry: SITE, ledger: door.wrap });
  await rig.values('gateway', WELL);
  await rig.clock.run(1_000, 100);
  const told: string[] = [];
  rig.ingest.query.subscribe(({ kind }) => {
    if (kind === 'delta') told.push(kind);
  });
  const atTheDoor = door.hold();
  const sent = Promise.all([
    rig.values('gateway', { ...WELL, 'water_temperature.pool': 43.4 }),
    rig.publish('lock', forced, { leaf: 'events' }),
  ]);
  await atTheDoor;
  await turn();
  expect(rig.value('pool').value).toBe(43);
  expect(rig.alarms()).toEqual([]);
  expect(told).toEqual([]);
  door.release();
  await sent;
  expect(rig.value('pool').value).toBe(43.4);
  expect(rig.alarms()).toMatchObject([{ rule: 'door.forced' }]);
  expect(told).not.toEqual([]);
});
