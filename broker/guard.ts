import { Duplex } from 'node:stream';
import type { Clock, Timer } from '../contract/clock.ts';
import type { RefusalReason } from '../contract/message.ts';
import { closeGently } from './farewell.ts';
import { CONNECT, createFramer, DISCONNECT, PUBLISH, type WirePacket } from './framer.ts';
import type { BrokerLimits } from './limits.ts';
import { examinePublish, UNUSABLE_TOPIC, withTopic } from './publish-packet.ts';

export interface GuardOptions {
  /** A TCP socket, or anything that behaves like one. */
  readonly socket: Duplex;
  readonly clock: Clock;
  readonly limits: BrokerLimits;
  /** False while nothing can be committed: messages then go on past the bound. */
  readonly bounded: () => boolean;
  readonly onRefused: (reason: RefusalReason, detail: string) => void;
  readonly refreshKeepalive: () => void;
}

/** A PUBLISH that was let through. */
interface Passed {
  readonly bytes: number;
  /** The topic as sent, where it had to be replaced by UNUSABLE_TOPIC. */
  readonly unusable: string | null;
}

export interface Guard {
  /** What aedes is given instead of the socket. */
  readonly stream: Duplex;
  /** CONNACK was sent: the rest may pass. Keepalive in seconds. */
  ready(keepalive: number): void;
  /** The oldest PUBLISH let through that has not been fetched here: aedes hands them on in the same order. */
  arrived(): Passed;
  /** A message was answered, or let go. */
  release(bytes: number): void;
  /** After `bounded` changed. */
  reconsider(): void;
  /** Lets nothing more through. */
  stop(): void;
  /** The device said goodbye with a DISCONNECT. */
  readonly orderly: boolean;
}

/**
 * Stands between a socket and aedes, which has no limit on packet sizes and no back-pressure of its own: it
 * dispatches whatever one read brought, and closes a client that sends behind a CONNECT still being answered.
 * Whole packets pass, one after another; from the bound on messages in flight they wait here, and the socket is no
 * longer read. A PINGREQ may wait behind them, so that the keepalive is refreshed for as long as this lasts.
 */
export function createGuard(options: GuardOptions): Guard {
  const { socket, clock, limits } = options;
  const framer = createFramer(limits);
  let queue: WirePacket[] = [];
  let head = 0;
  let wanted = false;
  let flowing = false;
  let inputOver = false;
  let endPassed = false;
  let stopped = false;
  let refused = false;
  let keepalive: number | null = null;
  let orderly = false;
  let inFlight = 0;
  let inFlightBytes = 0;
  const passed: Passed[] = [];
  let held: Timer | null = null;

  const connectTimer = clock.after(limits.connectTimeout, () => {
    refuse('connect_timeout', `no CONNECT within ${limits.connectTimeout} ms`);
  });

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
      connectTimer.cancel();
      hold(false);
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
    if (packet.type === CONNECT) connectTimer.cancel();
    queue.push(packet);
  }

  function onInputOver(): void {
    inputOver = true;
    flow();
  }

  function mayPass({ type }: WirePacket): boolean {
    if (stopped || orderly || stream.destroyed) return false;
    if (type === CONNECT) return true;
    if (keepalive === null) return false;
    return type !== PUBLISH || !atBound();
  }

  function atBound(): boolean {
    // A device that does not fetch its acknowledgements is sent no more of them.
    if (stream.writableNeedDrain) return true;
    return options.bounded() && (inFlight >= limits.inFlight || inFlightBytes >= limits.inFlightBytes);
  }

  function pass(packet: WirePacket): void {
    if (packet.type === DISCONNECT) orderly = true;
    if (packet.type !== PUBLISH) {
      wanted = stream.push(packet.bytes);
      return;
    }
    const examined = examinePublish(packet);
    if ('fault' in examined) {
      refuse('protocol_error', examined.fault);
      return;
    }
    inFlight++;
    inFlightBytes += packet.bytes.length;
    passed.push({ bytes: packet.bytes.length, unusable: examined.unusable });
    wanted = stream.push(examined.unusable === null ? packet.bytes : withTopic(packet, UNUSABLE_TOPIC));
  }

  /** Also in the middle of `flow`, when a packet was refused. */
  function gone(): boolean {
    return stream.destroyed;
  }

  function next(): WirePacket | undefined {
    const packet = queue[head];
    if (packet === undefined) {
      queue = [];
      head = 0;
    }
    return packet;
  }

  function flow(): void {
    if (flowing || gone()) return;
    flowing = true;
    let packet = next();
    while (packet !== undefined && wanted && mayPass(packet)) {
      head++;
      pass(packet);
      packet = next();
    }
    flowing = false;
    if (gone()) return;
    if (packet === undefined && inputOver && !endPassed) {
      endPassed = true;
      stream.push(null);
    }
    if (packet === undefined) socket.resume();
    else socket.pause();
    hold(packet?.type === PUBLISH && keepalive !== null && !stopped && atBound());
  }

  function hold(hold: boolean): void {
    if (hold === (held !== null)) return;
    if (keepalive !== null && !stream.destroyed) options.refreshKeepalive();
    held?.cancel();
    // A third of the time after which aedes would end the session.
    held = hold && keepalive !== null ? clock.every(keepalive * 500, options.refreshKeepalive) : null;
  }

  socket.on('data', onData);
  socket.on('end', onInputOver);
  socket.on('close', onInputOver);
  socket.on('error', () => {}); // 'close' follows and is the end of the input
  stream.on('drain', flow);

  return {
    stream,
    ready(seconds) {
      keepalive = seconds;
      flow();
    },
    arrived() {
      // Empty only if aedes handed on a PUBLISH that never was let through: nothing then is worth ending the process.
      return passed.shift() ?? { bytes: 0, unusable: null };
    },
    release(bytes) {
      inFlight--;
      inFlightBytes -= bytes;
      flow();
    },
    reconsider: flow,
    stop() {
      stopped = true;
      flow();
    },
    get orderly() {
      return orderly;
    },
  };
}
