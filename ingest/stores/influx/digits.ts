import { floatValue } from './escape.ts';

/** Bytes of the longest double as text: `-2.2250738585072014e-308`. */
export const LONGEST_NUMBER = 24;

/** Up to three decimals, which is what sensors give, are written without text in between. */
const POWERS = [1, 10, 100, 1_000] as const;
/** Beyond it, digits would not fit into whole numbers of 31 bits. */
const LARGEST = 2_000_000;
const ZERO = 0x30;

/**
 * Writes a float of line protocol, to the bit, as `floatValue` has it; gives where it ends. A quotient of whole numbers
 * and what a server reads from its decimals are rounded alike, so that a value which is such a quotient comes back as
 * it was. @throws RangeError for NaN and infinities.
 */
export function writeFloat(out: Uint8Array, at: number, value: number): number {
  if (value < LARGEST && value > -LARGEST && !Object.is(value, -0)) {
    const size = value < 0 ? -value : value;
    for (let decimals = 0; decimals < POWERS.length; decimals += 1) {
      const power = POWERS[decimals] ?? 1;
      const scaled = Math.round(size * power);
      if (scaled / power !== size) continue;
      let start = at;
      if (value < 0) out[start++] = 0x2d;
      return writeDecimal(out, start, scaled | 0, decimals);
    }
  }
  return writeText(out, at, floatValue(value));
}

/** Whole and not negative, below 2 ** 53. */
export function writeWhole(out: Uint8Array, at: number, value: number): number {
  if (value < LARGEST) return writeDecimal(out, at, value | 0, 0);
  const high = Math.floor(value / 1_000_000);
  let low = (value - high * 1_000_000) | 0;
  const end = writeWhole(out, at, high) + 6;
  for (let place = end - 1; place >= end - 6; place -= 1) {
    const rest = (low / 10) | 0;
    out[place] = ZERO + low - rest * 10;
    low = rest;
  }
  return end;
}

/** ASCII alone. */
export function writeText(out: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index += 1) out[at + index] = text.charCodeAt(index);
  return at + text.length;
}

/** `scaled`: a whole number below 2 ** 31; the point stands before its last `decimals` digits. */
function writeDecimal(out: Uint8Array, at: number, scaled: number, decimals: number): number {
  let digits = 1;
  for (let rest = (scaled / 10) | 0; rest > 0; rest = (rest / 10) | 0) digits += 1;
  if (digits <= decimals) digits = decimals + 1;
  const end = at + digits + (decimals > 0 ? 1 : 0);
  const point = decimals > 0 ? end - 1 - decimals : -1;
  let left = scaled;
  for (let place = end - 1; place >= at; place -= 1) {
    if (place === point) {
      out[place] = 0x2e;
      continue;
    }
    const rest = (left / 10) | 0;
    out[place] = ZERO + left - rest * 10;
    left = rest;
  }
  return end;
}
