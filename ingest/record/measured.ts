import { METRICS, type MetricName } from '../../contract/metrics.ts';
import type { SheetCell } from '../../contract/sheet.ts';
import { fold } from '../history/fold.ts';
import type { Frames, LimitSpan, PointMetric } from '../history/frames.ts';
import { edgesOf, HOUR } from '../history/resolution.ts';
import type { NamedSeries, RawSince, Stretches } from '../history/stretches.ts';
import type { Span } from '../standards/timeline.ts';
import type { AlarmRecord } from '../stores/ledger/types.ts';
import type { Rollup } from '../stores/rollups.ts';
import { cellOf, type CellLimit } from './cell.ts';

/** What each row of the sheet is of. */
export const METRIC_OF = {
  water: 'water_temperature',
  room: 'room_temperature',
  exhaust: 'fan_running',
} as const satisfies Record<string, MetricName>;

export interface MeasuredSources {
  readonly stretches: Stretches;
  readonly frames: Frames;
  /** Short spans, each by itself, with their standards, straight from readings. */
  readonly pieces: (series: NamedSeries, spans: readonly Span[]) => Promise<readonly Rollup[]>;
  readonly rawSince: RawSince;
  /** Undefined: the point never had that metric. */
  readonly series: (name: PointMetric) => NamedSeries | undefined;
  /** Time of the first reading that a series ever had, as far as raw readings are kept; null: it has none. */
  readonly firstReading: (series: NamedSeries) => Promise<number | null>;
}

export type MeasuredWhat = keyof typeof METRIC_OF;

/** One measured thing of the sheet, with what it was in each shift. */
export interface Measured<What extends MeasuredWhat = MeasuredWhat> {
  readonly what: What;
  readonly name: PointMetric;
  readonly limits: readonly LimitSpan[];
  readonly series: NamedSeries;
  /** When alarms about the standard that counts were raised, ms epoch. */
  readonly excursions: readonly number[];
  /** The part of a shift in which there was somebody to measure; undefined: none. */
  spanOf(shift: Span): Span | undefined;
  /** Of the shifts that it was made with. */
  rowOf(shift: Span): Rollup | undefined;
  /** Of a shift whose readings were let go, by what it is told; undefined: they are there. */
  withoutReadings(shift: Span): readonly Remaining[] | undefined;
}

/** Of a shift whose readings are gone: a whole hour of it, or a part of one. */
export interface Remaining extends Span {
  /** What is kept of the hour that it is, or lies in. */
  readonly hour: Rollup;
}

/**
 * Whole hours come from what is kept of them; of hours that a shift begins or ends within, only its part is computed,
 * and where its readings were let go nothing is known of it.
 * `shifts`: ascending, cut to now; those that have not begun left out. Null: nothing of the kind is measured.
 */
export async function measure<What extends MeasuredWhat>(
  { stretches, frames, pieces, rawSince, series: seriesOf, firstReading }: MeasuredSources,
  asked: {
    what: What;
    site: string;
    point: string | undefined;
    span: Span;
    shifts: readonly Span[];
    /** Of this point, and of others. */
    alarms: readonly AlarmRecord[];
  },
): Promise<Measured<What> | null> {
  const { what, site, point, span, shifts, alarms } = asked;
  if (point === undefined) return null;
  const name = { site, point, metric: METRIC_OF[what] };
  const series = seriesOf(name);
  if (series === undefined) return null;
  const whole = { from: Math.floor(span.from / HOUR) * HOUR, to: Math.max(span.from, span.to) };
  const [hours, first] = await Promise.all([stretches.hours(series, whole, { standards: true }), firstReading(series)]);
  // Hours are kept longer than readings.
  const began = Math.min(hours.find(({ count }) => count > 0)?.from ?? Infinity, first ?? Infinity);
  const spanOf = ({ from, to }: Span): Span | undefined => {
    // To the minute, as gaps are told.
    const start = Math.max(from, Math.floor(began / 60_000) * 60_000);
    return start < to ? { from: start, to } : undefined;
  };
  const spans = shifts.flatMap((shift) => spanOf(shift) ?? []);
  const isEdge = (at: number) => at % HOUR === 0 || at === whole.to;
  const since = rawSince(series.id);
  // The value that an hour begins with is one of the hour before.
  const isGone = ({ from }: Span) => from - HOUR < since;
  const byHour = new Map(hours.map((row) => [row.from, row]));
  const hourAt = (from: number) => byHour.get(from) ?? fold([], { from, to: from + HOUR });
  /** Of an hour in which nothing good was, each part is known: there was nothing. */
  const isLost = (part: Span) => isGone(part) && hourAt(Math.floor(part.from / HOUR) * HOUR).good > 0;
  const cut = spans.map((one) => cutHours(one, isEdge).filter((part) => !isLost(part)));
  const parts = await pieces(series, cut.flat());
  const rows = new Map<string, Rollup>();
  let next = 0;
  for (const [index, one] of spans.entries()) {
    const own = parts.slice(next, (next += cut[index]?.length ?? 0));
    const within = hours.filter(({ from, to }) => from >= one.from && to <= one.to);
    rows.set(
      keyOf(one),
      fold(
        [...own, ...within].sort((a, b) => a.from - b.from),
        one,
      ),
    );
  }
  const rowOf = (shift: Span) => {
    const one = spanOf(shift);
    return one === undefined ? undefined : rows.get(keyOf(one));
  };
  const withoutReadings = (shift: Span): readonly Remaining[] | undefined => {
    const one = spanOf(shift);
    if (one === undefined || !isGone(one)) return undefined;
    return edgesOf(one, HOUR).flatMap((edge, index, edges) => {
      const next = edges[index + 1];
      if (next === undefined) return [];
      return [{ from: Math.max(edge, one.from), to: next, hour: hourAt(edge) }];
    });
  };
  const limits = frames.limits(name, span);
  const counted = countedOf(limits)?.standard;
  const excursions = alarms
    .filter(({ subject, metric, rule }) => subject.id === point && metric === name.metric && rule === counted)
    .map(({ raisedAt }) => raisedAt);
  return { what, name, limits, series, excursions, spanOf, rowOf, withoutReadings };
}

/** The standard that the compliance is of. */
const countedOf = (limits: readonly LimitSpan[]) => limits.find(({ compliance, critical }) => compliance && !critical);

const keyOf = ({ from, to }: Span) => `${from}-${to}`;

/** What of a span lies beside whole hours. */
function cutHours({ from, to }: Span, isEdge: (at: number) => boolean): Span[] {
  const first = isEdge(from) ? from : Math.ceil(from / HOUR) * HOUR;
  const last = isEdge(to) ? to : Math.floor(to / HOUR) * HOUR;
  if (first > last) return [{ from, to }];
  return [
    { from, to: first },
    { from: last, to },
  ].filter((part) => part.from < part.to);
}

/** The figures of one shift; null: there are none. */
export function cellOfShift(measured: Measured | null, shift: Span): SheetCell | null {
  const span = measured?.spanOf(shift);
  const row = measured?.rowOf(shift);
  if (measured === null || span === undefined || row === undefined) return null;
  return figuresOf(measured, row, [span]);
}

/** The figures of several shifts, ascending, whatever lies between them; null: there are none. */
export function cellOfShifts(measured: Measured, shifts: readonly Span[]): SheetCell | null {
  const spans = shifts.flatMap((shift) => measured.spanOf(shift) ?? []);
  const [first] = spans;
  if (first === undefined) return null;
  const time = spans.reduce((sum, { from, to }) => sum + to - from, 0);
  const rows = shifts.flatMap((shift) => measured.rowOf(shift) ?? []);
  // Together they last as long as they do, whatever lies between them.
  return figuresOf(measured, fold(rows, { from: first.from, to: first.from + time }), spans);
}

function figuresOf(measured: Measured, row: Rollup, spans: readonly Span[]): SheetCell {
  const limits = limitsIn(measured, { from: spans[0]?.from ?? 0, to: spans.at(-1)?.to ?? 0 });
  // Both sides of a standard are in force together.
  const counted = countedOf(measured.limits);
  const inForce = measured.limits
    .filter((one) => one.standard === counted?.standard && one.side === counted.side)
    .flatMap((one) => one.inForce)
    .reduce((sum, one) => sum + spans.reduce((within, span) => within + overlap(one, span), 0), 0);
  const excursions = measured.excursions.filter((at) => spans.some(({ from, to }) => at >= from && at < to)).length;
  return cellOf(row, { limits, inForce: inForce / 1_000, spec: METRICS[METRIC_OF[measured.what]], excursions });
}

function overlap(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.to, other.to) - Math.max(one.from, other.from));
}

/** The limits that were in force within a span; of one that changed, the last. */
function limitsIn({ limits }: Measured, span: Span): CellLimit[] {
  const within = limits.filter((one) => one.compliance && one.from < span.to && one.to > span.from);
  const newest = new Map(within.map((one) => [`${one.standard}|${one.side}`, one]));
  return [...newest.values()].map(({ standard, side, limit, critical }) => ({ standard, side, limit, critical }));
}
