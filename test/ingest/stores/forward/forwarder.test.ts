import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DrivenClock } from '../../../driven-clock.ts';
import { influx1Missing, startInflux1, type Influx1 } from '../../../servers/influx1.ts';
import { WELL } from '../../line/site.ts';
import { startInfluxRig, WRITE, type InfluxRig } from './influx-rig.ts';
import { PATIENCE } from '../../../patience.ts';

const HOUR = 3_600;
const POOL = `SELECT water_temperature FROM readings WHERE point = 'pool'`;
const values = (rows: readonly Readonly<Record<string, unknown>>[]) => rows.map((row) => row['water_temperature']);
const waiting = ({ rig }: Pick<InfluxRig, 'rig'>) => rig.ingest.levels().log;
const inLog = ({ rig }: Pick<InfluxRig, 'rig'>) => Number(rig.rows('SELECT count(*) AS n FROM arrival')[0]?.['n']);

async function publish({ rig }: InfluxRig, ...temperatures: number[]): Promise<void> {
  for (const temperature of temperatures) {
    await rig.values('gateway', { 'water_temperature.pool': temperature });
    rig.clock.advance(10);
  }
}

const pool = async ({ rig }: InfluxRig) => {
  const { wall } = rig.clock.now();
  const found = await rig.ingest.query.range('mine', 'pool', {
    metric: 'water_temperature',
    from: wall - 10 * HOUR * 1_000,
    to: wall + 1_000,
  });
  return found?.readings.map(({ v }) => v);
};

describe.skipIf(influx1Missing !== undefined)('forwarding to a real InfluxDB', () => {
  let server: Influx1;
  beforeAll(async () => {
    server = await startInflux1();
  });
  afterAll(() => server.close());

  test('what the server took waits no more, and leaves the log when its hour is over', async () => {
    const at = await startInfluxRig(server);
    await publish(at, 43, 43.1, 43.2);
    expect(waiting(at)).toBe(3);
    await at.until(() => waiting(at) === 0);
    expect(values(await at.held(POOL))).toEqual([43, 43.1, 43.2]);
    expect([inLog(at), at.rig.ingest.levels().tail]).toEqual([3, 3]);
    at.rig.clock.advance(HOUR * 1_000);
    await at.rig.pass(1);
    at.rig.clock.advance(120_000);
    await at.until(() => inLog(at) === 0);
    expect(at.rig.ingest.levels().tail).toBe(0);
    expect(await pool(at)).toEqual([43, 43.1, 43.2]);
  });

  test('what no server took stays in log and tail however old it is, and everything is sent once one does', async () => {
    const at = await startInfluxRig(server);
    await publish(at, 43);
    await at.until(() => waiting(at) === 0);
    await at.proxy.fault({ kind: 'refused' });
    await publish(at, 43.1, 43.2);
    await at.until(() => at.rig.ingest.levels().store?.state === 'unreachable');
    // Told as an alarm after a minute; then hours in which our host sleeps.
    await at.rig.pass(70);
    for (let hours = 0; hours < 3; hours += 1) {
      at.rig.clock.advance(HOUR * 1_000);
      await at.rig.pass(1);
    }
    expect(at.rig.alarms('system.store_unreachable')).toHaveLength(1);
    expect([waiting(at), inLog(at) >= 2, at.rig.ingest.levels().tail]).toEqual([2, true, 2]);
    await publish(at, 43.3);
    await at.proxy.pass();
    await at.until(() => waiting(at) === 0);
    expect(values(await at.held(POOL))).toEqual([43, 43.1, 43.2, 43.3]);
    await at.rig.pass(1);
    expect(at.rig.alarms('system.store_unreachable')).toMatchObject([{ state: 'returned_unacknowledged' }]);
  });

  test('a server that asks for patience is asked again when it said, and not before', async () => {
    const at = await startInfluxRig(server);
    await publish(at, 43);
    await at.until(() => waiting(at) === 0);
    const before = at.proxy.requests(WRITE);
    at.proxy.answer({ status: 503, headers: { 'retry-after': '45' } }, 1, WRITE);
    await publish(at, 43.1);
    await at.until(() => at.proxy.requests(WRITE) > before);
    await at.until(() => at.rig.ingest.levels().store?.failures === 1);
    await at.rig.pass(40);
    expect(at.proxy.requests(WRITE)).toBe(before + 1);
    await publish(at, 43.2);
    await at.rig.pass(4);
    expect(at.proxy.requests(WRITE)).toBe(before + 1);
    await at.until(() => waiting(at) === 0);
    expect(values(await at.held(POOL))).toEqual([43, 43.1, 43.2]);
  });

  test('a server that refuses is tried each minute, loses nothing, and is an alarm with its words', async () => {
    const at = await startInfluxRig(server);
    await publish(at, 43);
    await at.until(() => waiting(at) === 0);
    at.proxy.answer({ status: 401, body: '{"error":"authorization failed"}' }, Infinity);
    await publish(at, 43.1);
    await at.until(() => at.rig.ingest.levels().store?.failures === 1);
    await at.rig.pass(1);
    const [alarm] = at.rig.alarms('system.store_refused');
    expect(alarm).toMatchObject({ state: 'unacknowledged', priority: 3 });
    expect(alarm?.detail).toContain('authorization failed');
    const refused = at.proxy.requests();
    await publish(at, 43.2, 43.3);
    await at.rig.pass(50);
    expect(at.proxy.requests()).toBe(refused);
    expect(waiting(at)).toBe(3);
    await at.proxy.pass();
    await at.until(() => waiting(at) === 0);
    expect(values(await at.held(POOL))).toEqual([43, 43.1, 43.2, 43.3]);
    await at.rig.pass(1);
    expect(at.rig.alarms('system.store_refused')).toMatchObject([{ state: 'returned_unacknowledged' }]);
  });

  test('what the server took without saying so is sent again and there once', async () => {
    const at = await startInfluxRig(server);
    await publish(at, 43);
    await at.until(() => waiting(at) === 0);
    await at.proxy.fault({ kind: 'reset-answer' }, WRITE);
    await publish(at, 43.1, 43.2);
    await at.until(() => at.rig.ingest.levels().store?.failures === 1);
    expect([waiting(at), values(await at.held(POOL))]).toEqual([2, [43, 43.1, 43.2]]);
    await at.proxy.pass();
    await at.until(() => waiting(at) === 0);
    expect(values(await at.held(POOL))).toEqual([43, 43.1, 43.2]);
  });

  test('a request that we gave up and the server carries out after a newer one leaves the newer value in the end', async () => {
    // Its hour is over before the request is.
    const clock = new DrivenClock(Date.UTC(2026, 10, 25, 4, 55));
    const at = await startInfluxRig(server, { clock, writeTimeout: 1_000 });
    await publish(at, 43);
    await at.until(() => waiting(at) === 0);
    const t = at.rig.clock.now().wall;
    const failures = () => at.rig.ingest.levels().store?.failures ?? 0;
    const before = failures();
    const put = (temperature: number) => at.rig.values('gateway', { 'water_temperature.pool': temperature }, t);
    await at.proxy.fault({ kind: 'silent' }, WRITE);
    await put(43.1);
    await at.until(() => failures() > before);
    const late = await at.proxy.passOthers();
    await put(43.2);
    await at.until(() => waiting(at) === 0);
    expect(values(await at.held(POOL))).toEqual([43, 43.2]);
    await late();
    // The server knows no better; we do.
    expect(values(await at.held(POOL))).toEqual([43, 43.1]);
    expect(await pool(at)).toEqual([43, 43.2]);
    // So long nobody holds a request: then once more what was replaced.
    await at.rig.pass(600);
    const settled = async () => {
      await at.rig.pass(1);
      return values(await at.held(POOL))[1] === 43.2;
    };
    await vi.waitUntil(settled, PATIENCE);
    await at.until(() => inLog(at) === 0);
    expect(await pool(at)).toEqual([43, 43.2]);
  });

  test('what the server rejects goes to quarantine with its words, and its neighbours are stored', async () => {
    const clock = new DrivenClock();
    const t = clock.now().wall;
    // Somebody else's schema: from now on this shard takes no number there.
    await server.query('CREATE DATABASE taken');
    await server.write(`readings,site=mine,area=bath,point=fan fan_running="on" ${t}`, 'taken');
    const at = await startInfluxRig(server, { clock, database: 'taken' });
    await at.rig.values('gateway', WELL);
    await at.rig.values('gateway', { ...WELL, 'water_temperature.pool': 44 }, t + 1_000);
    await at.until(() => waiting(at) === 0);
    expect(values(await at.held(POOL))).toEqual([43, 44]);
    const { entries } = groupOf(at);
    expect(entries).toHaveLength(2);
    expect(entries[0]?.reason).toMatchObject({ code: 'store_rejected', path: '$.values.fan_running' });
    expect(entries[0]?.reason.detail).toContain('conflict');
    expect(entries[0]).toMatchObject({ device: 'gateway', payload: null });
    expect(at.rig.ingest.levels().store?.isolated).toBe(2);
    expect(at.rig.alarms('system.store_refused')).toEqual([]);
    // It lasts: an alarm of its own, which others that pass do not end.
    expect(at.rig.alarms('system.readings_rejected')).toEqual([]);
    await at.rig.pass(61);
    await publish(at, 45);
    await at.until(() => waiting(at) === 0);
    await at.rig.pass(1);
    const [alarm] = at.rig.alarms('system.readings_rejected');
    expect(alarm).toMatchObject({ state: 'unacknowledged', priority: 3 });
    expect(alarm?.detail).toContain('input field "fan_running" on measurement "readings"');
    // Somebody makes short work of it; we make it again.
    await server.query('DROP DATABASE taken');
    await at.rig.values('gateway', WELL);
    await at.until(() => at.rig.ingest.levels().store?.state === 'refuses');
    await at.rig.pass(1);
    expect(at.rig.alarms('system.store_refused')[0]?.detail).toContain('database not found: "taken"');
    await at.until(() => waiting(at) === 0);
    await at.rig.pass(1);
    expect(at.rig.alarms('system.readings_rejected')).toMatchObject([{ state: 'returned_unacknowledged' }]);
    expect(await at.held('SELECT fan_running FROM readings')).toMatchObject([{ fan_running: 1 }]);
  });

  test('a request that is rejected without a word about a line is halved, and all that is good in it is stored', async () => {
    const at = await startInfluxRig(server);
    await publish(at, 43);
    await at.until(() => waiting(at) === 0);
    at.proxy.answer({ status: 400, body: '{"error":"something in it is wrong"}' }, 3, WRITE);
    await publish(at, 43.1, 43.2, 43.3, 43.4);
    await at.until(() => waiting(at) === 0);
    // The whole, its first half, and the first line of that: the one that is left behind.
    expect(values(await at.held(POOL))).toEqual([43, 43.2, 43.3, 43.4]);
    expect(groupOf(at).entries).toMatchObject([{ reason: { code: 'store_rejected' } }]);
    expect(groupOf(at).entries[0]?.reason.detail).toContain('something in it is wrong');
  });

  test('what lets not even one line pass costs no reading, is no InfluxDB that takes, and an alarm with its setting', async () => {
    const at = await startInfluxRig(server);
    await publish(at, 43);
    await at.until(() => waiting(at) === 0);
    at.proxy.answer({ status: 413, body: '<html><h1>413 Request Entity Too Large</h1></html>' }, Infinity, WRITE);
    await publish(at, 43.1, 43.2, 43.3);
    await at.until(() => at.rig.ingest.levels().store?.state === 'invalid');
    await at.rig.pass(70);
    expect([waiting(at), groupOf(at).entries]).toEqual([3, []]);
    expect(at.rig.alarms('system.store_unreachable')[0]?.detail).toContain('client_max_body_size');
    await at.proxy.pass();
    await at.until(() => waiting(at) === 0);
    expect(values(await at.held(POOL))).toEqual([43, 43.1, 43.2, 43.3]);
    expect(at.rig.ingest.levels().store).toMatchObject({ state: 'takes', isolated: 0 });
  });

  test('with no server and a full log, nothing more is acknowledged, and nothing that was is lost', async () => {
    const at = await startInfluxRig(server, { logLimit: 20 });
    await at.proxy.fault({ kind: 'refused' });
    const acknowledged: number[] = [];
    for (let n = 0; n < 30; n += 1) {
      const temperature = 43 + n / 10;
      const sent = at.rig.values('gateway', { 'water_temperature.pool': temperature });
      void sent.then(() => acknowledged.push(temperature));
      await at.rig.pass(1);
    }
    expect([waiting(at), acknowledged.length, at.rig.snapshot().site.storing]).toEqual([20, 20, false]);
    expect(at.rig.alarms('system.log_filling')).toHaveLength(1);
    await at.proxy.pass();
    await at.until(() => waiting(at) === 0);
    expect(values(await at.held(POOL))).toEqual(acknowledged);
    await at.until(() => at.rig.snapshot().site.storing);
  });

  test('a start knows what is forwarded; another server gets all that the log still holds', async () => {
    const at = await startInfluxRig(server);
    await publish(at, 43, 43.1);
    await at.until(() => waiting(at) === 0);
    await at.rig.pass(2);
    await at.proxy.fault({ kind: 'refused' });
    await publish(at, 43.2);
    await at.rig.pass(1);
    await at.rig.close();

    const again = await at.rig.restart({ downMs: 1_000 });
    expect(again.value('pool')).toMatchObject({ value: 43.2 });
    expect([waiting({ rig: again }), inLog({ rig: again })]).toEqual([1, 3]);
    await again.close();

    const { clock, dir } = again;
    const other = await startInfluxRig(server, { clock, dir });
    expect(waiting(other)).toBe(3);
    await other.until(() => waiting(other) === 0);
    expect(values(await other.held(POOL))).toEqual([43, 43.1, 43.2]);
  });

  test('events that the ledger let go before a server took them are counted, and the next ones are sent', async () => {
    const told: unknown[] = [];
    const at = await startInfluxRig(server, { onLog: (fields) => void told.push(fields) });
    const open = (...ids: string[]) =>
      at.rig.publish(
        'lock',
        ids.map((id) => ({ id, ts: at.rig.clock.now().wall, kind: 'contact', open: true })),
        { leaf: 'events' },
      );
    await open('a');
    await at.until(() => at.rig.ingest.levels().store?.recordsWaiting === 0);
    await at.proxy.fault({ kind: 'refused' });
    await open('b', 'c');
    // None of them is on its way when they go.
    await at.until(() => at.rig.ingest.levels().store?.state === 'unreachable');
    // As after ninety days.
    const all = { events: at.rig.clock.now().wall, quarantine: 0, sessions: 0, ended: 0, diary: 0 };
    await at.rig.stores.ledger.expire(all);
    await at.rig.pass(1);
    await open('d');
    await at.proxy.pass();
    await at.until(() => at.rig.ingest.levels().store?.recordsWaiting === 0);
    expect(await at.held('SELECT "open" FROM events')).toHaveLength(2);
    expect(told).toContainEqual({ measurement: 'events', count: 2 });
  });

  test('events that the server rejects, or finds too old, are counted and an alarm, and the ledger keeps them', async () => {
    await server.query('CREATE DATABASE floats WITH DURATION 24h');
    const clock = new DrivenClock(Date.now());
    const t = clock.now().wall;
    await server.write(`events,site=mine late=1.5 ${t}`, 'floats');
    const at = await startInfluxRig(server, { database: 'floats', clock });
    const store = () => at.rig.ingest.levels().store;
    const open = async (id: string, ts: number) => {
      await at.rig.publish('lock', { id, ts, kind: 'contact', open: true }, { leaf: 'events' });
      await at.until(() => store()?.recordsWaiting === 0);
    };
    await open('a', t);
    await open('b', t - 25 * HOUR * 1_000);
    expect(store()).toMatchObject({ state: 'takes', isolated: 0, tooOld: 0, recordsRejected: 1, recordsTooOld: 1 });
    expect(store()?.rejectsRecords).toContain('input field "late" on measurement "events"');
    expect(at.rig.rows('SELECT event_id FROM event')).toHaveLength(2);
    // Another field beside it: each stands for itself.
    await at.rig.publish('lock', { id: 'f', ts: t, kind: 'forced', active: true }, { leaf: 'events' });
    await at.rig.pass(61);
    const [alarm] = at.rig.alarms('system.records_rejected');
    expect(alarm).toMatchObject({ state: 'unacknowledged', priority: 4 });
    expect(alarm?.detail).toContain('input field "late"');
    expect(at.rig.alarms('system.readings_rejected')).toEqual([]);
    await server.query('DROP MEASUREMENT events', 'floats');
    const now = at.rig.clock.now().wall;
    await at.rig.publish('lock', { id: 'g', ts: now, kind: 'forced', active: false }, { leaf: 'events' });
    await open('c', now);
    await at.rig.pass(1);
    expect(at.rig.alarms('system.records_rejected')).toMatchObject([{ state: 'returned_unacknowledged' }]);
    expect(store()).toMatchObject({ recordsRejected: 2, rejectsRecords: null });
  });

  test('events and transitions of alarms are sent once each, those from before too, and nothing about people', async () => {
    const at = await startInfluxRig(server);
    await at.proxy.fault({ kind: 'refused' });
    const ts = at.rig.clock.now().wall;
    const punch = { kind: 'punch', result: 'ok', method: 'face', name: '张三', badge: '0815' };
    await at.rig.publish(
      'clock',
      [
        { id: 'a', ts, ...punch },
        { id: 'b', ts, ...punch },
      ],
      { leaf: 'events' },
    );
    await at.rig.publish('lock', { id: 'f1', ts, kind: 'forced', active: true }, { leaf: 'events' });
    const [alarm] = at.rig.alarms('door.forced');
    await at.rig.pass(2);
    await at.proxy.pass();
    await at.until(() => at.rig.ingest.levels().store?.recordsWaiting === 0);
    const events = await at.held('SELECT * FROM events');
    expect(events.map(({ kind }) => kind).sort()).toEqual(['forced', 'punch', 'punch']);
    expect(JSON.stringify(events)).not.toMatch(/张三|0815/);
    const raised = await at.held(`SELECT * FROM alarm_transitions WHERE "rule" = 'door.forced'`);
    expect(raised).toMatchObject([{ alarm: alarm?.id, what: 'raised', site: 'mine', subject: 'door' }]);
  });
});

function groupOf({ rig }: InfluxRig) {
  const [group] = rig.stores.reader.quarantine.groups('mine');
  return { group, entries: rig.stores.reader.quarantined('mine', 10) };
}
