import type { SeriesId } from '../../contract/reading.ts';
import { createArrivalRows, emptyLog, type RowLog } from './arrival-rows.ts';
import type { Arrival, ArrivalSeq } from './arrival.ts';
import { ROW, SEQ, SERIES, TIME, type PackedReadings } from './packed.ts';

const HOUR = 3_600_000;

export interface DueOptions {
  /** ms epoch. */
  readonly now: number;
  /** ms after an hour's end until which it counts as open. */
  readonly grace: number;
  /** ms that what came late for a closed hour waits for more of its kind, unless `crowd` readings are there. */
  readonly patience: number;
  readonly crowd: number;
  /** Open hours too. */
  readonly all: boolean;
  /** Only hours that hold something of this seq or before. */
  readonly upTo: ArrivalSeq;
  /** About this many readings in a slice; at least one hour. */
  readonly limit: number;
}

/** What one series holds of one hour: its oldest arrivals. */
export interface DueHour {
  readonly series: SeriesId;
  /** Hours since 1970. */
  readonly hour: number;
  readonly count: number;
}

/** What the log of arrivals holds and no store does yet, in memory. A later arrival of equal time wins. */
export interface Tail {
  /** In the order of their seq, after their commit. */
  append(arrivals: PackedReadings): void;
  /** The value at exactly this source time. */
  has(series: SeriesId, t: number): number | undefined;
  /** from ≤ source time < to, ascending. */
  range(series: SeriesId, from: number, to: number): Arrival[];
  /** The newest before a time. */
  newestBefore(series: SeriesId, t: number): Arrival | undefined;
  /**
   * Hours that may be settled, those that wait longest first, in slices: which ones is looked up once, what they hold when
   * their slice is taken.
   */
  due(options: DueOptions): Iterable<readonly DueHour[]>;
  /** The readings of these hours, each hour in the order of its arrivals. */
  pack(hours: readonly DueHour[]): PackedReadings;
  /** What stands now for times of which an arrival with after < seq ≤ upto told something else. */
  replaced(after: ArrivalSeq, upto: ArrivalSeq): PackedReadings;
  /** How many arrivals of the hour have this seq or one before. */
  countUpTo(hour: DueHour, seq: ArrivalSeq): number;
  /** Drops what a store holds durably now; what came for these hours meanwhile stays. */
  settled(hours: readonly DueHour[]): void;
  /** The largest seq such that it and all before it are settled: so far the log may be trimmed. 0: nothing. */
  trimPoint(): ArrivalSeq;
  /** Highest seq so far; 0: none. */
  newestSeq(): ArrivalSeq;
  /** When the oldest arrival that is not settled was received, ms epoch; undefined: none. */
  oldestReceivedAt(): number | undefined;
  /** Arrivals that are not settled. */
  size(): number;
  /** Series that they belong to. */
  series(): number;
}

/** What one series holds of one hour. */
interface Bucket {
  readonly series: SeriesId;
  readonly hour: number;
  /** In the order of their arrival. */
  readonly log: RowLog;
  /** The newest source time, as long as times only ever went up, as they usually do. */
  newest: number;
  /** Places in the log by their time, where times did not only go up. */
  byTime: Map<number, number> | undefined;
  /** Those places by time; undefined when they have to be sorted anew. */
  sorted: number[] | undefined;
}

/** A bucket's readings by time. */
interface Sorted {
  readonly length: number;
  /** Where the one at a position stands in the log. */
  at(position: number): number;
  time(position: number): number;
}

interface SeriesTail {
  /** Ascending: few, as an hour leaves when it is settled. */
  readonly hours: number[];
  readonly buckets: Map<number, Bucket>;
  /** The one that was last asked for. */
  current: Bucket | undefined;
}

export function createTail(): Tail {
  const rows = createArrivalRows();
  const bySeries = new Map<SeriesId, SeriesTail>();
  let newest = 0;
  let size = 0;

  function* buckets(): Generator<Bucket> {
    for (const tail of bySeries.values()) yield* tail.buckets.values();
  }

  const firstSeq = ({ log }: Bucket): number => (log.length === 0 ? Infinity : rows.seq(log, 0));

  /** What stands at `index` of the log finds its place by time. */
  function place(bucket: Bucket, index: number, t = rows.time(bucket.log, index)): void {
    if (bucket.byTime === undefined && t > bucket.newest) {
      bucket.newest = t;
      return;
    }
    if (bucket.byTime === undefined) {
      bucket.byTime = new Map();
      for (let before = 0; before < index; before += 1) bucket.byTime.set(rows.time(bucket.log, before), before);
    }
    bucket.byTime.set(t, index);
    bucket.sorted = undefined;
  }

  function indexAt({ log, byTime, newest: last }: Bucket, t: number): number | undefined {
    if (byTime !== undefined) return byTime.get(t);
    if (t > last) return undefined;
    const index = firstAtLeast(log.length, t, (at) => rows.time(log, at));
    return index < log.length && rows.time(log, index) === t ? index : undefined;
  }

  /** Places in the log by time, the newest arrival of each. */
  function sortedOf(bucket: Bucket): Sorted {
    const { log, byTime } = bucket;
    if (byTime === undefined) return { length: log.length, at: itself, time: (at) => rows.time(log, at) };
    const sorted = (bucket.sorted ??= [...byTime.values()].sort((a, b) => rows.time(log, a) - rows.time(log, b)));
    const at = (position: number) => sorted[position] ?? 0;
    return { length: sorted.length, at, time: (position) => rows.time(log, at(position)) };
  }

  return {
    append(arrivals) {
      for (let at = 0; at < arrivals.length; at += ROW) {
        const t = arrivals[at + TIME] ?? 0;
        const bucket = bucketFor(bySeries, arrivals[at + SERIES] ?? 0, t);
        rows.add(bucket.log, arrivals, at);
        place(bucket, bucket.log.length - 1, t);
        newest = Math.max(newest, arrivals[at + SEQ] ?? 0);
        size += 1;
      }
    },
    has(series, t) {
      const tail = bySeries.get(series);
      const bucket = tail === undefined ? undefined : bucketOf(tail, hourOf(t));
      const index = bucket === undefined ? undefined : indexAt(bucket, t);
      return bucket === undefined || index === undefined ? undefined : rows.value(bucket.log, index);
    },
    range(series, from, to) {
      const tail = bySeries.get(series);
      const found: Arrival[] = [];
      if (tail === undefined) return found;
      const { hours } = tail;
      for (let at = firstAtLeast(hours.length, hourOf(from), (one) => hours[one] ?? 0); at < hours.length; at += 1) {
        const hour = hours[at] ?? 0;
        if (hour * HOUR >= to) break;
        const bucket = tail.buckets.get(hour);
        if (bucket === undefined) continue;
        const sorted = sortedOf(bucket);
        for (let next = firstAtLeast(sorted.length, from, sorted.time); next < sorted.length; next += 1) {
          if (sorted.time(next) >= to) break;
          found.push(rows.at(bucket.log, sorted.at(next)));
        }
      }
      return found;
    },
    newestBefore(series, t) {
      const tail = bySeries.get(series);
      if (tail === undefined) return undefined;
      const { hours } = tail;
      for (let at = firstAtLeast(hours.length, hourOf(t) + 1, (one) => hours[one] ?? 0) - 1; at >= 0; at -= 1) {
        const bucket = tail.buckets.get(hours[at] ?? 0);
        if (bucket === undefined) continue;
        const sorted = sortedOf(bucket);
        const before = firstAtLeast(sorted.length, t, sorted.time) - 1;
        if (before >= 0) return rows.at(bucket.log, sorted.at(before));
      }
      return undefined;
    },
    *due(options) {
      const ready = [...buckets()]
        .filter((bucket) => {
          const { log } = bucket;
          if (log.length === 0) return false;
          return isDue(bucket, { seq: rows.seq(log, 0), receivedAt: rows.receivedAt(log, 0) }, options);
        })
        .map((bucket) => ({ bucket, first: firstSeq(bucket) }));
      ready.sort((a, b) => a.first - b.first);
      let hours: DueHour[] = [];
      let count = 0;
      for (const { bucket } of ready) {
        hours.push({ series: bucket.series, hour: bucket.hour, count: bucket.log.length });
        count += bucket.log.length;
        if (count < options.limit) continue;
        yield hours;
        hours = [];
        count = 0;
      }
      if (hours.length > 0) yield hours;
    },
    pack(hours) {
      const packed = new Float64Array(hours.reduce((sum, { count }) => sum + count, 0) * ROW);
      let to = 0;
      for (const { series, hour, count } of hours) {
        const log = bySeries.get(series)?.buckets.get(hour)?.log;
        if (log !== undefined) rows.pack(log, count, packed, to);
        to += count * ROW;
      }
      return packed;
    },
    replaced(after, upto) {
      const standing: { readonly log: RowLog; readonly index: number }[] = [];
      for (const { log, byTime } of buckets()) {
        // Where times only ever went up, nothing was.
        if (byTime === undefined) continue;
        const found = new Set<number>();
        for (let at = firstAtLeast(log.length, after + 1, (one) => rows.seq(log, one)); at < log.length; at += 1) {
          if (rows.seq(log, at) > upto) break;
          const newer = byTime.get(rows.time(log, at));
          if (newer !== undefined && newer !== at) found.add(newer);
        }
        for (const index of found) standing.push({ log, index });
      }
      const packed = new Float64Array(standing.length * ROW);
      for (const [at, { log, index }] of standing.entries()) rows.packOne(log, index, packed, at * ROW);
      return packed;
    },
    countUpTo({ series, hour, count }, seq) {
      const log = bySeries.get(series)?.buckets.get(hour)?.log;
      if (log === undefined) return 0;
      return Math.min(
        count,
        firstAtLeast(log.length, seq + 1, (at) => rows.seq(log, at)),
      );
    },
    settled(hours) {
      for (const { series, hour, count } of hours) {
        const tail = bySeries.get(series);
        const bucket = tail?.buckets.get(hour);
        if (tail === undefined || bucket === undefined) continue;
        // They were the first to arrive; what came meanwhile, and may have replaced them, stays.
        const { log } = bucket;
        rows.drop(log, count);
        size -= count;
        // Where times only ever went up, they do so still.
        if (bucket.byTime !== undefined) {
          Object.assign(bucket, { newest: -Infinity, byTime: undefined, sorted: undefined });
          for (let index = 0; index < log.length; index += 1) place(bucket, index);
        }
        if (log.length === 0) removeHour(tail, hour);
        if (tail.hours.length === 0) bySeries.delete(series);
      }
    },
    trimPoint() {
      let first = newest + 1;
      for (const bucket of buckets()) first = Math.min(first, firstSeq(bucket));
      return first - 1;
    },
    oldestReceivedAt() {
      let oldest: RowLog | undefined;
      for (const { log } of buckets()) {
        if (log.length > 0 && (oldest === undefined || rows.seq(log, 0) < rows.seq(oldest, 0))) oldest = log;
      }
      return oldest === undefined ? undefined : rows.receivedAt(oldest, 0);
    },
    newestSeq: () => newest,
    size: () => size,
    series: () => bySeries.size,
  };
}

function bucketOf(tail: SeriesTail, hour: number): Bucket | undefined {
  return tail.current?.hour === hour ? tail.current : tail.buckets.get(hour);
}

function bucketFor(bySeries: Map<SeriesId, SeriesTail>, series: SeriesId, t: number): Bucket {
  let tail = bySeries.get(series);
  if (tail === undefined) {
    tail = { hours: [], buckets: new Map(), current: undefined };
    bySeries.set(series, tail);
  }
  const hour = hourOf(t);
  const known = bucketOf(tail, hour);
  if (known !== undefined) return (tail.current = known);
  const bucket: Bucket = { series, hour, log: emptyLog(), newest: -Infinity, byTime: undefined, sorted: undefined };
  tail.current = bucket;
  tail.buckets.set(hour, bucket);
  const { hours } = tail;
  hours.splice(
    firstAtLeast(hours.length, hour, (at) => hours[at] ?? 0),
    0,
    hour,
  );
  return bucket;
}

function removeHour(tail: SeriesTail, hour: number): void {
  if (tail.current?.hour === hour) tail.current = undefined;
  tail.buckets.delete(hour);
  tail.hours.splice(tail.hours.indexOf(hour), 1);
}

/** `first`: its arrival that waits longest. */
function isDue(
  bucket: Bucket,
  first: { readonly seq: ArrivalSeq; readonly receivedAt: number },
  { now, grace, patience, crowd, all, upTo }: DueOptions,
): boolean {
  if (first.seq > upTo) return false;
  if (all) return true;
  if ((bucket.hour + 1) * HOUR + grace > now) return false;
  // A wall clock that stepped back must not make them wait.
  return bucket.log.length >= crowd || Math.abs(now - first.receivedAt) >= patience;
}

/** The first of `length` places whose key, which ascends, is ≥ `key`; `length`: none. */
function firstAtLeast(length: number, key: number, keyOf: (at: number) => number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(middle) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

const hourOf = (t: number): number => Math.floor(t / HOUR);
const itself = (at: number): number => at;
