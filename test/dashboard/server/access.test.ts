import Fastify from 'fastify';
import cookie from '@fastify/cookie';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { guardRoutes } from '../../../dashboard/server/access.ts';
import { bearers } from '../../../dashboard/server/bearers.ts';
import { buildApp } from '../../../dashboard/server/app.ts';
import { doorway } from '../../../dashboard/server/origin.ts';
import type { Channels } from '../../../dashboard/server/ports.ts';
import { sessionCookies } from '../../../dashboard/server/sessions.ts';
import { bench, cookieOf, ORIGIN, SITE, type Bench } from './doubles.ts';
import { realBench, type RealBench } from './real-bench.ts';

/** The access that is meant: a changed declaration has to be changed here too. `people`: no token of whatever role. */
const EXPECTED: Record<string, string> = {
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /metrics': 'viewer',
  'GET /*': 'public',
  'GET /api/session': 'public',
  'POST /api/session': 'public',
  'DELETE /api/session': 'public',
  'PUT /api/session/password': 'viewer people',
  'POST /api/setup': 'public',
  'POST /api/link': 'public',
  'POST /api/wall': 'public',
  'GET /api/openapi.json': 'viewer',
  'GET /api/docs': 'viewer',
  'GET /api/docs/': 'viewer',
  'GET /api/docs/json': 'viewer',
  'GET /api/docs/yaml': 'viewer',
  'GET /api/docs/static/*': 'viewer',
  'GET /api/docs/static/index.html': 'viewer',
  'GET /api/docs/static/swagger-initializer.js': 'viewer',
  'GET /api/users': 'administrator people',
  'POST /api/users': 'administrator people',
  'PATCH /api/users/:username': 'administrator people',
  'DELETE /api/users/:username': 'administrator people',
  'GET /api/tokens': 'administrator people',
  'POST /api/tokens': 'administrator people',
  'DELETE /api/tokens/:id': 'administrator people',
  'GET /api/audit': 'administrator',
  'GET /api/sites': 'viewer',
  'GET /api/sites/:site/snapshot': 'viewer',
  'GET /api/sites/:site/registry': 'administrator',
  'GET /api/sites/:site/alarms/history': 'viewer',
  'GET /api/sites/:site/points/:point/readings': 'viewer',
  'GET /api/sites/:site/points/:point/hour': 'viewer',
  'GET /api/sites/:site/walls': 'administrator',
  'POST /api/sites/:site/walls': 'administrator',
  'DELETE /api/sites/:site/walls/:id': 'administrator',
  'GET /api/sites/:site/channels': 'administrator',
  'POST /api/sites/:site/channels': 'administrator',
  'PUT /api/sites/:site/areas/:area/mode': 'operator',
  'DELETE /api/sites/:site/areas/:area/mode': 'operator',
  'PATCH /api/sites/:site/channels/:id': 'administrator',
  'DELETE /api/sites/:site/channels/:id': 'administrator',
  'PUT /api/sites/:site/channels/order': 'administrator',
  'POST /api/sites/:site/channels/:id/test': 'administrator',
  'GET /api/sites/:site/refusals': 'operator',
  'GET /api/sites/:site/unbound': 'viewer',
  'POST /api/sites/:site/bindings/preview': 'administrator',
  'POST /api/sites/:site/bindings': 'administrator',
  'GET /api/sites/:site/quarantine': 'operator',
  'GET /api/sites/:site/quarantine/items': 'operator',
  'POST /api/sites/:site/quarantine/retry': 'administrator',
  'POST /api/sites/:site/quarantine/discard': 'administrator',
  'GET /api/alarms/:id/journal': 'viewer',
  'POST /api/alarms/:id/acknowledge': 'operator',
};
const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'PUT', 'PATCH'] as const;
const methodOf = (name: string) => METHODS.find((method) => method === name) ?? 'OPTIONS';
const rank = (access: string) => ['public', 'viewer', 'operator', 'administrator'].indexOf(access);

/** Whether somebody gets in is asked here, not what they find. */
const NO_CHANNELS: Channels = {
  list: () => ({ refused: 'no_such_site' }),
  create: () => Promise.resolve({ refused: 'no_such_site' }),
  change: () => Promise.resolve({ refused: 'no_such_site' }),
  remove: () => Promise.resolve({ refused: 'no_such_site' }),
  order: () => Promise.resolve({ refused: 'no_such_site' }),
  test: () => Promise.resolve({ refused: 'no_such_site' }),
};

describe('everything that the server answers', () => {
  let on: RealBench;
  let app: Awaited<ReturnType<typeof buildApp>>;
  const tokens = new Map<string, string>();
  let wall = '';
  beforeAll(async () => {
    on = await realBench({
      channels: NO_CHANNELS,
      metrics: { contentType: 'text/plain', text: () => Promise.resolve('') },
    });
    app = await buildApp(on.options);
    await app.listen({ host: '127.0.0.1', port: 0 });
    for (const role of ['viewer', 'operator', 'administrator'] as const) tokens.set(role, await on.tokenOf(role));
    const layout = { areas: null, inches: 65, metres: 4 };
    wall = (await on.stores.walls.create(SITE, { name: 'w', layout, days: 1, reason: null }, 'administrator')).token;
  });
  afterAll(async () => {
    await app.close();
    await on.remove();
  });

  test('is in the list of what is meant, with that access', () => {
    const declared = app.declaredRoutes.map(({ method, url, access, peopleOnly }) => [
      `${method.replace('HEAD', 'GET')} ${url}`,
      peopleOnly ? `${access} people` : access,
    ]);
    expect(Object.fromEntries(declared)).toEqual(EXPECTED);
  });

  const PERSON = ['nobody', 'viewer', 'operator', 'administrator'].map((role) => ['person', role] as const);
  const PROGRAM = ['viewer', 'operator', 'administrator'].map((role) => ['program', role] as const);
  /** Who comes, with headers of their own for each call: signing out is among them. */
  async function headersOf(kind: string, role: string): Promise<Record<string, string>> {
    if (kind === 'program') return { authorization: `Bearer ${tokens.get(role) ?? ''}` };
    if (kind === 'wall') return { origin: ORIGIN, cookie: `fw_wall=${wall}` };
    return { origin: ORIGIN, ...(role === 'nobody' ? {} : { cookie: await on.sessionOf(role) }) };
  }

  test.each([...PERSON, ...PROGRAM, ['wall', 'nobody'] as const])(
    'lets in exactly whom it should: a %s, %s',
    async (kind, role) => {
      for (const { method, url, access, peopleOnly } of app.declaredRoutes) {
        const path = url
          .replace(':site', SITE)
          .replace(':point', 'pool')
          .replace(':username', 'somebody')
          .replace(':id', '999')
          .replace('*', url.includes('static') ? 'index.css' : 'somewhere');
        const headers = { host: 'localhost', ...(await headersOf(kind, role)) };
        const { statusCode } = await app.inject({ method: methodOf(method), url: path, headers });
        const label = `${method} ${path} as ${kind} ${role}`;
        const highEnough = rank(role === 'nobody' ? 'public' : role) >= rank(access);
        if (highEnough && !(peopleOnly && kind === 'program')) {
          expect([401, 403], label).not.toContain(statusCode);
        } else {
          expect(statusCode, label).toBe(role === 'nobody' ? 401 : 403);
        }
      }
    },
  );

  /** Whether the socket opens, and watches the site and another. */
  async function opens(headers: Record<string, string>, query: Record<string, string>): Promise<boolean> {
    const address = app.server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const own = 'origin' in headers ? { ...headers, origin: url } : headers;
    const screen: Socket = io(url, {
      query,
      transports: ['websocket'],
      extraHeaders: own,
      forceNew: true,
      reconnection: false,
    });
    try {
      return await new Promise((resolve) => {
        screen.once('connect', () => resolve(true));
        screen.once('connect_error', () => resolve(false));
      });
    } finally {
      screen.disconnect();
    }
  }

  test.each([
    ['person', 'nobody', {}, false],
    ['person', 'viewer', {}, true],
    ['person', 'administrator', {}, true],
    ['program', 'viewer', {}, true],
    ['wall', 'nobody', { wall: '1' }, true],
    ['wall', 'nobody', {}, false],
    ['person', 'administrator', { wall: '1' }, false],
    ['program', 'administrator', { wall: '1' }, false],
  ])('has a socket for whom it should: a %s, %s, with %o', async (kind, role, query, expected) => {
    expect(await opens(await headersOf(kind, role), { ...query })).toBe(expected);
  });
});

let on: Bench;
let app: Awaited<ReturnType<typeof buildApp>>;

beforeEach(async () => {
  on = bench();
  app = await buildApp(on);
});
afterEach(() => app.close());

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
