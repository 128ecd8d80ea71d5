import type { Reading, SeriesId } from '../../contract/reading.ts';

const SPAN = 3 * 3_600_000;
const SAMPLES = 60;
const BUCKET = SPAN / SAMPLES;
/** ms by which live readings may be older than each other; a greater step back is that of our own clock. */
const TOLERANCE = 10 * 60_000;

type Samples = [number, number][];

/** The last three hours of each series, one sample per three minutes: what a row draws beside its value. */
export interface Sparklines {
  /** Believable values only; `t` is ms epoch. */
  add(series: SeriesId, t: number, value: number): void;
  /** All that arrived, in its order: what is older than the last of its series is left out. */
  arrived(readings: readonly Reading[]): void;
  of(series: SeriesId, now: number): Samples;
}

export const SPARKLINE_SPAN = SPAN;

export function createSparklines(): Sparklines {
  const kept = new Map<SeriesId, Map<number, number>>();
  // By series: the newest sample stands here until its bucket is over, which costs a reading no look into a map.
  const times: number[] = [];
  const values: number[] = [];

  function keep(series: SeriesId, t: number, value: number): void {
    const buckets = kept.get(series) ?? new Map<number, number>();
    kept.set(series, buckets);
    buckets.set(Math.floor(t / BUCKET), value);
    if (buckets.size <= SAMPLES * 2) return;
    const oldest = Math.floor(t / BUCKET) - SAMPLES;
    for (const bucket of buckets.keys()) if (bucket < oldest) buckets.delete(bucket);
  }

  function add(series: SeriesId, t: number, value: number): void {
    const last = times[series];
    if (last !== undefined && Math.floor(last / BUCKET) !== Math.floor(t / BUCKET))
      keep(series, last, values[series] ?? value);
    times[series] = t;
    values[series] = value;
  }

  return {
    add,
    arrived(readings) {
      for (const { series, sourceTime, value, quality, backfilled } of readings) {
        if (quality === 'bad') continue;
        const last = times[series] ?? -Infinity;
        if (sourceTime >= last || (!backfilled && last - sourceTime > TOLERANCE)) add(series, sourceTime, value);
      }
    },
    of(series, now) {
      const [last, value] = [times[series], values[series]];
      if (last === undefined || value === undefined) return [];
      const oldest = Math.floor(now / BUCKET) - SAMPLES;
      const open = Math.floor(last / BUCKET);
      return [...[...(kept.get(series) ?? [])].filter(([bucket]) => bucket !== open), [open, value] as const]
        .filter(([bucket]) => bucket > oldest && bucket * BUCKET <= now)
        .sort(([a], [b]) => a - b)
        .map(([bucket, value]) => [bucket * BUCKET, value]);
    },
  };
}
