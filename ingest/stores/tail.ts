import type { SeriesId } from '../../contract/reading.ts';
import type { Arrival, ArrivalSeq } from './ledger/types.ts';

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
  /** About this many readings at once; at least one hour. */
  readonly limit: number;
}

/** What one series holds of one hour, in arrival order. */
export interface DueHour {
  readonly series: SeriesId;
  /** Hours since 1970. */
  readonly hour: number;
  readonly arrivals: readonly Arrival[];
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

interface Bucket {
  readonly series: SeriesId;
  readonly hour: number;
  /** Arrival order. */
  log: Arrival[];
  readonly byTime: Map<number, Arrival>;
  /** byTime's values by time; undefined when it has to be sorted anew. */
  sorted: Arrival[] | undefined;
}

interface SeriesTail {
  /** Ascending: few, as an hour leaves when it is settled. */
  readonly hours: number[];
  readonly buckets: Map<number, Bucket>;
}

export function createTail(): Tail {
  const bySeries = new Map<SeriesId, SeriesTail>();
  let newest = 0;
  let size = 0;

  function* buckets(): Generator<Bucket> {
    for (const tail of bySeries.values()) yield* tail.buckets.values();
  }

  return {
    append(arrival) {
      const bucket = bucketFor(bySeries, arrival);
      const last = bucket.sorted?.at(-1);
      if (bucket.sorted !== undefined && (last === undefined || last.sourceTime < arrival.sourceTime))
        bucket.sorted.push(arrival);
      else bucket.sorted = undefined;
      bucket.log.push(arrival);
      bucket.byTime.set(arrival.sourceTime, arrival);
      newest = Math.max(newest, arrival.seq);
      size += 1;
    },
    has: (series, t) => bySeries.get(series)?.buckets.get(hourOf(t))?.byTime.get(t)?.value,
    range(series, from, to) {
      const tail = bySeries.get(series);
      const found: Arrival[] = [];
      if (tail === undefined) return found;
      const { hours } = tail;
      for (let at = firstAtLeast(hours, hourOf(from), (hour) => hour); at < hours.length; at += 1) {
        const hour = hours[at] ?? 0;
        if (hour * HOUR >= to) break;
        const rows = sortedOf(tail.buckets.get(hour));
        for (let row = firstAtLeast(rows, from, timeOf); row < rows.length; row += 1) {
          const arrival = rows[row];
          if (arrival === undefined || arrival.sourceTime >= to) break;
          found.push(arrival);
        }
      }
      return found;
    },
    newestBefore(series, t) {
      const tail = bySeries.get(series);
      if (tail === undefined) return undefined;
      for (let at = firstAtLeast(tail.hours, hourOf(t) + 1, (hour) => hour) - 1; at >= 0; at -= 1) {
        const rows = sortedOf(tail.buckets.get(tail.hours[at] ?? 0));
        const found = rows[firstAtLeast(rows, t, timeOf) - 1];
        if (found !== undefined) return found;
      }
      return undefined;
    },
    due(options) {
      const ready = [...buckets()].filter((bucket) => isDue(bucket, options));
      ready.sort((a, b) => firstSeq(a) - firstSeq(b));
      const hours: DueHour[] = [];
      for (let count = 0, at = 0; at < ready.length && count < options.limit; at += 1) {
        const bucket = ready[at];
        if (bucket === undefined) break;
        hours.push({ series: bucket.series, hour: bucket.hour, arrivals: bucket.log.slice() });
        count += bucket.log.length;
      }
      return hours;
    },
    settled(hours) {
      for (const { series, hour, arrivals } of hours) {
        const tail = bySeries.get(series);
        const bucket = tail?.buckets.get(hour);
        if (tail === undefined || bucket === undefined) continue;
        for (const arrival of arrivals) {
          // One that replaced it meanwhile stays.
          if (bucket.byTime.get(arrival.sourceTime) === arrival) bucket.byTime.delete(arrival.sourceTime);
        }
        bucket.log = bucket.log.slice(arrivals.length);
        bucket.sorted = undefined;
        size -= arrivals.length;
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
      let oldest: Arrival | undefined;
      for (const { log } of buckets()) {
        const [first] = log;
        if (first !== undefined && (oldest === undefined || first.seq < oldest.seq)) oldest = first;
      }
      return oldest?.receivedAt;
    },
    newestSeq: () => newest,
    size: () => size,
  };
}

function bucketFor(bySeries: Map<SeriesId, SeriesTail>, { series, sourceTime }: Arrival): Bucket {
  const tail = bySeries.get(series) ?? { hours: [], buckets: new Map<number, Bucket>() };
  bySeries.set(series, tail);
  const hour = hourOf(sourceTime);
  const known = tail.buckets.get(hour);
  if (known !== undefined) return known;
  const bucket: Bucket = { series, hour, log: [], byTime: new Map(), sorted: [] };
  tail.buckets.set(hour, bucket);
  tail.hours.splice(
    firstAtLeast(tail.hours, hour, (other) => other),
    0,
    hour,
  );
  return bucket;
}

function removeHour(tail: SeriesTail, hour: number): void {
  tail.buckets.delete(hour);
  tail.hours.splice(tail.hours.indexOf(hour), 1);
}

function isDue(bucket: Bucket, { now, grace, patience, crowd, all, upTo }: DueOptions): boolean {
  const first = bucket.log[0];
  if (first === undefined || first.seq > upTo) return false;
  if (all) return true;
  if ((bucket.hour + 1) * HOUR + grace > now) return false;
  // A wall clock that stepped back must not make them wait.
  return bucket.log.length >= crowd || Math.abs(now - first.receivedAt) >= patience;
}

function sortedOf(bucket: Bucket | undefined): readonly Arrival[] {
  if (bucket === undefined) return [];
  bucket.sorted ??= [...bucket.byTime.values()].sort((a, b) => a.sourceTime - b.sourceTime);
  return bucket.sorted;
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

function firstSeq(bucket: Bucket): number {
  return bucket.log[0]?.seq ?? Infinity;
}

const hourOf = (t: number): number => Math.floor(t / HOUR);
const timeOf = ({ sourceTime }: Arrival): number => sourceTime;
