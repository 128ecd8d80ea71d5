import { Duplex } from 'node:stream';
import type { Clock, Instant, Timer } from '../contract/clock.ts';
import type { RefusalReason } from '../contract/message.ts';
import { closeGently } from './farewell.ts';
import {
  CONNECT,
  createFramer,
  DISCONNECT,
  PINGREQ,
  PUBLISH,
  SUBSCRIBE,
  UNSUBSCRIBE,
  type WirePacket,
} from './framer.ts';
import type { BrokerLimits } from './limits.ts';
import { faultInFields } from './packet-fields.ts';
import { readPublish, UNUSABLE_TOPIC, withTopic, type Publish } from './publish-packet.ts';
import type { Allowance } from './rate.ts';

/** What counts against a device's rate: all that it may send unasked. */
const RATED = new Set([PUBLISH, SUBSCRIBE, UNSUBSCRIBE, PINGREQ]);
const CONNACK_HEADER = 0x20;
const PUBACK_HEADER = 0x40;
const ASCII = /^[\x20-\x7e]*$/;

/** Why the next packet has to wait. */
type Obstacle =
  | 'order' // it is not its turn yet, or never will be
  | 'undrained' // the device does not fetch what is written to it
  | 'bound' // too much of it waits for its commit
  | 'rate';

export interface GuardOptions {
  /** A TCP socket, or anything that behaves like one. */
  readonly socket: Duplex;
  readonly clock: Clock;
  readonly limits: BrokerLimits;
  /** What is left of the connect timeout, in ms. */
  readonly connectWithin: number;
  /** False while nothing can be committed: messages then go on past the bound. */
  readonly bounded: () => boolean;
  readonly onRefused: (reason: RefusalReason, detail: string) => void;
  readonly refreshKeepalive: () => void;
  /** A PUBLISH of QoS 0 or 1 that goes past aedes; `acknowledge` and `release` follow in their time. */
  readonly onPublish: (publish: Publish, received: Instant) => void;
  /** It is held because it sends more than it may. */
  readonly onRateHeld: () => void;
}

/** A PUBLISH that was let through to aedes. */
interface Passed {
  readonly bytes: number;
  /** The topic as sent, where it had to be replaced by UNUSABLE_TOPIC. */
  readonly unusable: string | null;
}

export interface Guard {
  /** What aedes is given instead of the socket. */
  readonly stream: Duplex;
  /** CONNACK is about to be sent, and a session of this client is kept from before. */
  sessionPresent(): void;
  /** CONNACK was sent: the rest may pass. Keepalive in seconds. */
  ready(keepalive: number, allowance: Allowance): void;
  /** The oldest PUBLISH let through that has not been fetched here: aedes hands them on in the same order. */
  arrived(): Passed;
  /** A message was answered, or let go. */
  release(bytes: number): void;
  /** A PUBACK for a PUBLISH that went past aedes; written by the next `flush`. True: it is the first of those. */
  acknowledge(messageId: number): boolean;
  /** Writes what was acknowledged as one piece. */
  flush(): void;
  /** After `bounded` changed. */
  reconsider(): void;
  /** Lets nothing more through. */
  stop(): void;
  /** The device said goodbye with a DISCONNECT. */
  readonly orderly: boolean;
  /** Its socket has brought its last byte, though some may wait here still. */
  readonly inputOver: boolean;
}

/**
 * Stands between a socket and aedes, which has no limit on packet sizes and no back-pressure of its own: it
 * dispatches whatever one read brought, and closes a client that sends behind a CONNECT still being answered.
 * Whole packets pass, one after another; from the bound on messages in flight they wait here, and the socket is no
 * longer read. The same where a device is over its rate. A PINGREQ may wait behind them, so that the keepalive is
 * refreshed for as long as this lasts; it is not where a device fetches nothing, which may be gone.
 *
 * What is published with QoS 0 or 1 goes past aedes, which has nothing to add to it and would take half of the time
 * that the message takes in all. Behind one of QoS 2 that aedes has not handed on yet it goes the same way, in its turn.
 */
export function createGuard(options: GuardOptions): Guard {
  const { socket, clock, limits } = options;
  const framer = createFramer(limits);
  let queue: WirePacket[] = [];
  let head = 0;
  let wanted = false;
  let flowing = false;
  let endPassed = false;
  let stopped = false;
  let refused = false;
  let keepalive: number | null = null;
  let inFlight = 0;
  let inFlightBytes = 0;
  const passed: Passed[] = [];
  let held: Timer | null = null;
  let allowance: Allowance | null = null;
  let rateTimer: Timer | null = null;
  let sessionPresent = false;
  let answered = false;
  let usualTopic: string | null = null;
  let published = 0;
  let acknowledged: number[] = [];

  let connectTimer: Timer | null = clock.after(options.connectWithin, () => {
    refuse('connect_timeout', `no CONNECT within ${limits.connectTimeout} ms`);
  });

  function connectArrived(): void {
    connectTimer?.cancel();
    connectTimer = null;
  }

  const stream = new Duplex({
    read() {
      wanted = true;
      flow();
    },
    write(chunk: Buffer, _encoding, done) {
      send(chunk, done);
    },
    // One PUBACK is four small writes: joined, or throughput falls to a quarter.
    writev(chunks: { chunk: Buffer }[], done) {
      send(chunks.length === 1 && chunks[0] ? chunks[0].chunk : Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
    },
    final(done) {
      socket.end();
      done();
    },
    destroy(error, done) {
      connectArrived();
      hold(false);
      rateTimer?.cancel();
      queue = [];
      socket.off('data', onData);
      if (refused) socket.destroy();
      else closeGently(socket, clock);
      done(error);
    },
  });

  // A failed write ends nothing by itself: what the device had sent before it went is still handed on, then its
  // socket's own end is.
  function send(bytes: Buffer, done: () => void): void {
    if (!answered && sessionPresent) bytes = withSessionPresent(bytes);
    answered = true;
    if (socket.destroyed || !socket.writable) done();
    else socket.write(bytes, () => done());
  }

  function refuse(reason: RefusalReason, detail: string): void {
    if (refused || stream.destroyed) return;
    refused = true;
    options.onRefused(reason, detail);
    stream.destroy();
  }

  function onData(chunk: Buffer): void {
    const fault = framer.push(chunk, (packet) => {
      if (!refused) take(packet);
    });
    if (fault !== undefined) refuse(fault.reason, fault.detail);
    flow();
  }

  function take(packet: WirePacket): void {
    if (packet.type === CONNECT) connectArrived();
    queue.push(packet);
  }

  function onInputOver(): void {
    guard.inputOver = true;
    flow();
  }

  function obstacle({ type }: WirePacket, mono: number): Obstacle | undefined {
    if (stopped || guard.orderly || stream.destroyed) return 'order';
    if (type === CONNECT) return undefined;
    if (keepalive === null) return 'order';
    if (type === DISCONNECT) return undefined;
    if (stream.writableNeedDrain || socket.writableNeedDrain) return 'undrained';
    if (type === PUBLISH && atBound()) return 'bound';
    return RATED.has(type) && allowance !== null && allowance.wait(mono) > 0 ? 'rate' : undefined;
  }

  function atBound(): boolean {
    return options.bounded() && (inFlight >= limits.inFlight || inFlightBytes >= limits.inFlightBytes);
  }

  function pass(packet: WirePacket, now: Instant): void {
    if (packet.type === DISCONNECT) guard.orderly = true;
    if (RATED.has(packet.type)) allowance?.take(now.mono);
    if (packet.type !== PUBLISH) {
      const fault = faultInFields(packet);
      if (fault !== undefined) {
        refuse('protocol_error', fault);
        return;
      }
      wanted = stream.push(packet.bytes);
      return;
    }
    const publish = readPublish(packet, usualTopic);
    if ('fault' in publish) {
      refuse('protocol_error', publish.fault);
      return;
    }
    inFlight++;
    inFlightBytes += publish.bytes;
    const { topic, usable, bytes } = publish;
    if (passesAedes(packet)) {
      if (topic !== usualTopic && usable && ASCII.test(topic)) usualTopic = topic;
      published++;
      options.onPublish(publish, now);
      return;
    }
    passed.push({ bytes, unusable: usable ? null : topic });
    wanted = stream.push(usable ? packet.bytes : withTopic(packet, UNUSABLE_TOPIC));
  }

  /** In its turn behind those of QoS 2 that aedes has not handed on yet. */
  function passesAedes({ type, flags }: WirePacket): boolean {
    return type === PUBLISH && (flags & 4) === 0 && passed.length === 0;
  }

  /** Also in the middle of `flow`, when a packet was refused. */
  function gone(): boolean {
    return stream.destroyed;
  }

  function next(): WirePacket | undefined {
    const packet = queue[head];
    if (packet === undefined) {
      queue.length = 0;
      head = 0;
    }
    return packet;
  }

  function flow(): void {
    if (flowing || gone()) return;
    flowing = true;
    const before = published;
    const now = clock.now();
    let packet = next();
    while (packet !== undefined && (wanted || passesAedes(packet)) && obstacle(packet, now.mono) === undefined) {
      head++;
      pass(packet, now);
      packet = next();
    }
    flowing = false;
    if (gone()) return;
    // aedes sees nothing of them, and counts what it sees.
    if (published > before) options.refreshKeepalive();
    if (packet === undefined && guard.inputOver && !endPassed) {
      endPassed = true;
      stream.push(null);
    }
    if (packet === undefined) socket.resume();
    else socket.pause();
    const waitsFor = packet === undefined ? undefined : obstacle(packet, now.mono);
    hold(waitsFor === 'bound' || waitsFor === 'rate');
    if (waitsFor === 'rate') waitForRate();
  }

  function waitForRate(): void {
    if (rateTimer !== null || allowance === null) return;
    rateTimer = clock.after(allowance.wait(), () => {
      rateTimer = null;
      flow();
    });
    options.onRateHeld();
  }

  function hold(hold: boolean): void {
    if (hold === (held !== null)) return;
    if (keepalive !== null && !stream.destroyed) options.refreshKeepalive();
    held?.cancel();
    // A third of the time after which aedes would end the session.
    held = hold && keepalive !== null ? clock.every(keepalive * 500, options.refreshKeepalive) : null;
  }

  // No accessors: with them V8 keeps a hash table for each of thousands of connections.
  const guard: { -readonly [K in keyof Guard]: Guard[K] } = {
    stream,
    orderly: false,
    inputOver: false,
    sessionPresent() {
      sessionPresent = true;
    },
    ready(seconds, allowed) {
      keepalive = seconds;
      allowance = allowed;
      flow();
    },
    arrived() {
      // Empty only if aedes handed on a PUBLISH that never was let through: nothing then is worth ending the process.
      return passed.shift() ?? { bytes: 0, unusable: null };
    },
    release(bytes) {
      inFlight--;
      inFlightBytes -= bytes;
      if (queue.length > 0) flow();
    },
    acknowledge(messageId) {
      return acknowledged.push(messageId) === 1;
    },
    flush() {
      const bytes = pubacks(acknowledged);
      acknowledged = [];
      if (gone()) return;
      if (!answered || stream.writableLength > 0) stream.write(bytes);
      else if (socket.writable) socket.write(bytes);
    },
    reconsider: flow,
    stop() {
      stopped = true;
      flow();
    },
  };

  socket.on('data', onData);
  socket.on('end', onInputOver);
  socket.on('close', onInputOver);
  socket.on('error', () => {}); // 'close' follows and is the end of the input
  socket.on('drain', flow);
  stream.on('drain', flow);
  return guard;
}

function pubacks(messageIds: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(messageIds.length * 4);
  let at = 0;
  for (const messageId of messageIds) {
    bytes[at] = PUBACK_HEADER;
    bytes[at + 1] = 2;
    bytes.writeUInt16BE(messageId, at + 2);
    at += 4;
  }
  return bytes;
}

/** aedes says so only of sessions with subscriptions, which none has here. */
function withSessionPresent(connack: Buffer): Buffer {
  if (connack[0] !== CONNACK_HEADER || connack.length < 4 || connack[3] !== 0) return connack;
  const changed = Buffer.from(connack);
  changed[2] = 1;
  return changed;
}
