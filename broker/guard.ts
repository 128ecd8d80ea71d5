import type { Duplex } from 'node:stream';
import type { Clock, Instant, Timer } from '../contract/clock.ts';
import type { RefusalReason } from '../contract/message.ts';
import { pubacks, withSessionPresent } from './answer-bytes.ts';
import { closeGently } from './farewell.ts';
import {
  CONNECT,
  createFramer,
  DISCONNECT,
  PINGREQ,
  PUBLISH,
  SUBSCRIBE,
  UNSUBSCRIBE,
  type Framer,
  type WirePacket,
} from './framer.ts';
import { GuardStream, type StreamOwner } from './guard-stream.ts';
import type { BrokerLimits } from './limits.ts';
import { faultInFields } from './packet-fields.ts';
import { readPublish, UNUSABLE_TOPIC, withTopic, type Publish } from './publish-packet.ts';
import type { Allowance } from './rate.ts';

/** What counts against a device's rate: all that it may send unasked. */
const RATED = new Set([PUBLISH, SUBSCRIBE, UNSUBSCRIBE, PINGREQ]);
const ASCII = /^[\x20-\x7e]*$/;

/** Why the next packet has to wait. */
type Obstacle =
  | 'order' // it is not its turn yet, or never will be
  | 'undrained' // the device does not fetch what is written to it
  | 'bound' // too much of it waits for its commit
  | 'rate';

/** Whose connection it is. */
export interface GuardOwner {
  /** False while nothing can be committed: messages then go on past the bound. */
  bounded(): boolean;
  refuseFinally(reason: RefusalReason, detail: string): void;
  refreshKeepalive(): void;
  /** A PUBLISH of QoS 0 or 1 that goes past aedes; `acknowledge` and `release` follow in their time. */
  published(publish: Publish, received: Instant): void;
  /** It is held because it sends more than it may. */
  rateHeld(): void;
}

export interface GuardOptions {
  /** A TCP socket, or anything that behaves like one. */
  readonly socket: Duplex;
  readonly clock: Clock;
  readonly limits: BrokerLimits;
  /** What is left of the connect timeout, in ms. */
  readonly connectWithin: number;
  readonly owner: GuardOwner;
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
  return new SocketGuard(options);
}

const GUARD = Symbol('guard');

interface Guarded extends Duplex {
  [GUARD]?: SocketGuard;
}

/** A class, as thousands of connections stay open: functions of its own for each would be most of what it takes. */
class SocketGuard implements Guard, StreamOwner {
  readonly stream: GuardStream;
  orderly = false;
  inputOver = false;
  readonly #socket: Guarded;
  readonly #clock: Clock;
  readonly #limits: BrokerLimits;
  readonly #owner: GuardOwner;
  readonly #framer: Framer;
  #queue: WirePacket[] = [];
  #head = 0;
  #wanted = false;
  #flowing = false;
  #endPassed = false;
  #stopped = false;
  #refused = false;
  #keepalive: number | null = null;
  #inFlight = 0;
  #inFlightBytes = 0;
  readonly #passed: Passed[] = [];
  #held: Timer | null = null;
  #allowance: Allowance | null = null;
  #rateTimer: Timer | null = null;
  #sessionPresent = false;
  #answered = false;
  #usualTopic: string | null = null;
  #published = 0;
  #acknowledged: number[] = [];
  #connectTimer: Timer | null;

  constructor({ socket, clock, limits, connectWithin, owner }: GuardOptions) {
    this.#socket = socket;
    this.#clock = clock;
    this.#limits = limits;
    this.#owner = owner;
    this.#framer = createFramer(limits);
    this.#connectTimer = clock.after(connectWithin, () => {
      this.#refuse('connect_timeout', `no CONNECT within ${limits.connectTimeout} ms`);
    });
    this.stream = new GuardStream(this);
    const guarded: Guarded = socket;
    guarded[GUARD] = this;
    guarded.on('data', onData);
    guarded.on('end', onInputOver);
    guarded.on('close', onInputOver);
    guarded.on('error', onError);
    guarded.on('drain', onDrain);
  }

  sessionPresent(): void {
    this.#sessionPresent = true;
  }

  ready(seconds: number, allowance: Allowance): void {
    this.#keepalive = seconds;
    this.#allowance = allowance;
    this.#flow();
  }

  arrived(): Passed {
    // Empty only if aedes handed on a PUBLISH that never was let through: nothing then is worth ending the process.
    return this.#passed.shift() ?? { bytes: 0, unusable: null };
  }

  release(bytes: number): void {
    this.#inFlight--;
    this.#inFlightBytes -= bytes;
    if (this.#queue.length > 0) this.#flow();
  }

  acknowledge(messageId: number): boolean {
    return this.#acknowledged.push(messageId) === 1;
  }

  flush(): void {
    const bytes = pubacks(this.#acknowledged);
    this.#acknowledged = [];
    const { stream } = this;
    if (stream.destroyed) return;
    if (!this.#answered || stream.writableLength > 0) stream.write(bytes);
    else if (this.#socket.writable) this.#socket.write(bytes);
  }

  reconsider(): void {
    this.#flow();
  }

  stop(): void {
    this.#stopped = true;
    this.#flow();
  }

  wanted(): void {
    this.#wanted = true;
    this.#flow();
  }

  /**
   * A failed write ends nothing by itself: what the device had sent before it went is still handed on, then its
   * socket's own end is.
   */
  send(bytes: Buffer, done: () => void): void {
    const socket = this.#socket;
    const sent = !this.#answered && this.#sessionPresent ? withSessionPresent(bytes) : bytes;
    this.#answered = true;
    if (socket.destroyed || !socket.writable) done();
    else socket.write(sent, () => done());
  }

  finished(): void {
    this.#socket.end();
  }

  closed(): void {
    this.#connectArrived();
    this.#hold(false);
    this.#rateTimer?.cancel();
    this.#queue = [];
    this.#socket.off('data', onData);
    if (this.#refused) this.#socket.destroy();
    else closeGently(this.#socket, this.#clock);
  }

  drained(): void {
    this.#flow();
  }

  arrivedBytes(chunk: Buffer): void {
    const fault = this.#framer.push(chunk, (packet) => {
      if (!this.#refused) this.#take(packet);
    });
    if (fault !== undefined) this.#refuse(fault.reason, fault.detail);
    this.#flow();
  }

  inputEnded(): void {
    this.inputOver = true;
    this.#flow();
  }

  #connectArrived(): void {
    this.#connectTimer?.cancel();
    this.#connectTimer = null;
  }

  #refuse(reason: RefusalReason, detail: string): void {
    if (this.#refused || this.stream.destroyed) return;
    this.#refused = true;
    this.#owner.refuseFinally(reason, detail);
    this.stream.destroy();
  }

  #take(packet: WirePacket): void {
    if (packet.type === CONNECT) this.#connectArrived();
    this.#queue.push(packet);
  }

  #obstacle({ type }: WirePacket, mono: number): Obstacle | undefined {
    if (this.#stopped || this.orderly || this.stream.destroyed) return 'order';
    if (type === CONNECT) return undefined;
    if (this.#keepalive === null) return 'order';
    if (type === DISCONNECT) return undefined;
    if (this.stream.writableNeedDrain || this.#socket.writableNeedDrain) return 'undrained';
    if (type === PUBLISH && this.#atBound()) return 'bound';
    const allowance = this.#allowance;
    return RATED.has(type) && allowance !== null && allowance.wait(mono) > 0 ? 'rate' : undefined;
  }

  #atBound(): boolean {
    const { inFlight, inFlightBytes } = this.#limits;
    return this.#owner.bounded() && (this.#inFlight >= inFlight || this.#inFlightBytes >= inFlightBytes);
  }

  #pass(packet: WirePacket, now: Instant): void {
    const { stream } = this;
    if (packet.type === DISCONNECT) this.orderly = true;
    if (RATED.has(packet.type)) this.#allowance?.take(now.mono);
    if (packet.type !== PUBLISH) {
      const fault = faultInFields(packet);
      if (fault !== undefined) {
        this.#refuse('protocol_error', fault);
        return;
      }
      this.#wanted = stream.push(packet.bytes);
      return;
    }
    const publish = readPublish(packet, this.#usualTopic);
    if ('fault' in publish) {
      this.#refuse('protocol_error', publish.fault);
      return;
    }
    this.#inFlight++;
    this.#inFlightBytes += publish.bytes;
    const { topic, usable, bytes } = publish;
    if (this.#passesAedes(packet)) {
      if (topic !== this.#usualTopic && usable && ASCII.test(topic)) this.#usualTopic = topic;
      this.#published++;
      this.#owner.published(publish, now);
      return;
    }
    this.#passed.push({ bytes, unusable: usable ? null : topic });
    this.#wanted = stream.push(usable ? packet.bytes : withTopic(packet, UNUSABLE_TOPIC));
  }

  /** In its turn behind those of QoS 2 that aedes has not handed on yet. */
  #passesAedes({ type, flags }: WirePacket): boolean {
    return type === PUBLISH && (flags & 4) === 0 && this.#passed.length === 0;
  }

  #next(): WirePacket | undefined {
    const packet = this.#queue[this.#head];
    if (packet === undefined) {
      this.#queue.length = 0;
      this.#head = 0;
    }
    return packet;
  }

  #flow(): void {
    const { stream } = this;
    if (this.#flowing || stream.destroyed) return;
    this.#flowing = true;
    const before = this.#published;
    const now = this.#clock.now();
    let packet = this.#next();
    while (
      packet !== undefined &&
      (this.#wanted || this.#passesAedes(packet)) &&
      this.#obstacle(packet, now.mono) === undefined
    ) {
      this.#head++;
      this.#pass(packet, now);
      packet = this.#next();
    }
    this.#flowing = false;
    // Also in the middle of it, when a packet was refused.
    if (isGone(stream)) return;
    // aedes sees nothing of them, and counts what it sees.
    if (this.#published > before) this.#owner.refreshKeepalive();
    if (packet === undefined && this.inputOver && !this.#endPassed) {
      this.#endPassed = true;
      stream.push(null);
    }
    if (packet === undefined) this.#socket.resume();
    else this.#socket.pause();
    const waitsFor = packet === undefined ? undefined : this.#obstacle(packet, now.mono);
    this.#hold(waitsFor === 'bound' || waitsFor === 'rate');
    if (waitsFor === 'rate') this.#waitForRate();
  }

  #waitForRate(): void {
    if (this.#rateTimer !== null || this.#allowance === null) return;
    this.#rateTimer = this.#clock.after(this.#allowance.wait(), () => {
      this.#rateTimer = null;
      this.#flow();
    });
    this.#owner.rateHeld();
  }

  #hold(hold: boolean): void {
    if (hold === (this.#held !== null)) return;
    const keepalive = this.#keepalive;
    const owner = this.#owner;
    if (keepalive !== null && !this.stream.destroyed) owner.refreshKeepalive();
    this.#held?.cancel();
    // A third of the time after which aedes would end the session.
    this.#held = hold && keepalive !== null ? this.#clock.every(keepalive * 500, () => owner.refreshKeepalive()) : null;
  }
}

function isGone({ destroyed }: Duplex): boolean {
  return destroyed;
}

function onData(this: Guarded, chunk: Buffer): void {
  this[GUARD]?.arrivedBytes(chunk);
}

function onInputOver(this: Guarded): void {
  this[GUARD]?.inputEnded();
}

function onDrain(this: Guarded): void {
  this[GUARD]?.drained();
}

/** 'close' follows and is the end of the input. */
function onError(): void {}
