import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { influx1Missing, startInflux1, type Influx1 } from './influx1.ts';
import { influx2Missing, influx2Unstoppable, startInflux2, type Influx2 } from './influx2.ts';
import { startProxy, type Proxy } from './proxy.ts';

/** The bench under the tests: a fault that it does not make would let theirs pass for nothing. */
const HOUR = Date.UTC(2026, 10, 25, 4);
const one = (value: number, at = HOUR) => `readings,point=pool water_temperature=${value} ${at}`;
const ALL = 'SELECT water_temperature FROM readings';
const held = (value: number) => ({
  results: [{ series: [{ name: 'readings', values: [[new Date(HOUR).toISOString().replace('.000', ''), value]] }] }],
});

describe.skipIf(influx1Missing !== undefined)('InfluxDB 1.x', () => {
  let influx: Influx1;
  beforeAll(async () => {
    influx = await startInflux1({ auth: true, maxBodySize: 1_000, database: 'mine' });
  });
  afterAll(() => influx.close());

  test('keeps across a kill what it took, on the same port', async () => {
    await influx.write(one(42.5), 'mine');
    await influx.kill();
    await expect(fetch(`${influx.url}/ping`)).rejects.toThrow();
    await influx.restart();
    expect(await influx.query(ALL, 'mine')).toMatchObject(held(42.5));
  });

  test('lets nobody in without a password, and takes no body beyond its size', async () => {
    const refused = await fetch(`${influx.url}/write?db=mine`, { method: 'POST', body: one(1) });
    expect(refused.status).toBe(401);
    await expect(influx.write(`${one(1)}\n`.repeat(100), 'mine')).rejects.toThrow('413');
  });
});

describe.skipIf(influx2Missing !== undefined)('InfluxDB 2.x', () => {
  let influx: Influx2;
  beforeAll(async () => {
    influx = await startInflux2();
  });
  afterAll(() => influx.close());

  test.skipIf(influx2Unstoppable !== undefined)('keeps across a kill what it took, on the same port', async () => {
    await influx.write(one(42.5));
    await influx.kill();
    await expect(fetch(`${influx.url}/ping`)).rejects.toThrow();
    await influx.restart();
    expect(await influx.query(ALL)).toMatchObject(held(42.5));
    expect(await influx.flux(`from(bucket: "${influx.bucket}") |> range(start: 0)`)).toContain(',42.5,');
  });

  test('gives tokens that may do one thing with one bucket', async () => {
    await influx.createBucket('short', 3_600);
    const token = await influx.createToken({ read: ['short'] });
    const to = `${influx.url}/api/v2/write?org=${influx.org}&bucket=short`;
    const refused = await fetch(to, { method: 'POST', headers: { authorization: `Token ${token}` }, body: one(1) });
    expect(refused.status).toBe(403);
    await expect(influx.write(one(1, 0), 'short')).rejects.toThrow('422');
  });
});

describe.skipIf(influx1Missing !== undefined)('the proxy in front of it', () => {
  let influx: Influx1;
  let proxy: Proxy;
  beforeAll(async () => {
    influx = await startInflux1({ database: 'mine' });
    proxy = await startProxy(influx.url);
  });
  afterAll(async () => {
    await proxy.close();
    await influx.close();
  });

  /** Writes through the proxy; gives the status, or the code of what broke. */
  const put = (value: number, timeout = 60_000): Promise<number | string> =>
    new Promise((resolve) => {
      const to = request(`${proxy.url}/write?db=mine&precision=ms`, { method: 'POST', agent: false, timeout });
      to.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)));
      to.on('timeout', () => to.destroy(new Error('timeout')));
      to.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
      to.end(one(value));
    });
  const stored = async (): Promise<number | undefined> => {
    const answer = (await influx.query('SELECT last(water_temperature) FROM readings', 'mine')) as {
      results: { series?: { values: [string, number][] }[] }[];
    };
    return answer.results[0]?.series?.[0]?.values[0]?.[1];
  };

  test('loses a request or its answer, refuses, and passes again', async () => {
    expect(await put(1)).toBe(204);
    await proxy.fault({ kind: 'reset-request' });
    expect([await put(2), await stored()]).toEqual(['ECONNRESET', 1]);
    await proxy.fault({ kind: 'reset-answer' });
    expect([await put(3), await stored()]).toEqual(['ECONNRESET', 3]);
    await proxy.fault({ kind: 'refused' });
    expect(await put(4)).toBe('ECONNREFUSED');
    await proxy.pass();
    expect([await put(5), await stored()]).toEqual([204, 5]);
    expect(proxy.requests('/write')).toBe(4);
  });

  test('holds what it is silent about, and reads nothing half-open', async () => {
    await proxy.fault({ kind: 'half-open' });
    const before = proxy.requests();
    expect([await put(6, 50), proxy.requests()]).toEqual(['timeout', before]);
    await proxy.fault({ kind: 'silent' });
    const late = put(7);
    await proxy.untilRequests(before + 1);
    expect(await stored()).toBe(5);
    await proxy.pass();
    expect([await late, await stored()]).toEqual([204, 7]);
  });

  test('answers a path by itself so many times, and drips what the server says', async () => {
    proxy.answer({ status: 503, headers: { 'retry-after': '7' }, body: 'busy' }, 1, '/write');
    const query = `${proxy.url}/query?db=mine&q=${encodeURIComponent(ALL)}`;
    expect((await fetch(query)).status).toBe(200);
    expect([await put(8), await stored()]).toEqual([503, 7]);
    await proxy.fault({ kind: 'drip', everyMs: 1 });
    expect(await (await fetch(query)).json()).toMatchObject(held(7));
    await proxy.pass();
    expect([await put(9), await stored()]).toEqual([204, 9]);
  });
});
