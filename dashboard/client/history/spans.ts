import type { HistoryAnswer, HistorySeries, TimeSpan } from '../../../contract/history.ts';

const HALF = 0.5;

/** Stretches in which most of each bucket is missing; short ones are left to the line's own gap. */
export function missingSpans({ edges }: HistoryAnswer, series: HistorySeries, least: number): TimeSpan[] {
  const spans: TimeSpan[] = [];
  series.missing.forEach((seconds, index) => {
    const [from, to] = [edges[index] ?? 0, edges[index + 1] ?? 0];
    if (to <= from || (seconds * 1_000) / (to - from) < HALF) return;
    const last = spans.at(-1);
    if (last?.to === from) last.to = to;
    else spans.push({ from, to });
  });
  return spans.filter(({ from, to }) => to - from >= least);
}

export interface BadMark {
  readonly at: number;
  /** Null: told of hours and days only that there were some. */
  readonly value: number | null;
}

/** Where bad values came in, one mark for neighbours. */
export function badMarks({ edges }: HistoryAnswer, series: HistorySeries): BadMark[] {
  const marks: BadMark[] = [];
  let before = false;
  series.bad.forEach((seconds, index) => {
    const value = series.badValue[index] ?? null;
    const isBad = seconds > 0 || value !== null;
    if (isBad && !before) marks.push({ at: middle(edges, index), value });
    before = isBad;
  });
  return marks;
}

/**
 * Stretches of one quality, as long as it held: a bucket tells how many seconds, and where they lie within it only by its
 * neighbours.
 */
export function stretchesOf({ edges }: HistoryAnswer, seconds: readonly number[]): TimeSpan[] {
  const spans: TimeSpan[] = [];
  const isThere = (index: number) => (seconds[index] ?? 0) > 0;
  seconds.forEach((held, index) => {
    if (held <= 0) return;
    const [start, stop] = [edges[index] ?? 0, edges[index + 1] ?? 0];
    const length = Math.min(held * 1_000, stop - start);
    const from = isThere(index - 1) ? start : isThere(index + 1) ? stop - length : (start + stop - length) / 2;
    const last = spans.at(-1);
    if (last?.to === from) last.to = from + length;
    else spans.push({ from, to: from + length });
  });
  return spans;
}

/** Suspect values as a line of their own: each as long as it held. Of hours and days they are not told. */
export function suspectLine({ edges }: HistoryAnswer, series: HistorySeries): Dot[] {
  let held: number | null = null;
  return series.suspect.map((seconds, index): Dot => {
    held = series.suspectValue[index] ?? (seconds > 0 ? held : null);
    return [middle(edges, index), held];
  });
}

export type Dot = [at: number, value: number | null];

/**
 * The mean as a line with gaps where nothing held, up to the value that held at the end; `keep` tells which moments
 * belong to it.
 */
export function lineOf({ edges }: HistoryAnswer, series: HistorySeries, keep: (at: number) => boolean): Dot[] {
  const joins = (index: number) => keep(middle(edges, index)) || (index > 0 && keep(middle(edges, index - 1)));
  const dots = series.mean.map((value, index): Dot => [middle(edges, index), joins(index) ? value : null]);
  const end = series.mean.length - 1;
  if (end < 0 || !keep(middle(edges, end)) || (series.mean[end] ?? null) === null) return dots;
  return [...dots, [edges[end + 1] ?? 0, series.last[end] ?? null]];
}

export const middle = (edges: readonly number[], index: number): number =>
  ((edges[index] ?? 0) + (edges[index + 1] ?? 0)) / 2;

/** The bucket in which a moment lies; -1: none. */
export function bucketAt(edges: readonly number[], at: number): number {
  const next = edges.findIndex((edge) => edge > at);
  return next - 1;
}

export function covers(spans: readonly TimeSpan[], at: number): boolean {
  return spans.some(({ from, to }) => from <= at && at < to);
}

/** Most of a span lies within others. */
export function mostlyWithin(spans: readonly TimeSpan[], { from, to }: TimeSpan): boolean {
  const within = spans.reduce((sum, one) => sum + Math.max(0, Math.min(one.to, to) - Math.max(one.from, from)), 0);
  return within > (to - from) * HALF;
}

/** What is left of a span between others. */
export function complement(spans: readonly TimeSpan[], { from, to }: TimeSpan): TimeSpan[] {
  const left: TimeSpan[] = [];
  let at = from;
  for (const span of spans) {
    if (span.from > at) left.push({ from: at, to: Math.min(span.from, to) });
    at = Math.max(at, span.to);
  }
  if (at < to) left.push({ from: at, to });
  return left;
}
