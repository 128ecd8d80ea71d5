import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DrivenClock } from '../driven-clock.ts';
import { SITE, WELL } from '../ingest/line/site.ts';
import { startTestSystem, type TestSystem } from './system.ts';
import { PATIENCE } from '../patience.ts';

const chief = { username: 'chief', post: '后勤科', role: 'administrator', password: 'wasser-ist-warm-42' } as const;
const other = { ...chief, username: 'other', post: '值班', role: 'operator' } as const;

const HOLD = `
const { DatabaseSync } = require('node:sqlite');
const db = new DatabaseSync(process.argv[1]);
db.exec('BEGIN IMMEDIATE');
console.log('held');
process.stdin.on('end', () => db.exec('ROLLBACK')).resume();`;

/** Another process that writes into the ledger and does not come to an end. */
async function hold(dir: string) {
  const somebody = spawn(process.execPath, ['-e', HOLD, join(dir, 'ledger.db')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void somebody.kill('SIGKILL'));
  await once(somebody.stdout, 'data');
  return async () => {
    somebody.stdin.end();
    await once(somebody, 'close');
  };
}

/** Counts what is handed to the threads that write: only they touch the files. */
function watchWriters() {
  const posted = vi.spyOn(Worker.prototype, 'postMessage');
  onTestFinished(() => posted.mockRestore());
  return {
    forget: () => void posted.mockClear(),
    asked: () =>
      posted.mock.calls.map(([message]: unknown[]) => {
        const body: unknown = typeof message === 'object' && message !== null && 'body' in message && message.body;
        return typeof body === 'object' && body !== null && 'op' in body ? body.op : body;
      }),
  };
}

async function signedIn(system: TestSystem) {
  const headers = { 'content-type': 'application/json', origin: system.url };
  const signIn = () =>
    fetch(`${system.url}/api/session`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ username: chief.username, password: chief.password }),
    });
  const caller = (answer: Response) => {
    const cookies = answer.headers.getSetCookie().map((one) => one.split(';')[0] ?? '');
    return (method: string, path: string, body?: object) =>
      fetch(`${system.url}/api/${path}`, {
        method,
        headers: { ...headers, cookie: cookies.join('; ') },
        ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
      });
  };
  return { signIn, caller, call: caller(await signIn()) };
}

test('while another process holds the ledger every command is refused at once, and none of them touches the file', async () => {
  const clock = new DrivenClock();
  const system = await startTestSystem({ registry: SITE, clock, users: [chief, other] });
  const send = (device: string, leaf: 'readings' | 'events', payload: string) =>
    system.ingest.accept({
      topic: { site: 'mine', device, leaf },
      payload: Buffer.from(payload),
      received: clock.now(),
      qos: 1,
      retain: false,
      origin: 'publish',
    });
  await send('lock', 'events', JSON.stringify({ id: 'f1', kind: 'forced', active: true }));
  await send('probe', 'readings', JSON.stringify({ values: { humidity: 50 } }));
  await send('probe', 'readings', '{"values":');
  const { signIn, caller, call } = await signedIn(system);
  const robot = { kind: 'webhook', name: 'desk', address: 'https://127.0.0.1:1/', secret: 'geheimnis-geheimnis' };
  const channel = { ...robot, priority: 3, areas: null, language: 'en', enabled: false };
  expect((await call('POST', 'sites/mine/channels', channel)).status).toBe(201);
  const snapshot = () => system.ingest.query.snapshot('mine');
  const alarm = snapshot()?.alarms.find(({ rule }) => rule === 'door.forced')?.id;
  const acknowledge = () => call('POST', `alarms/${alarm}/acknowledge`, {});

  const letGo = await hold(system.dir);
  void send('gateway', 'readings', JSON.stringify({ values: WELL }));
  // The attempts wait for the lock in real time; what the line's patience goes by is the driven clock.
  const ticking = setInterval(() => clock.advance(1_000), 200);
  await vi.waitUntil(() => snapshot()?.site.storing === false, PATIENCE);
  clearInterval(ticking);
  await system.drained();

  const writers = watchWriters();
  const answers = {
    acknowledge: await acknowledge(),
    bind: await call('POST', 'sites/mine/bindings', {
      device: 'probe',
      metric: 'humidity',
      point: { id: 'room' },
      interval: 60,
      from: 'now',
    }),
    retry: await call('POST', 'sites/mine/quarantine/retry', {
      device: 'probe',
      topic: 'fw/v1/mine/probe/readings',
      code: 'not_json',
    }),
    discard: await call('POST', 'sites/mine/quarantine/discard', {
      device: 'probe',
      topic: 'fw/v1/mine/probe/readings',
      code: 'not_json',
    }),
    'channel created': await call('POST', 'sites/mine/channels', channel),
    'channel changed': await call('PATCH', 'sites/mine/channels/1', { name: 'other' }),
    'channels ordered': await call('PUT', 'sites/mine/channels/order', { order: [1] }),
    'channel deleted': await call('DELETE', 'sites/mine/channels/1'),
    'user created': await call('POST', 'users', { ...other, username: 'third' }),
    'user changed': await call('PATCH', 'users/other', { post: 'anderer' }),
    'user removed': await call('DELETE', 'users/other'),
    'password changed': await call('PUT', 'session/password', {
      current: chief.password,
      password: 'noch-ein-langes-wort-7',
    }),
    'token created': await call('POST', 'tokens', { name: 'grafana', role: 'viewer', days: 30 }),
    'wall created': await call('POST', 'sites/mine/walls', {
      name: 'hall',
      layout: { areas: null, inches: 55, metres: 3 },
      days: 30,
      reason: null,
    }),
    'sign-out': await call('DELETE', 'session'),
  };
  const said = Object.entries(answers).map(async ([name, answer]) => [name, answer.status, await answer.text()]);
  const wanted = Object.keys(answers).map((name) => [name, 503, expect.stringContaining('not-storing')]);
  expect(await Promise.all(said)).toEqual(wanted);
  // Whoever is called because of it sees the screens, and can no more than anybody else.
  const guest = caller(await signIn());
  const passing = caller(await signIn());
  expect((await guest('GET', 'sites/mine/snapshot')).status).toBe(200);
  expect((await guest('POST', `alarms/${alarm}/acknowledge`, {})).status).toBe(503);
  expect((await passing('DELETE', 'session')).status).toBe(200);
  expect((await passing('GET', 'sites/mine/snapshot')).status).toBe(401);
  expect(writers.asked()).toEqual([]);

  await letGo();
  await vi.waitUntil(async () => {
    clock.advance(1_000);
    await system.drained();
    return snapshot()?.site.storing === true;
  }, PATIENCE);
  expect(writers.asked()).toContain('commit');
  expect(system.rows("SELECT what FROM journal WHERE what = 'acknowledged'")).toEqual([]);
  expect(system.rows('SELECT id FROM channel')).toHaveLength(1);
  expect((await acknowledge()).status).toBe(200);
  // The guest's session is stored when it is used next, and not the one that ended.
  const opened = () => system.rows("SELECT actor FROM system_event WHERE kind = 'session.opened'").length;
  expect(opened()).toBe(1);
  clock.advance(10_000);
  expect((await guest('GET', 'sites/mine/snapshot')).status).toBe(200);
  await vi.waitUntil(() => opened() === 2, PATIENCE);
  expect((await passing('GET', 'sites/mine/snapshot')).status).toBe(401);
  expect((await guest('DELETE', 'session')).status).toBe(200);
  expect((await guest('GET', 'sites/mine/snapshot')).status).toBe(401);
});

test('a sign-in that cannot be stored makes the line look, on a site that says nothing', async () => {
  const clock = new DrivenClock();
  const system = await startTestSystem({ registry: SITE, clock, users: [chief] });
  const { signIn } = await signedIn(system);
  await system.drained();
  const letGo = await hold(system.dir);
  const ticking = setInterval(() => clock.advance(1_000), 200);
  const storing = () => system.ingest.query.snapshot('mine')?.site.storing;
  expect((await signIn()).status).toBe(200);
  await vi.waitUntil(() => storing() === false, PATIENCE);
  await letGo();
  await vi.waitUntil(() => storing() === true, PATIENCE);
  clearInterval(ticking);
  expect((await signIn()).status).toBe(200);
});
