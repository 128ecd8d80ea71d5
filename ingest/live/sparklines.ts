import type { SeriesId } from '../../contract/reading.ts';

const SPAN = 3 * 3_600_000;
const SAMPLES = 60;
const BUCKET = SPAN / SAMPLES;

type Samples = [number, number][];

/** The last three hours of each series, one sample per three minutes: what a row draws beside its value. */
export interface Sparklines {
  /** Believable values only; `t` is ms epoch. */
  add(series: SeriesId, t: number, value: number): void;
  of(series: SeriesId, now: number): Samples;
}

export const SPARKLINE_SPAN = SPAN;

export function createSparklines(): Sparklines {
  const kept = new Map<SeriesId, Map<number, number>>();
  return {
    add(series, t, value) {
      const buckets = kept.get(series) ?? new Map<number, number>();
      kept.set(series, buckets);
      buckets.set(Math.floor(t / BUCKET), value);
      if (buckets.size <= SAMPLES * 2) return;
      const oldest = Math.floor(t / BUCKET) - SAMPLES;
      for (const bucket of buckets.keys()) if (bucket < oldest) buckets.delete(bucket);
    },
    of(series, now) {
      const oldest = Math.floor(now / BUCKET) - SAMPLES;
      return [...(kept.get(series) ?? [])]
        .filter(([bucket]) => bucket > oldest && bucket * BUCKET <= now)
        .sort(([a], [b]) => a - b)
        .map(([bucket, value]) => [bucket * BUCKET, value]);
    },
  };
}
