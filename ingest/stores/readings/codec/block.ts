import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { marksCode, marksOf } from '../../codes.ts';
import type { StoredReading } from '../types.ts';
import { BlockUnreadable, byteReader, byteWriter, type ByteReader } from './bytes.ts';
import { readDoubles, writeDoubles } from './doubles.ts';
import { readIntegers, writeIntegers } from './integers.ts';

/*
 * A block holds the readings of one series and one UTC hour, ascending in time:
 *
 *   byte 0   version
 *   byte 1   1: what follows the sum is compressed with zstd
 *   4 bytes  CRC-32 of byte 1 and of what follows the sum, little-endian; not in version 1
 *   count    unsigned
 *   columns  times since the hour's start; values; marks (quality, reason, backfilled);
 *            receipt after source time; then, behind a byte that says whether there are any:
 *            whether each has a claimed time, and the claimed times of those that have
 */
const VERSION = 2;
/** Has no sum: a spoilt byte may go unnoticed. Still read, never written. */
const WITHOUT_SUM = 1;
const SUM_AT = 2;
const PLAIN = 0;
const ZSTD = 1;

export const HOUR = 3_600_000;

export const hourOf = (t: number): number => Math.floor(t / HOUR);

/** Times are whole ms within the hour, ascending, each once; values are any doubles but NaN. */
export function encodeBlock(hour: number, readings: readonly StoredReading[]): Uint8Array<ArrayBuffer> {
  const start = hour * HOUR;
  for (const { t } of readings)
    if (!Number.isInteger(t)) throw new RangeError(`A reading's time is whole ms, not ${t}.`);
  const body = byteWriter();
  body.unsigned(readings.length);
  writeIntegers(
    body,
    readings.map(({ t }) => t - start),
  );
  writeDoubles(
    body,
    readings.map(({ value }) => value),
  );
  writeIntegers(body, readings.map(marksCode));
  writeDoubles(
    body,
    readings.map(({ t, receivedAt }) => receivedAt - t),
  );
  const claimed = readings.map(({ claimedTime }) => claimedTime).filter((time) => time !== null);
  body.byte(claimed.length === 0 ? 0 : 1);
  if (claimed.length > 0) {
    writeIntegers(
      body,
      readings.map(({ claimedTime }) => (claimedTime === null ? 0 : 1)),
    );
    writeDoubles(body, claimed);
  }
  const plain = body.finish();
  const packed = zstdCompressSync(plain);
  const [kind, rest] = packed.length < plain.length ? [ZSTD, packed] : [PLAIN, plain];
  const block = new Uint8Array(SUM_AT + 4 + rest.length);
  block[0] = VERSION;
  block[1] = kind;
  new DataView(block.buffer).setUint32(SUM_AT, crc32(rest, kind), true);
  block.set(rest, SUM_AT + 4);
  return block;
}

/** What a chart needs of a block: far quicker than its readings one by one. */
export interface BlockColumns {
  /** ms within the hour, ascending. */
  readonly offsets: readonly number[];
  readonly values: readonly number[];
  /** The two lowest bits are the quality: 0 good, 1 suspect, 2 bad. */
  readonly marks: readonly number[];
}

/** Throws BlockUnreadable, and nothing else, for what another version wrote or a disk has spoilt. */
export function decodeBlock(hour: number, block: Uint8Array): StoredReading[] {
  return decode(block, (body) => decodeBody(hour, body));
}

/** Throws as `decodeBlock` does. */
export function decodeColumns(block: Uint8Array): BlockColumns {
  return decode(block, (body) => {
    const columns = decodeFirst(body);
    let previous = -1;
    for (const offset of columns.offsets) previous = following(previous, offset);
    return columns;
  });
}

function decode<T>(block: Uint8Array, read: (body: ByteReader) => T): T {
  const packed = checkedBody(block);
  try {
    return read(byteReader(block[1] === ZSTD ? zstdDecompressSync(packed) : packed));
  } catch (error) {
    if (error instanceof BlockUnreadable) throw error;
    throw new BlockUnreadable('A block of readings is spoilt.', { cause: error });
  }
}

function decodeFirst(body: ByteReader): BlockColumns {
  const count = body.unsigned();
  if (count > HOUR) throw new BlockUnreadable('A block of readings claims more than one reading a millisecond.');
  return { offsets: readIntegers(body, count), values: readDoubles(body, count), marks: readIntegers(body, count) };
}

/** The offset, which has to come after the one before and within the hour. */
function following(previous: number, offset: number): number {
  if (!(offset > previous && offset < HOUR)) throw new BlockUnreadable('A block of readings has times out of order.');
  return offset;
}

function checkedBody(block: Uint8Array): Uint8Array {
  const [version, kind] = block;
  if (version === WITHOUT_SUM) return block.subarray(SUM_AT);
  if (version !== VERSION)
    throw new BlockUnreadable(`A block of readings has version ${version}, this program knows up to ${VERSION}.`);
  const body = block.subarray(SUM_AT + 4);
  if (kind === undefined || block.length < SUM_AT + 4) throw new BlockUnreadable('A block of readings is cut off.');
  const sum = new DataView(block.buffer, block.byteOffset).getUint32(SUM_AT, true);
  if (sum !== crc32(body, kind)) throw new BlockUnreadable('A block of readings is spoilt: its check sum is another.');
  return body;
}

function decodeBody(hour: number, body: ByteReader): StoredReading[] {
  const { offsets, values, marks } = decodeFirst(body);
  const count = offsets.length;
  const start = hour * HOUR;
  const delays = readDoubles(body, count);
  const anyClaimed = body.byte() === 1;
  const hasClaimed = anyClaimed ? readIntegers(body, count) : [];
  const claimed = anyClaimed
    ? readDoubles(
        body,
        hasClaimed.reduce((sum, one) => sum + one, 0),
      )
    : [];
  let nextClaimed = 0;
  let previous = -1;
  return offsets.map((offset, at) => {
    previous = following(previous, offset);
    const t = start + offset;
    const { quality, reason, backfilled } = marksOf(marks[at] ?? 0);
    return {
      t,
      value: values[at] ?? 0,
      quality,
      reason,
      receivedAt: t + (delays[at] ?? 0),
      backfilled,
      claimedTime: hasClaimed[at] === 1 ? (claimed[nextClaimed++] ?? null) : null,
    };
  });
}
