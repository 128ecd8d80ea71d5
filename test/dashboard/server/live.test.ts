import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClientToServer, ServerToClient, SiteDelta, WatchAnswer } from '../../../contract/live.ts';
import { LIVE_LIMITS } from '../../../dashboard/server/live.ts';
import { startDashboard, type Dashboard } from '../../../dashboard/server/start.ts';
import { bench, cookieOf, SITE, type Bench } from './doubles.ts';
import { rawScreen } from './raw-screen.ts';

type Screen = Socket<ServerToClient, ClientToServer>;

let on: Bench;
let dashboard: Dashboard;
const screens: Screen[] = [];

beforeEach(async () => {
  on = bench();
  dashboard = await startDashboard({ ...on, port: 0 });
});
afterEach(async () => {
  for (const screen of screens.splice(0)) screen.disconnect();
  await dashboard.close();
});

function open(headers: Record<string, string>): Screen {
  const screen: Screen = io(dashboard.url, {
    transports: ['websocket'],
    extraHeaders: headers,
    forceNew: true,
    reconnection: false,
  });
  screens.push(screen);
  return screen;
}

async function screenOf(username: string): Promise<Screen> {
  const screen = open({ origin: dashboard.url, cookie: await cookieOf(on.accounts, username) });
  await event(screen, 'connect');
  return screen;
}

/** What the next such event brings. */
function event(
  screen: Screen,
  name: 'connect' | 'connect_error' | 'disconnect' | 'bye' | 'delta' | 'tick',
): Promise<unknown> {
  return new Promise((resolve) => screen.once(name, (value: unknown) => resolve(value)));
}

async function watching(username: string): Promise<Screen> {
  const screen = await screenOf(username);
  expect(await screen.emitWithAck('watch', { site: SITE })).toMatchObject({ ok: true });
  return screen;
}

test('a screen gets the snapshot of its site, then deltas and ticks in their order', async () => {
  on.site.seq = 41;
  const screen = await screenOf('viewer');
  const seen: string[] = [];
  screen.on('delta', ({ seq }) => seen.push(`delta ${seq}`));
  screen.on('tick', ({ seq }) => seen.push(`tick ${seq}`));
  const answer = await screen.emitWithAck('watch', { site: SITE });
  expect(answer).toMatchObject({ ok: true, snapshot: { seq: 41, site: { id: SITE } } });
  on.site.announce();
  on.site.tick();
  on.site.announce();
  const last = event(screen, 'tick');
  on.site.tick();
  await last;
  if (seen.length < 4) await event(screen, 'tick');
  expect(seen).toEqual(['delta 42', 'tick 42', 'delta 43', 'tick 43']);
});

test('whenever a screen joins, the first delta it gets is the successor of its snapshot', async () => {
  let joining = true;
  const stream = (async () => {
    while (joining) {
      on.site.announce();
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const cookie = await cookieOf(on.accounts, 'viewer');
  const pairs = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const screen = open({ origin: dashboard.url, cookie });
      const deltas: SiteDelta[] = [];
      screen.on('delta', (delta) => deltas.push(delta));
      await event(screen, 'connect');
      const answer = await screen.emitWithAck('watch', { site: SITE });
      if (deltas.length === 0) await event(screen, 'delta');
      return { snapshot: answer.ok ? answer.snapshot.seq : -1, first: deltas[0]?.seq };
    }),
  );
  joining = false;
  await stream;
  expect(pairs.map(({ first }) => first)).toEqual(pairs.map(({ snapshot }) => snapshot + 1));
});

test('a screen that watches nothing hears nothing', async () => {
  const idle = await screenOf('viewer');
  const watcher = await watching('viewer');
  let heard = 0;
  idle.on('delta', () => (heard += 1));
  const delta = event(watcher, 'delta');
  on.site.announce();
  await delta;
  // A question and its answer go the same way after it.
  await idle.emitWithAck('watch', { site: 'south' });
  expect(heard).toBe(0);
});

const FORGED: [string, (cookie: string) => Record<string, string>][] = [
  ['from a foreign page', (cookie) => ({ origin: 'http://attacker.example', cookie })],
  ['from a sandboxed frame', (cookie) => ({ origin: 'null', cookie })],
  ['without an Origin', (cookie) => ({ cookie })],
  ['without a session', () => ({ origin: dashboard.url })],
  ['with a session nobody has', () => ({ origin: dashboard.url, cookie: 'fw_session=guessed' })],
  ['under a foreign host name', (cookie) => ({ origin: 'http://rebound.example', host: 'rebound.example', cookie })],
];
test.each(FORGED)('a connection %s is refused', async (_how, headers) => {
  const screen = open(headers(await cookieOf(on.accounts, 'administrator')));
  expect(await event(screen, 'connect_error')).toBeInstanceOf(Error);
  expect(screen.connected).toBe(false);
});

test.each(['viewer', 'operator', 'administrator'])('the role %s may watch', async (role) => {
  await watching(role);
});

test('a session that is over opens no socket', async () => {
  const cookie = await cookieOf(on.accounts, 'viewer');
  on.clock.advance(12 * 3_600_000);
  const screen = open({ origin: dashboard.url, cookie });
  expect(await event(screen, 'connect_error')).toBeInstanceOf(Error);
});

test('long polling is not offered', async () => {
  const cookie = await cookieOf(on.accounts, 'viewer');
  const answer = await fetch(`${dashboard.url}/socket.io/?EIO=4&transport=polling`, {
    headers: { origin: dashboard.url, cookie },
  });
  expect(answer.status).toBe(400);
});

test('knowing the id of a running connection does not help to take it over', async () => {
  const screen = await screenOf('administrator');
  const sid = screen.io.engine.id;
  await expect(rawScreen(dashboard.url, { origin: 'http://attacker.example' }, `&sid=${sid}`)).rejects.toThrow('400');
});

const REQUESTS: [unknown, WatchAnswer][] = [
  [{ site: 'south' }, { ok: false, problem: 'unknown_site' }],
  [{}, { ok: false, problem: 'bad_request' }],
  [null, { ok: false, problem: 'bad_request' }],
  [{ site: 7 }, { ok: false, problem: 'bad_request' }],
  [{ site: '__proto__' }, { ok: false, problem: 'bad_request' }],
  [
    { site: SITE, as: 'administrator' },
    { ok: false, problem: 'bad_request' },
  ],
];
test.each(REQUESTS)('watch %o is answered %o', async (request, expected) => {
  const screen: Socket = await screenOf('viewer');
  expect(await screen.emitWithAck('watch', request)).toEqual(expected);
});

test('before the ledger is loaded a screen is told to wait', async () => {
  on.site.isReady = false;
  const screen = await screenOf('viewer');
  expect(await screen.emitWithAck('watch', { site: SITE })).toEqual({ ok: false, problem: 'not_ready' });
});

test('events that nobody knows, and watch without a way to answer, do no harm', async () => {
  const screen: Socket = await screenOf('viewer');
  screen.emit('acknowledge', { alarm: 1 });
  screen.emit('watch', { site: SITE });
  screen.emit('watch');
  expect(await screen.emitWithAck('watch', { site: SITE })).toMatchObject({ ok: true });
});

test('signing out drops the screens of that session with a farewell, and no others', async () => {
  const cookie = await cookieOf(on.accounts, 'operator');
  const mine = open({ origin: dashboard.url, cookie });
  await event(mine, 'connect');
  const other = await watching('operator');
  const farewell = Promise.all([event(mine, 'bye'), event(mine, 'disconnect')]);
  await fetch(`${dashboard.url}/api/session`, { method: 'DELETE', headers: { origin: dashboard.url, cookie } });
  expect((await farewell)[1]).toBe('io server disconnect');
  const delta = event(other, 'delta');
  on.site.announce();
  await delta;
});

const CHANGES: [string, (on: Bench) => void][] = [
  ['the role is changed by another process', ({ accounts }) => accounts.addUser('operator', 'viewer')],
  ['the user is removed', ({ accounts }) => accounts.users.delete('operator')],
  [
    'the password is changed',
    ({ accounts }) => {
      const user = accounts.findUser('operator');
      if (user) accounts.users.set('operator', { ...user, passwordHash: '$argon2id$another' });
    },
  ],
  ['the session runs out', ({ clock }) => clock.advance(12 * 3_600_000 - LIVE_LIMITS.recheck)],
];
test.each(CHANGES)('when %s the screen is dropped within ten seconds', async (_what, change) => {
  const screen = await watching('operator');
  const farewell = Promise.all([event(screen, 'bye'), event(screen, 'disconnect')]);
  change(on);
  on.clock.advance(10_000);
  await farewell;
});

test('when sessions cannot be looked up the screens stay', async () => {
  const screen = await watching('operator');
  const session = on.accounts.session.bind(on.accounts);
  on.accounts.session = () => {
    throw new Error('disk I/O error');
  };
  on.clock.advance(LIVE_LIMITS.recheck);
  on.accounts.session = session;
  const delta = event(screen, 'delta');
  on.site.announce();
  await delta;
});

test('a fault behind the socket ends neither the server nor the screens that are open', async () => {
  const screen = await screenOf('viewer');
  const session = on.accounts.session.bind(on.accounts);
  const snapshot = on.site.snapshot.bind(on.site);
  on.site.snapshot = () => {
    throw new Error('broken inside');
  };
  expect(await screen.emitWithAck('watch', { site: SITE })).toEqual({ ok: false, problem: 'not_ready' });
  on.accounts.session = () => {
    throw new Error('disk I/O error');
  };
  const late = open({ origin: dashboard.url, cookie: 'fw_session=any' });
  expect(await event(late, 'connect_error')).toBeInstanceOf(Error);
  on.accounts.session = session;
  on.site.snapshot = snapshot;
  expect(await screen.emitWithAck('watch', { site: SITE })).toMatchObject({ ok: true });
});

test('a message longer than any question ends the connection', async () => {
  const screen: Socket = await screenOf('viewer');
  const gone = event(screen, 'disconnect');
  screen.emit('watch', { site: 'x'.repeat(LIVE_LIMITS.message) });
  expect(await gone).toBe('transport close');
});

test('a client that asks without end is cut off, and may come back', async () => {
  const screen = await screenOf('viewer');
  const gone = event(screen, 'disconnect');
  for (let i = 0; i <= LIVE_LIMITS.messages; i++) screen.emit('watch', { site: SITE }, () => undefined);
  expect(await gone).toBe('transport close');
  await watching('viewer');
});

test('one session opens no more than its share of screens', async () => {
  const headers = { origin: dashboard.url, cookie: await cookieOf(on.accounts, 'viewer') };
  for (let i = 0; i < LIVE_LIMITS.screensPerSession; i++) await event(open(headers), 'connect');
  expect(await event(open(headers), 'connect_error')).toBeInstanceOf(Error);
  await watching('viewer');
});

test('a client that stops reading is cut off while the others go on', async () => {
  const headers = { origin: dashboard.url, cookie: await cookieOf(on.accounts, 'viewer') };
  const raw = await rawScreen(dashboard.url, headers);
  raw.send('40');
  await once(raw.socket, 'data');
  raw.send('420["watch",{"site":"north"}]');
  await once(raw.socket, 'data');
  raw.socket.pause();
  const other = await watching('viewer');
  let received = 0;
  other.on('delta', () => (received += 1));
  const alarms = [...Array(200).keys()].flatMap(() => on.site.snapshot(SITE)?.alarms ?? []);
  let sent = 0;
  // A second of the clock for each delta: beyond what the system's buffers take, the line stalls.
  for (; sent < 80; sent++) {
    const delta = event(other, 'delta');
    on.site.announce({ alarms });
    await delta;
    on.clock.advance(1_000);
  }
  const closed = once(raw.socket, 'close');
  raw.socket.resume();
  await closed;
  expect(received).toBe(sent);
});

test('closing does not wait for a client that does not answer, and leaves no listener behind', async () => {
  const headers = { origin: dashboard.url, cookie: await cookieOf(on.accounts, 'viewer') };
  const raw = await rawScreen(dashboard.url, headers);
  raw.socket.pause();
  let over = false;
  const closed = dashboard.close().then(() => (over = true));
  // Only the clock brings the end: the client has said nothing.
  while (!over) await on.clock.run(LIVE_LIMITS.farewell);
  await closed;
  raw.socket.destroy();
  expect(on.site.listeners).toBe(0);
});

test('when the server stops a client sees a lost connection, not a farewell, and so tries again', async () => {
  const screen = await watching('viewer');
  let bye = false;
  screen.on('bye', () => (bye = true));
  const gone = event(screen, 'disconnect');
  await dashboard.close();
  expect(await gone).toBe('transport close');
  expect(bye).toBe(false);
});
