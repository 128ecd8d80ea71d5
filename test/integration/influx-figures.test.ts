import mqtt from 'mqtt';
import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { StorageView } from '../../contract/storage.ts';
import { DrivenClock } from '../driven-clock.ts';
import { SITE } from '../ingest/line/site.ts';
import { influx1Missing, startInflux1, type Influx1 } from '../servers/influx1.ts';
import { startProxy } from '../servers/proxy.ts';
import { startTestSystem } from './system.ts';
import { PATIENCE } from '../patience.ts';

const OPERATOR = { username: 'duty', post: '值班', role: 'operator', password: 'looks-at-the-system-page' } as const;
const HOUR = 3_600_000;
const Text = Type.String();

describe.skipIf(influx1Missing !== undefined)('a real InfluxDB that takes some of it', () => {
  let server: Influx1;
  beforeAll(async () => {
    server = await startInflux1();
  });
  afterAll(() => server.close());

  test('what became of everything that was sent stands in /metrics and on the page of the system, and agrees', async () => {
    const clock = new DrivenClock(Date.now());
    const t = clock.now().wall;
    await server.query('CREATE DATABASE figures WITH DURATION 24h');
    await server.write(`readings,point=x fan_running="on" ${t}\nevents,device=x late=1.5 ${t}`, 'figures');
    const proxy = await startProxy(server.url);
    onTestFinished(() => proxy.close());
    const nobody = { token: null, username: null, password: null, org: null };
    const influx = { url: proxy.url, ...nobody, bucket: 'figures' };
    const system = await startTestSystem({ registry: SITE, clock, influx, users: [OPERATOR] });
    const { username, password } = OPERATOR;
    const signedIn = await fetch(`${system.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: system.url },
      body: JSON.stringify({ username, password }),
    });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const ask = (path: string) => fetch(`${system.url}${path}`, { headers: { cookie } });
    const page = async () => Parse(StorageView, await (await ask('/api/storage')).json());
    const scrape = async () => {
      const lines = Parse(Text, await (await ask('/metrics')).text()).split('\n');
      const samples = new Map(lines.map((line) => [line.replace(/ [^ ]*$/, ''), Number(/ ([^ ]*)$/.exec(line)?.[1])]));
      return (name: string) => samples.get(name);
    };
    const until = (holds: (view: StorageView) => boolean) =>
      vi.waitUntil(
        async () => {
          if (holds(await page())) return true;
          clock.advance(1_000);
          await system.drained();
          return false;
        },
        { ...PATIENCE, interval: 5 },
      );
    const devices = await Promise.all(
      ['gateway', 'lock'].map((device) => {
        const user = `mine.${device}`;
        const { host, port } = system.mqtt;
        const secret = system.passwords.get(device) ?? '';
        return mqtt.connectAsync({ host, port, clientId: user, username: user, password: secret });
      }),
    );
    onTestFinished(() => Promise.all(devices.map((device) => device.endAsync(true))).then(() => undefined));
    const [gateway, lock] = devices;
    const readings = (ts: number, values: Readonly<Record<string, number>>) =>
      gateway?.publishAsync('fw/v1/mine/gateway/readings', JSON.stringify({ ts, values }), { qos: 1 });
    const event = (id: string, ts: number) =>
      lock?.publishAsync('fw/v1/mine/lock/events', JSON.stringify({ id, ts, kind: 'contact', open: true }), { qos: 1 });

    // Once too busy; then all but one reading, and none of a day ago.
    proxy.answer({ status: 503, body: '{"error":"timeout"}' }, 1, '/write');
    await readings(t, { 'water_temperature.pool': 43, fan_running: 1 });
    await until(({ store }) => store?.failures === 1);
    await readings(t - 25 * HOUR, { 'water_temperature.pool': 42 });
    await event('a', t);
    await event('b', t - 25 * HOUR);
    await until(({ waiting, store }) => waiting === 0 && store?.recordsRejected === 1 && store.recordsTooOld === 1);

    const [taken, figure] = [(await page()).store, await scrape()];
    expect(taken).toMatchObject({
      ...{ state: 'takes', words: null, version: '1.6.7~rc0', generation: 1, failures: 1 },
      ...{ readings: 1, isolated: 1, tooOld: 1, recordsRejected: 1, recordsTooOld: 1 },
      rejects: expect.stringContaining('input field "fan_running"') as string,
      rejectsRecords: expect.stringContaining('input field "late"') as string,
    });
    const written = taken?.batches.written ?? 0;
    expect(written).toBeGreaterThanOrEqual(1);
    expect(taken?.batches).toEqual({ written, unreachable: 0, busy: 1, refused: 0, invalid: 0, failed: 0 });
    expect(figure('fw_store_batches_total{result="written"}')).toBe(written);
    expect(figure('fw_store_batches_total{result="busy"}')).toBe(1);
    expect(figure('fw_store_write_seconds_count')).toBe(written);
    // Answers of a real server: not nothing, and within the seconds that this took.
    expect(figure('fw_store_write_seconds_sum')).toBeGreaterThan(0);
    expect(figure('fw_store_write_seconds_sum')).toBeLessThan(20);
    expect(figure('fw_store_readings_total')).toBe(1);
    expect(figure('fw_store_isolated_total')).toBe(1);
    expect(figure('fw_quarantined_total{code="store_rejected"}')).toBe(1);
    expect(figure('fw_store_too_old_total')).toBe(1);
    expect(figure('fw_store_records_total{measurement="events",result="rejected"}')).toBe(1);
    expect(figure('fw_store_records_total{measurement="events",result="too_old"}')).toBe(1);
    expect([figure('fw_store_reachable'), figure('fw_store_records_waiting')]).toEqual([1, 0]);
    expect([figure('fw_arrivals_log'), figure('fw_arrivals_oldest_age_seconds')]).toEqual([0, 0]);

    // Away: what waits, and for how long.
    await proxy.fault({ kind: 'refused' });
    await readings(clock.now().wall, { 'water_temperature.pool': 43.1 });
    await event('c', clock.now().wall);
    const oldestAt = (await page()).oldestAt ?? 0;
    clock.advance(90_000);
    await system.drained();
    await until(({ store }) => store?.state === 'unreachable');
    const [away, later] = [await page(), await scrape()];
    expect(away).toMatchObject({ waiting: 1, cap: 2_000_000, oldestAt });
    expect(later('fw_arrivals_log')).toBe(1);
    expect(later('fw_arrivals_oldest_age_seconds')).toBe((clock.now().wall - oldestAt) / 1_000);
    expect(later('fw_arrivals_oldest_age_seconds')).toBeGreaterThanOrEqual(90);
    expect(later('fw_store_reachable')).toBe(0);
    expect(later('fw_store_records_waiting')).toBeGreaterThanOrEqual(1);
    expect(later('fw_store_batches_total{result="unreachable"}')).toBeGreaterThanOrEqual(1);
  });
});
