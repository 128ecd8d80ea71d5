import { connect, type MqttClient } from 'mqtt';
import type { Clock, Timer } from '../contract/clock.ts';
import { formatTopic, type TopicLeaf } from '../contract/topics.ts';
import { isRefusal, type Broker } from './broker-check.ts';
import type { DeviceCredential } from './credentials.ts';

/** One device's connection, kept as a careful device would keep it. */
export interface DeviceLink {
  powerOn(): void;
  /** The connection breaks without a DISCONNECT; what was not acknowledged is lost with the device's memory. */
  powerOff(): void;
  /** Sent at QoS 1, and again after a reconnect until it is acknowledged. */
  publish(leaf: TopicLeaf, payload: string): void;
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
  /** The connection broke although the device has power. */
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
}

export function createDeviceLink(options: LinkOptions): DeviceLink {
  const { broker, site, credential, clock, admit, onOnline, onLost, onRefused, onTrouble } = options;
  const { device, username, clientId, password } = credential;
  const topic = (leaf: TopicLeaf) => formatTopic({ site, device, leaf });
  const pending = new Set<Pending>();
  let client: MqttClient | undefined;
  let retry: Timer | undefined;
  let powered = false;

  const send = (message: Pending) => {
    client?.publish(message.topic, message.payload, { qos: 1 }, (error) => {
      if (error == null) pending.delete(message);
    });
  };

  const open = async () => {
    await admit();
    if (!powered) return;
    const opened = connect({
      host: broker.host,
      port: broker.port,
      username,
      clientId,
      password,
      protocolVersion: 4,
      keepalive: KEEPALIVE,
      reconnectPeriod: 0,
      connectTimeout: 5_000,
      will: { topic: topic('status'), payload: Buffer.from('offline'), qos: 1, retain: true },
    });
    client = opened;
    opened.on('connect', () => {
      opened.publish(topic('status'), 'online', { qos: 1, retain: true });
      for (const message of pending) send(message);
      onOnline();
    });
    opened.on('error', (error) => {
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
    if (powered) retry = clock.after(RETRY, start);
  };

  const cut = () => {
    powered = false;
    retry?.cancel();
    const cutting = client;
    client = undefined;
    return cutting;
  };

  return {
    powerOn() {
      if (powered) return;
      powered = true;
      start();
    },
    powerOff() {
      pending.clear();
      cut()?.end(true);
    },
    publish(leaf, payload) {
      if (!powered) return;
      const message = { topic: topic(leaf), payload };
      pending.add(message);
      if (pending.size > MOST_PENDING) for (const oldest of pending) if (pending.delete(oldest)) break;
      if (client?.connected === true) send(message);
    },
    async close() {
      const closing = cut();
      if (closing === undefined) return;
      // A broker that is going down itself does not answer any more: then without goodbye.
      const patience = new Promise<void>((resolve) => clock.after(1_000, resolve));
      await Promise.race([closing.endAsync().catch(() => undefined), patience]);
      closing.stream.destroy();
    },
  };
}
