import { BlockUnreadable } from './unreadable.ts';

/*
 * What blocks of versions 1 and 2 hold behind their head, which is read still and written no more: columns of bytes,
 * integers little-endian base 128.
 *
 *   count    unsigned
 *   columns  times since the hour's start; values; marks; receipt after source time; then, behind a byte that says
 *            whether there are any: whether each has a claimed time, and the claimed times of those that have
 */

// How a column is written.
const CONSTANT = 0;
const ABOVE = 1;
const DELTA = 2;
const DELTA_OF_DELTA = 3;
const RUNS = 4;

const MOST_DECIMALS = 6;
/** In place of a number of decimals. */
const XOR = 255;

export interface FormerReader {
  byte(): number;
  unsigned(): number;
  integers(count: number): Float64Array;
  doubles(count: number): Float64Array;
}

/** Each throws BlockUnreadable. */
export function formerReader(bytes: Uint8Array): FormerReader {
  let at = 0;
  const byte = () => {
    const value = bytes[at++];
    if (value === undefined) throw new BlockUnreadable('A block of readings ends too early.');
    return value;
  };
  const unsigned = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const next = byte();
      value += (next & 127) * scale;
      if (next < 128) return value;
    }
  };
  const signed = () => {
    const value = unsigned();
    if (value < 2 ** 31) return (value >>> 1) ^ -(value & 1);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };

  function integers(count: number): Float64Array {
    const values = new Float64Array(count);
    const mode = byte();
    switch (mode) {
      case CONSTANT:
        return values.fill(signed());
      case ABOVE: {
        const least = signed();
        for (let index = 0; index < count; index += 1) values[index] = least + unsigned();
        return values;
      }
      case DELTA:
      case DELTA_OF_DELTA: {
        let [value, step] = [0, 0];
        for (let index = 0; index < count; index += 1) {
          step = mode === DELTA ? signed() : step + signed();
          value += step;
          values[index] = value;
        }
        return values;
      }
      case RUNS:
        for (let index = 0; index < count;) {
          const value = signed();
          const length = unsigned();
          if (length === 0 || length > count - index)
            throw new BlockUnreadable('A run in a block of readings is too long.');
          values.fill(value, index, index + length);
          index += length;
        }
        return values;
      default:
        throw new BlockUnreadable(`A column of a block is of kind ${mode}, which this program does not know.`);
    }
  }

  function doubles(count: number): Float64Array {
    const decimals = byte();
    if (decimals === XOR) return xored(count);
    if (decimals > MOST_DECIMALS)
      throw new BlockUnreadable(`A column of a block has ${decimals} decimals, which this program does not know.`);
    const unit = 10 ** decimals;
    return integers(count).map((value) => value / unit);
  }

  /** Each is one byte that tells how many leading bytes of the XOR are zero and how many follow, then those. */
  function xored(count: number): Float64Array {
    const view = new DataView(new ArrayBuffer(8));
    const values = new Float64Array(count);
    for (let index = 0; index < count; index += 1) {
      const header = byte();
      const leading = header >>> 4;
      const follow = header & 15;
      if (leading + follow > 8) throw new BlockUnreadable('A value in a block of readings has more than eight bytes.');
      for (let place = leading; place < leading + follow; place += 1)
        view.setUint8(place, view.getUint8(place) ^ byte());
      values[index] = view.getFloat64(0);
    }
    return values;
  }

  return { byte, unsigned, integers, doubles };
}
