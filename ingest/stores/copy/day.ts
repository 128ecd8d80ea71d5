import { createHash } from 'node:crypto';
import { marksCode } from '../codes.ts';
import { ON_TIME } from '../influx/fields.ts';
import { packReadings } from '../packed.ts';
import type { StoredReading } from '../readings/stored.ts';

/** ms. */
export const DAY = 86_400_000;

/** What has to be written for a target to hold what its source does, and what it is to hold then. */
export interface Plan {
  readonly write: readonly StoredReading[];
  /** Of the source's times, what the target is to hold. */
  readonly expected: readonly StoredReading[];
  /** Times where the target has something newer already, which stays. */
  readonly newer: number;
}

/** Of two readings of one time the one received later counts, wherever it is; of two received together, the source's. */
export function planDay(source: readonly StoredReading[], target: readonly StoredReading[]): Plan {
  const there = new Map(target.map((reading) => [reading.t, reading]));
  const write: StoredReading[] = [];
  const expected: StoredReading[] = [];
  let newer = 0;
  for (const reading of source) {
    const held = there.get(reading.t);
    if (held !== undefined && isSame(held, reading)) {
      expected.push(held);
    } else if (held !== undefined && isLater(held, reading)) {
      newer += 1;
      expected.push(held);
    } else {
      write.push(reading);
      expected.push(reading);
    }
  }
  return { write, expected, newer };
}

/**
 * Compares count and checksum of what a target is to hold with what it holds at those times. Where they differ: what it
 * lacks; what it received since then is newer, and no lack.
 */
export function difference(expected: readonly StoredReading[], target: readonly StoredReading[]): StoredReading[] {
  const times = new Set(expected.map(({ t }) => t));
  const found = target.filter(({ t }) => times.has(t));
  if (found.length === expected.length && checksum(found) === checksum(expected)) return [];
  const there = new Map(found.map((reading) => [reading.t, reading]));
  return expected.filter((reading) => {
    const held = there.get(reading.t);
    return held === undefined || (!isSame(held, reading) && !isLater(held, reading));
  });
}

/** SHA-256 over times, values and all that is kept beside them, hex. */
export function checksum(readings: readonly StoredReading[]): string {
  return createHash('sha256')
    .update(new Uint8Array(packReadings(readings).buffer))
    .digest('hex');
}

function isSame(one: StoredReading, other: StoredReading): boolean {
  return (
    Object.is(one.value, other.value) &&
    marksCode(one) === marksCode(other) &&
    (one.receivedAt === other.receivedAt || areOnTime(one, other)) &&
    one.claimedTime === other.claimedTime
  );
}

/** What is there came later, or may have: then it stays. */
function isLater(held: StoredReading, reading: StoredReading): boolean {
  return held.receivedAt > reading.receivedAt || areOnTime(held, reading);
}

/** InfluxDB keeps no receipt of what came on time: which of two was first is not to be told then. */
function areOnTime(held: StoredReading, reading: StoredReading): boolean {
  const delay = reading.receivedAt - reading.t;
  return held.receivedAt === held.t && delay >= 0 && delay <= ON_TIME;
}
