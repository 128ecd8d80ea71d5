import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

const SECRETS = ['password', 'passwordHash', 'token', 'cookie', 'authorization', 'secret'];

/** `redact` of the pino that `main.ts` constructs. The server logs no headers and bodies; this is the net below it. */
export const LOG_REDACTION = {
  paths: [
    ...SECRETS.flatMap((name) => [name, `*.${name}`]),
    'req.headers.cookie',
    'req.headers.authorization',
    'res.headers["set-cookie"]',
    'headers.cookie',
    'headers["set-cookie"]',
    '*.body',
    'body',
  ],
  censor: '[redacted]',
};

/**
 * One line per request: method, route pattern, status, milliseconds. No path as it was sent and no query: either may
 * hold a one-time token. No address and no user: nothing about people is logged.
 */
export function logRequests(app: FastifyInstance, log: Logger): void {
  app.addHook('onResponse', async (request, reply) => {
    const line = {
      reqId: request.id,
      method: request.method,
      route: request.is404 ? null : (request.routeOptions.url ?? null),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (reads && reply.statusCode < 400) log.debug(line, 'request');
    else log.info(line, 'request');
  });
}
