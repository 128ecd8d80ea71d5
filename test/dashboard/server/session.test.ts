import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SessionView } from '../../../contract/api.ts';
import { buildApp } from '../../../dashboard/server/app.ts';
import { bench, cookieOf, ORIGIN, PASSWORD, problemOf, type Bench } from './doubles.ts';

let on: Bench;
let app: Awaited<ReturnType<typeof buildApp>>;

beforeEach(async () => {
  on = bench();
  app = await buildApp(on);
});
afterEach(() => app.close());

const headers = { host: 'localhost', origin: ORIGIN };
const right = { username: 'operator', password: PASSWORD };
const post = (url: string, payload: object, more: object = {}) =>
  app.inject({ method: 'POST', url, payload, headers: { ...headers, ...more } });

test('the right password opens a session and names its user', async () => {
  const answer = await post('/api/session', right);
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({
    user: { username: 'operator', post: '后勤值班', role: 'operator' },
    setupNeeded: false,
    warnings: [],
  });
  const cookie = answer.headers['set-cookie']?.toString().split(';')[0];
  const me = await app.inject({ url: '/api/session', headers: { ...headers, cookie } });
  expect(me.json<SessionView>().user?.username).toBe('operator');
});

test('over plain HTTP the cookie has a plain name, is out of reach of scripts and is sent to this site only', async () => {
  const [cookie] = (await post('/api/session', right)).cookies;
  expect(cookie).toMatchObject({ name: 'fw_session', path: '/', httpOnly: true, sameSite: 'Strict', maxAge: 43_200 });
  expect(cookie).not.toHaveProperty('secure');
  expect(cookie).not.toHaveProperty('domain');
});

test('over HTTPS the cookie is Secure and bound to the host by its name', async () => {
  const secureApp = await buildApp(bench({ secure: true }));
  const answer = await secureApp.inject({
    method: 'POST',
    url: '/api/session',
    payload: right,
    headers: { host: 'localhost', origin: 'https://localhost' },
  });
  expect(answer.cookies[0]).toMatchObject({
    name: '__Host-fw_session',
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    secure: true,
  });
  expect(answer.cookies[0]).not.toHaveProperty('domain');
  await secureApp.close();
});

test('a wrong password and an unknown user get the same answer', async () => {
  const wrong = await post('/api/session', { ...right, password: 'something else' });
  const unknown = await post('/api/session', { username: 'nobody', password: PASSWORD });
  expect(wrong.statusCode).toBe(401);
  expect(unknown.json()).toEqual(wrong.json());
  expect(wrong.headers['set-cookie']).toBeUndefined();
});

test('signing in again closes the session that the browser had before', async () => {
  const before = await cookieOf(on.accounts, 'operator');
  const answer = await post('/api/session', right, { cookie: before });
  expect(answer.cookies).toHaveLength(1);
  const after = `fw_session=${answer.cookies[0]?.value}`;
  expect((await app.inject({ url: '/api/sites', headers: { ...headers, cookie: after } })).statusCode).toBe(200);
  expect((await app.inject({ url: '/api/sites', headers: { ...headers, cookie: before } })).statusCode).toBe(401);
});

test('signing out closes the session on the server and takes the cookie away', async () => {
  const cookie = await cookieOf(on.accounts, 'operator');
  const out = await app.inject({ method: 'DELETE', url: '/api/session', headers: { ...headers, cookie } });
  expect(out.json()).toEqual({ user: null, setupNeeded: false, warnings: [] });
  expect(out.cookies[0]).toMatchObject({ name: 'fw_session', value: '', expires: new Date(0) });
  expect((await app.inject({ url: '/api/sites', headers: { ...headers, cookie } })).statusCode).toBe(401);
});

test.each([
  ['a foreign page', 'http://attacker.example'],
  ['a sandboxed frame', 'null'],
  ['another port of this machine', 'http://localhost:8080'],
])('%s cannot sign anybody in', async (_who, origin) => {
  const answer = await post('/api/session', right, { origin });
  expect(answer.statusCode).toBe(403);
  expect(problemOf(answer).type).toBe('urn:facility-watch:problem:foreign-origin');
  expect(answer.headers['set-cookie']).toBeUndefined();
});

test('a cookie without an Origin changes nothing', async () => {
  const cookie = await cookieOf(on.accounts, 'operator');
  const answer = await app.inject({ method: 'DELETE', url: '/api/session', headers: { host: 'localhost', cookie } });
  expect(answer.statusCode).toBe(403);
  expect((await app.inject({ url: '/api/sites', headers: { ...headers, cookie } })).statusCode).toBe(200);
});

test('guessing is slowed per user, says for how long, and goes on when that time has passed', async () => {
  for (let i = 0; i < 5; i++) await post('/api/session', { ...right, password: `guess ${i}` });
  const slowed = await post('/api/session', right);
  expect(slowed.statusCode).toBe(429);
  expect(slowed.headers['retry-after']).toBe('1');
  expect(problemOf(slowed).type).toBe('urn:facility-watch:problem:too-many-attempts');
  on.clock.advance(1_000);
  expect((await post('/api/session', right)).statusCode).toBe(200);
});

test('an address gets twenty attempts a minute, whoever it tries', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 21; i++) statuses.push((await post('/api/link', { token: `guess-${i}` })).statusCode);
  expect(statuses).toEqual([...Array<number>(20).fill(403), 429]);
  on.clock.advance(59_000);
  const slowed = await post('/api/link', { token: 'guess' });
  expect(slowed.headers['retry-after']).toBe('1');
  expect(problemOf(slowed).type).toBe('urn:facility-watch:problem:too-many-attempts');
  on.clock.advance(1_000);
  expect((await post('/api/link', { token: 'guess' })).statusCode).toBe(403);
});

test('attempts sent all at once are not all checked', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) => post('/api/session', { ...right, password: `guess ${i}` })),
  );
  expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(5);
  expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(7);
});

test('of two who use one sign-in link at the same moment exactly one gets in', async () => {
  const token = on.accounts.addLink('viewer');
  const answers = await Promise.all([post('/api/link', { token }), post('/api/link', { token })]);
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 403]);
  expect(answers.flatMap(({ cookies }) => cookies)).toHaveLength(1);
});

const setup = { token: 'first-start', username: 'chief', post: '站长', password: 'the water is warm' };

test('the link of the first start creates the administrator, once', async () => {
  on.accounts.users.clear();
  on.accounts.setupToken = 'first-start';
  expect((await app.inject({ url: '/api/session', headers })).json()).toMatchObject({ user: null, setupNeeded: true });
  const answers = await Promise.all([post('/api/setup', setup), post('/api/setup', { ...setup, username: 'other' })]);
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 403]);
  const created = answers.find(({ statusCode }) => statusCode === 201);
  expect(created?.json()).toMatchObject({ user: { role: 'administrator', post: '站长' }, setupNeeded: false });
  expect(created?.body).not.toContain('argon2');
  expect((await post('/api/setup', setup)).statusCode).toBe(403);
});

test.each([
  [{ password: 'short' }, 'password', 'must have at least 12 characters'],
  [{ password: '123456789012' }, 'password', 'is one of the passwords that are tried first: choose another'],
  [{ username: 'Chief!' }, 'username', 'must be 2 to 32 lower-case letters'],
  [{ post: '' }, 'post', 'must have at least 1 characters'],
  [{ role: 'administrator' }, 'role', 'is no field of this request: leave it out'],
])('setup with %o names the field and what would be right', async (change, field, message) => {
  on.accounts.users.clear();
  on.accounts.setupToken = 'first-start';
  const answer = await post('/api/setup', { ...setup, ...change });
  expect(answer.statusCode).toBe(400);
  const { errors = [] } = problemOf(answer);
  expect(errors.map((error) => error.field)).toEqual([field]);
  expect(errors[0]?.message).toContain(message);
  expect(on.accounts.setupNeeded()).toBe(true);
});
