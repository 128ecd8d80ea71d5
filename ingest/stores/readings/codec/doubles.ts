import { BlockUnreadable, type ByteReader, type ByteWriter } from './bytes.ts';
import { LARGEST, readIntegers, writeIntegers } from './integers.ts';

const MOST_DECIMALS = 6;
/** In place of a number of decimals. */
const XOR = 255;

/** Writes doubles to the bit: as integers of one scale when all are short decimals, else as XOR with the one before. */
export function writeDoubles(out: ByteWriter, values: readonly number[]): void {
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals += 1) {
    const scaled = scale(values, 10 ** decimals);
    if (scaled === undefined) continue;
    out.byte(decimals);
    writeIntegers(out, scaled);
    return;
  }
  out.byte(XOR);
  writeXor(out, values);
}

export function readDoubles(bytes: ByteReader, count: number): number[] {
  const decimals = bytes.byte();
  if (decimals === XOR) return readXor(bytes, count);
  if (decimals > MOST_DECIMALS)
    throw new BlockUnreadable(`A column of a block has ${decimals} decimals, which this program does not know.`);
  const values = readIntegers(bytes, count);
  const unit = 10 ** decimals;
  for (const [at, value] of values.entries()) values[at] = value / unit;
  return values;
}

/** Undefined when a value is not exactly its integer over `unit`; −0 is none. */
function scale(values: readonly number[], unit: number): number[] | undefined {
  const scaled: number[] = [];
  for (const value of values) {
    const whole = Math.round(value * unit);
    if (!(Math.abs(whole) <= LARGEST) || !Object.is((whole + 0) / unit, value)) return undefined;
    scaled.push(whole);
  }
  return scaled;
}

/** Each as one byte that tells how many leading bytes of the XOR are zero and how many follow, then those. */
function writeXor(out: ByteWriter, values: readonly number[]): void {
  const view = new DataView(new ArrayBuffer(8));
  const bytes = new Uint8Array(view.buffer);
  let previous = 0n;
  for (const value of values) {
    view.setFloat64(0, value);
    const current = view.getBigUint64(0);
    view.setBigUint64(0, current ^ previous);
    previous = current;
    const leading = bytes.findIndex((byte) => byte !== 0);
    const last = bytes.findLastIndex((byte) => byte !== 0);
    const count = leading < 0 ? 0 : last - leading + 1;
    out.byte((Math.max(0, leading) << 4) | count);
    out.bytes(bytes.subarray(Math.max(0, leading), Math.max(0, leading) + count));
  }
}

function readXor(source: ByteReader, count: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  const bytes = new Uint8Array(view.buffer);
  let previous = 0n;
  return Array.from({ length: count }, () => {
    const header = source.byte();
    const leading = header >>> 4;
    const follow = header & 15;
    if (leading + follow > 8) throw new BlockUnreadable('A value in a block of readings has more than eight bytes.');
    bytes.fill(0);
    bytes.set(source.bytes(follow), leading);
    previous ^= view.getBigUint64(0);
    view.setBigUint64(0, previous);
    return view.getFloat64(0);
  });
}
