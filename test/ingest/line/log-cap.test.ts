import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import type { SiteDelta } from '../../../contract/live.ts';
import { ReadingsFailed } from '../../../ingest/stores/readings/sqlite.ts';
import type { ReadingsStore } from '../../../ingest/stores/readings/types.ts';
import { PATIENCE } from '../../patience.ts';
import { OPERATOR, startRig, type Rig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const LIMIT = 100;
const cold = { ...WELL, 'water_temperature.outlet': 38 };
const forced = (id: string, active = true) => ({ id, kind: 'forced', active });

/** Ingest with a small log; a readings store that refuses while it is stuck. */
async function startSmall({ stuck, freeBytes }: { stuck: boolean; freeBytes?: () => number }) {
  const store = { stuck };
  const rig = await startRig({
    registry: SITE,
    logLimit: LIMIT,
    readings: (real): ReadingsStore => ({
      ...real,
      settle(settlements) {
        if (store.stuck) return Promise.reject(new ReadingsFailed('disk I/O error', true));
        return real.settle(settlements);
      },
    }),
    ...(freeBytes === undefined ? {} : { freeBytes }),
  });
  const told: boolean[] = [];
  rig.ingest.onStoring((storing) => told.push(storing));
  const alarms: { rule: string; stored: boolean }[] = [];
  rig.ingest.query.subscribe((announcement) => {
    if (announcement.kind === 'delta') alarms.push(...alarmsOf(announcement.delta));
  });
  return { rig, store, told, alarms };
}

function alarmsOf({ alarms = [] }: SiteDelta) {
  return alarms.map(({ rule, stored }) => ({ rule, stored }));
}

/** Reports until the log is full; four readings a message. */
async function fill(rig: Rig): Promise<void> {
  await rig.report('gateway', WELL, { seconds: LIMIT / 4, every: 1 });
}

/** The log is emptied by a thread, in real time. */
async function untilStoring(rig: Rig): Promise<void> {
  await vi.waitUntil(async () => {
    await rig.pass(1);
    return rig.snapshot().site.storing;
  }, PATIENCE);
}

const standing = (rig: Rig) =>
  rig
    .alarms()
    .flatMap(({ rule, returnedAt }) => (returnedAt === null ? [rule] : []))
    .sort();

const waiting = (rig: Rig) => rig.rows('SELECT count(*) AS n FROM arrival')[0]?.['n'];

test('a log that its store takes nothing from is an alarm before it is full', async () => {
  const { rig } = await startSmall({ stuck: true });
  await rig.report('gateway', WELL, { seconds: 19, every: 1 });
  expect(rig.alarms()).toEqual([]);
  await rig.report('gateway', WELL, { seconds: 2, every: 1 });
  expect(rig.alarms()).toMatchObject([{ rule: 'system.log_filling', state: 'unacknowledged', stored: true }]);
  expect(rig.snapshot().site.storing).toBe(true);
});

test('a full log takes no more readings: they are judged and shown, not stored and not acknowledged', async () => {
  const { rig, told } = await startSmall({ stuck: true });
  await fill(rig);
  const acknowledged: string[] = [];
  for (let time = 0; time < 20; time += 1) {
    void rig.values('gateway', cold).then(() => acknowledged.push('reading'));
    await rig.pass(10);
  }
  expect(waiting(rig)).toBe(LIMIT);
  expect(rig.ingest.levels().tail).toBe(LIMIT);
  expect(acknowledged).toEqual([]);
  expect(told).toEqual([false]);
  expect(rig.value('shower')).toMatchObject({ value: 38, state: 'outside', stored: false });
  expect(standing(rig)).toEqual(['base.water', 'system.not_stored']);
});

test('beside a full log alarms are committed at once, and screens see them as stored', async () => {
  const { rig, alarms } = await startSmall({ stuck: true });
  await fill(rig);
  void rig.values('gateway', WELL);
  await rig.ingest.drained();
  expect(rig.snapshot().site.storing).toBe(false);
  void rig.publish('lock', forced('f1'), { leaf: 'events' });
  await rig.ingest.drained();
  expect(rig.rows("SELECT rule FROM alarm WHERE rule = 'door.forced'")).toHaveLength(1);
  expect(rig.rows("SELECT what FROM notification JOIN alarm ON alarm.id = alarm WHERE rule = 'door.forced'")).toEqual([
    { what: 'raised' },
  ]);
  expect(rig.rows('SELECT * FROM event')).toEqual([]);
  expect(alarms).toEqual(expect.arrayContaining([{ rule: 'door.forced', stored: true }]));
  expect(alarms).not.toContainEqual({ rule: 'door.forced', stored: false });
});

test('beside a full log an acknowledge is answered after its commit', async () => {
  const { rig } = await startSmall({ stuck: true });
  await rig.publish('lock', forced('f1'), { leaf: 'events' });
  await fill(rig);
  void rig.values('gateway', WELL);
  await rig.ingest.drained();
  const [alarm] = rig.alarms('door.forced');
  const answer = await rig.ingest.desk.acknowledge({ alarm: alarm?.id ?? 0, user: OPERATOR, note: 'seen' });
  expect(answer).toMatchObject({ outcome: 'acknowledged', alarm: { state: 'acknowledged', stored: true } });
  expect(rig.rows("SELECT by, account, note FROM journal WHERE what = 'acknowledged'")).toEqual([
    { by: OPERATOR.post, account: OPERATOR.username, note: 'seen' },
  ]);
});

test('once its store takes readings again, all that devices send anew is stored once', async () => {
  const { rig, store, told } = await startSmall({ stuck: true });
  await fill(rig);
  const ts = rig.clock.now().wall;
  void rig.values('gateway', cold, ts);
  void rig.publish('lock', forced('f1'), { leaf: 'events' });
  await rig.pass(30);
  store.stuck = false;
  await untilStoring(rig);
  expect(told).toEqual([false, true]);
  for (let time = 0; time < 2; time += 1) {
    await rig.values('gateway', cold, ts);
    await rig.publish('lock', forced('f1'), { leaf: 'events' });
  }
  const query = { metric: 'water_temperature', from: ts - 3_600_000, to: ts + 1 };
  const found = await rig.ingest.query.range('mine', 'shower', query);
  expect(found?.readings.filter(({ v }) => v === 38)).toMatchObject([{ t: ts }]);
  expect(found?.readings).toHaveLength(LIMIT / 4 + 1);
  expect(rig.rows('SELECT event_id FROM event')).toEqual([{ event_id: 'f1' }]);
  expect(rig.rows("SELECT what FROM journal JOIN alarm ON alarm.id = alarm WHERE rule = 'door.forced'")).toEqual([
    { what: 'raised' },
  ]);
  await rig.pass(120);
  expect(rig.alarms('system.log_filling')).toMatchObject([{ state: 'returned_unacknowledged' }]);
});

test('while another connection holds readings.db the log fills; let go, it is emptied and readings are stored again', async () => {
  const { rig } = await startSmall({ stuck: false });
  const holder = new DatabaseSync(join(rig.dir, 'readings.db'));
  holder.exec('BEGIN IMMEDIATE');
  await fill(rig);
  void rig.values('gateway', WELL);
  await rig.ingest.drained();
  expect(rig.snapshot().site.storing).toBe(false);
  expect(waiting(rig)).toBe(LIMIT);
  holder.close();
  // The settling that waits for the lock, or the next one where its patience is over.
  await untilStoring(rig);
  await rig.values('gateway', cold);
  expect(rig.value('shower')).toMatchObject({ value: 38, stored: true });
});

test('a log that may not grow into what is left of the disk is full before its cap', async () => {
  const disk = { free: 1e9 };
  const { rig, told } = await startSmall({ stuck: true, freeBytes: () => disk.free });
  await rig.report('gateway', WELL, { seconds: 10, every: 1 });
  disk.free = 1_000;
  await rig.pass(1);
  void rig.values('gateway', WELL);
  await rig.pass(1);
  expect(told).toEqual([false]);
  expect(waiting(rig)).toBe(40);
});

test('a disk with little room is an alarm long before it is full, and ends with more room', async () => {
  const disk = { free: 100e6 };
  const rig = await startRig({ registry: SITE, freeBytes: () => disk.free });
  await rig.pass(59);
  expect(rig.alarms()).toEqual([]);
  await rig.pass(3);
  expect(rig.alarms()).toMatchObject([{ rule: 'system.disk_low', priority: 3 }]);
  disk.free = 1e9;
  await rig.pass(63);
  expect(rig.alarms()).toMatchObject([{ state: 'returned_unacknowledged' }]);
});
