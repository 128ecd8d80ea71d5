import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import type { Clock, Timer } from '../contract/clock.ts';
import type { RefusalReason } from '../contract/message.ts';
import type { Peer } from './admission.ts';
import type { Certificate, CertificateFiles } from './certificate.ts';
import { keepCertificate } from './certificate-keeper.ts';
import type { BrokerLog } from './ports.ts';

export interface TlsOptionsOfBroker {
  readonly files: CertificateFiles;
  readonly clock: Clock;
  readonly log: BrokerLog;
  /** For the handshake, in ms. */
  readonly connectTimeout: number;
  readonly onSocket: (socket: Socket, peer: Peer) => void;
  readonly onRefused: (reason: RefusalReason, address: string, detail: string) => void;
}

export interface Tls {
  /** An accepted TCP connection. */
  take(socket: Socket, peer: Peer): void;
  /** Reads the certificate again; one that cannot be used is logged, and the one in use stays. */
  reload(): void;
  stop(): void;
}

interface Handshake {
  readonly peer: Peer;
  readonly timer: Timer;
}

/** TLS 1.2 and newer in front of MQTT. @throws CertificateError */
export function createTls(options: TlsOptionsOfBroker): Tls {
  const { files, clock, log, connectTimeout, onSocket, onRefused } = options;
  // Which connection an event of the TLS server is about: the socket it brings may have lost its address by then.
  const handshakes = new AsyncLocalStorage<Handshake>();
  const keeper = keepCertificate({ files, use: 'MQTT_TLS', clock, log });

  // It listens on nothing: connections are counted before their first byte, and then handed to it.
  const server = createServer(contextOf(keeper.current()));
  server.on('secureConnection', (socket) => {
    const handshake = handshakes.getStore();
    handshake?.timer.cancel();
    if (handshake === undefined) socket.destroy();
    else onSocket(socket, handshake.peer);
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    socket.destroy();
    const address = handshakes.getStore()?.peer.address ?? 'unknown';
    // Hung up before anything was agreed, as a probe of the port does.
    if (error.code !== 'ECONNRESET') onRefused('protocol_error', address, inWords(error));
  });

  keeper.onReplaced((read) => server.setSecureContext(contextOf(read)));
  return {
    take(socket, peer) {
      const timer = clock.after(connectTimeout, () => {
        onRefused('connect_timeout', peer.address, `no TLS handshake within ${connectTimeout} ms`);
        socket.destroy();
      });
      socket.once('close', () => timer.cancel());
      handshakes.run({ peer, timer }, () => server.emit('connection', socket));
    },
    reload: keeper.reload,
    stop: keeper.stop,
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
