import type { Clock } from '../../contract/clock.ts';
import type {
  ComplianceView,
  HistoryAnswer,
  HistoryQueries,
  HistorySeries,
  SensorView,
} from '../../contract/history.ts';
import { alarmView } from '../live/alarm-view.ts';
import { keyOf } from '../line/keys.ts';
import type { World } from '../line/world.ts';
import { shares, type HourStandard } from '../standards/hour.ts';
import type { Span } from '../standards/timeline.ts';
import type { Catalogue } from '../standards/types.ts';
import type { AlarmRecord, LedgerReader } from '../stores/ledger/types.ts';
import type { ReadingSources } from '../stores/query.ts';
import type { Rollup } from '../stores/rollups.ts';
import { bucketColumns, MEAN_UNIT, type BucketColumns } from './buckets.ts';
import { exportRows } from './export.ts';
import type { FirstReading } from './first-reading.ts';
import { fold, foldInto } from './fold.ts';
import type { Frames, PointMetric } from './frames.ts';
import { DAY, dayEdges, edgesOf, endOfDay, HOURS_UP_TO, resolutionFor, wholeHours } from './resolution.ts';
import type { NamedSeries, RawSince, Stretches } from './stretches.ts';

const DEFAULT_PIXELS = 1_000;
/** ms up to which raw readings are read, from our own store and from one outside. */
const RAW_UP_TO = 62 * DAY;
const RAW_UP_TO_OUTSIDE = 3 * DAY;
/** ms up to which opening hours are told window by window. */
const WINDOWS_UP_TO = 62 * DAY;
/** Alarms that are counted, and that are told. */
const MOST_ALARMS = 5_000;
const MOST_TOLD = 500;

export interface HistoryOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  readonly reader: Pick<LedgerReader, 'alarmsWithin'>;
  readonly frames: Frames;
  readonly stretches: Stretches;
  readonly firstReading: FirstReading;
  readonly sources: ReadingSources;
  /** Sums up raw readings where they lie. */
  readonly ownStore: boolean;
  readonly rawSince: RawSince;
}

/** What was, of any range, answered in about the same time however long it is. Undefined: no such site or point. */
export interface History extends HistoryQueries {
  /** Figures of any span, with every standard that counts, exactly. */
  figures(series: PointMetric, span: Span): Promise<Rollup | undefined>;
}

export function createHistory(options: HistoryOptions): History {
  const { world, clock, catalogue, reader, frames, stretches, firstReading, sources, ownStore } = options;
  const model = (site: string) => world.models.committed(site);
  const isPoint = ({ site, point }: Omit<PointMetric, 'metric'>) => model(site)?.points.has(point) === true;
  const rawUpTo = ownStore ? RAW_UP_TO : RAW_UP_TO_OUTSIDE;

  /** Undefined: it never reported. */
  function seriesOf(name: PointMetric): NamedSeries | undefined {
    const known = world.series.committed(keyOf.pointSeries(name.site, name.point, name.metric));
    return known === undefined ? undefined : { id: known.series.id, name };
  }

  /** Since when readings of all of them are there, ms epoch. */
  const rawSince = (...names: readonly PointMetric[]) =>
    Math.max(...names.map((name) => options.rawSince(seriesOf(name)?.id)));

  /** What has not happened yet is neither missing nor anything else. */
  function untilNow({ from, to }: Span): Span {
    return { from, to: Math.max(from, Math.min(to, clock.now().wall)) };
  }

  async function bucketsOf(name: PointMetric, edges: number[], level: HistoryAnswer['level']): Promise<HistorySeries> {
    const series = seriesOf(name);
    const span = { from: edges[0] ?? 0, to: edges.at(-1) ?? 0 };
    const { point, metric } = name;
    if (series === undefined) return { point, metric, ...rollupColumns(foldInto([], edges)) };
    if (level === 'raw') return { point, metric, ...bucketColumns(await stretches.packed(series, edges), edges) };
    const rows = await stretches[level](series, span, { standards: false });
    return { point, metric, ...rollupColumns(foldInto(rows, edges)) };
  }

  async function rowsOf(name: PointMetric, span: Span, unit: 'hours' | 'days'): Promise<readonly Rollup[]> {
    const series = seriesOf(name);
    return series === undefined ? [] : stretches[unit](series, span, { standards: true });
  }

  async function figures(name: PointMetric, span: Span): Promise<Rollup | undefined> {
    if (!isPoint(name)) return undefined;
    const unit = span.to - span.from > HOURS_UP_TO ? 'days' : 'hours';
    const whole = wholeHours(span, rawSince(name));
    const found = fold(await rowsOf(name, whole, unit), whole);
    const limits = frames.limits(name, { from: span.to - 1, to: span.to }).filter(({ compliance }) => compliance);
    const standards = [...new Set(limits.map(({ standard }) => standard))];
    // Of one that never reported everything is unknown, and it is said of which standards.
    const absent = standards.filter((id) => !found.standards.some(({ standard }) => standard === id));
    return { ...found, standards: [...found.standards, ...absent.map(nothingOf)] };
  }

  function sensorsOf({ site, point, metric }: PointMetric, now: number): SensorView[] {
    const known = model(site);
    return (known?.points.get(point)?.bindings ?? [])
      .filter((binding) => binding.metric === metric)
      .map(({ device, key, since, until, interval }) => ({
        device,
        name: known?.devices.get(device)?.spec.name ?? null,
        key,
        since: since === -Infinity ? null : since,
        until: until === Infinity ? null : until,
        interval: interval === null ? null : interval / 1_000,
        battery: world.devices.committed(keyOf.device(site, device))?.battery ?? null,
        current: since <= now && now < until,
      }))
      .sort((a, b) => (b.since ?? 0) - (a.since ?? 0));
  }

  return {
    async chart(site, { series, pixels = DEFAULT_PIXELS, ...range }) {
      const names = series.map(({ point, metric }) => ({ site, point, metric }));
      if (!names.every(isPoint)) return undefined;
      const since = rawSince(...names);
      const zone = frames.zone(site);
      const { level, width } = resolutionFor(range, { pixels, rawUpTo, rawSince: since });
      const span = untilNow(range);
      const edges =
        level === 'days'
          ? dayEdges(endOfDay(span, { zone, rawSince: since }), zone, width / DAY)
          : edgesOf(wholeHours(span, since), width);
      const found: HistorySeries[] = [];
      // One after the other: another page's question has its turn in between.
      for (const name of names) found.push(await bucketsOf(name, edges, level));
      return { level, width, edges, rawGone: range.from < since, series: found };
    },
    async course(site, point, { metric, ...range }) {
      const name = { site, point, metric };
      const known = model(site);
      const own = seriesOf(name);
      const span = untilNow(range);
      const sums = known === undefined ? undefined : await figures(name, span);
      if (known === undefined || sums === undefined) return undefined;
      const long = range.to - range.from > WINDOWS_UP_TO;
      const limits = long ? frames.standing(name, range) : frames.limits(name, range);
      const { from, to } = range;
      const titles = new Map(catalogue.standards.map(({ id, title }) => [id, title]));
      const { count, min, mean, max, good, suspect, bad, missing, standards } = sums;
      const alarms = reader
        .alarmsWithin(site, { points: [point], from, to, limit: MOST_ALARMS })
        .filter((alarm) => alarm.metric === null || alarm.metric === metric);
      return {
        from,
        to: span.to,
        limits: limits.map(({ from: _, to: __, title, onDelay, inForce, ...limit }) => ({
          ...limit,
          title: titles.get(limit.standard) ?? title,
          onDelay: onDelay / 1_000,
          inForce: [...inForce],
        })),
        open: long ? null : [...frames.open(name, range)],
        heating: [...frames.heating(name, range)],
        modes: [...frames.modes(name, range)],
        downtimes: frames.downtimes(from).filter((one) => one.to > from && one.from < to),
        alarms: alarms.slice(0, MOST_TOLD).map((record) => alarmView(known, record, { stored: true })),
        since: own === undefined ? null : await firstReading(own),
        sensors: sensorsOf(name, clock.now().wall),
        compliance: standards.map((standard) => ({
          ...standard,
          title: titles.get(standard.standard) ?? { zh: standard.standard, en: standard.standard },
          ...shares(standard),
          ...excursionsOf(
            alarms.filter(({ rule }) => rule === standard.standard),
            span,
          ),
        })),
        ...{ count, min, mean, max, good, suspect, bad, missing },
      };
    },
    figures,
    rows(site, request) {
      if (!request.series.every(({ point }) => isPoint({ site, point }))) return undefined;
      const span = untilNow(request);
      const since = rawSince(...request.series.map((one) => ({ site, ...one })));
      const whole = request.rows === 'readings' ? span : wholeHours(span, since);
      return exportRows({ sources, stretches, seriesOf }, site, { ...request, ...whole });
    },
  };
}

/** How often a standard was broken within a span, and for how long at most (s). */
function excursionsOf(
  alarms: readonly Pick<AlarmRecord, 'raisedAt' | 'returnedAt'>[],
  { from, to }: Span,
): Pick<ComplianceView, 'excursions' | 'longest'> {
  const stood = alarms.map(({ raisedAt, returnedAt }) => Math.min(to, returnedAt ?? to) - Math.max(from, raisedAt));
  return { excursions: stood.length, longest: Math.max(0, ...stood) / 1_000 };
}

function nothingOf(standard: string): HourStandard {
  return { standard, inBand: 0, out: 0, unknown: 0, outOfService: 0 };
}

function rollupColumns(rows: readonly Rollup[]): BucketColumns {
  const column = <T>(valueOf: (row: Rollup) => T): T[] => rows.map(valueOf);
  return {
    count: column(({ count }) => count),
    min: column(({ min }) => min),
    mean: column(({ mean }) => (mean === null ? null : Math.round(mean * MEAN_UNIT) / MEAN_UNIT)),
    max: column(({ max }) => max),
    last: column(({ last }) => last),
    suspect: column(({ suspect }) => suspect),
    bad: column(({ bad }) => bad),
    missing: column(({ missing }) => missing),
    suspectValue: column(() => null),
    badValue: column(() => null),
  };
}
