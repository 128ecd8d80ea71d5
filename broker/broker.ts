import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { Aedes, type Client } from 'aedes';
import type { Clock } from '../contract/clock.ts';
import type { RefusalReason } from '../contract/message.ts';
import type { Peer } from './admission.ts';
import { internalsOf, keepNoNumbers, rest } from './aedes-internals.ts';
import { judgeConnect, type ConnectJudged } from './authentication.ts';
import { createAuthorizePublish, createAuthorizeSubscribe, createTakeDirectly } from './authorization.ts';
import { createConnection, type Connection, type ConnectionContext } from './connection.ts';
import { createIdentityConflicts } from './identity-conflict.ts';
import { DEFAULT_LIMITS, type BrokerLimits } from './limits.ts';
import { openListeners, type Listener, type TlsListener } from './listeners.ts';
import { createPersistence } from './persistence.ts';
import type { BrokerLog, CredentialStore, Ingress, VerifiedDevice } from './ports.ts';
import { createRates } from './rate.ts';
import { watchCredentials } from './revocation.ts';
import { createSessions } from './sessions.ts';

export interface BrokerOptions {
  /** 127.0.0.1 unless given. */
  readonly host?: string;
  /** For MQTT without encryption: 0 takes any free port, null opens none. */
  readonly port: number | null;
  /** For MQTT over TLS, beside the other port or alone. */
  readonly tls?: TlsListener | null;
  readonly clock: Clock;
  readonly credentials: CredentialStore;
  readonly ingress: Ingress;
  readonly log: BrokerLog;
  readonly limits?: Partial<BrokerLimits>;
}

export interface Broker {
  /** Where MQTT is spoken without encryption; over TLS, where that is all there is. */
  readonly host: string;
  readonly port: number;
  readonly tls: Listener | null;
  /** All of them, such as `mqtts://10.0.0.5:8883`. */
  readonly urls: readonly string[];
  /** Connections that are open. */
  connections(): number;
  /** Reads the certificate again, such as on SIGHUP; it is also read every hour. */
  reloadCertificate(): void;
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

/** MQTT 3.1.1 table 3.1: try again later. */
const SERVER_UNAVAILABLE = 3;

/** @throws BrokerListenError when a port cannot be opened, CertificateError when the certificate cannot be used. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { clock, credentials, ingress, log, host = '127.0.0.1' } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const sessions = createSessions();
  const open = new Set<Connection>();
  const rates = createRates(limits.rate, clock);
  const conflicts = createIdentityConflicts(clock);
  const byClient = new WeakMap<Client, Connection>();
  const byClientId = new Map<string, Connection>();
  let storing = true;
  let closing: Promise<void> | null = null;
  let connections = 0;
  let onIdle = (): void => {};

  const connectionOf = (client: Client): Connection | undefined => byClient.get(client);
  const authorization = { clock, ingress, sessions, limits, log, connectionOf, storing: () => storing };
  const takeDirectly = createTakeDirectly(authorization);

  keepNoNumbers();
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
      const connect = connection?.takeConnect() ?? null;
      if (connection === undefined || connect === null) return done(null, false);
      const unavailable = (): void => {
        connection.refuseSilently();
        done(Object.assign(new Error('unavailable'), { returnCode: SERVER_UNAVAILABLE }), false);
      };
      let judged: ConnectJudged;
      try {
        judged = judgeConnect(connect, credentials, limits);
      } catch (error) {
        log.error({ err: error }, 'credentials cannot be read: nobody can connect');
        return unavailable();
      }
      if ('refused' in judged) {
        const { reason, detail, returnCode } = judged.refused;
        connection.refuseFinally(reason, detail);
        return done(Object.assign(new Error(reason), { returnCode }), false);
      }
      if (!takesOver(connection, judged.device)) return unavailable();
      connection.authenticated(judged.device);
      done(null, true);
    },
    authorizePublish: createAuthorizePublish(authorization),
    authorizeSubscribe: createAuthorizeSubscribe(authorization),
    authorizeForward: () => null,
  });

  /**
   * Whether it may have its client id. [MQTT-3.1.4-2]: the former one goes; done here, before aedes does it, so that
   * its end is known to be ours. Not where two clients fight over one identity: then the former one stays for a while.
   */
  function takesOver(connection: Connection, { clientId, site, device }: VerifiedDevice): boolean {
    const former = byClientId.get(clientId);
    if (former !== undefined) {
      // One that has said its last word fights with nobody.
      if (!former.guard.inputOver && !former.guard.orderly) {
        const { address } = connection;
        const { refused, tell } = conflicts.judge({ clientId, former: former.address, newer: address });
        if (tell !== null) {
          const { sentence, addresses } = tell;
          connection.refuse('identity_conflict', sentence, { site, device, addresses });
        }
        if (refused) return false;
      }
      log.info(
        { clientId, address: connection.address, former: former.address },
        'a new connection replaces the former',
      );
      former.closeAsOurs();
    }
    byClientId.set(clientId, connection);
    return true;
  }

  function established(connection: Connection): void {
    const { claimed, client, guard } = connection;
    // [MQTT-3.2.2-2]; MQTT 3.1 has no such flag.
    if (claimed?.clean === false && sessions.begin(client.id) && claimed.protocolVersion === 4) guard.sessionPresent();
    connection.established();
  }

  function onFault(client: Client, error: Error): void {
    if (!NO_PROTOCOL_ERRORS.has(error.message)) {
      connectionOf(client)?.refuseFinally('protocol_error', error.message);
    }
  }
  aedes.on('client', (client) => {
    const connection = connectionOf(client);
    if (connection !== undefined) established(connection);
  });
  aedes.on('clientReady', (client) => {
    const connection = connectionOf(client);
    if (connection === undefined) return;
    rest(connection.client);
    connection.ready(rates.of(client.id));
  });
  aedes.on('clientError', onFault);
  aedes.on('connectionError', onFault);

  const context: ConnectionContext = {
    clock,
    limits,
    ingress,
    handle: (stream) => internalsOf(aedes.handle(stream)),
    storing: () => storing,
    nextNumber: () => ++connections,
    allowanceOf: (clientId) => rates.of(clientId),
    take: takeDirectly,
    onIdle: () => onIdle(),
    onEnded(ended) {
      const { id } = ended.client;
      open.delete(ended);
      if (byClientId.get(id) === ended) byClientId.delete(id);
    },
  };
  function openConnection(socket: Socket, peer: Peer): void {
    const connection = createConnection(context, socket, peer);
    open.add(connection);
    byClient.set(connection.client, connection);
  }

  const onRefused = (reason: RefusalReason, address: string, detail: string): void =>
    ingress.refused({ at: clock.now(), reason, clientId: null, username: null, address, detail });
  const listeners = await openListeners({
    plain: options.port === null ? null : { host, port: options.port },
    tls: options.tls ?? null,
    clock,
    limits,
    log,
    onSocket: openConnection,
    onRefused,
  }).catch(async (error: unknown) => {
    await new Promise<void>((resolve) => aedes.close(resolve));
    throw error;
  });
  const { plain, tls } = listeners;
  const first = plain ?? tls;
  if (first === null) throw new Error('the broker was given neither a port nor one for TLS');
  const watch = watchCredentials({ clock, credentials, open, log });

  /** Until nothing waits for its commit; not longer than the grace. */
  function settled(): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.after(limits.closeGrace, resolve);
      onIdle = () => {
        if ([...open].some(({ ordering }) => ordering.size() > 0)) return;
        timer.cancel();
        resolve();
      };
      onIdle();
    });
  }

  async function close(): Promise<void> {
    watch.cancel();
    const closed = listeners.close();
    for (const { guard } of open) guard.stop();
    if (storing) await settled();
    // The last acknowledgements leave in the turns after their callbacks.
    await setImmediate();
    await setImmediate();
    for (const connection of open) connection.closeAsOurs();
    await new Promise<void>((resolve) => aedes.close(resolve));
    listeners.destroyAll();
    await closed;
  }

  return {
    ...first,
    tls,
    urls: [...(plain === null ? [] : [urlOf('mqtt', plain)]), ...(tls === null ? [] : [urlOf('mqtts', tls)])],
    connections: () => open.size,
    reloadCertificate: () => listeners.reloadCertificate(),
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

function urlOf(scheme: 'mqtt' | 'mqtts', { host, port }: Listener): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
