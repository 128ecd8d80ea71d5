import { createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { Aedes, type Client } from 'aedes';
import type { Clock } from '../contract/clock.ts';
import { createAdmission } from './admission.ts';
import { internalsOf } from './aedes-internals.ts';
import { judgeConnect } from './authentication.ts';
import { createAuthorizePublish, createAuthorizeSubscribe } from './authorization.ts';
import { createConnection, type Connection } from './connection.ts';
import { createGuard } from './guard.ts';
import { DEFAULT_LIMITS, type BrokerLimits } from './limits.ts';
import { listen } from './listen.ts';
import { createPersistence } from './persistence.ts';
import type { BrokerLog, CredentialStore, Ingress } from './ports.ts';
import { createSessions } from './sessions.ts';

export interface BrokerOptions {
  /** 127.0.0.1 unless given. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly credentials: CredentialStore;
  readonly ingress: Ingress;
  readonly log: BrokerLog;
  readonly limits?: Partial<BrokerLimits>;
}

export interface Broker {
  readonly host: string;
  readonly port: number;
  /**
   * `false` when nothing can be committed: messages are then handed on without bound and not acknowledged. `true`
   * again: connections that had messages unanswered are closed, so that their devices send them again.
   */
  setStoring(storing: boolean): void;
  /** Closes what one device has open, such as after its credential was rotated or removed. */
  disconnect(device: { readonly site: string; readonly device: string }): void;
  /** Orderly: answers what is being committed, publishes no wills, and ends within seconds. */
  close(): Promise<void>;
}

/** Never fires: the guard has a connect timeout of its own, on the clock that it is given. */
const AEDES_CONNECT_TIMEOUT_MS = 2 ** 31 - 1;
const MAX_CLIENT_ID_LENGTH = 1_024;
/** How aedes words ends that are no fault in what the device sent. */
const NO_PROTOCOL_ERRORS = new Set(['keep alive timeout', 'drain timeout', 'connection closed', 'Premature close']);

/** @throws BrokerListenError when the port cannot be opened. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { clock, credentials, ingress, log, host = '127.0.0.1' } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const sessions = createSessions();
  const open = new Set<Connection>();
  const admission = createAdmission(limits);
  const byClient = new WeakMap<Client, Connection>();
  const byClientId = new Map<string, Connection>();
  let storing = true;
  let closing: Promise<void> | null = null;
  let connections = 0;
  let onIdle = (): void => {};

  const connectionOf = (client: Client): Connection | undefined => byClient.get(client);
  const authorization = { clock, ingress, sessions, limits, log, connectionOf, storing: () => storing };

  const aedes = await Aedes.createBroker({
    connectTimeout: AEDES_CONNECT_TIMEOUT_MS,
    maxClientsIdLength: MAX_CLIENT_ID_LENGTH,
    persistence: createPersistence(sessions),
    preConnect(client, packet, done) {
      const connection = connectionOf(client);
      connection?.claim(packet);
      if (packet.protocolVersion === 5) {
        connection?.refuseFinally('protocol_error', 'MQTT 5 is not spoken here: set the device to MQTT 3.1.1');
      }
      done(null, true);
    },
    authenticate(client, _username, _password, done) {
      const connection = connectionOf(client);
      const judged = connection?.claimed ? judgeConnect(connection.claimed, credentials, limits) : undefined;
      if (connection === undefined || judged === undefined) {
        done(null, false);
      } else if ('refused' in judged) {
        const { reason, detail, returnCode } = judged.refused;
        connection.refuseFinally(reason, detail);
        done(Object.assign(new Error(reason), { returnCode }), false);
      } else {
        takeOver(connection, judged.device.clientId);
        connection.authenticated(judged.device);
        done(null, true);
      }
    },
    authorizePublish: createAuthorizePublish(authorization),
    authorizeSubscribe: createAuthorizeSubscribe(authorization),
    authorizeForward: () => null,
  });

  /** [MQTT-3.1.4-2]. Done here, before aedes does it, so that the old one's end is known to be ours. */
  function takeOver(connection: Connection, clientId: string): void {
    const old = byClientId.get(clientId);
    if (old !== undefined) {
      log.info({ clientId, address: connection.address, former: old.address }, 'a new connection replaces the former');
      old.closeAsOurs();
    }
    byClientId.set(clientId, connection);
  }

  function onFault(client: Client, error: Error): void {
    if (!NO_PROTOCOL_ERRORS.has(error.message)) {
      connectionOf(client)?.refuseFinally('protocol_error', error.message);
    }
  }
  aedes.on('client', (client) => connectionOf(client)?.established());
  aedes.on('clientReady', (client) => connectionOf(client)?.ready());
  aedes.on('clientError', onFault);
  aedes.on('connectionError', onFault);

  function onSocket(socket: Socket): void {
    const address = plainAddress(socket.remoteAddress);
    const crowded = admission.admit(socket, address);
    if (crowded !== undefined) {
      const at = clock.now();
      ingress.refused({ at, reason: 'too_many_connections', clientId: null, username: null, address, detail: crowded });
      socket.destroy();
      return;
    }
    openConnection(socket, address);
  }

  function openConnection(socket: Socket, address: string): void {
    const guard = createGuard({
      socket,
      clock,
      limits,
      bounded: () => storing,
      onRefused: (reason, detail) => connection.refuseFinally(reason, detail),
      refreshKeepalive: () => client._keepaliveTimer?.refresh(),
    });
    const client = internalsOf(aedes.handle(guard.stream));
    const connection = createConnection({
      address,
      guard,
      client,
      clock,
      ingress,
      nextNumber: () => ++connections,
      onIdle: () => onIdle(),
      onEnded(ended) {
        open.delete(ended);
        if (byClientId.get(client.id) === ended) byClientId.delete(client.id);
      },
    });
    open.add(connection);
    byClient.set(client, connection);
  }

  const server = createServer({ noDelay: true }, onSocket);
  let port: number;
  try {
    port = await listen(server, host, options.port);
  } catch (error) {
    await new Promise<void>((resolve) => aedes.close(resolve));
    throw error;
  }
  server.on('error', (error) => log.error({ err: error }, 'the MQTT port cannot take a connection'));

  /** Until nothing waits for its commit; not longer than the grace. */
  function settled(): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.after(limits.closeGrace, resolve);
      onIdle = () => {
        if ([...open].some(({ ordering }) => ordering.size > 0)) return;
        timer.cancel();
        resolve();
      };
      onIdle();
    });
  }

  async function close(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const { guard } of open) guard.stop();
    if (storing) await settled();
    // The last acknowledgements leave in the turns after their callbacks.
    await setImmediate();
    await setImmediate();
    for (const connection of open) connection.closeAsOurs();
    await new Promise<void>((resolve) => aedes.close(resolve));
    admission.destroyAll();
    await closed;
  }

  return {
    host,
    port,
    setStoring(now) {
      if (now === storing) return;
      storing = now;
      if (storing) sessions.forgetUncommitted();
      for (const connection of open) {
        const { guard, ordering } = connection;
        if (!storing) guard.reconsider();
        else if (connection.unanswered || ordering.awaited()) connection.closeAsOurs();
        else ordering.clear();
      }
    },
    disconnect({ site, device }) {
      for (const connection of open) {
        if (connection.device?.site === site && connection.device.device === device) connection.closeAsOurs();
      }
    },
    close: () => (closing ??= close()),
  };
}

/** An IPv4 address stays one where the socket listens on IPv6 too. */
function plainAddress(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:/, '');
}
