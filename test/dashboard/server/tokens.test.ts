import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Compile } from 'typebox/compile';
import { ApiTokenCreated, ApiTokenList } from '../../../contract/access.ts';
import { buildApp } from '../../../dashboard/server/app.ts';
import { startDashboard, type Dashboard } from '../../../dashboard/server/start.ts';
import { SITE } from './doubles.ts';
import { journalOf, realBench, type RealBench } from './real-bench.ts';

const DAY = 86_400_000;
const created = Compile(ApiTokenCreated);
const list = Compile(ApiTokenList);
let on: RealBench;
let dashboard: Dashboard;
const screens: Socket[] = [];
let made = 0;

beforeAll(async () => {
  on = await realBench();
});
afterAll(() => on.remove());
beforeEach(async () => {
  dashboard = await startDashboard({ ...on.options, port: 0 });
});
afterEach(async () => {
  for (const screen of screens.splice(0)) screen.disconnect();
  await dashboard.close();
});

const ask = (path: string, { method = 'GET', body, ...headers }: Record<string, string> = {}) =>
  fetch(dashboard.url + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body }),
  });
const bearing = (token: string) => ({ authorization: `Bearer ${token}` });
const signedIn = async () => ({ cookie: await on.sessionOf('administrator'), origin: dashboard.url });

async function create(days = 7): Promise<ApiTokenCreated> {
  const body = JSON.stringify({ name: `report ${++made}`, role: 'operator', days });
  const answer = await ask('/api/tokens', { method: 'POST', body, ...(await signedIn()) });
  expect(answer.status).toBe(201);
  return created.Parse(await answer.json());
}

const listed = async () => list.Parse(await (await ask('/api/tokens', await signedIn())).json());

async function screen(token: string): Promise<Socket> {
  const socket = io(dashboard.url, {
    transports: ['websocket'],
    extraHeaders: bearing(token),
    forceNew: true,
    reconnection: false,
  });
  screens.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}
const bye = (socket: Socket) =>
  Promise.all(['bye', 'disconnect'].map((name) => new Promise((resolve) => socket.once(name, resolve))));

test('a token is shown once, works without an Origin, acts in its own name, and stands nowhere in clear', async () => {
  const { token, view } = await create();
  expect(view).toMatchObject({ role: 'operator', createdBy: 'administrator', lastUsedAt: null });
  expect(view.expiresAt).toBe(on.clock.now().wall + 7 * DAY);
  const answer = await ask('/api/alarms/1/acknowledge', { method: 'POST', body: '{}', ...bearing(token) });
  expect(await answer.json()).toMatchObject({ alarm: { acknowledged: { by: `token:${view.name}`, post: view.name } } });
  const { tokens } = await listed();
  expect(tokens).toContainEqual({ ...view, lastUsedAt: on.clock.now().wall - (on.clock.now().wall % 60_000) });
  expect(JSON.stringify([tokens, on.rows('SELECT * FROM api_token')])).not.toContain(token);
  expect(journalOf(on, 'token.').at(-1)).toEqual({
    kind: 'token.created',
    actor: 'administrator',
    site: null,
    detail: { name: view.name, role: 'operator', days: 7 },
  });
});

test('its use is noted to the minute, and costs no commit of its own', async () => {
  const { token, view } = await create();
  const used = () => on.rows(`SELECT last_used_at AS at FROM api_token WHERE id = ${view.id}`)[0]?.['at'];
  for (let i = 0; i < 5; i++) await ask('/api/sites', bearing(token));
  const minute = on.clock.now().wall - (on.clock.now().wall % 60_000);
  expect(used()).toBeNull();
  on.clock.advance(60_000);
  await expect.poll(used).toBe(minute);
});

test.each([
  ['wrong', 'Bearer k7m2p0xz-k7m2p0xz-k7m2p0xz-k7m2p0xz'],
  ['empty', 'Bearer '],
  ['no token at all', 'Bearer a b'],
])('one that is %s is refused with the scheme it takes, cookie or no cookie', async (_what, authorization) => {
  const answer = await ask('/api/sites', { authorization, ...(await signedIn()) });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
});

test('one that is over opens nothing, and its screens are dropped within ten seconds', async () => {
  const { token } = await create(1);
  const watching = await screen(token);
  expect(await watching.emitWithAck('watch', { site: SITE })).toMatchObject({ ok: true });
  on.clock.advance(DAY - 5_000);
  expect((await ask('/api/sites', bearing(token))).status).toBe(200);
  const gone = bye(watching);
  on.clock.advance(10_000);
  await gone;
  expect((await ask('/api/sites', bearing(token))).status).toBe(401);
  await expect(screen(token)).rejects.toThrow();
});

test('a revoked one ends at once, on the socket too, and stays listed with its end', async () => {
  const { token, view } = await create();
  const gone = bye(await screen(token));
  const revoke = async () => ask(`/api/tokens/${view.id}`, { method: 'DELETE', ...(await signedIn()) });
  expect((await revoke()).status).toBe(204);
  await gone;
  expect((await ask('/api/sites', bearing(token))).status).toBe(401);
  const { tokens } = await listed();
  expect(tokens.find(({ id }) => id === view.id)?.expiresAt).toBe(on.clock.now().wall);
  expect((await revoke()).status).toBe(204);
  const rows = journalOf(on, 'token.revoked').filter(({ detail }) => detail.name === view.name);
  expect(rows).toHaveLength(1);
});

test('two tokens that work have two names, because the journal calls them by it', async () => {
  const { view } = await create();
  const body = JSON.stringify({ name: view.name, role: 'viewer', days: 1 });
  const answer = await ask('/api/tokens', { method: 'POST', body, ...(await signedIn()) });
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ type: 'urn:facility-watch:problem:name-taken' });
});

test('guessing is slowed for its address, and keeps nobody out whose token has worked there', async () => {
  const { token } = await create();
  const { token: fresh } = await create();
  expect((await ask('/api/sites', bearing(token))).status).toBe(200);
  const guesses = [];
  for (let i = 0; i < 6; i++) guesses.push((await ask('/api/sites', { authorization: `Bearer guess-${i}` })).status);
  expect(guesses).toEqual([401, 401, 401, 401, 401, 429]);
  expect((await ask('/api/sites', bearing(token))).status).toBe(200);
  expect((await ask('/api/sites', bearing(fresh))).status).toBe(429);
  on.clock.advance(1_000);
  expect((await ask('/api/sites', bearing(fresh))).status).toBe(200);
});

test('guesses from one address keep nobody out at another', async () => {
  const { token } = await create();
  const app = await buildApp(on.options);
  const from = (remoteAddress: string, shown: string) =>
    app.inject({ url: '/api/sites', remoteAddress, headers: { host: 'localhost', ...bearing(shown) } });
  for (let i = 0; i < 6; i++) await from('10.0.0.66', `guess-${i}`);
  expect((await from('10.0.0.66', token)).statusCode).toBe(429);
  expect((await from('10.0.0.5', token)).statusCode).toBe(200);
  await app.close();
});
