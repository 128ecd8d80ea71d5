import type { GapReason } from '../../contract/sheet.ts';
import type { Bucket } from '../history/buckets.ts';
import type { Span } from '../standards/timeline.ts';
import type { Remaining } from './measured.ts';

const MINUTE = 60_000;
/** A gap is listed from so many minutes on; shorter ones are summed up. */
export const LISTED_FROM = 5;

export interface Gap extends Span {
  readonly minutes: number;
  /** It is known of its hour only that so many minutes of it are missing. */
  readonly within?: boolean;
  /** Something came in it, but nothing to be believed. */
  readonly bad: boolean;
  /** Nothing good was in all of it. */
  readonly empty?: boolean;
  /** Something good was there, and was let go since. */
  readonly letGo?: boolean;
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

/** The same of a shift whose readings were let go: of an hour that was known in part it is not known when. */
export function gapsOfHours(remains: readonly Remaining[]): Gap[] {
  const gaps: Gap[] = [];
  for (const { from, to, hour } of remains) {
    const doubtful = hour.bad + hour.suspect;
    if (hour.good === 0) {
      const last = gaps.at(-1);
      if (last?.to === from && last.empty === true)
        gaps[gaps.length - 1] = { ...minutesOf(last.from, to), bad: last.bad || doubtful > 0, empty: true };
      else gaps.push({ ...minutesOf(from, to), bad: doubtful > 0, empty: true });
    } else if (to - from < hour.to - hour.from) {
      gaps.push({ ...minutesOf(from, to), bad: false, letGo: true });
    } else {
      const lacking = (to - from) / 1_000 - hour.good;
      const minutes = Math.round(lacking / 60);
      if (minutes > 0) gaps.push({ from, to, minutes, bad: doubtful * 2 >= lacking, within: true });
    }
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
  const lasts = gap.within === true ? gap.minutes * MINUTE : gap.to - gap.from;
  const covers = (spans: readonly Span[]) =>
    spans.reduce((sum, span) => sum + Math.max(0, Math.min(span.to, gap.to) - Math.max(span.from, gap.from)), 0) * 2 >=
    lasts;
  if (gap.letGo === true) return 'let_go';
  if (covers(downtimes)) return 'system';
  if (covers(offline)) return 'device_offline';
  if (gap.bad || covers(sensor)) return 'sensor';
  return covers(noData) ? 'no_data' : 'unknown';
}
