import type { SeriesId } from '../../contract/reading.ts';
import type { Span } from '../standards/timeline.ts';
import { packArrivals } from '../stores/packed.ts';
import { newestBeforeOf, rangeOf, type ReadingSources } from '../stores/query.ts';
import type { ReadingsStore } from '../stores/readings/types.ts';
import type { Rollup, Rollups } from '../stores/rollups.ts';
import {
  BAD,
  bucketer,
  GOOD,
  SUSPECT,
  unpackBuckets,
  type Bucket,
  type BucketsInput,
  type PackedBuckets,
} from './buckets.ts';
import { computeHours, computeSpan } from './compute.ts';
import { foldInto } from './fold.ts';
import type { Frames, PointMetric } from './frames.ts';
import { daysTouching, edgesOf, HOUR } from './resolution.ts';

export interface StretchSources {
  readonly readings: Pick<ReadingsStore, 'range' | 'before' | 'buckets'>;
  readonly tail: ReadingSources['tail'];
  readonly rollups: Pick<Rollups, 'hours' | 'days'>;
  readonly frames: Frames;
  /** An hour or a day that is older is never put together anew. */
  readonly rawSince: RawSince;
}

/**
 * Since when raw readings are there, ms epoch: as long as they are kept now, and of a series less far back where older
 * ones were let go when it was shorter. `now`: the clock's unless given.
 */
export type RawSince = (series: SeriesId | undefined, now?: number) => number;

/** A series by both its names. */
export interface NamedSeries {
  readonly id: SeriesId;
  readonly name: PointMetric;
}

const CODES = { good: GOOD, suspect: SUSPECT, bad: BAD } as const;
const MOST = 10_000_000;

/** What a series held over stretches of time, from whatever holds it: hours and days, raw readings, the tail. */
export interface Stretches {
  /** Straight from readings, as they come from where those lie. */
  packed(series: NamedSeries, edges: BucketsInput['edges']): Promise<PackedBuckets>;
  /** The same, one by one. */
  buckets(series: NamedSeries, edges: BucketsInput['edges']): Promise<Bucket[]>;
  /** Whole hours of a span, and what of it lies beside them; ascending. What no row covers is missing. */
  hours(series: NamedSeries, span: Span, options: { standards: boolean }): Promise<Rollup[]>;
  /** Whole local days of a span, and hours of what of it lies beside them; ascending. */
  days(series: NamedSeries, span: Span, options: { standards: boolean }): Promise<Rollup[]>;
  /** The first hour that is kept, its readings or not; null: there is none yet. */
  firstHour(series: NamedSeries): Promise<Span | null>;
}

export function createStretches({ readings, tail, rollups, frames, rawSince }: StretchSources): Stretches {
  const sources = { readings, tail };

  async function packed({ id, name }: NamedSeries, edges: BucketsInput['edges']): Promise<PackedBuckets> {
    const [from, to] = [edges[0] ?? 0, edges[edges.length - 1] ?? 0];
    // As doubles they are cloned into another thread in one piece.
    const input = { edges: Float64Array.from(edges), holds: frames.holds(name), downtimes: frames.downtimes(from) };
    if (readings.buckets !== undefined) {
      // The tail before the store: what leaves it in between is in the store already.
      const before = tail.newestBefore(id, from);
      const recent = packArrivals([...(before === undefined ? [] : [before]), ...tail.range(id, from, to)]);
      return readings.buckets({ series: id, recent, ...input });
    }
    const carry = await newestBeforeOf(sources, id, from);
    const sums = bucketer(input);
    if (carry !== undefined) sums.add(carry.t, carry.value, CODES[carry.quality]);
    for (const { t, value, quality } of await rangeOf(sources, { series: id, from, to, limit: MOST }))
      sums.add(t, value, CODES[quality]);
    return sums.finish();
  }

  async function buckets(series: NamedSeries, edges: BucketsInput['edges']): Promise<Bucket[]> {
    return unpackBuckets(await packed(series, edges), edges);
  }

  /** Hours (since 1970) that hold something that no store has yet. */
  function inTail(id: SeriesId, span: Span): number[] {
    return [...new Set(tail.range(id, span.from, span.to).map(({ sourceTime }) => Math.floor(sourceTime / HOUR)))];
  }

  async function fresh(series: NamedSeries, span: Span, standards: boolean): Promise<Rollup[]> {
    if (!standards) return (await buckets(series, edgesOf(span, HOUR))).map(rollupOf);
    const found: Rollup[] = [];
    const options = { sources, series: series.id, frame: frameOf(series.name) };
    for await (const rows of computeHours(options, { from: span.from / HOUR, to: span.to / HOUR })) found.push(...rows);
    return found;
  }

  const frameOf = (name: PointMetric) => (span: Span) =>
    frames.of(name, span) ?? { holds: [], limits: [], downtimes: [] };

  async function part(series: NamedSeries, span: Span): Promise<Rollup[]> {
    if (span.from >= span.to) return [];
    return [await computeSpan({ sources, series: series.id, frame: frameOf(series.name) }, span)];
  }

  async function hours(series: NamedSeries, span: Span, { standards }: { standards: boolean }): Promise<Rollup[]> {
    const first = Math.ceil(span.from / HOUR);
    const end = Math.floor(span.to / HOUR);
    if (first >= end) return part(series, span);
    const whole = { from: first * HOUR, to: end * HOUR };
    const reach = frames.reach(series.name);
    const reached = Math.ceil(reach / HOUR);
    const unsettled = inTail(series.id, { from: whole.from - reach - HOUR, to: whole.to });
    const { rows, computed, changed } = await rollups.hours({ series: series.id, ...whole, standards, reach });
    const stale = new Set<number>();
    for (const hour of [...unsettled, ...changed])
      for (let at = hour; at <= hour + reached; at += 1) if (at >= first && at < end) stale.add(at);
    if (computed !== undefined) for (let at = Math.max(first, computed.next); at < end; at += 1) stale.add(at);
    const kept = rawSince(series.id);
    // Of the hour at the border the value that it begins with is gone.
    for (const { from } of rows) if (from <= kept) stale.delete(from / HOUR);
    const found = rows.filter(({ from }) => !stale.has(from / HOUR));
    for (const one of joined([...stale])) found.push(...(await fresh(series, one, standards)));
    found.sort((a, b) => a.from - b.from);
    return [
      ...(await part(series, { from: span.from, to: whole.from })),
      ...found,
      ...(await part(series, { from: whole.to, to: span.to })),
    ];
  }

  async function days(series: NamedSeries, span: Span, { standards }: { standards: boolean }): Promise<Rollup[]> {
    const all = daysTouching(span, frames.zone(series.name.site));
    const whole = all.filter(({ from, to }) => from >= span.from && to <= span.to);
    const [firstDay, lastDay] = [whole[0], whole.at(-1)];
    if (firstDay === undefined || lastDay === undefined) return hours(series, span, { standards });
    const days = { from: firstDay.from, to: lastDay.to };
    const reach = frames.reach(series.name);
    const unsettled = inTail(series.id, { from: days.from - reach - HOUR, to: days.to });
    const found = await rollups.days({ series: series.id, ...days, standards, reach });
    const rows = new Map(found.rows.map((row) => [row.from, row]));
    const waiting = new Set(found.changedDays);
    const touched = [...unsettled, ...found.changed];
    const isStale = ({ from, to }: Span) =>
      waiting.has(from) || touched.some((hour) => hour * HOUR < to && (hour + 1) * HOUR + reach > from);
    // Before the first hour that was ever computed there is nothing, unless something just came.
    const earliest = Math.min(found.computed?.first ?? Infinity, ...touched) * HOUR;
    const oldest = rawSince(series.id);
    const kept: Rollup[] = [];
    const stale: Span[] = [];
    for (const day of whole) {
      const row = rows.get(day.from);
      // One of another length was put together when the site's clocks were others.
      // One that lies between hours cannot be made from them.
      const isFinal = day.from % HOUR !== 0 && day.from < oldest;
      if (row?.to === day.to && (isFinal || !isStale(day))) kept.push(row);
      else if (day.to > earliest) stale.push(day);
    }
    const anew: Rollup[] = [];
    for (const run of runs(stale)) anew.push(...(await freshDays(series, run, standards)));
    return [
      ...(span.from < days.from ? await hours(series, { from: span.from, to: days.from }, { standards }) : []),
      ...[...kept, ...anew].sort((a, b) => a.from - b.from),
      ...(days.to < span.to ? await hours(series, { from: days.to, to: span.to }, { standards }) : []),
    ];
  }

  async function freshDays(series: NamedSeries, run: readonly Span[], standards: boolean): Promise<Rollup[]> {
    const edges = [...run.map(({ from }) => from), run.at(-1)?.to ?? 0];
    // In half-hour zones no hour lies within one day.
    if (edges.some((edge) => edge % HOUR !== 0)) {
      if (!standards) return (await buckets(series, edges)).map(rollupOf);
      const found: Rollup[] = [];
      for (const day of run) found.push(...(await part(series, day)));
      return found;
    }
    const span = { from: edges[0] ?? 0, to: edges.at(-1) ?? 0 };
    return foldInto(await hours(series, span, { standards }), edges);
  }

  async function firstHour({ id }: NamedSeries): Promise<Span | null> {
    const { computed } = await rollups.hours({ series: id, from: 0, to: 0, standards: false, reach: 0 });
    if (computed === undefined || computed.next <= computed.first) return null;
    return { from: computed.first * HOUR, to: (computed.first + 1) * HOUR };
  }

  return { packed, buckets, hours, days, firstHour };
}

/** Hours as spans of ms, neighbours together. */
function joined(hours: readonly number[]): Span[] {
  const spans: Span[] = [];
  for (const hour of hours.toSorted((a, b) => a - b)) {
    const [from, to] = [hour * HOUR, (hour + 1) * HOUR];
    const last = spans.at(-1);
    if (last?.to === from) spans[spans.length - 1] = { from: last.from, to };
    else spans.push({ from, to });
  }
  return spans;
}

/** Spans that follow each other without a gap, together. */
function runs(spans: readonly Span[]): Span[][] {
  const found: Span[][] = [];
  for (const span of spans) {
    const last = found.at(-1);
    if (last?.at(-1)?.to === span.from) last.push(span);
    else found.push([span]);
  }
  return found;
}

function rollupOf({ good, suspect, bad, missing, ...rest }: Bucket): Rollup {
  const { from, to, count, min, max, mean, last } = rest;
  return {
    ...{ from, to, count, min, max, mean, last },
    good: good / 1_000,
    suspect: suspect / 1_000,
    bad: bad / 1_000,
    missing: missing / 1_000,
    standards: [],
  };
}
