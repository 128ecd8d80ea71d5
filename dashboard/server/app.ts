import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify';
import type { User } from '../../contract/account.ts';
import type { SessionView } from '../../contract/api.ts';
import { guardRoutes } from './access.ts';
import { addressCounts } from './address-pace.ts';
import { bearers } from './bearers.ts';
import { answerErrors } from './error-answers.ts';
import { securityHeaders } from './headers.ts';
import { httpsServer } from './https-server.ts';
import { liveScreens } from './live.ts';
import { logRequests } from './logging.ts';
import { answerUnmatched } from './not-found.ts';
import { describeApi, openApiRoute } from './openapi.ts';
import type { AppOptions } from './options.ts';
import { doorway as openDoorway } from './origin.ts';
import { servePages } from './pages.ts';
import { passwordHasher } from './password.ts';
import { plainProblem, ProblemError, retryAfter, sendProblem } from './problem.ts';
import { namedProxies } from './proxies.ts';
import { alarmRoutes } from './routes/alarms.ts';
import { channelRoutes } from './routes/channels.ts';
import { deviceRoutes } from './routes/devices.ts';
import { auditRoute } from './routes/audit.ts';
import { healthRoutes } from './routes/health.ts';
import { historyRoutes } from './routes/history.ts';
import { modeRoutes } from './routes/modes.ts';
import { metricsRoute } from './routes/metrics.ts';
import { recordRoutes } from './routes/records.ts';
import { sheetRoutes } from './routes/sheets.ts';
import { readingRoutes } from './routes/readings.ts';
import { sessionRoutes } from './routes/session.ts';
import { siteRoutes } from './routes/sites.ts';
import { storageRoute } from './routes/storage.ts';
import { tokenRoutes } from './routes/tokens.ts';
import type { TypedApp } from './routes/types.ts';
import { userRoutes } from './routes/users.ts';
import { wallRoutes } from './routes/walls.ts';
import { createSeats } from './seats.ts';
import { sessionCookies } from './sessions.ts';
import { signInPace } from './sign-in-pace.ts';
import { schemaCompiler } from './validation.ts';
import { wallCookie } from './wall-cookie.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Live screens that are connected. */
    countScreens(): number;
  }
}

/** For all of a request to arrive, ms. */
const REQUEST_TIMEOUT = 30_000;

/** The dashboard's server, complete but for listening. Close it with `app.close()`. */
export async function buildApp(options: AppOptions): Promise<TypedApp> {
  const { clock, log, query, accounts, desk, access, secure = false, allowedOrigins = [], trustProxy = [] } = options;
  const doorway = openDoorway({ host: options.host, allowedOrigins, secure });
  const sessions = sessionCookies({ accounts, clock, secure });
  const proxies = namedProxies(trustProxy);
  const programs = bearers({ tokens: access?.tokens, clock });
  const publicUrl = allowedOrigins[0];
  const httpsOnly = secure && options.certificate === undefined && trustProxy.length > 0;
  const sessionView = (user: User | null): SessionView => ({
    user,
    setupNeeded: accounts.setupNeeded(),
    warnings: user === null ? [] : [...(options.warnings ?? [])],
  });
  // Fastify's own lines carry addresses of requests; ours do not.
  const quiet: FastifyBaseLogger = log.child({}, { level: 'warn' });
  const app: TypedApp = Fastify({
    loggerInstance: quiet,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 16_384,
    requestTimeout: REQUEST_TIMEOUT,
    trustProxy: trustProxy.length > 0 && ((address: string) => proxies.trusts(address)),
    ...(options.certificate === undefined ? {} : { serverFactory: httpsServer(options.certificate, REQUEST_TIMEOUT) }),
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, plainProblem(error.statusCode ?? 400)),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = 1_000;

  app.setValidatorCompiler(schemaCompiler);
  // What handlers return is typed by the contract; converting it once more would cost a snapshot dearly.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeContentTypeParser('text/plain');
  answerErrors(app, log);
  logRequests(app, log);

  await app.register(cookie);
  await app.register(helmet, securityHeaders(secure));
  guardRoutes(app, {
    doorway,
    sessions,
    bearers: programs,
    httpsOnly: httpsOnly && publicUrl !== undefined ? { proxies, publicUrl } : null,
  });
  await app.register(rateLimit, {
    global: false,
    store: addressCounts(clock),
    errorResponseBuilder: () => new ProblemError('too-many-attempts'),
  });
  await describeApi(app, { version: options.version, cookie: sessions.cookie });

  const cookieOfWalls = wallCookie({ secure });
  const seats = createSeats({
    doorway,
    proxies,
    httpsOnly,
    parseCookie: (header) => app.parseCookie(header),
    sessions,
    accounts,
    bearers: programs,
    walls: access?.walls,
    cookie: cookieOfWalls,
  });
  const live = liveScreens({ server: app.server, seats, query, clock, log });
  app.addHook('preClose', () => live.close());
  app.decorate('countScreens', () => live.count());

  healthRoutes(app, query);
  if (options.metrics !== undefined) metricsRoute(app, options.metrics);
  await app.register(
    (api: TypedApp, _options, done) => {
      openApiRoute(api);
      const people = { accounts, passwords: passwordHasher(), pace: signInPace(clock), live, sessionView };
      sessionRoutes(api, { ...people, sessions, refused: (username) => access?.audit.signInRefused(username) });
      if (access !== undefined) {
        userRoutes(api, { ...people, people: access.people });
        tokenRoutes(api, { tokens: access.tokens, live });
        auditRoute(api, access.audit);
      }
      done();
    },
    { prefix: '/api' },
  );
  await app.register(
    (api: TypedApp, _options, done) => {
      api.addHook('preHandler', (_request, _reply, next) => {
        next(query.ready() ? undefined : new ProblemError('not-ready', { headers: retryAfter(1_000) }));
      });
      siteRoutes(api, query);
      if (options.storage !== undefined) storageRoute(api, options.storage);
      alarmRoutes(api, { query, desk });
      readingRoutes(api, query);
      if (options.history !== undefined) historyRoutes(api, { history: options.history, query, audit: access?.audit });
      deviceRoutes(api, { query, desk });
      modeRoutes(api, { desk });
      if (options.channels !== undefined) channelRoutes(api, options.channels);
      if (options.records !== undefined) {
        recordRoutes(api, options.records);
        sheetRoutes(api, options.records);
      }
      if (access !== undefined) {
        wallRoutes(api, { walls: access.walls, query, live, cookie: cookieOfWalls, clock, version: options.version });
      }
      done();
    },
    { prefix: '/api' },
  );
  answerUnmatched(app, await servePages(app, options.clientDir));
  await app.ready();
  return app;
}
