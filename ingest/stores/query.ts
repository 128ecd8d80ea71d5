import type { SeriesId } from '../../contract/reading.ts';
import type { Arrival } from './arrival.ts';
import type { ReadingsStore } from './readings/types.ts';
import type { StoredReading } from './readings/stored.ts';
import type { Tail } from './tail.ts';

export interface ReadingSources {
  readonly readings: Pick<ReadingsStore, 'range' | 'before'>;
  readonly tail: Pick<Tail, 'range' | 'newestBefore'>;
}

/**
 * All readings of a series with from ≤ t < to, ascending, the first `limit` of them; those in the tail win.
 * The tail is read before the store: what leaves it in between is in the store already.
 */
export async function rangeOf(
  { readings, tail }: ReadingSources,
  query: { series: SeriesId; from: number; to: number; limit: number },
): Promise<readonly StoredReading[]> {
  const { series, from, to, limit } = query;
  const recent = tail.range(series, from, to);
  const stored = await readings.range(query);
  const merged: StoredReading[] = [];
  let at = 0;
  for (const reading of stored) {
    for (let next = recent[at]; next !== undefined && next.sourceTime < reading.t; next = recent[++at])
      merged.push(storedOf(next));
    if (recent[at]?.sourceTime !== reading.t) merged.push(reading);
  }
  for (const arrival of recent.slice(at)) merged.push(storedOf(arrival));
  return merged.slice(0, limit);
}

/** The newest reading of a series before a time, wherever it is; undefined: none. */
export async function newestBeforeOf(
  { readings, tail }: ReadingSources,
  series: SeriesId,
  t: number,
): Promise<StoredReading | undefined> {
  const recent = tail.newestBefore(series, t);
  const stored = await readings.before(series, t);
  if (recent === undefined || (stored !== undefined && stored.t > recent.sourceTime)) return stored;
  return storedOf(recent);
}

/** An arrival as a store keeps it. */
export function storedOf(arrival: Arrival): StoredReading {
  const { sourceTime, value, quality, reason, receivedAt, backfilled, claimedTime } = arrival;
  return { t: sourceTime, value, quality, reason, receivedAt, backfilled, claimedTime };
}
