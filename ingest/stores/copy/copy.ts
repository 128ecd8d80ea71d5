import type { SeriesId } from '../../../contract/reading.ts';
import type { StoredReading } from '../readings/stored.ts';
import { storedOf } from '../query.ts';
import { checksum, DAY, difference, planDay } from './day.ts';
import type { CopyLog } from './log.ts';
import type { CopyState } from './state.ts';

/** A day of a series that a source holds. */
export interface SourceDay {
  /** Days since 1970 UTC. */
  readonly day: number;
  /** Another one when the day was changed. */
  readonly mark: string;
}

export interface CopySource {
  days(series: SeriesId): Promise<readonly SourceDay[]>;
  /** All readings with from ≤ t < to, ascending. */
  read(series: SeriesId, from: number, to: number): Promise<readonly StoredReading[]>;
}

/** What a target will not hold of what it was given. */
export interface Refused {
  /** Readings that are older than it keeps. */
  readonly tooOld: number;
  /** Others, each with the target's words. */
  readonly rejected: readonly { readonly t: number; readonly why: string }[];
}

export interface CopyTarget {
  read(series: SeriesId, from: number, to: number): Promise<readonly StoredReading[]>;
  /** Resolves when durable. */
  write(series: SeriesId, readings: readonly StoredReading[]): Promise<Refused>;
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
  /** Left to the running system, whose log holds something for their times. */
  readonly waiting: number;
  /** Older than the target keeps. */
  readonly tooOld: number;
  /** Refused by the target for another reason. */
  readonly rejected: number;
  /** The target's words about the first of them. */
  readonly why: string | null;
  /** Days whose check failed: what was read back is not what was written. */
  readonly wrong: readonly { readonly series: SeriesId; readonly day: number; readonly missing: number }[];
}

export interface CopyOptions {
  readonly series: readonly SeriesId[];
  readonly source: CopySource;
  readonly target: CopyTarget;
  readonly state: CopyState;
  readonly log: CopyLog;
  /** Told after each day, and whether it may go on. */
  readonly onDay: (sum: Copied, at: { series: SeriesId; day: number }) => boolean;
}

/**
 * Copies day by day: reads both ends, writes what is missing, reads it back and compares count and checksum. Writing
 * the same again changes nothing, so that it can be cut off anywhere and begun again. A day counts as done when the
 * target holds all of it.
 */
export async function copyReadings({ series: all, source, target, state, log, onDay }: CopyOptions): Promise<Copied> {
  const wrong: { series: SeriesId; day: number; missing: number }[] = [];
  const none = { days: 0, skipped: 0, written: 0, there: 0, newer: 0, waiting: 0, tooOld: 0, rejected: 0 };
  const sum: { -readonly [Key in keyof Copied]: Copied[Key] } = { ...none, why: null, wrong };
  for (const series of all) {
    for (const { day, mark } of await source.days(series)) {
      sum.days += 1;
      if (state.isDone(series, day, mark)) {
        sum.skipped += 1;
        continue;
      }
      const copied = await copyDay({ source, target, log }, series, day);
      sum.written += copied.written;
      sum.there += copied.there;
      sum.newer += copied.newer;
      sum.waiting += copied.waiting;
      sum.tooOld += copied.tooOld;
      sum.rejected += copied.rejected.length;
      sum.why ??= copied.rejected[0]?.why ?? null;
      const { expected, missing } = copied;
      if (missing > 0) wrong.push({ series, day, missing });
      else if (copied.tooOld + copied.rejected.length + copied.waiting === 0)
        state.done(series, day, { mark, count: expected.length, checksum: checksum(expected) });
      if (!onDay(sum, { series, day })) return sum;
    }
  }
  return sum;
}

async function copyDay(
  { source, target, log }: Pick<CopyOptions, 'source' | 'target' | 'log'>,
  series: SeriesId,
  day: number,
) {
  const [from, to] = [day * DAY, (day + 1) * DAY];
  log.begin();
  const all = await source.read(series, from, to);
  const held = await target.read(series, from, to);
  log.look();
  const readings = all.filter(({ t }) => log.at(series, t) === undefined);
  const { write, expected: planned, newer } = planDay(readings, held);
  const refused: Refused = write.length === 0 ? { tooOld: 0, rejected: [] } : await target.write(series, write);
  const expected = await restoreOvertaken(planned, write);
  const lost = write.length === 0 ? [] : difference(expected, await target.read(series, from, to));
  const gone = new Set(refused.rejected.map(({ t }) => t));
  const missing = lost.filter(({ t }) => !gone.has(t)).length - refused.tooOld;
  return {
    ...refused,
    expected,
    missing: Math.max(0, missing),
    written: write.length - refused.tooOld - refused.rejected.length,
    there: readings.length - write.length - newer,
    newer,
    waiting: all.length - readings.length,
  };

  /** What arrived for the same times meanwhile may have been there before our write: it is written once more. */
  async function restoreOvertaken(
    wanted: readonly StoredReading[],
    written: readonly StoredReading[],
  ): Promise<readonly StoredReading[]> {
    const restored = new Map<number, StoredReading>();
    const seqs = new Map<number, number>();
    for (;;) {
      log.look();
      const later = written.flatMap(({ t }) => log.at(series, t) ?? []);
      const again = later.filter(({ sourceTime, seq }) => seq !== seqs.get(sourceTime));
      if (again.length === 0) return wanted.map((reading) => restored.get(reading.t) ?? reading);
      await target.write(series, again.map(storedOf));
      for (const arrival of again) {
        seqs.set(arrival.sourceTime, arrival.seq);
        restored.set(arrival.sourceTime, storedOf(arrival));
      }
    }
  }
}
