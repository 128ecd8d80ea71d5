import { expect, test } from 'vitest';
import { CommitFailed, type Ledger, type LedgerBatch } from '../../../ingest/stores/ledger/types.ts';
import { OPERATOR, startRig, type Rig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const lost = () => new CommitFailed("The store's thread ended.", { transient: true, sqliteCode: null });

/** A ledger whose writer is lost without an answer at each commit, and at some of them after its transaction. */
function losing() {
  const writer = { lost: false, after: false };
  const inFile = new Set<LedgerBatch>();
  const wrap = (real: Ledger): Ledger => ({
    ...real,
    async commit(batch) {
      if (inFile.delete(batch)) return;
      if (!writer.lost) return real.commit(batch);
      if (writer.after) {
        await real.commit(batch);
        inFile.add(batch);
      }
      throw lost();
    },
    committed: (batch) => (writer.lost ? Promise.reject(lost()) : Promise.resolve(inFile.delete(batch))),
  });
  return { writer, wrap };
}

/** Lets time pass until something is there. */
async function driven<T>(rig: Rig, work: Promise<T>): Promise<T> {
  let over = false;
  void work.finally(() => (over = true));
  while (!over) await rig.clock.run(250, 250);
  return work;
}

const courseOf = (rig: Rig) =>
  rig.rows(
    "SELECT what FROM journal JOIN alarm ON alarm.id = journal.alarm WHERE rule = 'door.forced' ORDER BY journal.id",
  );
const forced = (id: string, active: boolean) => ({ id, kind: 'forced', active });

test('a batch whose writer was lost after its transaction, in the last attempt, is in the ledger once', async () => {
  const { writer, wrap } = losing();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  const ts = rig.clock.now().wall;
  writer.lost = true;
  const acknowledged: string[] = [];
  const send = () => [
    rig.values('gateway', WELL, ts).then(() => acknowledged.push('reading')),
    rig.publish('lock', forced('f1', true), { leaf: 'events' }).then(() => acknowledged.push('event')),
  ];
  void Promise.all(send());
  await rig.clock.run(4_900, 50);
  writer.after = true;
  await rig.clock.run(500, 50);
  await rig.ingest.drained();
  expect(rig.snapshot().site.storing).toBe(false);
  writer.lost = false;
  await rig.pass(2);
  expect(rig.snapshot().site.storing).toBe(true);
  expect(acknowledged).toEqual([]);
  expect(courseOf(rig)).toEqual([{ what: 'raised' }]);
  const notified = "SELECT what FROM notification JOIN alarm ON alarm.id = alarm WHERE rule = 'door.forced'";
  expect(rig.rows(notified)).toEqual([{ what: 'raised' }]);
  await Promise.all(send());
  expect(rig.rows(`SELECT count(*) AS n FROM arrival WHERE source_time = ${ts}`)).toEqual([{ n: 4 }]);
  expect(rig.rows('SELECT event_id FROM event')).toEqual([{ event_id: 'f1' }]);
  const query = { metric: 'water_temperature', from: ts, to: ts + 1 };
  expect((await rig.ingest.query.range('mine', 'shower', query))?.readings).toHaveLength(1);
});

test('what is committed of an outage is written once, whenever its writer is lost', async () => {
  const { writer, wrap } = losing();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  writer.lost = true;
  void rig.values('gateway', WELL);
  await rig.clock.run(7_000, 250);
  await rig.ingest.drained();
  void rig.publish('lock', forced('f1', true), { leaf: 'events' });
  await rig.pass(1);
  writer.after = true;
  writer.lost = false;
  await rig.ingest.drained();
  writer.lost = true;
  await rig.pass(1);
  void rig.publish('lock', forced('f2', false), { leaf: 'events' });
  await rig.pass(1);
  writer.lost = false;
  await rig.pass(2);
  expect(rig.snapshot().site.storing).toBe(true);
  expect(courseOf(rig)).toEqual([{ what: 'raised' }, { what: 'returned' }]);
  expect(rig.rows("SELECT kind FROM system_event WHERE kind LIKE 'storing%' ORDER BY id")).toEqual([
    { kind: 'storing_stopped' },
    { kind: 'storing_again' },
  ]);
});

test('an acknowledge that was refused and is in the ledger all the same is taken over, with what was judged meanwhile', async () => {
  const { writer, wrap } = losing();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  await rig.publish('lock', forced('f1', true), { leaf: 'events' });
  const [alarm] = rig.alarms('door.forced');
  writer.lost = true;
  const answer = rig.ingest.desk.acknowledge({ alarm: alarm?.id ?? 0, user: OPERATOR, note: null });
  await rig.clock.run(1_000, 50);
  writer.after = true;
  expect(await driven(rig, answer)).toEqual({ refused: 'not_storing' });
  await driven(rig, rig.ingest.drained());
  expect(rig.snapshot().site.storing).toBe(false);
  expect(rig.alarms('door.forced')).toMatchObject([{ state: 'unacknowledged' }]);
  void rig.publish('lock', forced('f2', false), { leaf: 'events' });
  await rig.ingest.drained();
  expect(rig.alarms('door.forced')).toMatchObject([{ state: 'returned_unacknowledged' }]);
  writer.lost = false;
  await rig.pass(2);
  expect(rig.snapshot().site.storing).toBe(true);
  expect(rig.alarms('door.forced')).toEqual([]);
  expect(courseOf(rig)).toEqual([{ what: 'raised' }, { what: 'acknowledged' }, { what: 'returned' }]);
  const record = rig.stores.reader.alarm(alarm?.id ?? 0);
  const [told] = rig.rows("SELECT at FROM journal WHERE what = 'acknowledged'");
  expect(record).toMatchObject({ acknowledged: { by: OPERATOR.username, at: told?.['at'] } });
  expect(record?.closedAt).not.toBeNull();
});

test('a mode whose command was refused although it is in the ledger holds as if it had been answered', async () => {
  const { writer, wrap } = losing();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  const until = rig.clock.now().wall + 3_600_000;
  const body = { mode: 'drained', reason: 'pump', until } as const;
  writer.lost = true;
  const answer = rig.ingest.desk.modes.set({ site: 'mine', area: 'bath', body, user: OPERATOR });
  await rig.clock.run(1_000, 50);
  writer.after = true;
  expect(await driven(rig, answer)).toEqual({ refused: 'not_storing' });
  await driven(rig, rig.ingest.drained());
  expect(rig.snapshot().areas[0]).toMatchObject({ mode: 'open', byHand: null });
  writer.lost = false;
  await rig.pass(2);
  expect(rig.snapshot().areas[0]).toMatchObject({ mode: 'drained', byHand: { reason: 'pump', until } });
  expect(rig.rows('SELECT since, mode FROM area_mode')).toEqual([
    { since: rig.snapshot().areas[0]?.byHand?.since, mode: 'drained' },
  ]);
  expect(rig.rows("SELECT kind FROM system_event WHERE kind LIKE 'mode.%'")).toEqual([{ kind: 'mode.set' }]);
});
