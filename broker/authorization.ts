import type { AedesOptions, Client, PublishPacket } from 'aedes';
import type { Clock } from '../contract/clock.ts';
import type { InboundMessage } from '../contract/message.ts';
import { parseTopic } from '../contract/topics.ts';
import { topicRefusal } from './authentication.ts';
import type { Connection } from './connection.ts';
import type { BrokerLimits } from './limits.ts';
import type { BrokerLog, Ingress } from './ports.ts';
import type { Sessions } from './sessions.ts';

type AuthorizePublish = NonNullable<AedesOptions['authorizePublish']>;
type AuthorizeSubscribe = NonNullable<AedesOptions['authorizeSubscribe']>;
type Answer = Parameters<AuthorizePublish>[2];

export interface AuthorizationOptions {
  readonly clock: Clock;
  readonly ingress: Ingress;
  readonly sessions: Sessions;
  readonly limits: BrokerLimits;
  readonly log: BrokerLog;
  readonly connectionOf: (client: Client) => Connection | undefined;
  /** False while nothing can be committed. */
  readonly storing: () => boolean;
}

/**
 * The hook in which aedes asks whether a message may be published, before it acknowledges it: the only place where
 * an answer can wait for the commit. A message that may not be published is reported and then answered like any
 * other: an error here would close the connection without a word, and the device would bring the same one for ever.
 */
export function createAuthorizePublish(options: AuthorizationOptions): AuthorizePublish {
  return (client, packet, answer) => {
    const connection = client === null ? undefined : options.connectionOf(client);
    if (connection === undefined || isWill(packet)) takeWill(options, connection, packet, answer);
    else takePublish(options, connection, packet, answer);
  };
}

/** The one message that never was a packet of its own; aedes' types know nothing of it. */
function isWill(packet: { readonly cmd?: string }): boolean {
  return packet.cmd !== 'publish';
}

function takePublish(options: AuthorizationOptions, connection: Connection, packet: PublishPacket, done: Answer): void {
  const { sessions, limits, log } = options;
  const { guard, ordering, client } = connection;
  const { bytes, unusable } = guard.arrived();
  // aedes reads on only when every message of the last read is answered. The guard does the counting here.
  queueMicrotask(() => client._nextBatch());

  const committed = deliver(options, connection, packet, unusable ?? packet.topic);

  // Nothing can be committed and the bound is reached: this one gets no answer, and its memory is given back. The
  // connection is closed once messages can be stored again, so that the device sends it again.
  if (!options.storing() && (ordering.size() >= limits.inFlight || ordering.bytes() >= limits.inFlightBytes)) {
    committed.catch((error: unknown) => log.error({ err: error }, 'ingest failed on a message that was let go'));
    if (packet.qos > 0) connection.leaveUnanswered();
    if (packet.qos === 2) sessions.forget(client.id, packet.messageId ?? 0);
    guard.release(bytes);
    return;
  }
  const ready = ordering.add({
    qos: packet.qos,
    bytes,
    drop: () => guard.release(bytes),
    answer() {
      done(null);
      guard.release(bytes);
    },
  });
  committed.then(ready, (error: unknown) => {
    log.error({ err: error, clientId: client.id }, 'ingest failed on a message: not acknowledged, connection closed');
    connection.closeAsOurs();
  });
}

async function deliver(
  options: AuthorizationOptions,
  connection: Connection,
  packet: PublishPacket,
  name: string,
): Promise<void> {
  const { device } = connection;
  const topic = parseTopic(name);
  const refusal = device === null ? 'foreign_topic' : topicRefusal(device, name);
  if (refusal !== undefined || topic === undefined) {
    connection.refuse(refusal ?? 'unknown_topic', name);
    return;
  }
  const message = inbound(options, packet, topic, 'publish');
  if (packet.qos !== 2) return options.ingress.accept(message);
  const id = {
    clientId: connection.client.id,
    messageId: packet.messageId ?? 0,
    topic: name,
    payload: message.payload,
  };
  return options.sessions.once(id, async () => options.ingress.accept(message));
}

/** A will was checked when its device connected, and is checked again here. */
function takeWill(
  options: AuthorizationOptions,
  connection: Connection | undefined,
  packet: PublishPacket,
  done: Answer,
): void {
  const { ingress, log } = options;
  const topic = parseTopic(packet.topic);
  const device = connection?.device ?? null;
  // `lost` only: what we ended ourselves is no fault of the device.
  if (topic === undefined || device === null || connection?.end() !== 'lost' || topicRefusal(device, packet.topic)) {
    done(new Error('this will is not published'));
    return;
  }
  Promise.try(() => ingress.accept(inbound(options, packet, topic, 'will'))).then(
    () => done(null),
    (error: unknown) => {
      log.error({ err: error, clientId: connection.client.id }, 'ingest failed on a will');
      done(new Error('this will could not be stored'));
    },
  );
}

function inbound(
  { clock }: AuthorizationOptions,
  packet: PublishPacket,
  topic: InboundMessage['topic'],
  origin: InboundMessage['origin'],
): InboundMessage {
  const { payload, qos, retain } = packet;
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  return { topic, payload: bytes, received: clock.now(), qos, retain, origin };
}

/** Nothing is ever delivered to a device, under `$share/…` neither: every filter is answered 0x80. */
export function createAuthorizeSubscribe({
  connectionOf,
}: Pick<AuthorizationOptions, 'connectionOf'>): AuthorizeSubscribe {
  return (client, { topic }, answer) => {
    connectionOf(client)?.refuse('subscription', topic);
    answer(null, null);
  };
}
