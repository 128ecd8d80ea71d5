import type { Side } from '../../contract/alarm.ts';
import type { Quality } from '../../contract/reading.ts';
import { complies } from '../alarms/limits.ts';
import type { Span } from './timeline.ts';

/** A reading as the hour sees it. */
export interface HourReading {
  /** Source time, ms epoch. */
  readonly t: number;
  /** In the metric's unit, as stored. */
  readonly v: number;
  readonly q: Quality;
}

/** How long a reading holds that was taken from `from` on (ms epoch): three intervals, or the longest silence; ms. */
export interface HoldLimit {
  readonly from: number;
  readonly hold: number;
}

/** One side of a standard and when it was in force. One that changed within the hour is given once for each value. */
export interface HourLimit {
  readonly standard: string;
  readonly side: Side;
  readonly limit: number;
  /** A value equal to the limit is a breach already. */
  readonly reached?: boolean;
  /** Opening, season, modes and changes of the limit, taken together. Need not be sorted. */
  readonly inForce: readonly Span[];
}

export interface HourInput {
  /** The hour, or what has passed of the open one. */
  readonly span: Span;
  /** The newest reading before the span; null when there is none. */
  readonly carry: HourReading | null;
  /** In any order, one per source time; those outside the span are ignored. */
  readonly readings: readonly HourReading[];
  /** Ascending; the first one counts for what is older, too. */
  readonly holds: readonly HoldLimit[];
  readonly limits: readonly HourLimit[];
  /** When we did not run. */
  readonly downtimes: readonly Span[];
}

/** Seconds to the millisecond, which add up to the span (3,600 s for a whole hour) when counted in milliseconds. */
export interface HourStandard {
  readonly standard: string;
  readonly inBand: number;
  readonly out: number;
  readonly unknown: number;
  readonly outOfService: number;
}

export interface Hour {
  /** Good readings within the span. */
  readonly count: number;
  /** Of the good values that held within the span, the carried one included; null when none did. */
  readonly min: number | null;
  readonly max: number | null;
  /** Weighted by the time for which each held. */
  readonly mean: number | null;
  readonly last: number | null;
  /** Seconds to the millisecond; they add to the span. */
  readonly good: number;
  readonly suspect: number;
  readonly bad: number;
  readonly missing: number;
  /** In the order in which the limits name them. */
  readonly standards: readonly HourStandard[];
}

/** Below this share of the time to be judged, no compliance is stated. */
export const LEAST_COVERAGE = 0.9;

/** Shares of 0…1. Compliance is null where coverage is too small, coverage where nothing was to be judged. */
export function shares({ inBand, out, unknown }: HourStandard): { compliance: number | null; coverage: number | null } {
  const [known, judged] = [inBand + out, inBand + out + unknown];
  const coverage = judged === 0 ? null : known / judged;
  return { coverage, compliance: coverage === null || coverage < LEAST_COVERAGE ? null : inBand / known };
}

/** A stretch of time during which one reading held. */
interface Held extends Span {
  readonly reading: HourReading;
}

/**
 * What an hour held. A value holds until the next reading, of whatever quality, and at most its hold; none holds across
 * a downtime of ours, though what a device sent in later for that time counts. Limits are inclusive and without
 * deadband; suspect, bad and missing are unknown, and what is not in force is out of service.
 */
export function hour(input: HourInput): Hour {
  const { span } = input;
  const held = heldWithin(input);
  const time = (quality: Quality) => sum(held.filter(({ reading }) => reading.q === quality).map(length));
  const good = held.filter(({ reading }) => reading.q === 'good');
  const values = good.map(({ reading }) => reading.v);
  const [goodTime, suspectTime, badTime] = [time('good'), time('suspect'), time('bad')];
  return {
    count: input.readings.filter(({ t, q }) => q === 'good' && t >= span.from && t < span.to).length,
    min: values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b)),
    max: values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b)),
    mean: goodTime === 0 ? null : meanOf(good, goodTime),
    last: values.at(-1) ?? null,
    good: goodTime / 1_000,
    suspect: suspectTime / 1_000,
    bad: badTime / 1_000,
    missing: (length(span) - goodTime - suspectTime - badTime) / 1_000,
    standards: [...Map.groupBy(input.limits, ({ standard }) => standard)].map(([standard, limits]) =>
      judge(standard, limits, { span, good }),
    ),
  };
}

/** Which reading held when, within the span; in order of time, without overlap. */
function heldWithin({ span, carry, readings, holds, downtimes }: HourInput): Held[] {
  const within = readings.filter(({ t }) => t >= span.from && t < span.to).sort((a, b) => a.t - b.t);
  const inOrder = carry === null || carry.t >= span.from ? within : [carry, ...within];
  return inOrder.flatMap((reading, index) => {
    const next = inOrder[index + 1]?.t ?? Infinity;
    const down = downtimes.reduce((first, { from }) => (from >= reading.t ? Math.min(first, from) : first), Infinity);
    const from = Math.max(span.from, reading.t);
    const to = Math.min(span.to, next, reading.t + holdOf(holds, reading.t), down);
    return from < to ? [{ from, to, reading }] : [];
  });
}

function holdOf(holds: readonly HoldLimit[], t: number): number {
  return (holds.findLast(({ from }) => from <= t) ?? holds[0])?.hold ?? 0;
}

function judge(
  standard: string,
  limits: readonly HourLimit[],
  { span, good }: { span: Span; good: readonly Held[] },
): HourStandard {
  const inForce = union(limits.flatMap(({ inForce: spans }) => spans.map((one) => cut(one, span))));
  let known = 0;
  let out = 0;
  for (const held of good) {
    const broken = limits.filter((limit) => !complies(limit, held.reading.v)).flatMap((limit) => limit.inForce);
    known += sum(inForce.map((one) => length(cut(one, held))));
    out += broken.length === 0 ? 0 : sum(union(broken.map((one) => cut(one, held))).map(length));
  }
  const judged = sum(inForce.map(length));
  return {
    standard,
    inBand: (known - out) / 1_000,
    out: out / 1_000,
    unknown: (judged - known) / 1_000,
    outOfService: (length(span) - judged) / 1_000,
  };
}

function meanOf(good: readonly Held[], time: number): number {
  // Around the first value, so that many equal ones have exactly that value as their mean.
  const base = good[0]?.reading.v ?? 0;
  return base + sum(good.map((held) => (held.reading.v - base) * length(held))) / time;
}

/** The part of a span that lies within another; empty (from = to) when none does. */
function cut({ from, to }: Span, within: Span): Span {
  const start = Math.max(from, within.from);
  return { from: start, to: Math.max(start, Math.min(to, within.to)) };
}

/** The same time without overlaps, in order. */
function union(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (from >= to) continue;
    if (last !== undefined && from <= last.to)
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else joined.push({ from, to });
  }
  return joined;
}

function length({ from, to }: Span): number {
  return to - from;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
