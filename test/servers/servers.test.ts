import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { influx1Missing, startInflux1, type Influx1 } from './influx1.ts';
import { influx2Missing, startInflux2, type Influx2 } from './influx2.ts';

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

  test('keeps across a kill what it took, on the same port', async () => {
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
