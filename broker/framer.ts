/** Control packet types, MQTT 3.1.1 table 2.1. */
export const CONNECT = 1;
export const PUBLISH = 3;
export const SUBSCRIBE = 8;
export const UNSUBSCRIBE = 10;
export const PINGREQ = 12;
export const DISCONNECT = 14;

/** Types that a client may send, with the flags that their first byte must carry; null where flags have a meaning. */
const FLAGS_FROM_CLIENT: ReadonlyMap<number, number | null> = new Map([
  [CONNECT, 0],
  [PUBLISH, null],
  [4, 0],
  [5, 0],
  [6, 2],
  [7, 0],
  [SUBSCRIBE, 2],
  [UNSUBSCRIBE, 2],
  [PINGREQ, 0],
  [DISCONNECT, 0],
]);

/** First byte of a TLS connection: a device set to TLS and the wrong port. */
const TLS_HANDSHAKE = 0x16;

const FIRST_GROWTH = 4_096;
const NOTHING = Buffer.alloc(0);
/** Of a header that has not begun; shared, as most connections wait there. */
const NO_HEADER: readonly number[] = [];

export interface WirePacket {
  readonly type: number;
  readonly flags: number;
  /** The whole packet, fixed header included. */
  readonly bytes: Buffer;
  /** Where the variable header begins. */
  readonly body: number;
}

interface WireFault {
  readonly reason: 'protocol_error' | 'packet_too_large';
  readonly detail: string;
}

export interface Framer {
  /** Cuts what arrived into whole packets. After a fault nothing further can be read from this connection. */
  push(chunk: Buffer, emit: (packet: WirePacket) => void): WireFault | undefined;
}

export interface FramerLimits {
  readonly controlPacket: number;
  readonly publishPacket: number;
}

/**
 * Finds the borders of packets in a byte stream cut anywhere, down to single bytes. A packet that declares more
 * than its limit is a fault at once, before anything is reserved for it; what is kept of an incomplete one grows
 * with what arrived, not with what was declared.
 */
export function createFramer(limits: FramerLimits): Framer {
  return new StreamFramer(limits);
}

class StreamFramer implements Framer {
  readonly #limits: FramerLimits;
  #header: readonly number[] = NO_HEADER;
  #remaining: number | null = null;
  #partial: Buffer = NOTHING;
  #filled = 0;
  #connectSeen = false;

  constructor(limits: FramerLimits) {
    this.#limits = limits;
  }

  push(chunk: Buffer, emit: (packet: WirePacket) => void): WireFault | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#remaining === null) {
        if (this.#header.length === 0) {
          // The usual packet is here as a whole: nothing of it is kept, nothing copied.
          const body = bodyAt(chunk, at);
          const length = lengthAt(chunk, at, body);
          if (body > 0 && body + length <= chunk.length) {
            const first = chunk[at] ?? 0;
            const fault = this.#checkFirstByte(first) ?? this.#checkLength(first, length);
            if (fault !== undefined) return fault;
            const end = body + length;
            this.#finish(chunk.subarray(at, end), body - at, emit);
            at = end;
            continue;
          }
        }
        const byte = chunk[at++] ?? 0;
        this.#header = [...this.#header, byte];
        const header = this.#header;
        if (header.length === 1) {
          const fault = this.#checkFirstByte(byte);
          if (fault !== undefined) return fault;
          continue;
        }
        if (byte >= 0x80) {
          // [MQTT-2.2.3]: at most four bytes.
          if (header.length === 5) return protocolError('a Remaining Length of more than four bytes');
          continue;
        }
        const length = header.slice(1).reduce((sum, digit, i) => sum + (digit & 0x7f) * 0x80 ** i, 0);
        const fault = this.#checkLength(header[0] ?? 0, length);
        if (fault !== undefined) return fault;
        this.#remaining = length;
        this.#keep(Buffer.from(header), header.length + length);
      }
      const total = this.#header.length + this.#remaining;
      const end = Math.min(chunk.length, at + total - this.#filled);
      this.#keep(chunk.subarray(at, end), total);
      at = end;
      if (this.#filled < total) break;
      const whole = this.#partial.subarray(0, total);
      const body = this.#header.length;
      this.#forget();
      this.#finish(whole, body, emit);
    }
    return undefined;
  }

  #checkFirstByte(byte: number): WireFault | undefined {
    const type = byte >> 4;
    const flags = FLAGS_FROM_CLIENT.get(type);
    if (!this.#connectSeen && byte === TLS_HANDSHAKE) return protocolError('TLS, on a port that does not speak it');
    if (flags === undefined || (flags !== null && flags !== (byte & 0x0f))) {
      return protocolError(`0x${byte.toString(16).padStart(2, '0')} does not begin an MQTT packet that a client sends`);
    }
    // [MQTT-3.1.0-1], [MQTT-3.1.0-2]
    if (type === CONNECT && this.#connectSeen) return protocolError('a second CONNECT on one connection');
    if (type !== CONNECT && !this.#connectSeen) return protocolError('the first packet is not a CONNECT');
    return undefined;
  }

  #checkLength(first: number, length: number): WireFault | undefined {
    const { publishPacket, controlPacket } = this.#limits;
    const limit = first >> 4 === PUBLISH ? publishPacket : controlPacket;
    if (length <= limit) return undefined;
    return { reason: 'packet_too_large', detail: `${length} bytes declared, ${limit} allowed` };
  }

  #finish(bytes: Buffer, body: number, emit: (packet: WirePacket) => void): void {
    const first = bytes[0] ?? 0;
    if (first >> 4 === CONNECT) this.#connectSeen = true;
    emit({ type: first >> 4, flags: first & 0x0f, bytes, body });
  }

  #keep(part: Buffer, total: number): void {
    if (this.#filled + part.length > this.#partial.length) {
      const size = Math.min(total, Math.max(FIRST_GROWTH, 2 * (this.#filled + part.length)));
      const grown = Buffer.allocUnsafeSlow(size);
      this.#partial.copy(grown, 0, 0, this.#filled);
      this.#partial = grown;
    }
    part.copy(this.#partial, this.#filled);
    this.#filled += part.length;
  }

  #forget(): void {
    this.#header = NO_HEADER;
    this.#remaining = null;
    this.#partial = NOTHING;
    this.#filled = 0;
  }
}

function protocolError(detail: string): WireFault {
  return { reason: 'protocol_error', detail };
}

/** Where the variable header of the packet at `at` begins; 0: its Remaining Length breaks off, or takes too many bytes. */
function bodyAt(chunk: Buffer, at: number): number {
  const last = Math.min(chunk.length - 1, at + 4);
  for (let place = at + 1; place <= last; place += 1) if ((chunk[place] ?? 0) < 0x80) return place + 1;
  return 0;
}

function lengthAt(chunk: Buffer, at: number, body: number): number {
  let length = 0;
  for (let place = body - 1; place > at; place -= 1) length = length * 0x80 + ((chunk[place] ?? 0) & 0x7f);
  return length;
}
