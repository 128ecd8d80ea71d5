import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { Credentials } from '../../simulators/credentials.ts';
import { createFacility } from '../../simulators/facility.ts';
import { smallBroker, type SmallBroker } from './small-broker.ts';

const MAIN = fileURLToPath(new URL('../../simulators/main.ts', import.meta.url));
const DEVICES = createFacility(1).devices.map(({ id }) => id);

const credentials: Credentials = {
  site: 'caozhuang',
  devices: DEVICES.map((device) => ({
    device,
    username: `caozhuang.${device}`,
    clientId: `caozhuang.${device}`,
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
  const child = spawn(process.execPath, [MAIN, ...args]);
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
  const started = start(['--port', String(port), ...more]);
  started.child.stdin.write(`${JSON.stringify(credentials)}\n`);
  return started;
}

test('every device connects under its own identity, says online, and reports at QoS 1', async () => {
  const broker = await open({ passwords });
  startWith(broker.port, '--speed', '10');
  for (const device of DEVICES) {
    const online = await broker.hears(({ topic }) => topic === `fw/v1/caozhuang/${device}/status`);
    expect(online).toEqual({
      client: `caozhuang.${device}`,
      topic: online.topic,
      payload: 'online',
      qos: 1,
      retain: true,
    });
    const report = await broker.hears(
      ({ topic }) => topic.startsWith(`fw/v1/caozhuang/${device}/`) && !topic.endsWith('/status'),
    );
    expect(report).toMatchObject({ client: `caozhuang.${device}`, qos: 1, retain: false });
  }
});

test('a device without power leaves a will, and comes back online', async () => {
  const broker = await open({ passwords });
  startWith(broker.port, '--speed', '100');
  const isStatus = (payload: string) => (one: { topic: string; payload: string }) =>
    one.topic === 'fw/v1/caozhuang/womens-climate/status' && one.payload === payload;
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
  await again.hears(({ topic }) => topic === 'fw/v1/caozhuang/mens-pool/readings');
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
  const dir = mkdtempSync(join(tmpdir(), 'fw-simulators-'));
  writeFileSync(join(dir, 'credentials.json'), JSON.stringify(credentials));
  start(['--port', String(broker.port), '--credentials', join(dir, 'credentials.json')]).child.stdin.end();
  await broker.hears(({ topic }) => topic.endsWith('/readings'));
  rmSync(dir, { recursive: true });
});

test.each([
  ['no JSON', 'top-secret-words\n', 1],
  ['another shape', '{"site":"caozhuang","devices":[{"password":"top-secret-words"}]}\n', 1],
  ['nothing', '', 2],
])('credentials that are %s are refused without being repeated', async (_, text, status) => {
  const { child, exited } = start(['--port', '1']);
  child.stdin.end(text);
  const result = await exited;
  expect(result.code).toBe(status);
  expect(result.text).not.toContain('top-secret-words');
  expect(result.text).toContain('credentials');
});

test('arguments that cannot be used are refused with the usage', async () => {
  const { code, text } = await start(['--port', '1e3']).exited;
  expect(code).toBe(2);
  expect(text).toContain('--port has to be a whole number from 1 to 65535');
  expect(text).toContain('Usage: node simulators/main.ts');
});
