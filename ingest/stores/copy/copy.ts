import type { SeriesId } from '../../../contract/reading.ts';
import type { StoredReading } from '../readings/types.ts';
import { checksum, DAY, difference, planDay } from './day.ts';
import type { CopyState } from './state.ts';

/** A day of a series that a source holds. */
export interface SourceDay {
  /** Days since 1970 UTC. */
  readonly day: number;
  readonly count: number;
  /** Another one when the day was changed. */
  readonly mark: string;
}

export interface CopySource {
  days(series: SeriesId): Promise<readonly SourceDay[]>;
  /** All readings with from ≤ t < to, ascending. */
  read(series: SeriesId, from: number, to: number): Promise<readonly StoredReading[]>;
}

export interface CopyTarget {
  read(series: SeriesId, from: number, to: number): Promise<readonly StoredReading[]>;
  /** Resolves when durable, with what it will never hold: too old for it, or refused. */
  write(series: SeriesId, readings: readonly StoredReading[]): Promise<{ refused: number }>;
}

/** Sums so far. Readings, unless it says days. */
export interface Copied {
  readonly days: number;
  /** Days that an earlier run copied and that did not change. */
  readonly skipped: number;
  readonly written: number;
  /** There already, as in the source. */
  readonly there: number;
  /** There in a newer version, which stays. */
  readonly newer: number;
  /** What the target will never hold. */
  readonly refused: number;
  /** Days whose check failed: what was read back is not what was written. */
  readonly wrong: readonly { readonly series: SeriesId; readonly day: number; readonly missing: number }[];
}

export interface CopyOptions {
  readonly series: readonly SeriesId[];
  readonly source: CopySource;
  readonly target: CopyTarget;
  readonly state: CopyState;
  /** Told after each day, and whether it may go on. */
  readonly onDay: (sum: Copied, at: { series: SeriesId; day: number }) => boolean;
}

/**
 * Copies day by day: reads both ends, writes what is missing, reads it back and compares count and checksum. Writing
 * the same again changes nothing, so that it can be cut off anywhere and begun again.
 */
export async function copyReadings({ series: all, source, target, state, onDay }: CopyOptions): Promise<Copied> {
  const wrong: { series: SeriesId; day: number; missing: number }[] = [];
  const sum = { days: 0, skipped: 0, written: 0, there: 0, newer: 0, refused: 0, wrong };
  for (const series of all) {
    for (const { day, mark } of await source.days(series)) {
      sum.days += 1;
      if (state.isDone(series, day, mark)) {
        sum.skipped += 1;
        continue;
      }
      const [from, to] = [day * DAY, (day + 1) * DAY];
      const readings = await source.read(series, from, to);
      const { write, expected, newer } = planDay(readings, await target.read(series, from, to));
      const { refused } = write.length === 0 ? { refused: 0 } : await target.write(series, write);
      const missing = write.length === 0 ? [] : difference(expected, await target.read(series, from, to));
      sum.written += write.length - refused;
      sum.there += readings.length - write.length - newer;
      sum.newer += newer;
      sum.refused += refused;
      if (missing.length > refused) wrong.push({ series, day, missing: missing.length - refused });
      else state.done(series, day, { mark, count: expected.length, checksum: checksum(expected) });
      if (!onDay(sum, { series, day })) return sum;
    }
  }
  return sum;
}
