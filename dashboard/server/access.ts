import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ROLE_RANK, type User, type UserRole } from '../../contract/account.ts';
import type { Bearers, Program } from './bearers.ts';
import { arrivedSafely } from './https-only.ts';
import type { Doorway } from './origin.ts';
import { ProblemError } from './problem.ts';
import type { Proxies } from './proxies.ts';
import type { Session, Sessions } from './sessions.ts';

/** Who may use a route: anybody, or users of at least this role. */
type Access = 'public' | UserRole;

interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
  readonly peopleOnly: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** For people who signed in: no token of whatever role. */
    peopleOnly?: boolean;
  }
  interface FastifyRequest {
    /** Of a person; null for programs. */
    session: Session | null;
    program: Program | null;
  }
  interface FastifyInstance {
    /** Every route that is registered, with its declared access. */
    declaredRoutes: DeclaredRoute[];
  }
}

/** Routes of libraries, which declare nothing themselves, by the beginning of their address. */
const LIBRARY_ROUTES: readonly (readonly [prefix: string, access: Access])[] = [['/api/docs', 'viewer']];

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** For supervisors on the machine and beside it: they tell nothing. */
const UNENCRYPTED = new Set(['/healthz', '/readyz']);

export interface GateOptions {
  readonly doorway: Doorway;
  readonly sessions: Sessions;
  readonly bearers: Bearers;
  /** Of whom `X-Forwarded-Proto` is believed, where pages go over HTTPS only; null: where they need not. */
  readonly httpsOnly: { readonly proxies: Proxies; readonly publicUrl: string } | null;
}

/**
 * The one gate in front of every route: known host, encrypted where that is asked for, own origin for what changes
 * something, session or token, role. A route without a declared access cannot be registered.
 */
export function guardRoutes(app: FastifyInstance, { doorway, sessions, bearers, httpsOnly }: GateOptions): void {
  app.decorate('declaredRoutes', []);
  app.decorateRequest('session', null);
  app.decorateRequest('program', null);

  app.addHook('onRoute', (route) => {
    const library = LIBRARY_ROUTES.find(([prefix]) => route.url === prefix || route.url.startsWith(`${prefix}/`));
    const access = route.config?.access ?? library?.[1];
    if (access === undefined) {
      throw new TypeError(`${String(route.method)} ${route.url} declares no access: set config.access`);
    }
    route.config = { ...route.config, access };
    const peopleOnly = route.config.peopleOnly ?? false;
    for (const method of [route.method].flat()) {
      app.declaredRoutes.push({ method, url: route.url, access, peopleOnly });
    }
  });

  app.addHook('onRequest', async (request, reply) => {
    if (isApi(request.url)) reply.header('cache-control', 'no-store');
    if (!doorway.knowsHost(request.headers.host)) {
      throw new ProblemError('unknown-host', {
        detail: 'Use its IP address, or name this address among its allowed origins.',
      });
    }
    if (httpsOnly !== null && !UNENCRYPTED.has(request.url) && !arrivedSafely(request.raw, httpsOnly.proxies)) {
      return refusePlain(request, reply, httpsOnly.publicUrl);
    }
    // A browser adds no such header by itself: what brings one needs no Origin, and no cookie beside it counts.
    request.program = bearers.read(request.headers.authorization, request.ip);
    if (request.program === null) {
      request.session = sessions.read(request.cookies);
      if (!SAFE_METHODS.has(request.method)) refuseForeign(request, doorway);
    }
    // Of an unmatched request nothing but "not found" or the client's page can come.
    if (!request.is404) refuseLowRole(request);
    return undefined;
  });
}

/** Pages are found at their encrypted address; nothing else is sent on, because what it holds went in clear already. */
function refusePlain(request: FastifyRequest, reply: FastifyReply, publicUrl: string): FastifyReply {
  if (request.method === 'GET' && !isApi(request.url))
    return reply.redirect(request.url.startsWith('/') ? publicUrl + request.url : publicUrl, 308);
  throw new ProblemError('not-encrypted', { detail: `Use ${publicUrl}.` });
}

export function isApi(url: string): boolean {
  return /^\/api(?:[/?]|$)/.test(url);
}

function refuseForeign(request: FastifyRequest, doorway: Doorway): void {
  const { origin, host } = request.headers;
  const hasCookie = request.headers.cookie !== undefined;
  if (doorway.admitsOrigin({ origin, host, hasCookie })) return;
  const detail =
    origin === undefined
      ? 'With a cookie this takes an Origin header: programs set it to the address they call.'
      : "Only this server's own pages may do this, and origins named among its allowed ones.";
  throw new ProblemError('foreign-origin', { detail });
}

function refuseLowRole(request: FastifyRequest): void {
  const { access, peopleOnly = false } = request.routeOptions.config;
  if (access === 'public') return;
  const caller = callerOf(request);
  if (caller === null) throw new ProblemError('not-signed-in');
  if (access === undefined || ROLE_RANK[caller.role] < ROLE_RANK[access]) {
    throw new ProblemError('role-too-low', { detail: `It takes the role ${access ?? 'of nobody'}.` });
  }
  if (peopleOnly && request.session === null) throw new ProblemError('people-only');
}

function callerOf({ session, program }: FastifyRequest): User | null {
  return session?.user ?? program?.user ?? null;
}

/** Who is behind a request to a route that is not public: a person, or a program as `token:NAME`. */
export function signedIn(request: FastifyRequest): { readonly user: User } {
  const user = callerOf(request);
  if (user === null) throw new ProblemError('not-signed-in');
  return { user };
}

/** The session behind a request to a route for people only. */
export function ownSession(request: FastifyRequest): Session {
  if (request.session === null) throw new ProblemError('people-only');
  return request.session;
}
