import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify';
import { guardRoutes } from './access.ts';
import { addressCounts } from './address-pace.ts';
import { answerErrors } from './error-answers.ts';
import { securityHeaders } from './headers.ts';
import { liveScreens } from './live.ts';
import { logRequests } from './logging.ts';
import { answerUnmatched } from './not-found.ts';
import { describeApi, openApiRoute } from './openapi.ts';
import type { AppOptions } from './options.ts';
import { doorway as openDoorway } from './origin.ts';
import { servePages } from './pages.ts';
import { passwordHasher } from './password.ts';
import { plainProblem, ProblemError, retryAfter, sendProblem } from './problem.ts';
import { alarmRoutes } from './routes/alarms.ts';
import { healthRoutes } from './routes/health.ts';
import { metricsRoute } from './routes/metrics.ts';
import { readingRoutes } from './routes/readings.ts';
import { sessionRoutes } from './routes/session.ts';
import { siteRoutes } from './routes/sites.ts';
import type { TypedApp } from './routes/types.ts';
import { sessionCookies } from './sessions.ts';
import { signInPace } from './sign-in-pace.ts';
import { schemaCompiler } from './validation.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Live screens that are connected. */
    countScreens(): number;
  }
}

/** The dashboard's server, complete but for listening. Close it with `app.close()`. */
export async function buildApp(options: AppOptions): Promise<TypedApp> {
  const { clock, log, query, accounts, desk, secure = false, allowedOrigins = [], warnings = [] } = options;
  const doorway = openDoorway({ host: options.host, allowedOrigins, secure });
  const sessions = sessionCookies({ accounts, clock, secure });
  // Fastify's own lines carry addresses of requests; ours do not.
  const quiet: FastifyBaseLogger = log.child({}, { level: 'warn' });
  const app: TypedApp = Fastify({
    loggerInstance: quiet,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 16_384,
    requestTimeout: 30_000,
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
  guardRoutes(app, { doorway, sessions });
  await app.register(rateLimit, {
    global: false,
    store: addressCounts(clock),
    errorResponseBuilder: () => new ProblemError('too-many-attempts'),
  });
  await describeApi(app, { version: options.version, cookie: sessions.cookie });

  const live = liveScreens({
    server: app.server,
    parseCookie: (header) => app.parseCookie(header),
    doorway,
    sessions,
    accounts,
    query,
    clock,
    log,
  });
  app.addHook('preClose', () => live.close());
  app.decorate('countScreens', () => live.count());

  healthRoutes(app, query);
  if (options.metrics !== undefined) metricsRoute(app, options.metrics);
  await app.register(
    (api: TypedApp, _options, done) => {
      openApiRoute(api);
      const passwords = passwordHasher();
      sessionRoutes(api, { accounts, sessions, passwords, pace: signInPace(clock), ended: live.end, warnings });
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
      alarmRoutes(api, { query, desk });
      readingRoutes(api, query);
      done();
    },
    { prefix: '/api' },
  );
  answerUnmatched(app, await servePages(app, options.clientDir));
  await app.ready();
  return app;
}
