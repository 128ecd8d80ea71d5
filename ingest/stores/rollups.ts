import type { SeriesId } from '../../contract/reading.ts';
import type { Hour } from '../standards/hour.ts';
import type { Span } from '../standards/timeline.ts';

/** What a series held of an hour or of a local day. Derived from readings, kept when those are gone. */
export interface Rollup extends Span, Hour {}

/** An hour (since 1970 UTC) of a series whose readings changed. */
export interface SeriesHour {
  readonly series: SeriesId;
  readonly hour: number;
}

/** A change that waits for its computation; `id` strikes it off, unless there was another one meanwhile. */
export interface ChangedHour extends SeriesHour {
  readonly id: number;
}

export interface ChangedDay extends Span {
  readonly id: number;
  readonly series: SeriesId;
}

/** Hours from `first` to before `next` were computed, readings or none. */
export interface Computed {
  readonly first: number;
  readonly next: number;
}

/** Everything that one computation gives of a series. */
export interface RollupBatch {
  readonly series: SeriesId;
  readonly hours?: readonly Rollup[];
  readonly days?: readonly Rollup[];
  readonly computed?: Computed;
  /** Local days that have to be put together anew. */
  readonly changedDays?: readonly Span[];
  /** Ids of changes that these hours and days have taken in. */
  readonly doneHours?: readonly number[];
  readonly doneDays?: readonly number[];
}

export interface RollupQuery extends Span {
  readonly series: SeriesId;
  /** With their standards; a chart needs none. */
  readonly standards: boolean;
}

/** Rows of a range with what is known to be wrong about them, as of one moment. */
export interface RollupRange {
  /** Ascending; those that lie wholly within the range. */
  readonly rows: readonly Rollup[];
  readonly computed: Computed | undefined;
  /** Hours from `reach` before the range to its end that changed and have not been computed since; ascending. */
  readonly changed: readonly number[];
  /** Starts of days within the range that wait to be put together. */
  readonly changedDays: readonly number[];
}

/** Hours and days of all series. Lies in readings.db, also where the readings themselves are elsewhere. */
export interface Rollups {
  /** Marks hours whose readings changed. Durable on return: call it before the log of arrivals may forget them. */
  note(hours: readonly SeriesHour[]): Promise<void>;
  /** Hours before `before` that wait, those of one series together; at most `limit`. */
  changed(before: number, limit: number): Promise<readonly ChangedHour[]>;
  /** Days that wait, ended before a moment (ms epoch), all of whose hours were computed; at most `limit`. */
  changedDays(before: number, limit: number): Promise<readonly ChangedDay[]>;
  computed(): Promise<ReadonlyMap<SeriesId, Computed>>;
  /** One transaction, durable on return. */
  put(batches: readonly RollupBatch[]): Promise<void>;
  /** `reach`: ms for which a value may hold beyond its hour. */
  hours(query: RollupQuery & { readonly reach: number }): Promise<RollupRange>;
  days(query: RollupQuery & { readonly reach: number }): Promise<RollupRange>;
  /** Since when readings of a series are there (ms epoch), where older ones were let go; -Infinity: none were. */
  readingsSince(series: SeriesId): number;
  /** Notes that a store outside has let go what is older than this (ms epoch), by whole hours. */
  letGo(before: number): Promise<void>;
}
