import type { HoldLimit } from '../standards/hour.ts';
import { indexAt, type Span } from '../standards/timeline.ts';

/** Quality as the stores number it. */
export const GOOD = 0;
export const SUSPECT = 1;
export const BAD = 2;

/** What a chart shows of one stretch of time. Times in ms; null where nothing was. */
export interface Bucket extends Span {
  /** Good readings. */
  readonly count: number;
  /** Of the good values that held within it, the one carried into it included. */
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
  readonly last: number | null;
  readonly good: number;
  readonly suspect: number;
  readonly bad: number;
  /** The rest: nothing held. */
  readonly missing: number;
  /** Value of the newest suspect and of the newest bad reading in it. */
  readonly suspectValue: number | null;
  readonly badValue: number | null;
}

/** Rows of `COLUMNS` doubles, one a bucket, NaN for null; they change threads without being copied. */
export type PackedBuckets = Float64Array<ArrayBuffer>;

export const COLUMNS = 10;
const COUNT = 0;
const MIN = 1;
const MEAN = 2;
const MAX = 3;
const LAST = 4;
const GOOD_TIME = 5;
const SUSPECT_TIME = 6;
const BAD_TIME = 7;
const SUSPECT_VALUE = 8;
const BAD_VALUE = 9;

export interface BucketsInput {
  /** Where buckets begin and end, ms epoch, ascending: one more than there are buckets. */
  readonly edges: readonly number[] | Float64Array;
  /** As for `hour`. */
  readonly holds: readonly HoldLimit[];
  readonly downtimes: readonly Span[];
}

/** Takes readings one after the other, so that none has to be kept. */
export interface Bucketer {
  /** In ascending order of time; the newest one before the first edge begins. */
  add(t: number, value: number, quality: number): void;
  finish(): PackedBuckets;
}

/**
 * Sums up readings into buckets by the rules of `hour`: a value holds until the next reading, at most its hold, and not
 * across a downtime of ours. No extreme is lost, however wide a bucket is.
 */
export function bucketer({ edges, holds, downtimes }: BucketsInput): Bucketer {
  const count = Math.max(0, edges.length - 1);
  const start = edges[0] ?? 0;
  const end = edges[count] ?? 0;
  const rows = new Float64Array(count * COLUMNS);
  for (let row = 0; row < rows.length; row += COLUMNS) {
    rows.fill(NaN, row + MIN, row + GOOD_TIME);
    rows.fill(NaN, row + SUSPECT_VALUE, row + COLUMNS);
    // The mean is summed up around a bucket's first value, so that equal ones have exactly that value as their mean.
    rows[row + MEAN] = 0;
  }
  const bases = new Float64Array(count).fill(NaN);
  const falls = downtimes.map(({ from }) => from).sort((a, b) => a - b);
  const holdFrom = holds.map(({ from }) => from);
  let fall = 0;
  let at = 0;
  let t = NaN;
  let value = 0;
  let quality = GOOD;

  function held(from: number, to: number): void {
    while (at < count && (edges[at + 1] ?? 0) <= from) at += 1;
    for (let bucket = at, begin = from; begin < to && bucket < count; bucket += 1) {
      const stop = Math.min(to, edges[bucket + 1] ?? 0);
      const row = bucket * COLUMNS;
      add(row + GOOD_TIME + quality, stop - begin);
      if (quality === GOOD) take(bucket, row, stop - begin);
      begin = stop;
    }
  }

  function take(bucket: number, row: number, time: number): void {
    const base = bases[bucket] ?? NaN;
    if (Number.isNaN(base)) {
      bases[bucket] = value;
      rows[row + MIN] = value;
      rows[row + MAX] = value;
    } else {
      if (value < (rows[row + MIN] ?? 0)) rows[row + MIN] = value;
      if (value > (rows[row + MAX] ?? 0)) rows[row + MAX] = value;
      add(row + MEAN, (value - base) * time);
    }
    rows[row + LAST] = value;
  }

  function add(index: number, more: number): void {
    rows[index] = (rows[index] ?? 0) + more;
  }

  /** The reading before ends where the next one begins. */
  function close(next: number): void {
    if (Number.isNaN(t)) return;
    while (fall < falls.length && (falls[fall] ?? 0) < t) fall += 1;
    const hold = holds.length === 0 ? 0 : (holds[Math.max(0, indexAt(holdFrom, t))]?.hold ?? 0);
    const to = Math.min(end, next, t + hold, falls[fall] ?? Infinity);
    const from = Math.max(start, t);
    if (from < to) held(from, to);
  }

  function note(): void {
    if (t < start || t >= end) return;
    let bucket = at;
    while ((edges[bucket + 1] ?? Infinity) <= t) bucket += 1;
    const row = bucket * COLUMNS;
    if (quality === GOOD) add(row + COUNT, 1);
    else rows[row + (quality === SUSPECT ? SUSPECT_VALUE : BAD_VALUE)] = value;
  }

  return {
    add(nextT, nextValue, nextQuality) {
      close(nextT);
      t = nextT;
      value = nextValue;
      quality = nextQuality;
      note();
    },
    finish() {
      close(Infinity);
      for (let bucket = 0; bucket < count; bucket += 1) {
        const row = bucket * COLUMNS;
        const time = rows[row + GOOD_TIME] ?? 0;
        rows[row + MEAN] = time === 0 ? NaN : (bases[bucket] ?? 0) + (rows[row + MEAN] ?? 0) / time;
      }
      return rows;
    },
  };
}

const MS = 1_000;
/** Means are told so exactly. */
export const MEAN_UNIT = 1e4;

/** The same in columns, times in seconds, as a chart is answered: without an object for each bucket. */
export function bucketColumns(packed: PackedBuckets, edges: BucketsInput['edges']) {
  const buckets = packed.length / COLUMNS;
  const column = <T>(valueOf: (row: number, bucket: number) => T): T[] => {
    const values: T[] = [];
    for (let bucket = 0, row = 0; bucket < buckets; bucket += 1, row += COLUMNS) values.push(valueOf(row, bucket));
    return values;
  };
  const orNull = (index: number) => column((row) => numberOrNull(packed[row + index]));
  const seconds = (index: number) => column((row) => Math.round(packed[row + index] ?? 0) / MS);
  return {
    count: column((row) => packed[row + COUNT] ?? 0),
    min: orNull(MIN),
    mean: column((row) => {
      const mean = numberOrNull(packed[row + MEAN]);
      return mean === null ? null : Math.round(mean * MEAN_UNIT) / MEAN_UNIT;
    }),
    max: orNull(MAX),
    last: orNull(LAST),
    suspect: seconds(SUSPECT_TIME),
    bad: seconds(BAD_TIME),
    missing: column((row, bucket) => {
      const held = (packed[row + GOOD_TIME] ?? 0) + (packed[row + SUSPECT_TIME] ?? 0) + (packed[row + BAD_TIME] ?? 0);
      return Math.round((edges[bucket + 1] ?? 0) - (edges[bucket] ?? 0) - held) / MS;
    }),
    suspectValue: orNull(SUSPECT_VALUE),
    badValue: orNull(BAD_VALUE),
  };
}

export type BucketColumns = ReturnType<typeof bucketColumns>;

function numberOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

export function unpackBuckets(packed: PackedBuckets, edges: BucketsInput['edges']): Bucket[] {
  const found: Bucket[] = [];
  for (let row = 0, bucket = 0; row < packed.length; row += COLUMNS, bucket += 1) {
    const at = (column: number) => packed[row + column] ?? NaN;
    const orNull = (column: number) => numberOrNull(packed[row + column]);
    const [from, to] = [edges[bucket] ?? 0, edges[bucket + 1] ?? 0];
    const [good, suspect, bad] = [at(GOOD_TIME), at(SUSPECT_TIME), at(BAD_TIME)];
    found.push({
      from,
      to,
      count: at(COUNT),
      min: orNull(MIN),
      mean: orNull(MEAN),
      max: orNull(MAX),
      last: orNull(LAST),
      good,
      suspect,
      bad,
      missing: to - from - good - suspect - bad,
      suspectValue: orNull(SUSPECT_VALUE),
      badValue: orNull(BAD_VALUE),
    });
  }
  return found;
}
