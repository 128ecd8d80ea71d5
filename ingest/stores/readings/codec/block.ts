import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { marksCode, marksOf } from '../../codes.ts';
import type { StoredReading } from '../types.ts';
import { BlockUnreadable, byteReader, byteWriter } from './bytes.ts';
import { readDoubles, writeDoubles } from './doubles.ts';
import { readIntegers, writeIntegers } from './integers.ts';

/*
 * A block holds the readings of one series and one UTC hour, ascending in time:
 *
 *   byte 0   version
 *   byte 1   1: what follows is compressed with zstd
 *   count    unsigned
 *   columns  times since the hour's start; values; marks (quality, reason, backfilled);
 *            receipt after source time; then, behind a byte that says whether there are any:
 *            whether each has a claimed time, and the claimed times of those that have
 */
const VERSION = 1;
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
  const block = new Uint8Array(rest.length + 2);
  block[0] = VERSION;
  block[1] = kind;
  block.set(rest, 2);
  return block;
}

/** Throws BlockUnreadable for what another version wrote, or a disk has spoilt. */
export function decodeBlock(hour: number, block: Uint8Array): StoredReading[] {
  if (block[0] !== VERSION)
    throw new BlockUnreadable(`A block of readings has version ${block[0]}, this program knows ${VERSION}.`);
  const rest = block.subarray(2);
  const body = byteReader(block[1] === ZSTD ? decompress(rest) : rest);
  const count = body.unsigned();
  if (count > HOUR) throw new BlockUnreadable('A block of readings claims more than one reading a millisecond.');
  const start = hour * HOUR;
  const times = readIntegers(body, count);
  const values = readDoubles(body, count);
  const marks = readIntegers(body, count);
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
  return times.map((offset, at) => {
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

function decompress(packed: Uint8Array): Uint8Array {
  try {
    return zstdDecompressSync(packed);
  } catch (error) {
    throw new BlockUnreadable('A block of readings is spoilt. Restore readings.db from a backup.', { cause: error });
  }
}
