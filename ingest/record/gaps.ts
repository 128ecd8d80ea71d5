import type { GapReason } from '../../contract/sheet.ts';
import type { Bucket } from '../history/buckets.ts';
import type { Span } from '../standards/timeline.ts';

const MINUTE = 60_000;
/** A gap is listed from so many minutes on; shorter ones are summed up. */
export const LISTED_FROM = 5;

export interface Gap extends Span {
  readonly minutes: number;
  /** Something came in it, but nothing to be believed. */
  readonly bad: boolean;
}

/** Stretches without a good value, from buckets of a minute; one with any good value at all ends a stretch. */
export function gapsOf(buckets: readonly Bucket[]): Gap[] {
  const gaps: Gap[] = [];
  for (const { from, to, good, bad, suspect } of buckets) {
    if (good > 0) continue;
    const last = gaps.at(-1);
    const doubtful = bad + suspect > 0;
    if (last?.to === from) gaps[gaps.length - 1] = { ...minutesOf(last.from, to), bad: last.bad || doubtful };
    else gaps.push({ ...minutesOf(from, to), bad: doubtful });
  }
  return gaps;
}

function minutesOf(from: number, to: number) {
  return { from, to, minutes: Math.round((to - from) / MINUTE) };
}

/** What may explain a gap, each with when it was so. */
export interface Evidence {
  readonly downtimes: readonly Span[];
  readonly offline: readonly Span[];
  readonly sensor: readonly Span[];
  readonly noData: readonly Span[];
}

/** The first that covers a good part of the gap: what stands further back in the chain explains what follows from it. */
export function reasonOf(gap: Gap, { downtimes, offline, sensor, noData }: Evidence): GapReason {
  const covers = (spans: readonly Span[]) =>
    spans.reduce((sum, span) => sum + Math.max(0, Math.min(span.to, gap.to) - Math.max(span.from, gap.from)), 0) * 2 >=
    gap.to - gap.from;
  if (covers(downtimes)) return 'system';
  if (covers(offline)) return 'device_offline';
  if (gap.bad || covers(sensor)) return 'sensor';
  return covers(noData) ? 'no_data' : 'unknown';
}
