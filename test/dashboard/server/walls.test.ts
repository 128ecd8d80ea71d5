import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Compile } from 'typebox/compile';
import { WallLinkCreated, WallLinkList, type WallLinkBody } from '../../../contract/access.ts';
import { Problem } from '../../../contract/api.ts';
import type { SiteDelta, SiteSnapshot, WatchAnswer } from '../../../contract/live.ts';
import type { SiteRegistry } from '../../../contract/registry.ts';
import { startDashboard, type Dashboard } from '../../../dashboard/server/start.ts';
import { alarm, SITE } from './doubles.ts';
import { journalOf, realBench, type RealBench } from './real-bench.ts';

const DAY = 86_400_000;
const problem = Compile(Problem);
const linkCreated = Compile(WallLinkCreated);
const linkList = Compile(WallLinkList);
const name = { zh: '浴室', en: 'Bath' };
const REGISTRY: SiteRegistry = {
  site: SITE,
  name,
  timezone: 'Asia/Shanghai',
  areas: ['bath', 'dorm'].map((id) => ({ id, name })),
  points: [
    { id: 'pool', area: 'bath', name, role: 'pool' },
    { id: 'room', area: 'dorm', name, role: 'dormitory_room' },
  ],
  devices: [],
  bindings: [],
};

let on: RealBench;
let dashboard: Dashboard;
let admin: { cookie: string; origin: string };
const screens: Socket[] = [];

beforeAll(async () => {
  on = await realBench();
  on.site.registry = (site) => (site === SITE ? REGISTRY : undefined);
});
afterAll(() => on.remove());
beforeEach(async () => {
  dashboard = await startDashboard({ ...on.options, port: 0 });
  admin = { cookie: await on.sessionOf('administrator'), origin: dashboard.url };
});
afterEach(async () => {
  for (const screen of screens.splice(0)) screen.disconnect();
  await dashboard.close();
});

const ask = (method: string, path: string, { body, ...headers }: Record<string, unknown> = {}) =>
  fetch(dashboard.url + path, {
    method,
    headers: {
      origin: dashboard.url,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(value)])),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const LINK: WallLinkBody = { name: '调度室', layout: { areas: null, inches: 65, metres: 4 }, days: 30, reason: null };

async function create(change: Partial<WallLinkBody> = {}) {
  const answer = await ask('POST', `/api/sites/${SITE}/walls`, { ...admin, body: { ...LINK, ...change } });
  expect(answer.status).toBe(201);
  return linkCreated.Parse(await answer.json());
}

async function show(token: string, headers: Record<string, string> = {}) {
  const answer = await ask('POST', '/api/wall', { body: { token }, ...headers });
  const cookie = answer.headers.get('set-cookie') ?? '';
  return { answer: await answer.json(), set: cookie, cookie: cookie.split(';')[0] ?? '' };
}

function connect(cookie: string, query: Record<string, string> = { wall: '1' }): Promise<Socket> {
  const socket = io(dashboard.url, {
    query,
    transports: ['websocket'],
    extraHeaders: { cookie, origin: dashboard.url },
    forceNew: true,
    reconnection: false,
  });
  screens.push(socket);
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.once('connect_error', reject);
  });
}

const next = (socket: Socket, event: string) =>
  new Promise<SiteDelta>((resolve) => socket.once(event, (value: SiteDelta) => resolve(value)));
async function watch(socket: Socket): Promise<SiteSnapshot> {
  const answer: WatchAnswer = await socket.emitWithAck('watch', { site: SITE });
  if (!answer.ok) throw new Error(`not watched: ${answer.problem}`);
  return answer.snapshot;
}
/** A wall of the whole site, or of some areas, that has just been turned on. */
async function wall(change: Partial<WallLinkBody> = {}) {
  const { token, view } = await create(change);
  const { cookie } = await show(token);
  return { token, view, cookie, socket: await connect(cookie) };
}

test('a link is shown once, and the screen that shows it learns its site and layout', async () => {
  const { token, view } = await create();
  const { answer, set } = await show(token);
  expect(answer).toEqual({
    state: 'valid',
    site: SITE,
    siteName: { zh: '男浴大池', en: 'Men’s pool' },
    name: '调度室',
    layout: LINK.layout,
    expiresAt: on.clock.now().wall + 30 * DAY,
    version: '0.0.0-test',
  });
  expect(set).toMatch(/^fw_wall=.*; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/);
  const listed = linkList.Parse(await (await ask('GET', `/api/sites/${SITE}/walls`, admin)).json());
  expect(listed.links).toContainEqual(view);
  expect(JSON.stringify([listed, on.rows('SELECT * FROM wall')])).not.toContain(token);
  expect(journalOf(on, 'wall.').at(-1)).toEqual({
    kind: 'wall.created',
    actor: 'administrator',
    site: SITE,
    detail: { name: '调度室', days: 30 },
  });
});

test('a wall opens its site and nothing else', async () => {
  const { socket, cookie } = await wall();
  await watch(socket);
  expect(await socket.emitWithAck('watch', { site: 'south' })).toEqual({ ok: false, problem: 'unknown_site' });
  for (const path of ['/api/sites', `/api/sites/${SITE}/snapshot`, '/api/audit']) {
    expect((await ask('GET', path, { cookie })).status).toBe(401);
  }
  expect((await ask('POST', '/api/alarms/1/acknowledge', { cookie, body: {} })).status).toBe(401);
  await expect(connect(cookie, {})).rejects.toThrow();
});

test('another site of the same server is not there for a wall', async () => {
  const { socket } = await wall();
  const snapshot = on.site.snapshot.bind(on.site);
  on.site.snapshot = () => snapshot(SITE);
  try {
    expect(await socket.emitWithAck('watch', { site: 'south' })).toEqual({ ok: false, problem: 'unknown_site' });
  } finally {
    on.site.snapshot = snapshot;
  }
});

test("an administrator's browser that shows a wall is a wall there, and stays signed in", async () => {
  const { token } = await create();
  const { cookie } = await show(token, admin);
  const both = `${admin.cookie}; ${cookie}`;
  const socket = await connect(both);
  expect(await socket.emitWithAck('watch', { site: 'south' })).toEqual({ ok: false, problem: 'unknown_site' });
  expect((await ask('GET', '/api/session', { cookie: both })).status).toBe(200);
  expect(await (await ask('GET', '/api/session', { cookie: both })).json()).toMatchObject({
    user: { username: 'administrator' },
  });
  await expect(connect(admin.cookie)).rejects.toThrow();
});

test('a wall is sent duty posts and never a user name or a note, with the snapshot and after it', async () => {
  on.site.alarms.set(1, alarm(1));
  const { socket } = await wall();
  const person = await connect(admin.cookie, {});
  await watch(person);
  await ask('POST', '/api/alarms/1/acknowledge', { ...admin, body: { note: '叫了老王' } });
  const snapshot = await watch(socket);
  expect(snapshot.alarms[0]?.acknowledged).toMatchObject({ by: '', post: '后勤值班', note: null });
  const [here, there] = [next(socket, 'delta'), next(person, 'delta')];
  on.site.announce({ alarms: [...on.site.alarms.values()] });
  const delta = await here;
  expect(delta.alarms?.[0]?.acknowledged).toMatchObject({ by: '', post: '后勤值班', note: null });
  expect((await there).alarms?.[0]?.acknowledged).toMatchObject({ by: 'administrator', note: '叫了老王' });
  expect(JSON.stringify([snapshot, delta])).not.toMatch(/administrator|老王/);
  on.site.alarms.set(1, alarm(1));
});

test('a wall of one area is told of that one, and counts every delta all the same', async () => {
  const dorm = alarm(2, { area: 'dorm', subject: { kind: 'point', id: 'room' } });
  on.site.alarms.set(2, dorm);
  const { socket } = await wall({ layout: { ...LINK.layout, areas: ['bath'] } });
  const snapshot = await watch(socket);
  expect(snapshot.alarms.map(({ id }) => id)).toEqual([1]);
  const seen: SiteDelta[] = [];
  socket.on('delta', (delta: SiteDelta) => seen.push(delta));
  const tick = next(socket, 'tick');
  on.site.announce({ alarms: [dorm] });
  on.site.announce({ alarms: [alarm(1), dorm] });
  on.site.tick();
  expect(await tick).toMatchObject({ seq: snapshot.seq + 2 });
  expect(seen.map(({ seq, alarms }) => [seq - snapshot.seq, alarms?.map(({ id }) => id)])).toEqual([
    [1, []],
    [2, [1]],
  ]);
  on.site.alarms.delete(2);
});

test('a revoked link drops its screens at once, and they are told why', async () => {
  const { socket, token, view, cookie } = await wall();
  const other = await wall();
  const gone = Promise.all([next(socket, 'bye'), next(socket, 'disconnect')]);
  expect((await ask('DELETE', `/api/sites/${SITE}/walls/${view.id}`, admin)).status).toBe(204);
  await gone;
  await expect(connect(cookie)).rejects.toThrow();
  const { answer, set } = await show(token);
  expect(answer).toEqual({ state: 'revoked' });
  expect(set).toContain('fw_wall=;');
  await watch(other.socket);
  expect(journalOf(on, 'wall.revoked')).toHaveLength(1);
  expect((await ask('DELETE', `/api/sites/south/walls/${other.view.id}`, admin)).status).toBe(404);
});

test('a link that another process revoked drops its screens within ten seconds', async () => {
  const { socket, view } = await wall();
  const gone = next(socket, 'bye');
  await on.stores.walls.revoke({ site: SITE, id: view.id }, 'admin');
  on.clock.advance(10_000);
  await gone;
});

test('a link that has expired says so; one that nobody made is unknown', async () => {
  const { socket, token } = await wall({ days: 1 });
  const gone = next(socket, 'bye');
  on.clock.advance(DAY);
  await gone;
  expect((await show(token)).answer).toEqual({ state: 'expired' });
  expect((await show('k7m2p0xz')).answer).toEqual({ state: 'unknown' });
});

test('an administrator sees how many screens a link has, when and where it was last seen', async () => {
  const { view, socket } = await wall();
  const listed = async () => {
    const { links } = linkList.Parse(await (await ask('GET', `/api/sites/${SITE}/walls`, admin)).json());
    return links.find(({ id }) => id === view.id);
  };
  expect(view).toMatchObject({ watching: 0, lastSeenAt: null, lastAddress: null });
  const at = on.clock.now().wall;
  expect(await listed()).toMatchObject({ watching: 1, lastSeenAt: at, lastAddress: '127.0.0.1' });
  const kept = () => on.rows(`SELECT last_seen_at AS at FROM wall WHERE id = ${view.id}`)[0]?.['at'];
  expect(kept()).toBeNull();
  on.clock.advance(60_000);
  await expect.poll(kept).toBeGreaterThan(at);
  socket.disconnect();
  await expect.poll(async () => (await listed())?.watching).toBe(0);
});

test.each([
  [{ days: null }, 'reason'],
  [{ layout: { areas: ['attic'], inches: 65, metres: 4 } }, 'layout.areas'],
  [{ layout: { areas: [], inches: 65, metres: 4 } }, 'layout.areas'],
  [{ days: 367 }, 'days'],
])('a link with %o is refused by its field', async (change, field) => {
  const answer = await ask('POST', `/api/sites/${SITE}/walls`, { ...admin, body: { ...LINK, ...change } });
  expect(answer.status).toBe(400);
  const { errors = [] } = problem.Parse(await answer.json());
  expect(new Set(errors.map((error) => error.field))).toEqual(new Set([field]));
});
