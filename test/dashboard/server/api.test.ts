import { afterEach, beforeEach, expect, test } from 'vitest';
import { Compile } from 'typebox/compile';
import { AcknowledgeResult } from '../../../contract/alarm.ts';
import { SiteSnapshot } from '../../../contract/live.ts';
import { buildApp } from '../../../dashboard/server/app.ts';
import { InfluxFailed } from '../../../ingest/stores/influx/types.ts';
import { bench, cookieOf, ORIGIN, problemOf, type Bench } from './doubles.ts';

let on: Bench;
let app: Awaited<ReturnType<typeof buildApp>>;
let headers: Record<string, string>;

beforeEach(async () => {
  on = bench();
  app = await buildApp(on);
  headers = { host: 'localhost', origin: ORIGIN, cookie: await cookieOf(on.accounts, 'operator') };
});
afterEach(() => app.close());

const get = (url: string, more: object = {}) => app.inject({ url, headers: { ...headers, ...more } });
const acknowledge = (payload?: object, id = '1') =>
  app.inject({ method: 'POST', url: `/api/alarms/${id}/acknowledge`, headers, ...(payload && { payload }) });

test('a snapshot is the contract’s', async () => {
  const answer = await get('/api/sites/north/snapshot');
  expect(Compile(SiteSnapshot).Errors(answer.json())).toEqual([]);
  expect(answer.headers['cache-control']).toBe('no-store');
});

test('an acknowledgement carries the account’s name and post, and the note', async () => {
  const answer = await acknowledge({ note: ' on my way ' });
  expect(answer.statusCode).toBe(200);
  expect(Compile(AcknowledgeResult).Errors(answer.json())).toEqual([]);
  expect(answer.json()).toMatchObject({
    outcome: 'acknowledged',
    alarm: { state: 'acknowledged', acknowledged: { by: 'operator', post: '后勤值班', note: 'on my way' } },
  });
});

test('of two who acknowledge at the same moment the second learns who was first', async () => {
  const answers = await Promise.all([acknowledge({ note: 'first' }), acknowledge({ note: 'second' })]);
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  expect(answers.map((answer) => answer.json<AcknowledgeResult>().outcome)).toEqual(['acknowledged', 'already']);
  expect(answers[1].json<AcknowledgeResult>().alarm.acknowledged).toMatchObject({ by: 'operator', note: 'first' });
});

test('an acknowledgement needs no body', async () => {
  expect((await acknowledge()).json()).toMatchObject({ alarm: { acknowledged: { note: null } } });
});

test('while nothing can be stored an acknowledgement is refused and says when to try again', async () => {
  on.site.storing = false;
  const answer = await acknowledge({});
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['retry-after']).toBe('5');
  expect(problemOf(answer).type).toBe('urn:facility-watch:problem:not-storing');
});

test('before the ledger is loaded data are not served, and readyz says so while healthz is well', async () => {
  on.site.isReady = false;
  const [sites, ready, alive] = await Promise.all([get('/api/sites'), get('/readyz'), get('/healthz')]);
  expect([sites.statusCode, ready.statusCode, alive.statusCode]).toEqual([503, 503, 200]);
  expect(sites.headers['retry-after']).toBe('1');
  on.site.isReady = true;
  expect((await get('/readyz')).json()).toEqual({ status: 'ok' });
});

test('readings come with the range as numbers', async () => {
  const answer = await get('/api/sites/north/points/pool/readings?metric=water_temperature&from=1000&to=2000.5');
  expect(answer.json()).toMatchObject({ point: 'pool', metric: 'water_temperature', readings: [{ t: 1000, v: 41.5 }] });
});

test.each([
  ['from=&to=1', 'from', 'must be of type number'],
  ['from=0x10&to=99', 'from', 'must be of type number'],
  ['from=1e3&to=9999', 'from', 'must be of type number'],
  ['from=true&to=9999', 'from', 'must be of type number'],
  ['from=1&from=2&to=3', 'from', 'must be of type number'],
  ['from=2&to=1', 'from', 'must not be later than "to"'],
  ['from=1&to=2&limit=1.5', 'limit', 'must be of type integer'],
  ['from=1&to=2&limit=0', 'limit', 'must be >= 1'],
  ['from=1', 'to', 'is missing'],
  ['from=1&to=2&colour=red', 'colour', 'is no field of this request: leave it out'],
  ['from=1&to=2&metric=A', 'metric', 'must be'],
])('readings?%s is refused: %s %s', async (query, field, message) => {
  const metric = query.includes('metric') ? '' : '&metric=water_temperature';
  const answer = await get(`/api/sites/north/points/pool/readings?${query}${metric}`);
  expect(answer.statusCode).toBe(400);
  const wrong = problemOf(answer).errors?.find((error) => error.field === field);
  expect(wrong?.message).toContain(message);
});

test.each([
  '/api/alarms/abc/journal',
  '/api/alarms/0/journal',
  '/api/alarms/1e1/journal',
  '/api/sites/__proto__/snapshot',
])('%s is refused before anybody is asked', async (url) => {
  expect((await get(url)).statusCode).toBe(400);
});

test.each([
  '/api/sites/south/snapshot',
  '/api/sites/south/alarms/history',
  '/api/sites/north/points/tank/readings?metric=humidity&from=0&to=1',
  '/api/sites/north/points/tank/hour',
  '/api/alarms/99/journal',
  '/api/nowhere',
  '/api',
])('%s is a problem document with 404', async (url) => {
  const answer = await get(url, { accept: 'text/html' });
  expect(answer.statusCode).toBe(404);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(problemOf(answer).status).toBe(answer.statusCode);
});

test.each(['readings?metric=water_temperature&from=0&to=1', 'hour'])(
  'a store that cannot be read is no empty answer to %s, and tells nobody where it is',
  async (what) => {
    const failed = () => Promise.reject(new InfluxFailed('InfluxDB at http://10.0.0.5', { trouble: 'unreachable' }));
    Object.assign(on.query, { range: failed, openHour: failed });
    const answer = await get(`/api/sites/north/points/pool/${what}`);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(problemOf(answer).type).toBe('urn:facility-watch:problem:store-unreadable');
    expect(answer.body).not.toContain('10.0.0.5');
  },
);

test('an unknown alarm cannot be acknowledged', async () => {
  expect((await acknowledge({}, '99')).statusCode).toBe(404);
});

test.each([
  ['PUT', '/api/session', 'GET, HEAD, POST, DELETE'],
  ['GET', '/api/setup', 'POST'],
  ['DELETE', '/api/alarms/1/journal', 'GET, HEAD'],
] as const)('%s %s is 405 and says what is allowed', async (method, url, allow) => {
  const answer = await app.inject({ method, url, headers });
  expect(answer.statusCode).toBe(405);
  expect(answer.headers['allow']?.toString().split(', ').sort()).toEqual(allow.split(', ').sort());
});

test.each([
  ['cut JSON', '{"note": "se', 'application/json', 400],
  ['a poisoned prototype', '{"__proto__": {"role": "administrator"}}', 'application/json', 400],
  ['plain text', 'note=secret', 'text/plain', 415],
  ['a form', 'note=secret', 'application/x-www-form-urlencoded', 415],
  ['20 kB', JSON.stringify({ note: 'secret'.repeat(4_000) }), 'application/json', 413],
])('%s as a body is a problem that repeats nothing of it', async (_what, payload, type, status) => {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/alarms/1/acknowledge',
    headers: { ...headers, 'content-type': type },
    payload,
  });
  expect(answer.statusCode).toBe(status);
  expect(problemOf(answer).status).toBe(answer.statusCode);
  expect(answer.body).not.toMatch(/secret|proto|Unexpected/);
});

test('a fault inside is told as nothing but a number to look for in the log', async () => {
  on.site.journal = () => Promise.reject(new Error('SQLITE_CORRUPT: /var/lib/facility-watch/ledger.db'));
  const answer = await get('/api/alarms/1/journal');
  expect(answer.statusCode).toBe(500);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  const { detail, ...rest } = problemOf(answer);
  expect(rest).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
  expect(detail).toMatch(/^This went wrong on the server\. Its log says more under req-\w+\.$/);
});

test('an address that cannot be decoded is a problem document too', async () => {
  const answer = await get('/api/%zz');
  expect(answer.statusCode).toBe(400);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
});

test('under a foreign host name nothing is served, not even with a session', async () => {
  for (const url of ['/', '/healthz', '/api/sites', '/nowhere']) {
    const answer = await get(url, { host: 'rebound.attacker.example' });
    expect(answer.statusCode).toBe(421);
  }
});
