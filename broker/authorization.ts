import type { AedesOptions, Client, PublishPacket } from 'aedes';
import type { Clock, Instant } from '../contract/clock.ts';
import type { InboundMessage } from '../contract/message.ts';
import { parseTopic, type DeviceTopic } from '../contract/topics.ts';
import { createAcknowledgements, type Acknowledgements } from './acknowledgements.ts';
import { topicRefusal } from './authentication.ts';
import type { Connection } from './connection.ts';
import type { Guard } from './guard.ts';
import type { BrokerLimits } from './limits.ts';
import type { Waiting } from './ordering.ts';
import type { BrokerLog, Ingress } from './ports.ts';
import type { Publish } from './publish-packet.ts';
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
  const { guard, client } = connection;
  const { bytes, unusable } = guard.arrived();
  // aedes reads on only when every message of the last read is answered. The guard does the counting here.
  queueMicrotask(() => client._nextBatch());
  const publish = {
    qos: packet.qos,
    retain: packet.retain,
    messageId: packet.messageId ?? 0,
    topic: unusable ?? packet.topic,
    payload: typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload,
    bytes,
  };
  const waiting = {
    qos: packet.qos,
    bytes,
    drop: () => guard.release(bytes),
    answer() {
      done(null);
      guard.release(bytes);
    },
  };
  take(options, connection, { publish, received: options.clock.now(), waiting });
}

/** Takes what is published with QoS 0 or 1, past aedes. */
export function createTakeDirectly(options: Omit<AuthorizationOptions, 'connectionOf'>) {
  const acknowledgements = createAcknowledgements();
  return (connection: Connection, publish: Publish, received: Instant): void => {
    const waiting = new Direct(connection.guard, acknowledgements, publish);
    take(options, connection, { publish, received, waiting });
  };
}

/** A class, as tens of thousands a second wait: functions of its own for each would be half of what it takes. */
class Direct implements Waiting {
  readonly qos: 0 | 1 | 2;
  readonly bytes: number;
  readonly #guard: Guard;
  readonly #acknowledgements: Acknowledgements;
  readonly #messageId: number;

  constructor(guard: Guard, acknowledgements: Acknowledgements, { qos, bytes, messageId }: Publish) {
    this.qos = qos;
    this.bytes = bytes;
    this.#guard = guard;
    this.#acknowledgements = acknowledgements;
    this.#messageId = messageId;
  }

  answer(): void {
    if (this.qos > 0) this.#acknowledgements.add(this.#guard, this.#messageId);
    this.#guard.release(this.bytes);
  }

  drop(): void {
    this.#guard.release(this.bytes);
  }
}

const nothing = (): void => {};

interface Taken {
  readonly publish: Omit<Publish, 'usable'>;
  readonly received: Instant;
  readonly waiting: Waiting;
}

function take(
  options: Omit<AuthorizationOptions, 'connectionOf'>,
  connection: Connection,
  { publish, received, waiting }: Taken,
): void {
  const { sessions, limits } = options;
  const { guard, ordering, client } = connection;
  const { qos, bytes } = publish;

  // Nothing can be committed and the bound is reached: this one gets no answer, and its memory is given back. The
  // connection is closed once messages can be stored again, so that the device sends it again.
  if (!options.storing() && (ordering.size() >= limits.inFlight || ordering.bytes() >= limits.inFlightBytes)) {
    deliver(options, connection, { publish, received, committed: nothing });
    if (qos > 0) connection.leaveUnanswered();
    if (qos === 2) sessions.forget(client.id, publish.messageId);
    guard.release(bytes);
    return;
  }
  const ready = ordering.add(waiting);
  deliver(options, connection, { publish, received, committed: ready });
}

interface Delivery extends Pick<Taken, 'publish' | 'received'> {
  readonly committed: () => void;
}

function deliver(
  { ingress, sessions, log }: Pick<AuthorizationOptions, 'ingress' | 'sessions' | 'log'>,
  connection: Connection,
  { publish, received, committed }: Delivery,
): void {
  function failed(error: unknown): void {
    const { id: clientId } = connection.client;
    log.error({ err: error, clientId }, 'ingest failed on a message: not acknowledged, connection closed');
    connection.closeAsOurs();
  }

  const { qos, retain, messageId, topic: name, payload } = publish;
  const topic = ownTopic(connection, name);
  if (topic === undefined) return committed();
  const message: InboundMessage = { topic, payload, received, qos, retain, origin: 'publish' };
  if (qos === 2) {
    const id = { clientId: connection.client.id, messageId, topic: name, payload };
    sessions.once(id, async () => ingress.accept(message)).then(committed, failed);
    return;
  }
  try {
    if (ingress.take === undefined) ingress.accept(message).then(committed, failed);
    else ingress.take(message, committed);
  } catch (error) {
    failed(error);
  }
}

/** The topic, where its device may publish to it; else undefined, and the refusal is reported. */
function ownTopic(connection: Connection, name: string): DeviceTopic | undefined {
  const { device, usual } = connection;
  if (usual?.name === name) return usual.topic;
  const topic = parseTopic(name);
  const refusal = device === null ? 'foreign_topic' : topicRefusal(device, name);
  if (refusal === undefined && topic !== undefined) {
    connection.usual = { name, topic };
    return topic;
  }
  connection.refuse(refusal ?? 'unknown_topic', name);
  return undefined;
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
  Promise.try(() => ingress.accept(willMessage(options, packet, topic))).then(
    () => done(null),
    (error: unknown) => {
      log.error({ err: error, clientId: connection.client.id }, 'ingest failed on a will');
      done(new Error('this will could not be stored'));
    },
  );
}

function willMessage({ clock }: AuthorizationOptions, packet: PublishPacket, topic: DeviceTopic): InboundMessage {
  const { payload, qos, retain } = packet;
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  return { topic, payload: bytes, received: clock.now(), qos, retain, origin: 'will' };
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
