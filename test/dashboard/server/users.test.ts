import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Compile } from 'typebox/compile';
import { AuditPage } from '../../../contract/access.ts';
import { startDashboard, type Dashboard } from '../../../dashboard/server/start.ts';
import { PASSWORD } from './doubles.ts';
import { journalOf, realBench, type RealBench } from './real-bench.ts';

const auditPage = Compile(AuditPage);
let on: RealBench;
let dashboard: Dashboard;
let admin: string;
const screens: Socket[] = [];

beforeAll(async () => {
  on = await realBench();
});
afterAll(() => on.remove());
beforeEach(async () => {
  dashboard = await startDashboard({ ...on.options, port: 0 });
  admin = await on.sessionOf('administrator');
});
afterEach(async () => {
  for (const screen of screens.splice(0)) screen.disconnect();
  await dashboard.close();
});

const ask = (method: string, path: string, { body, cookie = admin }: { body?: object; cookie?: string } = {}) =>
  fetch(dashboard.url + path, {
    method,
    headers: { cookie, origin: dashboard.url, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const reaches = async (cookie: string) => (await ask('GET', '/api/sites', { cookie })).status === 200;

let made = 0;
async function newUser(role = 'operator'): Promise<string> {
  const username = `duty-${++made}`;
  const answer = await ask('POST', '/api/users', { body: { username, post: '后勤值班', role, password: PASSWORD } });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toMatchObject({ username, role, sessions: 0 });
  return username;
}

async function screen(cookie: string): Promise<Socket> {
  const socket = io(dashboard.url, {
    transports: ['websocket'],
    extraHeaders: { cookie, origin: dashboard.url },
    forceNew: true,
    reconnection: false,
  });
  screens.push(socket);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return socket;
}
const bye = (socket: Socket) => new Promise((resolve) => socket.once('bye', resolve));

test.each([
  ['a new role', 'PATCH', { role: 'viewer' }],
  ['a new password', 'PATCH', { password: 'hot water for everyone' }],
  ['the removal', 'DELETE', undefined],
])('%s of a user ends sessions and screens at once', async (_what, method, body) => {
  const username = await newUser();
  const cookie = await on.sessionOf(username);
  const gone = bye(await screen(cookie));
  const answer = await ask(method, `/api/users/${username}`, body === undefined ? {} : { body });
  expect(answer.status).toBe(body === undefined ? 204 : 200);
  await gone;
  expect(await reaches(cookie)).toBe(false);
});

test('a new post leaves the user signed in', async () => {
  const username = await newUser();
  const cookie = await on.sessionOf(username);
  const answer = await ask('PATCH', `/api/users/${username}`, { body: { post: '夜班' } });
  expect(await answer.json()).toMatchObject({ username, post: '夜班', sessions: 1 });
  expect(await reaches(cookie)).toBe(true);
});

test('each change is in the journal with who made it, and no secret with it', async () => {
  const username = await newUser();
  await ask('PATCH', `/api/users/${username}`, { body: { role: 'viewer', password: 'hot water for everyone' } });
  await ask('DELETE', `/api/users/${username}`);
  const rows = journalOf(on, 'user.').filter(({ detail }) => detail.username === username);
  expect(rows).toEqual([
    { kind: 'user.created', actor: 'administrator', site: null, detail: { username, role: 'operator' } },
    {
      kind: 'user.changed',
      actor: 'administrator',
      site: null,
      detail: { username, role: 'viewer', roleBefore: 'operator', password: true },
    },
    { kind: 'user.removed', actor: 'administrator', site: null, detail: { username } },
  ]);
});

test('a change that cannot be committed leaves neither itself nor its row', async () => {
  const before = journalOf(on, 'user.').length;
  const body = { username: 'operator', post: 'x', role: 'viewer', password: PASSWORD };
  const answer = await ask('POST', '/api/users', { body });
  expect(answer.status).toBe(409);
  expect(journalOf(on, 'user.')).toHaveLength(before);
});

test('the last administrator stays one, and nobody removes themselves', async () => {
  const demote = await ask('PATCH', '/api/users/administrator', { body: { role: 'viewer' } });
  expect(await demote.json()).toMatchObject({ status: 409, type: 'urn:facility-watch:problem:last-administrator' });
  expect(await reaches(admin)).toBe(true);
  const removal = await ask('DELETE', '/api/users/administrator');
  expect(await removal.json()).toMatchObject({ status: 409, type: 'urn:facility-watch:problem:own-account' });
});

test('of two administrators who are taken down at the same moment one stays', async () => {
  const other = await newUser('administrator');
  const { people } = on.stores;
  const outcomes = await Promise.all([people.remove(other, 'x'), people.remove('administrator', 'x')]);
  expect(outcomes).toEqual(['done', 'last_administrator']);
  expect(journalOf(on, 'user.removed').at(-1)).toMatchObject({ detail: { username: other } });
});

test('a new password of one’s own ends all other sessions and screens, and leaves this one', async () => {
  const username = await newUser('viewer');
  const [mine, other] = [await on.sessionOf(username), await on.sessionOf(username)];
  const [here, there] = [await screen(mine), await screen(other)];
  let ended = false;
  here.on('bye', () => (ended = true));
  const gone = bye(there);
  const put = (current: string, password: string) =>
    ask('PUT', '/api/session/password', { body: { current, password }, cookie: mine });
  expect((await put('not my password', 'hot water for everyone')).status).toBe(403);
  expect((await put(PASSWORD, 'password1234')).status).toBe(400);
  const answer = await put(PASSWORD, 'hot water for everyone');
  expect(await answer.json()).toMatchObject({ user: { username } });
  await gone;
  expect([await reaches(mine), await reaches(other)]).toEqual([true, false]);
  on.clock.advance(10_000);
  expect(await here.emitWithAck('watch', { site: 'north' })).toMatchObject({ ok: true });
  expect(ended).toBe(false);
});

test('who came, went and failed to get in is in the journal; names that nobody has are not', async () => {
  const username = await newUser();
  const signIn = (name: string, password: string) =>
    ask('POST', '/api/session', { body: { username: name, password }, cookie: '' });
  await signIn(username, 'wrong once');
  await signIn(username, 'wrong again');
  await signIn('s3cret-pass', 'typed a line too early');
  const cookie = (await signIn(username, PASSWORD)).headers.get('set-cookie')?.split(';')[0] ?? '';
  await ask('DELETE', '/api/session', { cookie });
  const came = journalOf(on, 'session.').filter(({ actor }) => actor === username);
  expect(came.map(({ kind }) => kind)).toEqual(['session.opened', 'session.closed']);
  on.clock.advance(5 * 60_000);
  await expect.poll(() => journalOf(on, 'session.refused').length).toBeGreaterThan(1);
  expect(journalOf(on, 'session.refused').map(({ detail }) => detail)).toEqual([
    { username, count: 2 },
    { username: null, count: 1 },
  ]);
});

test('the journal is read page by page, newest first, and its changes apart', async () => {
  const username = await newUser();
  await on.sessionOf(username);
  const page = async (query: string) => auditPage.Parse(await (await ask('GET', `/api/audit?${query}`)).json());
  const all = await page('limit=500');
  expect(all.entries[0]).toMatchObject({ kind: 'session.opened', actor: username });
  expect(all.next).toBeNull();
  const changes = await page('limit=500&changes=true');
  expect(changes.entries[0]).toMatchObject({ kind: 'user.created', detail: { username } });
  expect(changes.entries.map(({ kind }) => kind)).not.toContain('session.opened');
  const first = await page('limit=2');
  const second = await page(`limit=2&before=${first.next ?? 0}`);
  expect([...first.entries, ...second.entries]).toEqual(all.entries.slice(0, 4));
  expect((await ask('GET', '/api/audit?changes=1')).status).toBe(400);
});
