import type { SettleResult, StoredReading } from './types.ts';

export interface Merged extends Omit<SettleResult, 'spoilt'> {
  /** Ascending in time, each time once. */
  readonly readings: readonly StoredReading[];
  /** False: everything was there already. */
  readonly changed: boolean;
}

/**
 * Puts readings (in arrival order) into those of an hour (ascending). One that differs only in its receipt is a
 * duplicate and dropped; another value replaces and is a conflict; the same value graded anew replaces.
 */
export function mergeHour(stored: readonly StoredReading[], arriving: readonly StoredReading[]): Merged {
  const byTime = new Map(stored.map((reading) => [reading.t, reading]));
  let conflicts = 0;
  let duplicates = 0;
  let newest = stored.at(-1)?.t ?? -Infinity;
  let inOrder = true;
  for (const reading of arriving) {
    const there = byTime.get(reading.t);
    if (there === undefined) {
      inOrder &&= reading.t > newest;
      newest = Math.max(newest, reading.t);
    } else if (isDuplicate(there, reading)) {
      duplicates += 1;
      continue;
    } else if (!Object.is(there.value, reading.value)) conflicts += 1;
    byTime.set(reading.t, reading);
  }
  const readings = [...byTime.values()];
  if (!inOrder) readings.sort((a, b) => a.t - b.t);
  return { readings, conflicts, duplicates, changed: duplicates < arriving.length };
}

function isDuplicate(one: StoredReading, other: StoredReading): boolean {
  return (
    Object.is(one.value, other.value) &&
    one.quality === other.quality &&
    one.reason === other.reason &&
    one.backfilled === other.backfilled &&
    one.claimedTime === other.claimedTime
  );
}
