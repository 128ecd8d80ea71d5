import { expect, test } from 'vitest';
import { CommitFailed } from '../../../ingest/stores/ledger/types.ts';
import { breakable } from './breakable.ts';
import { OPERATOR, startRig, type Rig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const cold = { ...WELL, 'water_temperature.outlet': 38 };

/** Lets commits fail until the line has given up waiting. */
async function breakDown(rig: Rig, disk: { full: boolean }): Promise<void> {
  disk.full = true;
  void rig.values('gateway', WELL);
  await rig.clock.run(7_000, 250);
  await rig.ingest.drained();
  expect(rig.snapshot().site.storing).toBe(false);
}

async function range(rig: Rig, point: string) {
  const query = { metric: 'water_temperature', from: rig.clock.now().wall - 3_600_000, to: rig.clock.now().wall + 1 };
  return (await rig.ingest.query.range('mine', point, query))?.readings ?? [];
}

test('what was let go is stored once when its device sends it again', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  const ts = rig.clock.now().wall;
  await breakDown(rig, disk);
  const acknowledged: string[] = [];
  void rig.values('gateway', cold, ts + 5_000).then(() => acknowledged.push('first'));
  void rig.values('gateway', cold, ts + 5_000).then(() => acknowledged.push('again'));
  await rig.ingest.drained();
  expect(await range(rig, 'shower')).toEqual([]);
  disk.full = false;
  await rig.pass(2);
  expect(acknowledged).toEqual([]);
  await Promise.all([rig.values('gateway', cold, ts + 5_000), rig.values('gateway', cold, ts + 5_000)]);
  expect(await range(rig, 'shower')).toMatchObject([{ t: ts + 5_000, v: 38 }]);
  expect(rig.rows('SELECT count(*) AS n FROM arrival WHERE value = 38')).toEqual([{ n: 1 }]);
});

test('a value is shown as not stored until its device has sent it again', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  await breakDown(rig, disk);
  disk.full = false;
  await rig.pass(2);
  expect(rig.snapshot().site.storing).toBe(true);
  expect(rig.value('shower').stored).toBe(false);
  await rig.values('gateway', WELL);
  expect(rig.value('shower').stored).toBe(true);
});

test('series that were first seen meanwhile keep what is stored for them afterwards, also over a start', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  await breakDown(rig, disk);
  disk.full = false;
  await rig.pass(2);
  await rig.values('gateway', cold);
  const after = await rig.restart({ downMs: 1_000 });
  expect(await range(after, 'shower')).toMatchObject([{ v: 38 }]);
  const ids = after.rows('SELECT id FROM series').map(({ id }) => id);
  expect(new Set(ids).size).toBe(4);
});

test('an event that was let go is stored when it comes again, and its alarm is one', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  await breakDown(rig, disk);
  const forced = { id: 'f1', kind: 'forced', active: true, ts: rig.clock.now().wall };
  void rig.publish('lock', forced, { leaf: 'events' });
  await rig.ingest.drained();
  expect(rig.alarms('door.forced')).toMatchObject([{ stored: false }]);
  expect(rig.rows('SELECT * FROM event')).toEqual([]);
  disk.full = false;
  await rig.pass(2);
  await rig.publish('lock', forced, { leaf: 'events' });
  expect(rig.rows('SELECT event_id FROM event')).toEqual([{ event_id: 'f1' }]);
  expect(rig.rows("SELECT id FROM alarm WHERE rule = 'door.forced'")).toHaveLength(1);
  expect(rig.alarms('door.forced')).toMatchObject([{ stored: true }]);
});

test('what cannot be read is not acknowledged either while it cannot be kept, and is kept when it comes again', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  await breakDown(rig, disk);
  let acknowledged = false;
  void rig.publish('gateway', '{"values":').then(() => (acknowledged = true));
  await rig.ingest.drained();
  disk.full = false;
  await rig.pass(2);
  expect(acknowledged).toBe(false);
  await rig.publish('gateway', '{"values":');
  expect(rig.rows('SELECT code FROM quarantine')).toEqual([{ code: 'not_json' }]);
});

test('the outage is one system alarm, and no device is called offline for it', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  rig.connect('lock', 1);
  await rig.report('gateway', WELL, { seconds: 30, every: 10 });
  await breakDown(rig, disk);
  rig.disconnect('lock', 1, 'lost');
  await rig.pass(900);
  expect(rig.alarms().map(({ rule }) => rule)).toEqual(['system.not_stored']);
  disk.full = false;
  await rig.pass(3);
  expect(rig.alarms('system.not_stored')).toMatchObject([{ state: 'returned_unacknowledged', stored: true }]);
  // Whoever stays away afterwards is missed like anybody else.
  await rig.pass(250);
  expect(rig.alarms('device.offline')).toEqual([]);
  await rig.pass(90);
  expect(
    rig
      .alarms('device.offline')
      .map(({ subject }) => subject.id)
      .sort(),
  ).toEqual(['gateway', 'lock']);
  expect(rig.rows("SELECT kind FROM system_event WHERE kind LIKE 'storing%' ORDER BY at")).toEqual([
    { kind: 'storing_stopped' },
    { kind: 'storing_again' },
  ]);
});

test('an alarm that was raised and returned while nothing was stored is in the ledger afterwards, with its course', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  await breakDown(rig, disk);
  const lock = (active: boolean) =>
    void rig.publish('lock', { id: `${active}`, kind: 'forced', active }, { leaf: 'events' });
  lock(true);
  await rig.pass(5);
  lock(false);
  await rig.pass(5);
  disk.full = false;
  await rig.pass(2);
  const [alarm] = rig.alarms('door.forced');
  expect(alarm).toMatchObject({ state: 'returned_unacknowledged', stored: true });
  expect((await rig.ingest.query.journal(alarm?.id ?? 0))?.map(({ what }) => what)).toEqual(['raised', 'returned']);
});

test('a row that the ledger refuses does not keep the line from storing again', async () => {
  const { disk, wrap } = breakable();
  const refuse = { journal: false };
  const rig = await startRig({
    registry: SITE,
    ledger: (real) => {
      const breaking = wrap(real);
      return {
        ...breaking,
        commit(batch) {
          const refused = refuse.journal && (batch.journal?.length ?? 0) > 0;
          return refused
            ? Promise.reject(new CommitFailed('no', { transient: false, sqliteCode: 19 }))
            : breaking.commit(batch);
        },
      };
    },
  });
  await breakDown(rig, disk);
  void rig.publish('lock', { id: 'x', kind: 'forced', active: true }, { leaf: 'events' });
  await rig.pass(2);
  refuse.journal = true;
  disk.full = false;
  await rig.pass(3);
  expect(rig.snapshot().site.storing).toBe(true);
  expect(rig.rows("SELECT rule FROM alarm WHERE rule = 'door.forced'")).toHaveLength(1);
});

test('an acknowledge that the ledger refuses is not called done', async () => {
  const refuse = { acknowledged: false };
  const rig = await startRig({
    registry: SITE,
    ledger: (real) => ({
      ...real,
      commit(batch) {
        const refused = refuse.acknowledged && batch.journal?.some(({ what }) => what === 'acknowledged') === true;
        return refused
          ? Promise.reject(new CommitFailed('no', { transient: false, sqliteCode: 19 }))
          : real.commit(batch);
      },
    }),
  });
  await rig.publish('lock', { id: 'x', kind: 'forced', active: true }, { leaf: 'events' });
  refuse.acknowledged = true;
  const alarm = rig.alarms()[0]?.id ?? 0;
  expect(await rig.ingest.desk.acknowledge({ alarm, user: OPERATOR, note: null })).toEqual({ refused: 'not_storing' });
  expect(rig.alarms()).toMatchObject([{ state: 'unacknowledged', acknowledged: null }]);
});

test('a screen that fails on what it is told does not stop the line', async () => {
  const rig = await startRig({ registry: SITE });
  rig.ingest.query.subscribe(({ kind }) => {
    if (kind === 'delta') throw new Error('broken screen');
  });
  await rig.publish('lock', { id: 'x', kind: 'forced', active: true }, { leaf: 'events' });
  await rig.publish('lock', { id: 'y', kind: 'forced', active: false }, { leaf: 'events' });
  expect(rig.rows('SELECT event_id FROM event')).toHaveLength(2);
});

test('a recovery that takes longer than a tick is told once', async () => {
  const { disk, wrap } = breakable();
  const slow: { until: Promise<unknown> } = { until: Promise.resolve() };
  const rig = await startRig({
    registry: SITE,
    ledger: (real) => {
      const breaking = wrap(real);
      return { ...breaking, commit: (batch) => slow.until.then(() => breaking.commit(batch)) };
    },
  });
  const told: boolean[] = [];
  rig.ingest.onStoring((storing) => told.push(storing));
  await breakDown(rig, disk);
  disk.full = false;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  slow.until = promise;
  await rig.clock.run(3_000, 1_000);
  resolve(undefined);
  await rig.ingest.drained();
  await rig.pass(1);
  expect(told).toEqual([false, true]);
});
