import type { Priority, Side } from '../../contract/alarm.ts';
import type { LocalText } from '../../contract/ids.ts';
import type { HandMode } from '../../contract/modes.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import type { Point, SiteModel } from '../line/model.ts';
import type { HoldLimit, HourLimit } from '../standards/hour.ts';
import { COVERED_BY_MODE, handModeOf } from '../standards/modes.ts';
import type { ModeSpan, Applies, Catalogue, InForceRule, PointLimit, SiteSchedule } from '../standards/types.ts';
import { limitsFor } from '../standards/resolve.ts';
import { compileSchedule, inForceSpans } from '../standards/schedule.ts';
import type { Span } from '../standards/timeline.ts';
import { spanOfMode } from '../stores/ledger/mode-rows.ts';
import type { LedgerReader } from '../stores/ledger/types.ts';
import { DAY } from './resolution.ts';

/** A metric of a point, wherever its readings lie. */
export interface PointMetric {
  readonly site: string;
  readonly point: string;
  readonly metric: string;
}

/** By what a span of a series is judged. */
export interface Frame {
  readonly holds: readonly HoldLimit[];
  readonly limits: readonly HourLimit[];
  readonly downtimes: readonly Span[];
}

/** One side of a standard at a point, with the time for which it had this value. */
export interface LimitSpan extends Span {
  readonly standard: string;
  readonly title: LocalText;
  readonly side: Side;
  readonly limit: number;
  readonly reached: boolean;
  readonly critical: boolean;
  readonly priority: Priority;
  readonly compliance: boolean;
  readonly applies: Applies;
  /** ms */
  readonly onDelay: number;
  /** In the metric's unit. */
  readonly deadband: number;
  /** When it was in force. */
  readonly inForce: readonly Span[];
}

export interface Frames {
  /** Undefined: the point is registered no more. */
  of(series: PointMetric, span: Span): Frame | undefined;
  /** How long a value of the series may hold, ms: no later hour knows of it. */
  reach(series: PointMetric): number;
  holds(series: PointMetric): readonly HoldLimit[];
  downtimes(since: number): readonly Span[];
  limits(series: PointMetric, span: Span): readonly LimitSpan[];
  /** The same of long ranges: by the season, without looking at opening hours. */
  standing(series: PointMetric, span: Span): readonly LimitSpan[];
  open(series: PointMetric, span: Span): readonly Span[];
  heating(series: PointMetric, span: Span): readonly Span[];
  /** Set by hand for the area of the point, ascending; whole, however far they reach beyond the span. */
  modes(series: PointMetric, span: Span): readonly HandMode[];
  /** IANA name; UTC for a site that is gone. */
  zone(site: string): string;
}

export interface FramesOptions {
  readonly catalogue: Catalogue;
  readonly reader: Pick<
    LedgerReader,
    'registryVersions' | 'registryRevision' | 'downtimes' | 'modeRevision' | 'areaModes'
  >;
  readonly model: (site: string) => SiteModel | undefined;
}

interface Version extends Span {
  /** When it began, however it was cut. */
  readonly since: number;
  readonly registry: SiteRegistry;
}

/** A value that has held for longer (a week, ms) holds no more, whatever its sensor. */
const LONGEST_HOLD = 7 * DAY;
/** Opening hours are compiled for so long at a time (ms), and this many such pieces are kept. */
const PIECE = 32 * DAY;
const KEPT = 300;

/** Looks up by what a time was judged: the registry of that time, its season, its opening hours and the modes that were set by hand. */
export function createFrames({ catalogue, reader, model }: FramesOptions): Frames {
  const versions = new Map<string, { readonly revision: number; readonly all: readonly Version[] }>();
  const schedules = new Map<string, SiteSchedule>();
  let modeRevision = NaN;

  function versionsOf(site: string): readonly Version[] {
    const ofModes = reader.modeRevision();
    if (ofModes !== modeRevision) schedules.clear();
    modeRevision = ofModes;
    const revision = reader.registryRevision();
    const known = versions.get(site);
    if (known?.revision === revision) return known.all;
    const found = reader.registryVersions(site);
    const all = found.map(({ since, registry }, index) => ({
      since,
      from: index === 0 ? -Infinity : since,
      to: found[index + 1]?.since ?? Infinity,
      registry,
    }));
    versions.set(site, { revision, all });
    schedules.clear();
    return all;
  }

  /** Versions that a span touches, each with the part of it in which it held. */
  function within(site: string, span: Span): Version[] {
    return versionsOf(site)
      .map((version) => ({ ...version, from: Math.max(version.from, span.from), to: Math.min(version.to, span.to) }))
      .filter(({ from, to }) => from < to);
  }

  /** Pieces of season and opening hours that cover a span, for one area; null: of the season alone, which takes little. */
  function* pieces(
    { registry, since, from, to }: Version,
    area: string | null,
  ): Generator<Span & { schedule: SiteSchedule }> {
    for (let start = Math.floor(from / PIECE) * PIECE; start < to; start += PIECE) {
      const key = `${registry.site}|${since}|${area}|${start}`;
      const { openingHours: _, ...whenever } = registry;
      const part =
        area === null
          ? { ...whenever, areas: [] }
          : { ...registry, areas: registry.areas.filter(({ id }) => id === area) };
      const span = { from: start - DAY, to: start + PIECE + DAY };
      const schedule =
        schedules.get(key) ??
        compileSchedule(part, {
          from: span.from,
          until: span.to,
          modes: area === null ? [] : modesOf({ site: registry.site, area }, span),
        });
      schedules.delete(key);
      schedules.set(key, schedule);
      for (const oldest of schedules.keys()) if (schedules.size > KEPT) schedules.delete(oldest);
      yield { from: Math.max(start, from), to: Math.min(start + PIECE, to), schedule };
    }
  }

  function modesOf({ site, area }: { site: string; area: string }, span: Span): readonly ModeSpan[] {
    return reader
      .areaModes(site, span)
      .filter((mode) => mode.area === area)
      .map(spanOfMode);
  }

  /** The modes of an area while a version held, asked for at most once, by the first rule that they may cover. */
  function modesOnce({ registry: { site }, ...span }: Version, area: string): () => readonly ModeSpan[] {
    let found: readonly ModeSpan[] | undefined;
    return () => (found ??= modesOf({ site, area }, span));
  }

  function spansOf(
    version: Version,
    {
      area,
      rule,
      modes = modesOnce(version, area),
    }: { area: string; rule: InForceRule; modes?: () => readonly ModeSpan[] },
  ): Span[] {
    const { applies } = rule;
    const whatever = applies === 'always' || applies === 'heating';
    const covered = whatever && !rule.critical && modes().some(({ mode }) => COVERED_BY_MODE[mode].includes(applies));
    if (applies === 'always' && !covered) return [{ from: version.from, to: version.to }];
    const found: Span[] = [];
    for (const { schedule, from, to } of pieces(version, whatever && !covered ? null : area)) {
      for (const span of inForceSpans(schedule, { ...rule, area }, { from, to })) joinTo(found, span);
    }
    return found;
  }

  const pointOf = ({ site, point }: PointMetric) => model(site)?.points.get(point);

  function limitSpans(series: PointMetric, span: Span, whenever = false): LimitSpan[] {
    return within(series.site, span).flatMap((version) => {
      const spec = version.registry.points.find(({ id }) => id === series.point);
      if (spec === undefined) return [];
      const modes = modesOnce(version, spec.area);
      return limitsFor(catalogue, version.registry, spec)
        .filter(({ metric }) => metric === series.metric)
        .map((limit) => {
          const { critical } = limit.timing;
          // Of long ranges no modes are told, like no opening hours.
          const rule = whenever
            ? { applies: seasonOf(limit.applies), critical: true }
            : { applies: limit.applies, critical };
          return limitSpan(limit, version, spansOf(version, { area: spec.area, rule, modes }));
        });
    });
  }

  function times(series: PointMetric, span: Span, rule: InForceRule): Span[] {
    const found: Span[] = [];
    for (const version of within(series.site, span)) {
      const area = version.registry.points.find(({ id }) => id === series.point)?.area;
      if (area === undefined) continue;
      for (const one of spansOf(version, { area, rule })) joinTo(found, one);
    }
    return found;
  }

  const holdsFor = (series: PointMetric) => holdsOf(pointOf(series), series.metric);
  const downtimes = (since: number) => reader.downtimes(since - LONGEST_HOLD);

  return {
    of(series, span) {
      if (pointOf(series) === undefined) return undefined;
      const limits = limitSpans(series, span)
        .filter(({ compliance }) => compliance)
        // What people call compliance comes first, the minutes of scald after it.
        .toSorted((a, b) => Number(a.critical) - Number(b.critical))
        .map(({ standard, side, limit, reached, inForce }) => ({
          standard,
          side,
          limit,
          ...(reached ? { reached } : {}),
          inForce,
        }));
      return { holds: holdsFor(series), limits, downtimes: downtimes(span.from) };
    },
    reach: (series) => Math.min(LONGEST_HOLD, Math.max(0, ...holdsFor(series).map(({ hold }) => hold))),
    holds: holdsFor,
    downtimes,
    limits: (series, span) => limitSpans(series, span),
    standing: (series, span) => limitSpans(series, span, true),
    open: (series, span) => times(series, span, { applies: 'open', critical: false }),
    heating: (series, span) => times(series, span, { applies: 'heating', critical: true }),
    modes(series, span) {
      const area = pointOf(series)?.area.id;
      return area === undefined ? [] : modesOf({ site: series.site, area }, span).map(handModeOf);
    },
    zone: (site) => model(site)?.registry.timezone ?? 'UTC',
  };
}

/** How long a value holds: as long as its sensor may be silent. */
function holdsOf(point: Point | undefined, metric: string): readonly HoldLimit[] {
  return (point?.bindings ?? [])
    .filter((binding) => binding.metric === metric && binding.silence !== null)
    .map(({ since, silence }) => ({ from: Math.max(0, since), hold: silence ?? 0 }))
    .sort((a, b) => a.from - b.from);
}

function seasonOf(applies: Applies): Applies {
  return applies === 'heating' || applies === 'heating_open' ? 'heating' : 'always';
}

function limitSpan(limit: PointLimit, { from, to }: Span, inForce: readonly Span[]): LimitSpan {
  const { standard, title, side, reached = false, timing, priority, compliance, applies, deadband } = limit;
  return {
    standard,
    title,
    side,
    limit: limit.limit,
    reached,
    critical: timing.critical,
    priority,
    compliance,
    applies,
    onDelay: timing.onDelay,
    deadband,
    from,
    to,
    inForce,
  };
}

/** Adds a span to ascending ones; one that goes on where the last one ended joins it. */
function joinTo(spans: Span[], { from, to }: Span): void {
  const last = spans.at(-1);
  if (last?.to === from) spans[spans.length - 1] = { from: last.from, to };
  else spans.push({ from, to });
}
