import type { Span } from '../standards/timeline.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** From what a range is answered. */
export type Level = 'raw' | 'hours' | 'days';

export interface Resolution {
  readonly level: Level;
  /** ms of one bucket; a local day counts as 24 hours. */
  readonly width: number;
}

/** Widths that divide each other or the hour and the day: a chart that moves keeps its buckets. */
const WIDTHS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 4, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100].map((days) => days * DAY),
];
/** Up to here hours are read: a year, and a little, so that "one year" is one whichever it is. */
export const HOURS_UP_TO = 370 * DAY;

/**
 * What a range is answered from: the narrowest bucket that gives no more of them than pixels, from raw readings, from
 * hours, or from local days. `rawUpTo` (ms): beyond it a store would take too long over raw readings; `rawSince` (ms
 * epoch): what was before is kept in hours and days only.
 */
export function resolutionFor(
  { from, to }: Span,
  { pixels, rawUpTo, rawSince }: { pixels: number; rawUpTo: number; rawSince: number },
): Resolution {
  const range = to - from;
  const least = range > HOURS_UP_TO ? DAY : range > rawUpTo || from < rawSince ? HOUR : SECOND;
  const wanted = Math.max(least, range / pixels);
  const width = WIDTHS.find((one) => one >= wanted) ?? 100 * DAY;
  return { level: width < HOUR ? 'raw' : width < DAY ? 'hours' : 'days', width };
}

/**
 * A span whose ends go outward to whole hours where readings are kept no longer: of a part of such an hour nobody can
 * say anything.
 */
export function wholeHours({ from, to }: Span, rawSince: number): Span {
  return {
    from: from < rawSince ? Math.floor(from / HOUR) * HOUR : from,
    to: to < rawSince ? Math.ceil(to / HOUR) * HOUR : to,
  };
}

/** The same for whole local days, of its end: edges of days begin with one. */
export function endOfDay({ from, to }: Span, { zone, rawSince }: { zone: string; rawSince: number }): Span {
  return { from, to: to < rawSince ? (daysTouching({ from: to - 1, to }, zone)[0]?.to ?? to) : to };
}

/** Edges of equal buckets that cover a span, each at a whole multiple of the width; the last one ends with the span. */
export function edgesOf({ from, to }: Span, width: number): number[] {
  const edges: number[] = [];
  for (let edge = Math.floor(from / width) * width; edge < to; edge += width) edges.push(edge);
  edges.push(to);
  return edges;
}

/** Edges of local days that cover a span, `step` of them at a time, counted from 1970, so that they stay where they are. */
export function dayEdges({ from, to }: Span, zone: string, step = 1): number[] {
  const edges: number[] = [];
  let day = Math.floor(dayNumber(from, zone) / step) * step;
  for (let edge = startOfDay(day, zone); edge < to; edge = startOfDay(day, zone)) {
    edges.push(edge);
    day += step;
  }
  edges.push(to);
  return edges;
}

/** The local days that a span touches, whole. */
export function daysTouching({ from, to }: Span, zone: string): Span[] {
  const days: Span[] = [];
  let day = dayNumber(from, zone);
  for (let start = startOfDay(day, zone); start < to;) {
    day += 1;
    const end = startOfDay(day, zone);
    days.push({ from: start, to: end });
    start = end;
  }
  return days;
}

const EPOCH = Temporal.PlainDate.from('1970-01-01');
/** Calendar arithmetic takes µs, and three years have a thousand days. */
const starts = new Map<string, Map<number, number>>();

/** Days since 1970 on the zone's calendar. */
function dayNumber(at: number, zone: string): number {
  const date = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
  return EPOCH.until(date, { largestUnit: 'days' }).days;
}

function startOfDay(day: number, zone: string): number {
  const known = starts.get(zone) ?? new Map<number, number>();
  starts.set(zone, known);
  let start = known.get(day);
  if (start === undefined) {
    start = EPOCH.add({ days: day }).toZonedDateTime(zone).epochMilliseconds;
    known.set(day, start);
  }
  return start;
}
