import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { DrivenClock } from '../../../driven-clock.ts';
import { forwarded } from '../../../integration/influx-load.ts';
import { influx2Unstoppable, startInflux2, type Influx2 } from '../../../servers/influx2.ts';
import { startProxy } from '../../../servers/proxy.ts';
import { temporaryFolder } from '../fixtures/rows.ts';
import { mayMount, mountSmallDisk } from '../fixtures/small-disk.ts';
import { startInfluxRig, type InfluxRig, type InfluxRigOptions } from './influx-rig.ts';
import { PATIENCE } from '../../../patience.ts';

const POOL = `SELECT water_temperature FROM readings WHERE point = 'pool'`;
const WRITE = '/api/v2/write';
const MANY = 2_000;
const mounts = mayMount('InfluxDB on a disk that is really full');

const waiting = ({ rig }: InfluxRig) => rig.ingest.levels().log;
const state = ({ rig }: InfluxRig) => rig.ingest.levels().store?.state;
const alarm = ({ rig }: InfluxRig, rule: string) => rig.alarms(rule)[0];
const held = async (at: InfluxRig) => (await at.held(POOL)).map((row) => row['water_temperature']);

async function publish({ rig }: InfluxRig, ...temperatures: number[]): Promise<void> {
  for (const temperature of temperatures) {
    await rig.values('gateway', { 'water_temperature.pool': temperature });
    rig.clock.advance(10);
  }
}

/** A process that forwards, and takes readings of the pool one by one. */
async function startForwarding(options: Readonly<Record<string, string>>) {
  const child = fork(join(import.meta.dirname, 'fixtures', 'forwarding.ts'), [JSON.stringify(options)]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return {
    /** Resolves when it is committed. */
    async put(temperature: number, t: number): Promise<void> {
      child.send({ temperature, t });
      await once(child, 'message');
    },
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** What a real server of 2.x does by itself, in the clock's own time where it asks for patience. */
describe.skipIf(influx2Unstoppable !== undefined)('a real InfluxDB 2.x in trouble', () => {
  let server: Influx2;
  let disk: ReturnType<typeof mountSmallDisk> | undefined;
  beforeAll(async () => {
    disk = mounts ? mountSmallDisk({ megabytes: 96 }) : undefined;
    server = await startInflux2(disk === undefined ? {} : { base: disk.dir });
  });
  afterAll(async () => {
    await server.close();
    disk?.unmount();
  });

  const start = (options: InfluxRigOptions = {}) => {
    const { access, ...rest } = options;
    return startInfluxRig(server, { access: { token: server.token, org: server.org, ...access }, ...rest });
  };

  test('a bucket that is deleted under us is an alarm; it is made again where we may, and all that waited is in it', async () => {
    const at = await start({ database: 'fresh' });
    await publish(at, 43);
    await at.until(() => waiting(at) === 0);
    await server.dropBucket('fresh');
    await publish(at, 43.1, 43.2);
    await at.until(() => state(at) === 'refuses');
    await at.rig.pass(1);
    expect(waiting(at)).toBe(2);
    expect(alarm(at, 'system.store_refused')?.detail).toContain('answers 404: bucket "fresh" not found');
    await at.until(() => waiting(at) === 0);
    expect(await held(at)).toEqual([43.1, 43.2]);
    await at.rig.pass(1);
    expect(alarm(at, 'system.store_refused')).toMatchObject({ state: 'returned_unacknowledged' });
  });

  test('with a token that was withdrawn, or a wrong one, everything waits for the right one', async () => {
    await server.createBucket('narrow');
    const tokens = await Promise.all([1, 2].map(() => server.createToken({ read: ['narrow'], write: ['narrow'] })));
    const [first = '', second = ''] = tokens;
    const at = await start({ database: 'narrow', access: { token: first } });
    await publish(at, 43);
    await at.until(() => waiting(at) === 0);
    await server.switchToken(first, false);
    await publish(at, 43.1);
    await at.until(() => state(at) === 'refuses');
    await at.rig.pass(1);
    expect(alarm(at, 'system.store_refused')?.detail).toContain('token is inactive');

    const next = async (before: InfluxRig, token: string) => {
      await before.rig.close();
      const { clock, dir } = before.rig;
      return start({ database: 'narrow', access: { token }, clock, dir });
    };
    const wrong = await next(at, 'guess');
    await publish(wrong, 43.2);
    await wrong.until(() => state(wrong) === 'refuses');
    expect(wrong.rig.ingest.levels().store?.words).toContain('set INFLUX_TOKEN');
    // At another address all that the log still holds is sent.
    expect([waiting(wrong), wrong.rig.alarms('system.store_refused').length]).toEqual([3, 1]);

    const right = await next(wrong, second);
    await right.until(() => waiting(right) === 0);
    expect(await held(right)).toEqual([43, 43.1, 43.2]);
    await right.rig.pass(1);
    expect(alarm(right, 'system.store_refused')).toMatchObject({ state: 'returned_unacknowledged' });
  });

  test.skipIf(!mounts)('while its disk is full all waits; then InfluxDB holds it, even if it is killed', async () => {
    const at = await start({ database: 'full' });
    await publish(at, 43);
    await at.until(() => waiting(at) === 0);
    await at.rig.pass(10);
    disk?.fill();
    // More than the last page of a file has room for.
    const from = at.rig.clock.now().wall - MANY;
    const many = Array.from({ length: MANY }, (_, index) => 41 + ((index * 7) % 30) / 10);
    const message = many.map((value, index) => ({ ts: from + index, values: { 'water_temperature.pool': value } }));
    await at.rig.publish('gateway', message);
    await at.until(() => state(at) === 'unreachable');
    await at.rig.pass(61);
    expect(alarm(at, 'system.store_unreachable')).toMatchObject({ state: 'unacknowledged' });
    expect(alarm(at, 'system.store_unreachable')?.detail).toContain('answers 500');
    await publish(at, 43.3);
    expect([waiting(at), at.rig.value('pool').value]).toEqual([MANY + 1, 43.3]);
    disk?.clear();
    // It writes no more to the file in which it was stopped until it is started anew. That start cuts the file and then
    // writes behind a hole, which the next one takes for its end: only what comes after a second start is safe.
    await at.proxy.fault({ kind: 'refused' });
    await server.restart();
    await server.restart();
    await at.proxy.pass();
    await at.until(() => waiting(at) === 0);
    expect(await held(at)).toEqual([43, ...many, 43.3]);
    await server.kill();
    await server.restart();
    expect(await held(at)).toEqual([43, ...many, 43.3]);
    await at.rig.pass(1);
    expect(alarm(at, 'system.store_unreachable')).toMatchObject({ state: 'returned_unacknowledged' });
  });

  test('what a process that was killed had under way overwrites nothing for good, carried out however late', async () => {
    const [dir, bucket] = [temporaryFolder(), 'doubt'];
    const proxy = await startProxy(server.url);
    onTestFinished(() => proxy.close());
    const { token, org } = server;
    const first = await startForwarding({ dir, url: proxy.url, token, org, bucket });
    // Of an hour that is over: it leaves the log as soon as it may.
    const t = Date.now() - 3 * 3_600_000;
    await first.put(43, t);
    await forwarded(dir);

    // One request given up, its reading replaced, and the newer one forwarded; another under way at the kill.
    const lateOnes: (() => Promise<void>)[] = [];
    const silence = async (temperature: number, at: number, requests: number) => {
      const before = proxy.requests(WRITE);
      await proxy.fault({ kind: 'silent' }, WRITE);
      await first.put(temperature, at);
      await proxy.untilRequests(before + requests, WRITE);
    };
    await silence(43.1, t + 60_000, 2);
    lateOnes.push(await proxy.passOthers());
    await first.put(43.2, t + 60_000);
    await forwarded(dir);
    await silence(43.3, t + 120_000, 1);
    await first.kill();
    lateOnes.push(await proxy.passOthers());

    const clock = new DrivenClock(Date.now());
    const at = await start({ database: bucket, dir, clock, proxy });
    await at.rig.values('gateway', { 'water_temperature.pool': 43.4 }, t + 120_000);
    await at.until(() => waiting(at) === 0);
    expect(await held(at)).toEqual([43, 43.2, 43.4]);
    // And a start after that one, when all that the log holds is forwarded.
    const { rig } = { rig: await at.rig.restart({ downMs: 1_000 }) };
    await rig.pass(30);
    for (const late of lateOnes) await late();
    expect(await held(at)).toEqual([43, 43.1, 43.3]);
    await rig.pass(600);
    const mended = async () => {
      await rig.pass(1);
      return String(await held(at)) === String([43, 43.2, 43.4]);
    };
    await vi.waitUntil(mended, PATIENCE);
    const emptied = async () => {
      await rig.pass(1);
      return Number(rig.rows('SELECT count(*) AS n FROM arrival')[0]?.['n']) === 0;
    };
    await vi.waitUntil(emptied, PATIENCE);
  });
});
