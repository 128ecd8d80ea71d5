/** A block, or a part of one, that this program cannot read. */
export class BlockUnreadable extends Error {
  override readonly name = 'BlockUnreadable';
}

/** Grows as it is written to. Integers are little-endian base 128: seven bits a byte, up to 2^53. */
export interface ByteWriter {
  byte(value: number): void;
  /** 0 ≤ value ≤ 2^53. */
  unsigned(value: number): void;
  /** |value| ≤ 2^52; small magnitudes are short, whatever their sign. */
  signed(value: number): void;
  bytes(values: Uint8Array): void;
  finish(): Uint8Array<ArrayBuffer>;
}

export interface ByteReader {
  byte(): number;
  unsigned(): number;
  signed(): number;
  bytes(count: number): Uint8Array;
}

export function byteWriter(): ByteWriter {
  let buffer = new Uint8Array(1_024);
  let length = 0;
  const reserve = (count: number) => {
    if (length + count <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + count));
    larger.set(buffer);
    buffer = larger;
  };
  const unsigned = (value: number) => {
    reserve(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) buffer[length++] = (rest % 128) + 128;
    buffer[length++] = rest;
  };
  return {
    byte(value) {
      reserve(1);
      buffer[length++] = value;
    },
    unsigned,
    signed: (value) => unsigned(zigzag(value)),
    bytes(values) {
      reserve(values.length);
      buffer.set(values, length);
      length += values.length;
    },
    finish: () => buffer.slice(0, length),
  };
}

export function byteReader(bytes: Uint8Array): ByteReader {
  let at = 0;
  const byte = () => {
    const value = bytes[at++];
    if (value === undefined) throw new BlockUnreadable('A block of readings ends too early.');
    return value;
  };
  const unsigned = () => {
    let next = byte();
    // Most are one byte.
    if (next < 128) return next;
    let value = next & 127;
    for (let scale = 128; ; scale *= 128) {
      next = byte();
      value += (next & 127) * scale;
      if (next < 128) return value;
    }
  };
  return {
    byte,
    unsigned,
    signed() {
      const value = unsigned();
      if (value < 2 ** 31) return (value >>> 1) ^ -(value & 1);
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    },
    bytes(count) {
      const part = bytes.subarray(at, at + count);
      if (part.length < count) byte();
      at += count;
      return part;
    },
  };
}

/** 0, −1, 1, −2, … as 0, 1, 2, 3, … */
export function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}
