import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import type { Clock, Timer } from '../contract/clock.ts';
import type { RefusalReason } from '../contract/message.ts';
import { dateWarning, readCertificate, type Certificate, type CertificateFiles } from './certificate.ts';
import type { BrokerLog } from './ports.ts';

export interface TlsOptionsOfBroker {
  readonly files: CertificateFiles;
  readonly clock: Clock;
  readonly log: BrokerLog;
  /** For the handshake, in ms. */
  readonly connectTimeout: number;
  /** `since`: when the TCP connection was accepted, monotonic ms. */
  readonly onSocket: (socket: Socket, address: string, since: number) => void;
  readonly onRefused: (reason: RefusalReason, address: string, detail: string) => void;
}

export interface Tls {
  /** An accepted TCP connection. */
  take(socket: Socket, address: string): void;
  /** Reads the certificate again; one that cannot be used is logged, and the one in use stays. */
  reload(): void;
  stop(): void;
}

interface Handshake {
  readonly address: string;
  readonly since: number;
  readonly timer: Timer;
}

/** How often the files are looked at; watching them is not to be relied on where they are links that get replaced. */
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** TLS 1.2 and newer in front of MQTT. @throws CertificateError */
export function createTls(options: TlsOptionsOfBroker): Tls {
  const { files, clock, log, connectTimeout, onSocket, onRefused } = options;
  // Which connection an event of the TLS server is about: the socket it brings may have lost its address by then.
  const handshakes = new AsyncLocalStorage<Handshake>();
  let used = readCertificate(files);
  let warnedAt = -Infinity;

  // It listens on nothing: connections are counted before their first byte, and then handed to it.
  const server = createServer(contextOf(used));
  server.on('secureConnection', (socket) => {
    const handshake = handshakes.getStore();
    handshake?.timer.cancel();
    if (handshake === undefined) socket.destroy();
    else onSocket(socket, handshake.address, handshake.since);
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    socket.destroy();
    const address = handshakes.getStore()?.address ?? 'unknown';
    // Hung up before anything was agreed, as a probe of the port does.
    if (error.code !== 'ECONNRESET') onRefused('protocol_error', address, inWords(error));
  });

  function warnOfDates(): void {
    const { wall, mono } = clock.now();
    const warning = dateWarning(used, wall);
    if (warning === null || mono - warnedAt < DAY) return;
    warnedAt = mono;
    log.warn({ file: files.certFile }, warning);
  }

  function reload(): void {
    try {
      const read = readCertificate(files);
      if (!read.cert.equals(used.cert) || !read.key.equals(used.key)) {
        server.setSecureContext(contextOf(read));
        used = read;
        warnedAt = -Infinity;
        const validTo = new Date(read.validTo).toISOString();
        log.info({ file: files.certFile, validTo }, 'the MQTT certificate was replaced');
      }
    } catch (error) {
      log.error({ err: error }, 'the new MQTT certificate cannot be used; the former one stays in use');
    }
    warnOfDates();
  }

  warnOfDates();
  const hourly = clock.every(HOUR, reload);
  return {
    take(socket, address) {
      const timer = clock.after(connectTimeout, () => {
        onRefused('connect_timeout', address, `no TLS handshake within ${connectTimeout} ms`);
        socket.destroy();
      });
      socket.once('close', () => timer.cancel());
      handshakes.run({ address, since: clock.now().mono, timer }, () => server.emit('connection', socket));
    },
    reload,
    stop: () => hourly.cancel(),
  };
}

function contextOf({ cert, key }: Certificate): TlsOptions {
  return { cert, key, minVersion: 'TLSv1.2' };
}

/** What the peer did, as far as OpenSSL tells. */
function inWords({ code = '', message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_HTTP_REQUEST':
      return 'no TLS: this port speaks nothing else';
    case 'ERR_SSL_UNSUPPORTED_PROTOCOL':
      return 'TLS: 1.2 or newer is needed';
    case 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA':
    case 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN':
    case 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN':
    case 'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE':
      return 'TLS: the device does not trust the certificate of this server';
    default:
      return `TLS: ${code || message}`;
  }
}
