import type { SeriesId } from '../../contract/reading.ts';
import { marksOf } from '../stores/codes.ts';
import { MARKS, ROW, SERIES, TIME, VALUE, type PackedReadings } from '../stores/packed.ts';

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
  arrived(readings: PackedReadings): void;
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
      for (let at = 0; at < readings.length; at += ROW) {
        const { quality, backfilled } = marksOf(readings[at + MARKS] ?? 0);
        if (quality === 'bad') continue;
        const series = readings[at + SERIES] ?? 0;
        const t = readings[at + TIME] ?? 0;
        const last = times[series] ?? -Infinity;
        if (t >= last || (!backfilled && last - t > TOLERANCE)) add(series, t, readings[at + VALUE] ?? 0);
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
