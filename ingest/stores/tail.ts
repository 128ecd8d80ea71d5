import type { SeriesId } from '../../contract/reading.ts';
import { createArrivalRows } from './arrival-rows.ts';
import type { Arrival, ArrivalSeq } from './ledger/types.ts';
import { ROW, type PackedReadings } from './packed.ts';

const HOUR = 3_600_000;
const NONE = -1;

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
  /** About this many readings at once; at least one hour. */
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
  append(arrival: Arrival): void;
  /** The value at exactly this source time. */
  has(series: SeriesId, t: number): number | undefined;
  /** from ≤ source time < to, ascending. */
  range(series: SeriesId, from: number, to: number): Arrival[];
  /** The newest before a time. */
  newestBefore(series: SeriesId, t: number): Arrival | undefined;
  /** Hours that may be settled, those that wait longest first. */
  due(options: DueOptions): DueHour[];
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
}

/** What one series holds of one hour. */
interface Bucket {
  readonly series: SeriesId;
  readonly hour: number;
  /** Rows in arrival order. */
  log: number[];
  /** The newest source time, as long as times only ever went up, as they usually do. */
  newest: number;
  /** Rows by their time, where times did not only go up. */
  byTime: Map<number, number> | undefined;
  /** byTime's rows by time; undefined when they have to be sorted anew. */
  sorted: number[] | undefined;
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

  const firstSeq = ({ log: [first] }: Bucket): number => (first === undefined ? Infinity : rows.seq(first));

  function place(bucket: Bucket, row: number, t: number): void {
    bucket.log.push(row);
    if (bucket.byTime === undefined && t > bucket.newest) {
      bucket.newest = t;
      return;
    }
    // The row is in the log already.
    bucket.byTime ??= new Map(bucket.log.map((one) => [rows.time(one), one]));
    bucket.byTime.set(t, row);
    bucket.sorted = undefined;
  }

  function rowAt(bucket: Bucket, t: number): number | undefined {
    if (bucket.byTime !== undefined) return bucket.byTime.get(t);
    if (t > bucket.newest) return undefined;
    const row = bucket.log[firstAtLeast(bucket.log, t, rows.time)];
    return row !== undefined && rows.time(row) === t ? row : undefined;
  }

  /** By time, the newest arrival of each. */
  function sortedOf(bucket: Bucket | undefined): readonly number[] {
    if (bucket?.byTime === undefined) return bucket?.log ?? [];
    bucket.sorted ??= [...bucket.byTime.values()].sort((a, b) => rows.time(a) - rows.time(b));
    return bucket.sorted;
  }

  return {
    append(arrival) {
      const row = rows.add(arrival);
      place(bucketFor(bySeries, arrival), row, arrival.sourceTime);
      newest = Math.max(newest, arrival.seq);
      size += 1;
    },
    has(series, t) {
      const tail = bySeries.get(series);
      const bucket = tail === undefined ? undefined : bucketOf(tail, hourOf(t));
      const row = bucket === undefined ? undefined : rowAt(bucket, t);
      return row === undefined ? undefined : rows.value(row);
    },
    range(series, from, to) {
      const tail = bySeries.get(series);
      const found: Arrival[] = [];
      if (tail === undefined) return found;
      const { hours } = tail;
      for (let at = firstAtLeast(hours, hourOf(from), itself); at < hours.length; at += 1) {
        const hour = hours[at] ?? 0;
        if (hour * HOUR >= to) break;
        const sorted = sortedOf(tail.buckets.get(hour));
        for (let index = firstAtLeast(sorted, from, rows.time); index < sorted.length; index += 1) {
          const row = sorted[index];
          if (row === undefined || rows.time(row) >= to) break;
          found.push(rows.at(row));
        }
      }
      return found;
    },
    newestBefore(series, t) {
      const tail = bySeries.get(series);
      if (tail === undefined) return undefined;
      for (let at = firstAtLeast(tail.hours, hourOf(t) + 1, itself) - 1; at >= 0; at -= 1) {
        const sorted = sortedOf(tail.buckets.get(tail.hours[at] ?? 0));
        const found = sorted[firstAtLeast(sorted, t, rows.time) - 1];
        if (found !== undefined) return rows.at(found);
      }
      return undefined;
    },
    due(options) {
      const ready = [...buckets()]
        .filter((bucket) => {
          const [first] = bucket.log;
          if (first === undefined) return false;
          return isDue(bucket, { seq: rows.seq(first), receivedAt: rows.receivedAt(first) }, options);
        })
        .map((bucket) => ({ bucket, first: firstSeq(bucket) }));
      ready.sort((a, b) => a.first - b.first);
      const hours: DueHour[] = [];
      let count = 0;
      for (const { bucket } of ready) {
        if (count >= options.limit) break;
        hours.push({ series: bucket.series, hour: bucket.hour, count: bucket.log.length });
        count += bucket.log.length;
      }
      return hours;
    },
    pack(hours) {
      const packed = new Float64Array(hours.reduce((sum, { count }) => sum + count, 0) * ROW);
      let to = 0;
      for (const { series, hour, count } of hours) {
        const log = bySeries.get(series)?.buckets.get(hour)?.log ?? [];
        for (let index = 0; index < count; index += 1, to += ROW) rows.pack(log[index] ?? NONE, packed, to);
      }
      return packed;
    },
    replaced(after, upto) {
      const standing = new Set<number>();
      for (const { log, byTime } of buckets()) {
        // Where times only ever went up, nothing was.
        if (byTime === undefined) continue;
        for (let index = firstAtLeast(log, after + 1, rows.seq); index < log.length; index += 1) {
          const row = log[index] ?? NONE;
          if (rows.seq(row) > upto) break;
          const newer = byTime.get(rows.time(row));
          if (newer !== undefined && newer !== row) standing.add(newer);
        }
      }
      const packed = new Float64Array(standing.size * ROW);
      let to = 0;
      for (const row of standing) {
        rows.pack(row, packed, to);
        to += ROW;
      }
      return packed;
    },
    countUpTo({ series, hour, count }, seq) {
      const log = bySeries.get(series)?.buckets.get(hour)?.log ?? [];
      return Math.min(count, firstAtLeast(log, seq + 1, rows.seq));
    },
    settled(hours) {
      for (const { series, hour, count } of hours) {
        const tail = bySeries.get(series);
        const bucket = tail?.buckets.get(hour);
        if (tail === undefined || bucket === undefined) continue;
        // They were the first to arrive; what came meanwhile, and may have replaced them, stays.
        const { log } = bucket;
        for (const row of log.slice(0, count)) rows.release(row);
        size -= count;
        Object.assign(bucket, { log: [], newest: -Infinity, byTime: undefined, sorted: undefined });
        for (const row of log.slice(count)) place(bucket, row, rows.time(row));
        if (bucket.log.length === 0) removeHour(tail, hour);
        if (tail.hours.length === 0) bySeries.delete(series);
      }
    },
    trimPoint() {
      let first = newest + 1;
      for (const bucket of buckets()) first = Math.min(first, firstSeq(bucket));
      return first - 1;
    },
    oldestReceivedAt() {
      let oldest: number | undefined;
      for (const { log } of buckets()) {
        const [first] = log;
        if (first !== undefined && (oldest === undefined || rows.seq(first) < rows.seq(oldest))) oldest = first;
      }
      return oldest === undefined ? undefined : rows.receivedAt(oldest);
    },
    newestSeq: () => newest,
    size: () => size,
  };
}

function bucketOf(tail: SeriesTail, hour: number): Bucket | undefined {
  return tail.current?.hour === hour ? tail.current : tail.buckets.get(hour);
}

function bucketFor(bySeries: Map<SeriesId, SeriesTail>, { series, sourceTime }: Arrival): Bucket {
  let tail = bySeries.get(series);
  if (tail === undefined) {
    tail = { hours: [], buckets: new Map(), current: undefined };
    bySeries.set(series, tail);
  }
  const hour = hourOf(sourceTime);
  const known = bucketOf(tail, hour);
  if (known !== undefined) return (tail.current = known);
  const bucket: Bucket = { series, hour, log: [], newest: -Infinity, byTime: undefined, sorted: undefined };
  tail.current = bucket;
  tail.buckets.set(hour, bucket);
  tail.hours.splice(firstAtLeast(tail.hours, hour, itself), 0, hour);
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

/** Index of the first item whose key is ≥ `key`, in ascending items. */
function firstAtLeast<T>(items: readonly T[], key: number, keyOf: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && keyOf(item) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

const hourOf = (t: number): number => Math.floor(t / HOUR);
const itself = (hour: number): number => hour;
