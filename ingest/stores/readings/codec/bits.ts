import { BlockUnreadable } from './unreadable.ts';

/** Bits of one operation at most, so that they fit beside the seven that may be waiting. */
const AT_ONCE = 24;
const AT_ONCE_UNIT = 2 ** AT_ONCE;
/** Bits that tell how long a number is. */
const LENGTH_BITS = 6;
/** So many ones in place of a quotient: the number follows as it is. */
const ESCAPE = 12;

const POWERS = Float64Array.from({ length: 64 }, (_, exponent) => 2 ** exponent);

/** Grows as it is written to; the highest bit of a byte comes first. */
export interface BitWriter {
  /** The lowest `width` bits of a whole number ≥ 0; width ≤ 54. */
  bits(value: number, width: number): void;
  /** 0 ≤ value ≤ 2^53, behind its length. */
  number(value: number): void;
  /** |value| ≤ 2^52. */
  signed(value: number): void;
  /** Golomb and Rice's code: the number over 2^k in ones, a zero, then the k lowest bits. 0 ≤ value ≤ 2^53. */
  rice(value: number, k: number): void;
  /** Filled up to a whole byte with zeros. */
  finish(): Uint8Array<ArrayBuffer>;
}

export interface BitReader {
  bits(width: number): number;
  number(): number;
  signed(): number;
  rice(k: number): number;
  /** @throws BlockUnreadable unless all was read, but for what fills the last byte */
  end(): void;
}

/** `before`: bytes that are left free in front. */
export function bitWriter(before = 0): BitWriter {
  let buffer = new Uint8Array(1_024);
  let length = before;
  let waiting = 0;
  let count = 0;

  const bits = (value: number, width: number): void => {
    let [rest, left] = [value, width];
    if (left > AT_ONCE) {
      bits(Math.floor(rest / AT_ONCE_UNIT), left - AT_ONCE);
      [rest, left] = [rest % AT_ONCE_UNIT, AT_ONCE];
    }
    waiting = (waiting << left) | rest;
    count += left;
    if (length + 4 > buffer.length) {
      const larger = new Uint8Array(buffer.length * 2);
      larger.set(buffer);
      buffer = larger;
    }
    while (count >= 8) {
      count -= 8;
      buffer[length++] = waiting >>> count;
    }
    waiting &= (1 << count) - 1;
  };
  const number = (value: number) => {
    const width = widthOf(value);
    bits(width, LENGTH_BITS);
    bits(value, width);
  };
  return {
    bits,
    number,
    signed: (value) => number(zigzag(value)),
    rice(value, k) {
      const quotient = value < 2 ** 31 && k < 31 ? value >>> k : Math.floor(value / (POWERS[k] ?? 1));
      if (quotient >= ESCAPE) {
        bits((1 << ESCAPE) - 1, ESCAPE);
        number(value);
        return;
      }
      bits((1 << (quotient + 1)) - 2, quotient + 1);
      if (k > 0) bits(k < 31 && value < 2 ** 31 ? value & ((1 << k) - 1) : value % (POWERS[k] ?? 1), k);
    },
    finish() {
      if (count > 0) bits(0, 8 - count);
      return buffer.slice(0, length);
    },
  };
}

export function bitReader(bytes: Uint8Array): BitReader {
  let at = 0;
  let waiting = 0;
  let count = 0;

  const fill = (width: number): void => {
    while (count < width) {
      // A look ahead may reach over the end; what was taken is counted by `end`.
      if (at >= bytes.length + 4) throw new BlockUnreadable('A block of readings ends too early.');
      waiting = (waiting << 8) | (bytes[at++] ?? 0);
      count += 8;
    }
  };
  const take = (width: number): number => {
    fill(width);
    count -= width;
    const value = waiting >>> count;
    waiting &= (1 << count) - 1;
    return value;
  };
  const bits = (width: number): number =>
    width > AT_ONCE ? bits(width - AT_ONCE) * AT_ONCE_UNIT + take(AT_ONCE) : take(width);
  const number = () => bits(bits(LENGTH_BITS));
  return {
    bits,
    number,
    signed: () => unzigzag(number()),
    rice(k) {
      fill(ESCAPE);
      const ahead = (waiting >>> (count - ESCAPE)) << (32 - ESCAPE);
      const quotient = Math.clz32(~ahead);
      if (quotient >= ESCAPE) {
        take(ESCAPE);
        return number();
      }
      take(quotient + 1);
      return k === 0 ? quotient : quotient * (POWERS[k] ?? 1) + bits(k);
    },
    end() {
      if (Math.ceil((at * 8 - count) / 8) !== bytes.length)
        throw new BlockUnreadable('A block of readings is longer or shorter than what it holds.');
    },
  };
}

/** Bits of a whole number ≥ 0. */
export function widthOf(value: number): number {
  if (value < 2 ** 31) return 32 - Math.clz32(value);
  const high = Math.floor(value / 2 ** 31);
  return 31 + (high < 2 ** 31 ? 32 - Math.clz32(high) : 32);
}

/** 0, −1, 1, −2, … as 0, 1, 2, 3, … */
export function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

export function unzigzag(value: number): number {
  if (value < 2 ** 31) return (value >>> 1) ^ -(value & 1);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Bits that `rice` takes. */
export function riceBits(value: number, k: number): number {
  const quotient = Math.floor(value / (POWERS[k] ?? 1));
  return quotient < ESCAPE ? quotient + 1 + k : ESCAPE + LENGTH_BITS + widthOf(value);
}
