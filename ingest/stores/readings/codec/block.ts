import { marksOf } from '../../codes.ts';
import {
  CLAIMED,
  MARKS,
  packReadings,
  RECEIVED,
  ROW,
  TIME,
  unpackReadings,
  VALUE,
  type PackedReadings,
} from '../../packed.ts';
import type { StoredReading } from '../stored.ts';
import { bitReader, bitWriter, type BitReader, type BitWriter } from './bits.ts';
import { readDoubles, writeDoubles } from './doubles.ts';
import { formerReader, type FormerReader } from './former.ts';
import { BODY_AT, bodyOf, seal } from './head.ts';
import { LARGEST, readIntegers, writeIntegers, writeTimes } from './integers.ts';
import { BlockUnreadable } from './unreadable.ts';

/*
 * A block holds readings of one series within one UTC hour, ascending in time. Behind its head are bits:
 *
 *   count    number
 *   columns  times since the hour's start; values; marks (quality, reason, backfilled);
 *            two bits that say how the receipt is told, and the receipt; then, behind a bit that says whether there are
 *            any: whether each has a claimed time, and the claimed times of those that have
 */
// How the receipt is told.
/** ms after the source time. */
const DELAY = 0;
/** ms since the hour's start: of what was sent late at one time, that is the same again and again. */
const SINCE_START = 1;
/** ms since 1970, as any double. */
const MOMENT = 2;

export const HOUR = 3_600_000;

export const hourOf = (t: number): number => Math.floor(t / HOUR);

/** Times are whole ms within the hour, ascending, each once; values are any doubles but NaN. */
export function encodeBlock(hour: number, readings: readonly StoredReading[]): Uint8Array<ArrayBuffer> {
  return encodeRows(hour, packReadings(readings));
}

/** The same of rows. */
export function encodeRows(hour: number, rows: PackedReadings): Uint8Array<ArrayBuffer> {
  const start = hour * HOUR;
  const times = column(rows, TIME);
  for (let at = 0; at < times.length; at += 1) {
    const t = times[at] ?? 0;
    if (!Number.isInteger(t)) throw new RangeError(`A reading's time is whole ms, not ${t}.`);
    times[at] = t - start;
  }
  const out = bitWriter(BODY_AT);
  out.number(times.length);
  writeTimes(out, times);
  writeDoubles(out, column(rows, VALUE));
  writeIntegers(out, column(rows, MARKS));
  writeReceipt(out, { received: column(rows, RECEIVED), times, start });
  writeClaimed(out, column(rows, CLAIMED));
  return seal(out.finish());
}

/** What a chart needs of a block: far quicker than its readings one by one. */
export interface BlockColumns {
  /** ms within the hour, ascending. */
  readonly offsets: Float64Array;
  readonly values: Float64Array;
  /** The two lowest bits are the quality: 0 good, 1 suspect, 2 bad. */
  readonly marks: Float64Array;
}

interface AllColumns extends BlockColumns {
  /** ms since 1970. */
  readonly received: Float64Array;
  /** NaN: none. */
  readonly claimed: Float64Array;
}

/** Throws BlockUnreadable, and nothing else, for what another version wrote or a disk has spoilt. */
export function decodeBlock(hour: number, block: Uint8Array): StoredReading[] {
  return unpackReadings(decodeRows(hour, block));
}

/** The same in rows. Throws as `decodeBlock` does. */
export function decodeRows(hour: number, block: Uint8Array): PackedReadings {
  const start = hour * HOUR;
  return decode(block, ({ former, bytes }) => {
    const { offsets, values, marks, received, claimed } = former
      ? formerColumns(formerReader(bytes), start)
      : columns(bitReader(bytes), start);
    const rows = new Float64Array(offsets.length * ROW);
    for (let index = 0, at = 0; index < offsets.length; index += 1, at += ROW) {
      marksOf(marks[index] ?? 0);
      rows[at + TIME] = start + (offsets[index] ?? 0);
      rows[at + VALUE] = values[index] ?? 0;
      rows[at + MARKS] = marks[index] ?? 0;
      rows[at + RECEIVED] = received[index] ?? 0;
      rows[at + CLAIMED] = claimed[index] ?? NaN;
    }
    return rows;
  });
}

/** Throws as `decodeBlock` does. */
export function decodeColumns(block: Uint8Array): BlockColumns {
  return decode(block, ({ former, bytes }) => (former ? firstOf(formerReader(bytes)) : firstColumns(bitReader(bytes))));
}

function decode<T>(block: Uint8Array, read: (body: { former: boolean; bytes: Uint8Array }) => T): T {
  const body = bodyOf(block);
  try {
    return read(body);
  } catch (error) {
    if (error instanceof BlockUnreadable) throw error;
    throw new BlockUnreadable('A block of readings is spoilt.', { cause: error });
  }
}

function firstColumns(source: BitReader): BlockColumns {
  const count = countOf(source.number());
  const offsets = inOrder(readIntegers(source, count));
  return { offsets, values: readDoubles(source, count), marks: readIntegers(source, count) };
}

function columns(source: BitReader, start: number): AllColumns {
  const first = firstColumns(source);
  const received = readReceipt(source, { times: first.offsets, start });
  const claimed = readClaimed(source, first.offsets.length);
  source.end();
  return { ...first, received, claimed };
}

function firstOf(source: FormerReader): BlockColumns {
  const count = countOf(source.unsigned());
  const offsets = inOrder(source.integers(count));
  return { offsets, values: source.doubles(count), marks: source.integers(count) };
}

function formerColumns(source: FormerReader, start: number): AllColumns {
  const first = firstOf(source);
  const count = first.offsets.length;
  const received = source.doubles(count).map((delay, at) => start + (first.offsets[at] ?? 0) + delay);
  const any = source.byte() === 1;
  const has = any ? source.integers(count) : new Float64Array(count);
  const claimed = any ? source.doubles(sumOf(has)) : new Float64Array(0);
  return { ...first, received, claimed: spread(claimed, has) };
}

function countOf(count: number): number {
  if (count > HOUR) throw new BlockUnreadable('A block of readings claims more than one reading a millisecond.');
  return count;
}

/** Offsets come one after the other, and within the hour. */
function inOrder(offsets: Float64Array): Float64Array {
  let previous = -1;
  for (let at = 0; at < offsets.length; at += 1) {
    const offset = offsets[at] ?? 0;
    if (!(offset > previous && offset < HOUR)) throw new BlockUnreadable('A block of readings has times out of order.');
    previous = offset;
  }
  return offsets;
}

function column(rows: PackedReadings, which: number): Float64Array<ArrayBuffer> {
  const values = new Float64Array(rows.length / ROW);
  for (let index = 0, at = which; index < values.length; index += 1, at += ROW) values[index] = rows[at] ?? 0;
  return values;
}

interface Receipt {
  /** ms since the hour's start. */
  readonly times: Float64Array;
  readonly start: number;
}

function writeReceipt(out: BitWriter, { received, times, start }: Receipt & { received: Float64Array }): void {
  let whole = true;
  let [delaySteps, momentSteps] = [0, 0];
  for (let at = 0; at < received.length; at += 1) {
    const since = (received[at] ?? 0) - start;
    whole &&= Number.isInteger(received[at]) && Math.abs(since) <= LARGEST / 2;
    if (at === 0) continue;
    const step = (received[at] ?? 0) - (received[at - 1] ?? 0);
    momentSteps += Math.abs(step);
    delaySteps += Math.abs(step - ((times[at] ?? 0) - (times[at - 1] ?? 0)));
  }
  const how = !whole ? MOMENT : momentSteps < delaySteps ? SINCE_START : DELAY;
  out.bits(how, 2);
  if (how === MOMENT) writeDoubles(out, received);
  else
    writeIntegers(
      out,
      received.map((moment, at) => moment - start - (how === DELAY ? (times[at] ?? 0) : 0)),
    );
}

function readReceipt(source: BitReader, { times, start }: Receipt): Float64Array {
  const how = source.bits(2);
  if (how === MOMENT) return readDoubles(source, times.length);
  if (how !== DELAY && how !== SINCE_START)
    throw new BlockUnreadable('A block of readings tells their receipt in a way that this program does not know.');
  const received = readIntegers(source, times.length);
  for (let at = 0; at < received.length; at += 1)
    received[at] = (received[at] ?? 0) + start + (how === DELAY ? (times[at] ?? 0) : 0);
  return received;
}

function writeClaimed(out: BitWriter, claimed: Float64Array): void {
  const those = claimed.filter((time) => !Number.isNaN(time));
  out.bits(those.length === 0 ? 0 : 1, 1);
  if (those.length === 0) return;
  writeIntegers(
    out,
    claimed.map((time) => (Number.isNaN(time) ? 0 : 1)),
  );
  writeDoubles(out, those);
}

function readClaimed(source: BitReader, count: number): Float64Array {
  if (source.bits(1) === 0) return new Float64Array(count).fill(NaN);
  const has = readIntegers(source, count);
  return spread(readDoubles(source, sumOf(has)), has);
}

/** NaN where `has` is not 1. */
function spread(claimed: Float64Array, has: Float64Array): Float64Array {
  let next = 0;
  return has.map((one) => (one === 1 ? (claimed[next++] ?? NaN) : NaN));
}

function sumOf(ones: Float64Array): number {
  return ones.reduce((sum, one) => sum + one, 0);
}
