import { connect as tcp, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import mqttPacket, { type Packet } from 'mqtt-packet';
import mqtt, { type MqttClient } from 'mqtt';
import { startBroker, type Broker, type BrokerOptions } from '../../broker/broker.ts';
import type { CredentialStore, Ingress } from '../../broker/ports.ts';
import type { ConnectionChange, InboundMessage, Refusal } from '../../contract/message.ts';
import { DrivenClock } from '../driven-clock.ts';

export const SECRET = 'correct-horse';
export const READINGS = 'fw/v1/north/boiler/readings';

/** Devices of the site `north`, all with one secret; some with a client id of their own. */
const CLIENT_IDS = new Map([
  ['north.boiler', 'north.boiler'],
  ['north.door', 'north.door'],
  ['north.lock', 'north.lock'],
  ['north.odd', 'constructor'],
  ['north.odder', '__proto__'],
]);

export const credentials: CredentialStore = {
  verify(username, password) {
    const clientId = CLIENT_IDS.get(username);
    if (clientId === undefined) return 'unknown_client';
    if (Buffer.from(password).toString() !== SECRET) return 'wrong_password';
    const [site = '', device = ''] = username.split('.');
    return { site, device, clientId };
  },
};

/** What the broker handed on, and the promises it got for it. */
export function recordIngress() {
  const messages: InboundMessage[] = [];
  const changes: ConnectionChange[] = [];
  const refusals: Refusal[] = [];
  const held: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const waiting = new Set<() => void>();
  const happened = (): void => {
    for (const look of waiting) look();
  };
  const state = { holding: false };
  const recorder = {
    messages,
    changes,
    refusals,
    held,
    /** Keeps back every promise from now on. */
    hold(): void {
      state.holding = true;
    },
    texts: () => messages.map(({ payload }) => Buffer.from(payload).toString()),
    ends: () => changes.flatMap((change) => (change.kind === 'ended' ? [change.end] : [])),
    /** Resolves as soon as it holds; looks again whenever something is handed on. */
    until(holds: () => boolean): Promise<void> {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!holds()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    /** Resolves everything that was kept back, and keeps nothing back any more. */
    commitAll(): void {
      state.holding = false;
      for (const { resolve } of held.splice(0)) resolve();
    },
    ingress: {
      accept(message) {
        messages.push(message);
        const answer = state.holding
          ? new Promise<void>((resolve, reject) => held.push({ resolve, reject }))
          : Promise.resolve();
        happened();
        return answer;
      },
      connection(change) {
        changes.push(change);
        happened();
      },
      refused(refusal) {
        refusals.push(refusal);
        happened();
      },
    } satisfies Ingress,
  };
  return recorder;
}

export type Recorder = ReturnType<typeof recordIngress>;

export interface Bench {
  readonly broker: Broker;
  readonly clock: DrivenClock;
  readonly seen: Recorder;
}

export async function startBench(options: Partial<BrokerOptions> = {}): Promise<Bench> {
  const clock = new DrivenClock();
  const seen = recordIngress();
  const log = { info() {}, warn() {}, error() {} };
  const broker = await startBroker({ port: 0, clock, credentials, ingress: seen.ingress, log, ...options });
  onTestFinished(async () => {
    seen.commitAll();
    await broker.close();
  });
  return { broker, clock, seen };
}

/** An ordinary device. */
export async function device(
  broker: Broker,
  name = 'north.boiler',
  options: mqtt.IClientOptions = {},
): Promise<MqttClient> {
  const client = await mqtt.connectAsync({
    host: broker.host,
    port: broker.port,
    clientId: name,
    username: name,
    password: SECRET,
    reconnectPeriod: 0,
    ...options,
  });
  client.on('error', () => {});
  onTestFinished(() => void client.end(true));
  return client;
}

type Named<C extends Packet['cmd']> = Extract<Packet, { cmd: C }>;

/** A socket on which a test writes whatever it likes, and reads packets one by one. */
export function rawDevice(broker: Pick<Broker, 'host' | 'port'>, { localAddress }: { localAddress?: string } = {}) {
  const from = localAddress === undefined ? {} : { localAddress };
  const socket: Socket = tcp({ host: broker.host, port: broker.port, noDelay: true, ...from });
  const parser = mqttPacket.parser();
  const received: Packet[] = [];
  let wake = (): void => {};
  let over = false;
  parser.on('packet', (packet: Packet) => {
    received.push(packet);
    wake();
  });
  socket.on('data', (bytes: Buffer) => parser.parse(bytes));
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      over = true;
      resolve();
      wake();
    });
  });
  onTestFinished(() => void socket.destroy());

  let turn: Promise<unknown> = Promise.resolve();
  /** The next packet not yet taken; several callers are served in turn. */
  function next(): Promise<Packet> {
    const mine = turn.then(take);
    turn = mine.catch(() => {});
    return mine;
  }
  async function take(): Promise<Packet> {
    for (;;) {
      const packet = received.shift();
      if (packet !== undefined) return packet;
      if (over) throw new Error('the broker closed the connection');
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  const raw = {
    socket,
    closed,
    received,
    next,
    send: (...packets: Packet[]) =>
      void socket.write(Buffer.concat(packets.map((packet) => mqttPacket.generate(packet)))),
    async expectPacket<C extends Packet['cmd']>(cmd: C): Promise<Named<C>> {
      const packet = await next();
      if (!isNamed(packet, cmd)) throw new Error(`expected ${cmd}, got ${JSON.stringify(packet)}`);
      return packet;
    },
    /** Sends a CONNECT and returns the code of its CONNACK. */
    async connect(options: Partial<mqttPacket.IConnectPacket> = {}): Promise<number | undefined> {
      raw.send(connectPacket(options));
      return (await raw.expectPacket('connack')).returnCode;
    },
  };
  return raw;
}

function isNamed<C extends Packet['cmd']>(packet: Packet, cmd: C): packet is Named<C> {
  return packet.cmd === cmd;
}

export function connectPacket(options: Partial<mqttPacket.IConnectPacket> = {}): mqttPacket.IConnectPacket {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: 'north.boiler',
    username: 'north.boiler',
    password: Buffer.from(SECRET),
    clean: true,
    keepalive: 60,
    ...options,
  };
}

export function publishPacket(
  messageId: number,
  payload: string | Buffer,
  options: Partial<mqttPacket.IPublishPacket> = {},
): mqttPacket.IPublishPacket {
  return { cmd: 'publish', topic: READINGS, qos: 1, dup: false, retain: false, messageId, payload, ...options };
}
