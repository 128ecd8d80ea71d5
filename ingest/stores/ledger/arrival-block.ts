import { crc32 } from 'node:zlib';
import { CLAIMED, MARKS, RECEIVED, ROW, SEQ, SERIES, TIME, VALUE, type PackedReadings } from '../packed.ts';

/*
 * A run of arrivals as columns, one row of the log (docs/architecture.md): first the version, the flags and what times
 * count from, then the columns in the order of `columnsOf`, all little-endian.
 */
const VERSION = 1;
const HEADER = 16;
const BASE = 8;
/** Some time does not fit in 32 bits beside its neighbours: both columns of times are doubles. */
const WIDE = 1;
/** Some device claimed another time than the one that counts. */
const CLAIMS = 2;

export interface ArrivalBlock {
  readonly columns: Uint8Array;
  /** CRC-32 of `columns`. */
  readonly checksum: number;
}

/**
 * The rows from `from` up to `to` (numbers of rows), all that they hold but their seq.
 * @throws RangeError for a reading that is none: a value, series or time that the columns cannot hold
 */
export function encodeArrivals(packed: PackedReadings, from: number, to: number): ArrivalBlock {
  const count = to - from;
  const base = packed[from * ROW + RECEIVED] ?? 0;
  const flags = flagsOf(packed, from, to, base);
  const bytes = new Uint8Array(sizeOf(count, flags));
  const header = new DataView(bytes.buffer);
  header.setUint8(0, VERSION);
  header.setUint8(1, flags);
  header.setFloat64(BASE, base, true);
  const { values, claimed, received, times, series, marks } = columnsOf(bytes.buffer, count, flags);
  const isWide = (flags & WIDE) !== 0;
  for (let row = 0, at = from * ROW; row < count; row += 1, at += ROW) {
    const receivedAt = packed[at + RECEIVED] ?? 0;
    const time = packed[at + TIME] ?? 0;
    values[row] = packed[at + VALUE] ?? 0;
    received[row] = isWide ? receivedAt : receivedAt - base;
    times[row] = isWide ? time : receivedAt - time;
    series[row] = packed[at + SERIES] ?? 0;
    marks[row] = packed[at + MARKS] ?? 0;
    if (claimed !== undefined) claimed[row] = packed[at + CLAIMED] ?? NaN;
  }
  return { columns: bytes, checksum: crc32(bytes) };
}

/**
 * The run of `count` arrivals that ends with `lastSeq`.
 * @throws RangeError for what `encodeArrivals` did not make
 */
export function decodeArrivals(block: ArrivalBlock, lastSeq: number, count: number): PackedReadings {
  if (crc32(block.columns) !== block.checksum) throw new RangeError('is not what was written');
  const bytes = new Uint8Array(block.columns);
  const header = new DataView(bytes.buffer);
  if (bytes.length < HEADER || header.getUint8(0) !== VERSION) throw new RangeError('is of no version that is known');
  const flags = header.getUint8(1);
  const base = header.getFloat64(BASE, true);
  if (bytes.length !== sizeOf(count, flags)) throw new RangeError(`does not hold ${count} readings`);
  const { values, claimed, received, times, series, marks } = columnsOf(bytes.buffer, count, flags);
  const isWide = (flags & WIDE) !== 0;
  const packed = new Float64Array(count * ROW);
  for (let row = 0, at = 0; row < count; row += 1, at += ROW) {
    const receivedAt = (received[row] ?? 0) + (isWide ? 0 : base);
    const time = times[row] ?? 0;
    packed[at + SEQ] = lastSeq - count + 1 + row;
    packed[at + SERIES] = series[row] ?? 0;
    packed[at + TIME] = isWide ? time : receivedAt - time;
    packed[at + VALUE] = values[row] ?? 0;
    packed[at + MARKS] = marks[row] ?? 0;
    packed[at + RECEIVED] = receivedAt;
    packed[at + CLAIMED] = claimed?.[row] ?? NaN;
  }
  return packed;
}

function flagsOf(packed: PackedReadings, from: number, to: number, base: number): number {
  let flags = 0;
  for (let at = from * ROW; at < to * ROW; at += ROW) {
    const receivedAt = packed[at + RECEIVED] ?? NaN;
    const time = packed[at + TIME] ?? NaN;
    if (!isNarrow(receivedAt - base) || !isNarrow(receivedAt - time)) {
      if (!Number.isInteger(receivedAt) || !Number.isInteger(time)) throw refused(packed, at, 'no time in whole ms');
      flags |= WIDE;
    }
    const series = packed[at + SERIES] ?? NaN;
    if (series >>> 0 !== series) throw refused(packed, at, `the series ${series}`);
    if (!Number.isFinite(packed[at + VALUE])) throw refused(packed, at, 'no finite value');
    if (!Number.isNaN(packed[at + CLAIMED] ?? NaN)) flags |= CLAIMS;
  }
  return flags;
}

const refused = (packed: PackedReadings, at: number, what: string): RangeError =>
  new RangeError(`The arrival ${packed[at + SEQ]} has ${what}.`);

const isNarrow = (ms: number): boolean => (ms | 0) === ms;

function sizeOf(count: number, flags: number): number {
  const doubles = 1 + (flags & CLAIMS ? 1 : 0) + (flags & WIDE ? 2 : 0);
  return HEADER + count * (doubles * 8 + (flags & WIDE ? 4 : 12) + 1);
}

/** Views of the columns, wide ones first, so that each lies where its numbers may. */
function columnsOf(buffer: ArrayBuffer, count: number, flags: number) {
  let at = HEADER;
  const next = (width: number): number => (at += count * width) - count * width;
  const times = () =>
    flags & WIDE ? new Float64Array(buffer, next(8), count) : new Int32Array(buffer, next(4), count);
  return {
    values: new Float64Array(buffer, next(8), count),
    /** As the device claimed it, whatever it was; NaN: nothing. */
    claimed: flags & CLAIMS ? new Float64Array(buffer, next(8), count) : undefined,
    /** ms; less the base where they are narrow. */
    received: times(),
    /** ms; by how much received was later where they are narrow. */
    times: times(),
    series: new Uint32Array(buffer, next(4), count),
    marks: new Uint8Array(buffer, next(1), count),
  };
}
