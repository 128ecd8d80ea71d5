import type { BitReader, BitWriter } from './bits.ts';
import { LARGEST, readIntegers, writeIntegers } from './integers.ts';
import { BlockUnreadable } from './unreadable.ts';

const MOST_DECIMALS = 6;
/** In place of a number of decimals. */
const XOR = 7;
const KIND_BITS = 3;
/** How many leading bytes are zero, and how many follow. */
const BYTES_BITS = 4;

/** Writes doubles to the bit: as integers of one scale when all are short decimals, else as XOR with the one before. */
export function writeDoubles(out: BitWriter, values: Float64Array): void {
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals += 1) {
    const scaled = scale(values, 10 ** decimals);
    if (scaled === undefined) continue;
    out.bits(decimals, KIND_BITS);
    writeIntegers(out, scaled);
    return;
  }
  out.bits(XOR, KIND_BITS);
  writeXor(out, values);
}

/** @throws BlockUnreadable */
export function readDoubles(source: BitReader, count: number): Float64Array {
  const decimals = source.bits(KIND_BITS);
  if (decimals === XOR) return readXor(source, count);
  const values = readIntegers(source, count);
  const unit = 10 ** decimals;
  for (let at = 0; at < count; at += 1) values[at] = (values[at] ?? 0) / unit;
  return values;
}

/** Undefined when a value is not exactly its integer over `unit`; −0 is none. */
function scale(values: Float64Array, unit: number): Float64Array | undefined {
  const scaled = new Float64Array(values.length);
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0;
    const whole = Math.round(value * unit);
    if (!(Math.abs(whole) <= LARGEST) || !Object.is((whole + 0) / unit, value)) return undefined;
    scaled[at] = whole;
  }
  return scaled;
}

function writeXor(out: BitWriter, values: Float64Array): void {
  const view = new DataView(new ArrayBuffer(8));
  const before = new Uint8Array(8);
  for (const value of values) {
    view.setFloat64(0, value);
    let [leading, last] = [8, -1];
    for (let at = 0; at < 8; at += 1) {
      const byte = view.getUint8(at);
      const changed = byte ^ (before[at] ?? 0);
      before[at] = byte;
      view.setUint8(at, changed);
      if (changed === 0) continue;
      if (leading === 8) leading = at;
      last = at;
    }
    out.bits(leading, BYTES_BITS);
    out.bits(last < 0 ? 0 : last - leading + 1, BYTES_BITS);
    for (let at = leading; at <= last; at += 1) out.bits(view.getUint8(at), 8);
  }
}

function readXor(source: BitReader, count: number): Float64Array {
  const view = new DataView(new ArrayBuffer(8));
  const values = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const leading = source.bits(BYTES_BITS);
    const follow = source.bits(BYTES_BITS);
    if (leading + follow > 8) throw new BlockUnreadable('A value in a block of readings has more than eight bytes.');
    for (let at = leading; at < leading + follow; at += 1) view.setUint8(at, view.getUint8(at) ^ source.bits(8));
    values[index] = view.getFloat64(0);
  }
  return values;
}
