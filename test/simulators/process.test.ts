import { once } from 'node:events';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { afterAll, afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SiteRegistry } from '../../contract/registry.ts';
import type { Credentials } from '../../simulators/credentials.ts';
import { devicesOf } from '../../simulators/devices.ts';
import { planSite } from '../../simulators/plan.ts';
import { findProgram } from '../parts.ts';
import { smallBroker, type SmallBroker } from './small-broker.ts';

/** As `npm run simulate` has it. */
const COMMAND = [fileURLToPath(new URL('../../app/launch.mjs', import.meta.url)), 'simulate'];
const DEVICES = devicesOf(planSite({ site: 'mine', devices: 28 })).map(({ id }) => id);

const credentials: Credentials = {
  site: 'mine',
  devices: DEVICES.map((device) => ({
    device,
    username: `mine.${device}`,
    clientId: `mine.${device}`,
    password: `secret-of-${device}`,
  })),
};
const passwords = new Map(credentials.devices.map(({ username, password }) => [username, password]));

const brokers: SmallBroker[] = [];
const children: ChildProcessWithoutNullStreams[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const broker of brokers.splice(0)) await broker.close();
});

async function open(options: Parameters<typeof smallBroker>[0]): Promise<SmallBroker> {
  const broker = await smallBroker(options);
  brokers.push(broker);
  return broker;
}

function start(args: readonly string[]) {
  const child = spawn(process.execPath, [...COMMAND, ...args]);
  children.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<{ code: number | null; text: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, text: output }));
  });
  return { child, exited };
}

function startWith(port: number, ...more: string[]) {
  const started = start([...['--site', 'mine', '--url', `mqtt://127.0.0.1:${port}`, '--rate', '30'], ...more]);
  started.child.stdin.write(`${JSON.stringify(credentials)}\n`);
  return started;
}

test('every device connects under its own identity, says online, and reports at QoS 1', async () => {
  const broker = await open({ passwords });
  startWith(broker.port);
  for (const device of DEVICES) {
    const online = await broker.hears(({ topic }) => topic === `fw/v1/mine/${device}/status`);
    expect(online).toEqual({
      client: `mine.${device}`,
      topic: online.topic,
      payload: 'online',
      qos: 1,
      retain: true,
    });
    const report = await broker.hears(
      ({ topic }) => topic.startsWith(`fw/v1/mine/${device}/`) && !topic.endsWith('/status'),
    );
    expect(report).toMatchObject({ client: `mine.${device}`, qos: 1, retain: false });
  }
  // Whether it is ours was found out under the name of a device that is in now: no refusal is left to be mended.
  const [[tried] = []] = broker.asked.filter(([, letIn]) => !letIn);
  expect(broker.asked.slice(1)).toContainEqual([tried, true]);
  expect(broker.asked.filter(([, letIn]) => !letIn)).toHaveLength(1);
});

test('a device without power leaves a will, and comes back online', async () => {
  const broker = await open({ passwords });
  const scenario = fileWith(
    'title: t\nfaults:\n  - { at: 5s, fault: power_cut, target: womens-climate, for: 5s, every: 10s }\n',
  );
  startWith(broker.port, '--scenario', scenario);
  const isStatus = (payload: string) => (one: { topic: string; payload: string }) =>
    one.topic === 'fw/v1/mine/womens-climate/status' && one.payload === payload;
  const will = await broker.hears(isStatus('offline'));
  expect(will).toMatchObject({ qos: 1, retain: true });
  const seen = broker.heard.length;
  await broker.hears((message) => isStatus('online')(message) && broker.heard.indexOf(message) >= seen);
});

test('the process ends by itself when whoever started it is gone, with a goodbye from every device', async () => {
  const broker = await open({ passwords });
  const { child, exited } = startWith(broker.port);
  await broker.hears(({ topic }) => topic.endsWith('/readings'));
  child.stdin.end();
  expect((await exited).code).toBe(0);
  expect(broker.heard.filter(({ payload }) => payload === 'offline')).toEqual([]);
});

test('SIGTERM ends it likewise', async () => {
  const broker = await open({ passwords });
  const { child, exited } = startWith(broker.port);
  await broker.hears(({ topic }) => topic.endsWith('/readings'));
  child.kill('SIGTERM');
  expect((await exited).code).toBe(0);
  expect(broker.heard.filter(({ payload }) => payload === 'offline')).toEqual([]);
});

test('nothing is published to a broker that lets everybody in', async () => {
  const stranger = await open({});
  const { exited } = startWith(stranger.port);
  const { code, text } = await exited;
  expect(code).toBe(1);
  expect(text).toContain("lets everybody in: it is not Facility Watch's. Nothing was published there.");
  expect(stranger.heard).toEqual([]);
});

test('nothing is published to a broker that does not know the credentials', async () => {
  const stranger = await open({ passwords: new Map([['somebody', 'else']]) });
  const { code, text } = await startWith(stranger.port).exited;
  expect(code).toBe(1);
  expect(text).toContain('does not know the simulated devices');
  expect(stranger.heard).toEqual([]);
});

test('a stranger who takes over the port gets nothing, and the process stops', async () => {
  const broker = await open({ passwords });
  const { exited } = startWith(broker.port);
  await broker.hears(({ topic }) => topic.endsWith('/readings'));
  await broker.close();
  brokers.splice(brokers.indexOf(broker), 1);
  const stranger = await open({ port: broker.port });
  const { code, text } = await exited;
  expect(code).toBe(1);
  expect(text).toContain('lets everybody in');
  expect(stranger.heard).toEqual([]);
});

test('it goes on when its own broker comes back', async () => {
  const broker = await open({ passwords });
  startWith(broker.port);
  await broker.hears(({ topic }) => topic.endsWith('/readings'));
  await broker.close();
  brokers.splice(brokers.indexOf(broker), 1);
  const again = await open({ port: broker.port, passwords });
  await again.hears(({ topic }) => topic === 'fw/v1/mine/mens-pool/readings');
});

test('without a broker it says so and fails', async () => {
  const broker = await smallBroker();
  await broker.close();
  const { code, text } = await startWith(broker.port).exited;
  expect(code).toBe(1);
  expect(text).toContain(`127.0.0.1:${broker.port}`);
});

test('credentials may come from a file', async () => {
  const broker = await open({ passwords });
  const file = fileWith(JSON.stringify(credentials));
  const url = `mqtt://127.0.0.1:${broker.port}`;
  start(['--site', 'mine', '--url', url, '--credentials', file]).child.stdin.end();
  await broker.hears(({ topic }) => topic.endsWith('/readings'));
});

test.each([
  ['no JSON', 'top-secret-words\n', 1],
  ['another shape', '{"site":"mine","devices":[{"password":"top-secret-words"}]}\n', 1],
  ['nothing', '', 2],
])('credentials that are %s are refused without being repeated', async (_, text, status) => {
  const { child, exited } = start(['--url', 'mqtt://127.0.0.1:1']);
  child.stdin.end(text);
  const result = await exited;
  expect(result.code).toBe(status);
  expect(result.text).not.toContain('top-secret-words');
  expect(result.text).toContain('credentials');
});

test('credentials of another site are refused, and the option is named', async () => {
  const broker = await open({ passwords });
  const { exited } = startWith(broker.port, '--site', 'elsewhere');
  const { code, text } = await exited;
  expect(code).toBe(1);
  expect(text).toContain('The credentials are for the site mine: give --site mine');
});

test('more devices than there are credentials for are named', async () => {
  const broker = await open({ passwords });
  const { code, text } = await startWith(broker.port, '--devices', '30').exited;
  expect(code).toBe(1);
  expect(text).toContain('There are no credentials for b2-terminal-1, b2-terminal-2');
});

test('arguments and scenarios that cannot be used are refused, and no broker is asked', async () => {
  const [argument, scenario] = await Promise.all([
    start(['--devices', '1e3']).exited,
    start(['--scenario', fileWith('title: t\nfaults:\n  - { at: 1m, fault: flood, target: mens-pool }\n')]).exited,
  ]);
  expect(argument.code).toBe(2);
  expect(argument.text).toContain('--devices has to be a whole number from 1 to 5000');
  expect(argument.text).toContain('Usage: npm run simulate');
  expect(scenario.code).toBe(2);
  expect(scenario.text).toMatch(/line 3, faults\[0\]\.fault: "flood" is no fault/);
});

/** Messages a second: a device reports every few seconds, so that the first report of now is not long in coming. */
const PACE = ['--rate', '5'];

test('history is written oldest first in arrays, and then devices go on without a gap', async () => {
  const broker = await open({ passwords });
  const before = Date.now();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const file = fileWith(JSON.stringify(credentials));
  start(['--site', 'mine', '--url', url, '--backfill', '1h', '--credentials', file, ...PACE]);
  const isPool = (topic: string) => topic === 'fw/v1/mine/mens-pool/readings';
  await broker.hears(({ topic, payload }) => isPool(topic) && payload.startsWith('{'));
  const times = broker.heard.filter(({ topic }) => isPool(topic)).flatMap(({ payload }) => timesOf(payload));
  expect(times.length).toBeGreaterThan(200);
  expect((times[0] ?? 0) - (before - 3_600_000)).toBeLessThan(90_000);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(new Set(gaps).size).toBe(1);
  // Up to the report of now, and beyond what was told in arrays.
  expect(times.at(-1)).toBeGreaterThan(before - (gaps[0] ?? NaN));
});

test('the same seed, site and beginning give the same messages to whoever runs it again', async () => {
  const beginning = new Date(Date.now() - 3_600_000).toISOString();
  const file = fileWith(JSON.stringify(credentials));
  /** All that devices said of their life before now, by device and topic, and what they said first of all after. */
  const recorded = async (...more: string[]) => {
    const broker = await open({ passwords });
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const args = ['--site', 'mine', '--url', url, '--credentials', file, '--start', beginning, ...PACE];
    const { child, exited } = start([...args, '--scenario', 'bad_night', ...more]);
    await broker.hears(({ topic, payload }) => topic.endsWith('-pool/readings') && payload.startsWith('{'));
    child.kill('SIGTERM');
    await exited;
    const said = broker.heard.filter(({ topic }) => !topic.endsWith('/status'));
    return Map.groupBy(
      said.flatMap(({ topic, payload }) => {
        const parsed: unknown = JSON.parse(payload);
        return (Array.isArray(parsed) ? parsed : [parsed]).map((one: unknown) => ({ topic, one: JSON.stringify(one) }));
      }),
      ({ topic }) => topic,
    );
  };
  const [first, second, other] = [await recorded(), await recorded(), await recorded('--seed', '2')];
  expect(first.size).toBeGreaterThan(20);
  let same = 0;
  for (const [topic, all] of first) {
    const again = second.get(topic) ?? [];
    // The one that ran longer said more.
    const both = Math.min(all.length, again.length);
    expect(again.slice(0, both), topic).toEqual(all.slice(0, both));
    same += both;
  }
  expect(same).toBeGreaterThan(2_000);
  const pool = 'fw/v1/mine/mens-pool/readings';
  expect(other.get(pool)?.slice(0, 100)).not.toEqual(first.get(pool)?.slice(0, 100));
  expect(first.get(pool)?.[0]?.one).toContain(`"ts":`);
  const [began = 0] = timesOf(first.get(pool)?.[0]?.one ?? '');
  expect(began - Date.parse(beginning)).toBeLessThan(60_000);
  expect(began).toBeGreaterThanOrEqual(Date.parse(beginning));
});

/** Gives a program a terminal. */
const script = findProgram('script');

test.skipIf(script === undefined)(
  'in a terminal, where nobody could type credentials, it says what is missing instead of waiting',
  async () => {
    const command = [process.execPath, ...COMMAND, '--site', 'mine'].map((word) => `'${word}'`).join(' ');
    // Its input stays open, as that of somebody who sits there and waits.
    const child = spawn(script ?? '', ['--quiet', '--return', '--command', command, '/dev/null']);
    children.push(child);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(2);
    expect(said).toContain('name their file with --credentials');
    expect(said).toContain('device credential all mine > mine.json');
  },
);

test('the exported registry is that of the devices', async () => {
  const file = fileWith('');
  const { code } = await start(['--site', 'mine', '--devices', '40', '--export-registry', file]).exited;
  expect(code).toBe(0);
  const registry = Value.Parse(SiteRegistry, parse(readFileSync(file, 'utf8')));
  expect(registry.site).toBe('mine');
  expect(registry.devices.map(({ id }) => id).sort()).toEqual(
    devicesOf(planSite({ site: 'mine', devices: 40 }))
      .map(({ id }) => id)
      .sort(),
  );
});

const Sample = Type.Object({ ts: Type.Number() });

function timesOf(payload: string): number[] {
  const parsed: unknown = JSON.parse(payload);
  return (Array.isArray(parsed) ? parsed : [parsed]).map((one: unknown) => Value.Parse(Sample, one).ts);
}

const dir = mkdtempSync(join(tmpdir(), 'fw-simulators-'));
afterAll(() => rmSync(dir, { recursive: true }));
let files = 0;

function fileWith(text: string): string {
  const path = join(dir, `file-${++files}`);
  writeFileSync(path, text);
  return path;
}
