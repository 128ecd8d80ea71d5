import { afterEach, beforeEach, expect, test } from 'vitest';
import Fastify from 'fastify';
import cookie from '@fastify/cookie';
import { guardRoutes } from '../../../dashboard/server/access.ts';
import { bearers } from '../../../dashboard/server/bearers.ts';
import { buildApp } from '../../../dashboard/server/app.ts';
import { doorway } from '../../../dashboard/server/origin.ts';
import { sessionCookies } from '../../../dashboard/server/sessions.ts';
import { bench, cookieOf, ORIGIN, type Bench } from './doubles.ts';

let on: Bench;
let app: Awaited<ReturnType<typeof buildApp>>;

beforeEach(async () => {
  on = bench();
  app = await buildApp(on);
});
afterEach(() => app.close());

/** The access that is meant: a changed declaration has to be changed here too. */
const EXPECTED: Record<string, string> = {
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /*': 'public',
  'GET /api/session': 'public',
  'POST /api/session': 'public',
  'DELETE /api/session': 'public',
  'POST /api/setup': 'public',
  'POST /api/link': 'public',
  'GET /api/openapi.json': 'viewer',
  'GET /api/docs': 'viewer',
  'GET /api/docs/': 'viewer',
  'GET /api/docs/json': 'viewer',
  'GET /api/docs/yaml': 'viewer',
  'GET /api/docs/static/*': 'viewer',
  'GET /api/docs/static/index.html': 'viewer',
  'GET /api/docs/static/swagger-initializer.js': 'viewer',
  'GET /api/sites': 'viewer',
  'GET /api/sites/:site/snapshot': 'viewer',
  'GET /api/sites/:site/registry': 'administrator',
  'GET /api/sites/:site/alarms/history': 'viewer',
  'GET /api/sites/:site/points/:point/readings': 'viewer',
  'GET /api/sites/:site/points/:point/hour': 'viewer',
  'GET /api/alarms/:id/journal': 'viewer',
  'POST /api/alarms/:id/acknowledge': 'operator',
};
const METHODS = ['GET', 'HEAD', 'POST', 'DELETE'] as const;
const methodOf = (name: string) => METHODS.find((method) => method === name) ?? 'OPTIONS';
const rank = (access: string) => ['public', 'viewer', 'operator', 'administrator'].indexOf(access);

test('every registered route is in the list of what is meant, with that access', () => {
  const declared = app.declaredRoutes.map(({ method, url, access }) => [
    `${method.replace('HEAD', 'GET')} ${url}`,
    access,
  ]);
  expect(Object.fromEntries(declared)).toEqual(EXPECTED);
});

test.each(['nobody', 'viewer', 'operator', 'administrator'])('%s reaches exactly what the role allows', async (who) => {
  for (const { method, url, access } of app.declaredRoutes) {
    const path = url
      .replace(':site', 'north')
      .replace(':point', 'pool')
      .replace(':id', '1')
      .replace('*', url.includes('static') ? 'index.css' : 'somewhere');
    // A cookie of its own for each call: signing out is among them.
    const headers = {
      host: 'localhost',
      origin: ORIGIN,
      ...(who === 'nobody' ? {} : { cookie: await cookieOf(on.accounts, who) }),
    };
    const { statusCode } = await app.inject({ method: methodOf(method), url: path, headers });
    const label = `${method} ${path} as ${who}`;
    if (rank(who === 'nobody' ? 'public' : who) >= rank(access)) {
      expect([401, 403], label).not.toContain(statusCode);
    } else {
      expect(statusCode, label).toBe(who === 'nobody' ? 401 : 403);
    }
  }
});

test('a session that is over opens nothing', async () => {
  const headers = { host: 'localhost', cookie: await cookieOf(on.accounts, 'administrator') };
  expect((await app.inject({ url: '/api/sites', headers })).statusCode).toBe(200);
  on.clock.advance(12 * 3_600_000);
  expect((await app.inject({ url: '/api/sites', headers })).statusCode).toBe(401);
});

test('a lowered role counts from the next request', async () => {
  const headers = { host: 'localhost', cookie: await cookieOf(on.accounts, 'administrator') };
  on.accounts.addUser('administrator', 'viewer');
  expect((await app.inject({ url: '/api/sites/north/registry', headers })).statusCode).toBe(403);
});

test('a route that declares no access cannot be registered', async () => {
  const bare = Fastify();
  await bare.register(cookie);
  guardRoutes(bare, {
    doorway: doorway({ host: 'localhost', allowedOrigins: [], secure: false }),
    sessions: sessionCookies({ accounts: on.accounts, clock: on.clock, secure: false }),
    bearers: bearers({ tokens: undefined, clock: on.clock }),
    httpsOnly: null,
  });
  expect(() => bare.get('/forgotten', () => undefined)).toThrow('GET /forgotten declares no access');
});
