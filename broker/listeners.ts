import { createServer, type Server, type Socket } from 'node:net';
import type { Clock, Timer } from '../contract/clock.ts';
import type { RefusalReason } from '../contract/message.ts';
import { createAdmission, type Peer } from './admission.ts';
import type { CertificateFiles } from './certificate.ts';
import type { BrokerLimits } from './limits.ts';
import { listen } from './listen.ts';
import type { BrokerLog } from './ports.ts';
import { createTls } from './tls.ts';

export interface Listener {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

export type TlsListener = Listener & CertificateFiles;

export interface ListenersOptions {
  readonly plain: Listener | null;
  readonly tls: TlsListener | null;
  readonly clock: Clock;
  readonly limits: BrokerLimits;
  readonly log: BrokerLog;
  /** A socket that may speak MQTT. */
  readonly onSocket: (socket: Socket, peer: Peer) => void;
  readonly onRefused: (reason: RefusalReason, address: string, detail: string) => void;
}

export interface Listeners {
  /** With the port that was taken. */
  readonly plain: Listener | null;
  readonly tls: Listener | null;
  reloadCertificate(): void;
  /** Takes no more connections; resolves when the open ones are gone. */
  close(): Promise<void>;
  destroyAll(): void;
}

type Take = (socket: Socket, peer: Peer) => void;

const HOUR = 3_600_000;

/**
 * The ports on which devices connect. Both count towards the same caps, a TLS connection from before its first byte.
 * @throws CertificateError, BrokerListenError
 */
export async function openListeners(options: ListenersOptions): Promise<Listeners> {
  const { clock, limits, log, onSocket, onRefused } = options;
  const { connectTimeout } = limits;
  const admission = createAdmission({
    limits,
    clock,
    onMadeRoom: (address, waited) =>
      onRefused('connect_timeout', address, `all connections are taken, and this one said nothing for ${waited} ms`),
  });
  const servers: Server[] = [];
  const timers: Timer[] = [];

  async function open({ host, port }: Listener, take: Take, setting: 'MQTT' | 'MQTT_TLS'): Promise<Listener> {
    const server = createServer({ noDelay: true }, (socket) => {
      const address = plainAddress(socket.remoteAddress);
      const admitted = admission.admit(socket, address);
      if (typeof admitted !== 'string') return take(socket, admitted);
      onRefused('too_many_connections', address, admitted);
      socket.destroy();
    });
    const opened = { host, port: await listen(server, { host, port, setting }) };
    server.on('error', (error) => log.error({ err: error }, 'the MQTT port cannot take a connection'));
    servers.push(server);
    return opened;
  }

  async function close(): Promise<void> {
    for (const timer of timers.splice(0)) timer.cancel();
    tls?.stop();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  }

  function warnOfPlain({ host, port }: Listener): void {
    const address = servers.at(-1)?.address();
    if (typeof address !== 'object' || address === null || isLoopback(address.address)) return;
    const warn = (): void => {
      const text =
        'MQTT is open beyond this machine without encryption: the network can read device passwords and data';
      log.warn({ host, port }, text);
    };
    warn();
    timers.push(clock.every(HOUR, warn));
  }

  const tls =
    options.tls === null ? null : createTls({ files: options.tls, clock, log, connectTimeout, onSocket, onRefused });
  try {
    const secure = options.tls && tls && (await open(options.tls, tls.take, 'MQTT_TLS'));
    const plain = options.plain && (await open(options.plain, onSocket, 'MQTT'));
    if (plain !== null) warnOfPlain(plain);
    return {
      plain,
      tls: secure,
      reloadCertificate: () => tls?.reload(),
      close,
      destroyAll: () => admission.destroyAll(),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || plainAddress(address).startsWith('127.');
}

/** An IPv4 address stays one where the socket listens on IPv6 too. */
function plainAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:/, '');
}
