import type { IncomingMessage } from 'node:http';
import type { FastifyHelmetOptions } from '@fastify/helmet';

/** Only our own files, no inline script or style, no frame, no eval. HSTS only over HTTPS: a LAN runs on plain HTTP. */
export function securityHeaders(secure: boolean): FastifyHelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", (request) => ownSocket(request, secure)],
        manifestSrc: ["'self'"],
        workerSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    // Browsers ignore it, with a message on the console, over plain HTTP.
    crossOriginOpenerPolicy: secure ? { policy: 'same-origin' } : false,
    // Not `no-referrer`: that turns the Origin of a form into "null".
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  };
}

/** Safari before 15.4 does not count the WebSocket of the same host as 'self'. */
function ownSocket(request: IncomingMessage, secure: boolean): string {
  const host = request.headers.host ?? '';
  return /^[a-z0-9.\-[\]:]+$/i.test(host) ? `${secure ? 'wss' : 'ws'}://${host}` : "'self'";
}
