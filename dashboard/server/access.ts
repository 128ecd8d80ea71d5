import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { UserRole } from '../../contract/account.ts';
import type { Doorway } from './origin.ts';
import { ROLE_RANK } from './ports.ts';
import { ProblemError } from './problem.ts';
import type { Session, Sessions } from './sessions.ts';

/** Who may use a route: anybody, or users of at least this role. */
type Access = 'public' | UserRole;

interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    session: Session | null;
  }
  interface FastifyInstance {
    /** Every route that is registered, with its declared access. */
    declaredRoutes: DeclaredRoute[];
  }
}

/** Routes of libraries, which declare nothing themselves, by the beginning of their address. */
const LIBRARY_ROUTES: readonly (readonly [prefix: string, access: Access])[] = [['/api/docs', 'viewer']];

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The one gate in front of every route: known host, own origin for what changes something, session, role.
 * A route without a declared access cannot be registered.
 */
export function guardRoutes(
  app: FastifyInstance,
  { doorway, sessions }: { doorway: Doorway; sessions: Sessions },
): void {
  app.decorate('declaredRoutes', []);
  app.decorateRequest('session', null);

  app.addHook('onRoute', (route) => {
    const library = LIBRARY_ROUTES.find(([prefix]) => route.url === prefix || route.url.startsWith(`${prefix}/`));
    const access = route.config?.access ?? library?.[1];
    if (access === undefined) {
      throw new TypeError(`${String(route.method)} ${route.url} declares no access: set config.access`);
    }
    route.config = { ...route.config, access };
    for (const method of [route.method].flat()) app.declaredRoutes.push({ method, url: route.url, access });
  });

  app.addHook('onRequest', async (request, reply) => {
    if (isApi(request.url)) reply.header('cache-control', 'no-store');
    if (!doorway.knowsHost(request.headers.host)) {
      throw new ProblemError('unknown-host', {
        detail: 'Use its IP address, or name this address among its allowed origins.',
      });
    }
    request.session = sessions.read(request.cookies);
    if (!SAFE_METHODS.has(request.method)) refuseForeign(request, doorway);
    // Of an unmatched request nothing but "not found" or the client's page can come.
    if (!request.is404) refuseLowRole(request.routeOptions.config.access, request.session);
  });
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

function refuseLowRole(access: Access | undefined, session: Session | null): void {
  if (access === 'public') return;
  if (session === null) throw new ProblemError('not-signed-in');
  if (access === undefined || ROLE_RANK[session.user.role] < ROLE_RANK[access]) {
    throw new ProblemError('role-too-low', { detail: `It takes the role ${access ?? 'of nobody'}.` });
  }
}

/** The session behind a request to a route that is not public. */
export function signedIn(request: FastifyRequest): Session {
  if (request.session === null) throw new ProblemError('not-signed-in');
  return request.session;
}
