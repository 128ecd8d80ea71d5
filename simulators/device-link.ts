import { connect, type MqttClient } from 'mqtt';
import type { Clock, Timer } from '../contract/clock.ts';
import { formatTopic, type TopicLeaf } from '../contract/topics.ts';
import { isRefusal, reach, type Broker } from './broker-check.ts';
import type { DeviceCredential } from './credentials.ts';

/** One device's connection, kept as a careful device would keep it. */
export interface DeviceLink {
  connect(): void;
  /** The connection breaks without a DISCONNECT; with the power goes what was not acknowledged yet. */
  cut(options: { forgets: boolean }): void;
  /** Says goodbye once all is acknowledged, until it connects again. */
  sleep(): void;
  /** Sent at QoS 1, and again after a reconnect until it is acknowledged. Resolves then, or when it is let go. */
  publish(leaf: TopicLeaf, payload: string): Promise<void>;
  /** Says goodbye: an orderly DISCONNECT. */
  close(): Promise<void>;
}

export interface LinkOptions {
  readonly broker: Broker;
  readonly site: string;
  readonly credential: DeviceCredential;
  readonly clock: Clock;
  /** Asked before every connection; a rejection keeps the device off. */
  readonly admit: () => Promise<void>;
  /** Connected for the first time, and every time anew. */
  readonly onOnline: () => void;
  /** The connection broke although nothing cut it. */
  readonly onLost: () => void;
  /** The broker does not know the credential. */
  readonly onRefused: () => void;
  readonly onTrouble: (trouble: Error) => void;
}

/** Seconds; a device that MQTT cannot hear for one and a half of it counts as lost. */
const KEEPALIVE = 15;
const RETRY = 2_000;
/** Messages kept for sending again; the oldest are let go. */
const MOST_PENDING = 500;

interface Pending {
  readonly topic: string;
  readonly payload: string;
  readonly over: () => void;
}

/** A CONNECT that no CONNACK answered yet leaves no way to say goodbye: its will would be heard. */
function answered(client: MqttClient): Promise<void> {
  if (client.connected) return Promise.resolve();
  return new Promise((resolve) => {
    client.once('connect', () => resolve());
    client.once('close', () => resolve());
  });
}

export function createDeviceLink(options: LinkOptions): DeviceLink {
  const { broker, site, credential, clock, admit, onOnline, onLost, onRefused, onTrouble } = options;
  const { device, username, clientId, password } = credential;
  const topic = (leaf: TopicLeaf) => formatTopic({ site, device, leaf });
  const pending = new Set<Pending>();
  let client: MqttClient | undefined;
  let retry: Timer | undefined;
  let wanted = false;
  let sleepy = false;

  const settle = (message: Pending) => {
    if (pending.delete(message)) message.over();
    if (sleepy && pending.size === 0) void close();
  };

  const send = (message: Pending) => {
    client?.publish(message.topic, message.payload, { qos: 1 }, (error) => {
      if (error == null) settle(message);
    });
  };

  const open = async () => {
    await admit();
    if (!wanted) return;
    const opened = connect({
      ...reach(broker),
      username,
      clientId,
      password,
      keepalive: KEEPALIVE,
      will: { topic: topic('status'), payload: Buffer.from('offline'), qos: 1, retain: true },
    });
    client = opened;
    opened.on('connect', () => {
      opened.publish(topic('status'), 'online', { qos: 1, retain: true });
      for (const message of pending) send(message);
      onOnline();
    });
    opened.on('error', (error) => {
      // What was let go may end in any way.
      if (client !== opened) return;
      if (isRefusal(error)) onRefused();
      else onTrouble(new Error(`${device}: ${error.message}`, { cause: error }));
    });
    opened.on('close', () => {
      if (client !== opened) return;
      client = undefined;
      opened.end(true);
      onLost();
      tryLater();
    });
  };

  const start = () => {
    open().catch((error: unknown) => {
      onTrouble(error instanceof Error ? error : new Error(String(error)));
      tryLater();
    });
  };

  const tryLater = () => {
    retry?.cancel();
    if (wanted) retry = clock.after(RETRY, start);
  };

  const drop = () => {
    wanted = false;
    sleepy = false;
    retry?.cancel();
    const dropped = client;
    client = undefined;
    return dropped;
  };

  const close = async () => {
    const closing = drop();
    if (closing === undefined) return;
    // A broker that is going down itself does not answer any more: then without goodbye.
    const patience = new Promise<void>((resolve) => clock.after(1_000, resolve));
    await Promise.race([
      answered(closing)
        .then(() => closing.endAsync())
        .catch(() => undefined),
      patience,
    ]);
    closing.stream.destroy();
  };

  return {
    connect() {
      sleepy = false;
      if (wanted) return;
      wanted = true;
      start();
    },
    cut({ forgets }) {
      if (forgets) for (const message of [...pending]) settle(message);
      drop()?.end(true);
    },
    sleep() {
      sleepy = true;
      if (pending.size === 0) void close();
    },
    publish(leaf, payload) {
      return new Promise((over) => {
        const message = { topic: topic(leaf), payload, over };
        pending.add(message);
        const [oldest] = pending;
        if (pending.size > MOST_PENDING && oldest !== undefined) settle(oldest);
        if (client?.connected === true) send(message);
      });
    },
    close,
  };
}
