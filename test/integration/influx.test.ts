import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { influx1Missing, startInflux1, type Influx1 } from '../servers/influx1.ts';
import { startProxy, type Proxy } from '../servers/proxy.ts';
import { differences, eventsHeld, forwarded, readingsKept, REGISTRY, startLoad } from './influx-load.ts';
import { startTestSystem } from './system.ts';

const WRITE = '/write';
/** Messages a second; of more the machine that runs other tests beside would keep the devices waiting. */
const RATE = 200;

type Act = (proxy: Proxy, server: Influx1) => Promise<unknown> | undefined;

/** Each while devices publish; what comes after is the same as before. */
const FAULTS: readonly (readonly [string, Act])[] = [
  ['connections are refused', (proxy) => proxy.fault({ kind: 'refused' })],
  ['connections are reset in the middle of a request', (proxy) => proxy.fault({ kind: 'reset-request' }, WRITE)],
  ['answers are lost after the write', (proxy) => proxy.fault({ kind: 'reset-answer' }, WRITE)],
  ['nothing is answered', (proxy) => proxy.fault({ kind: 'silent' }, WRITE)],
  ['the other side is gone without a word', (proxy) => proxy.fault({ kind: 'half-open' })],
  ['answers drip', (proxy) => proxy.fault({ kind: 'drip', everyMs: 100 }, WRITE)],
  ['the server asks for patience', (proxy) => void proxy.answer(TOO_MANY, 2, WRITE)],
  ['the server is out of work', (proxy) => void proxy.answer({ status: 503, body: '{}' }, 3, WRITE)],
  ['the server is killed', (_, server) => server.kill()],
];
const TOO_MANY = { status: 429, headers: { 'retry-after': '1' }, body: '{"error":"too many"}' };

describe.skipIf(influx1Missing !== undefined)('devices publish throughout', () => {
  let server: Influx1;
  beforeAll(async () => {
    // Smaller than a batch of a backlog: it is halved.
    server = await startInflux1({ maxBodySize: 100_000 });
  });
  afterAll(() => server.close());

  test('whatever befalls the way to InfluxDB, it or the quarantine holds each acknowledged reading in the end', async () => {
    const at = { url: server.url, database: 'mine' };
    // Somebody else's schema: throughout, some of what is sent is rejected.
    await server.query('CREATE DATABASE mine');
    await server.write(`device_readings,device=other humidity="wet" ${Date.now()}`, 'mine');
    const proxy = await startProxy(server.url);
    onTestFinished(() => proxy.close());
    const influx = { url: proxy.url, token: null, username: null, password: null, org: null, bucket: 'mine' };
    const clock = systemClock();
    const system = await startTestSystem({ registry: REGISTRY, clock, influx: { ...influx, writeTimeout: 700 } });
    const load = startLoad({ port: system.mqtt.port, passwords: system.passwords, rate: RATE });
    await load.more(RATE);
    for (const [what, act] of FAULTS) {
      const before = proxy.requests(WRITE);
      const acknowledged = new Map(load.acknowledged);
      await act(proxy, server);
      // Devices are answered meanwhile: the ledger has what they sent.
      await load.more(RATE / 2);
      if (/^(nothing|answers|connections are reset)/.test(what)) await proxy.untilRequests(before + 2, WRITE);
      await proxy.pass();
      if (server.pid === undefined) await server.restart();
      await forwarded(system.dir);
      const kept = await readingsKept(at, system.dir);
      expect(differences({ acknowledged, sent: load.sent }, kept), what).toEqual([]);
    }
    await load.stop();
    await forwarded(system.dir);
    const kept = await readingsKept(at, system.dir);
    expect(differences(load, kept)).toEqual([]);
    expect(kept.rejected.size).toBeGreaterThan(FAULTS.length);
    expect(load.acknowledged.size).toBeGreaterThan((RATE / 2) * FAULTS.length);
    expect(await eventsHeld(at)).toBe(load.events.size);
    expect(proxy.mostAtOnce(WRITE)).toBeLessThanOrEqual(2);
  }, 180_000);
});
