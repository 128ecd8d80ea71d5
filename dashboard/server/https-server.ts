import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { CertificateSource } from './ports.ts';

/** For the handshake, ms. */
const HANDSHAKE = 10_000;
/** Longer than a proxy's or a browser's, so that the client closes first (Fastify's own default), ms. */
const KEEP_ALIVE = 72_000;

/** HTTPS with TLS 1.2 and newer; a new certificate serves the connections that come after it. */
export function httpsServer(certificate: CertificateSource, requestTimeout: number) {
  return (listener: RequestListener): Server => {
    const options = { handshakeTimeout: HANDSHAKE, keepAliveTimeout: KEEP_ALIVE, requestTimeout };
    const server = createServer({ ...options, ...certificate.current(), minVersion: 'TLSv1.2' }, listener);
    certificate.onReplaced(({ cert, key }) => server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' }));
    return server;
  };
}
