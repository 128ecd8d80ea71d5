import type { OpenHour } from '../../contract/api.ts';
import type { Point, SiteModel } from '../line/model.ts';
import { keyOf } from '../line/keys.ts';
import type { World } from '../line/world.ts';
import { hour, shares, type HourInput, type HourReading } from '../standards/hour.ts';
import { inForceSpans } from '../standards/schedule.ts';
import type { Span } from '../standards/timeline.ts';
import type { LedgerReader } from '../stores/ledger/types.ts';
import { newestBeforeOf, rangeOf } from '../stores/query.ts';
import type { ReadingsStore } from '../stores/readings/types.ts';
import type { StoredReading } from '../stores/readings/stored.ts';

const HOUR = 3_600_000;
/** A value that has held for longer (a week, ms) holds no more, whatever its sensor. */
const LONGEST_HOLD = 7 * 24 * HOUR;
/** More than one reading a millisecond there cannot be; this bounds a series gone wild. */
const MOST_READINGS = 100_000;

export interface OpenHourSources {
  readonly world: World;
  readonly readings: ReadingsStore;
  readonly reader: Pick<LedgerReader, 'downtimes'>;
}

/** What has passed of this hour, for each metric of a point that a standard counts; undefined: no such point. */
export async function openHours(
  sources: OpenHourSources,
  { site, point: id, at }: { site: string; point: string; at: number },
): Promise<readonly OpenHour[] | undefined> {
  const model = sources.world.models.committed(site);
  const point = model?.points.get(id);
  if (model === undefined || point === undefined) return undefined;
  const counted = new Set(point.limits.filter(({ compliance }) => compliance).map(({ metric }) => metric));
  const metrics = [...new Set(point.bindings.map(({ metric }) => metric))].filter(
    (metric) => metric !== 'events' && counted.has(metric),
  );
  return Promise.all(metrics.map((metric) => openHour(sources, model, point, { metric, at })));
}

async function openHour(
  sources: OpenHourSources,
  model: SiteModel,
  point: Point,
  { metric, at }: { metric: string; at: number },
): Promise<OpenHour> {
  const span = { from: Math.floor(at / HOUR) * HOUR, to: at };
  const { carry, readings } = await readSpan(sources, model.registry.site, point, { metric, span });
  const found = hour({
    span,
    carry,
    readings,
    holds: holdsOf(point, metric),
    limits: limitsOf(sources.world, model, point, { metric, span }),
    downtimes: sources.reader.downtimes(span.from - LONGEST_HOLD),
  });
  const { count, min, max, mean, last } = found;
  const critical = new Set(point.limits.filter(({ timing }) => timing.critical).map(({ standard }) => standard));
  const standards = found.standards.map((one) => ({ ...one, critical: critical.has(one.standard), ...shares(one) }));
  return { point: point.spec.id, metric, ...span, standards, count, min, max, mean, last };
}

async function readSpan(
  { world, readings }: OpenHourSources,
  site: string,
  point: Point,
  { metric, span }: { metric: string; span: Span },
): Promise<{ carry: HourReading | null; readings: HourReading[] }> {
  const series = world.series.committed(keyOf.pointSeries(site, point.spec.id, metric))?.series.id;
  if (series === undefined) return { carry: null, readings: [] };
  const sources = { readings, tail: world.tail };
  const before = await newestBeforeOf(sources, series, span.from);
  const within = await rangeOf(sources, { series, ...span, limit: MOST_READINGS });
  return { carry: before === undefined ? null : hourReading(before), readings: within.map(hourReading) };
}

function hourReading({ t, value, quality }: StoredReading): HourReading {
  return { t, v: value, q: quality };
}

/** How long a value holds: as long as its sensor may be silent. */
function holdsOf(point: Point, metric: string): HourInput['holds'] {
  return point.bindings
    .filter((binding) => binding.metric === metric && binding.silence !== null)
    .map(({ since, silence }) => ({ from: Math.max(0, since), hold: silence ?? 0 }))
    .sort((a, b) => a.from - b.from);
}

function limitsOf(
  world: World,
  model: SiteModel,
  point: Point,
  { metric, span }: { metric: string; span: Span },
): HourInput['limits'] {
  const schedule = world.schedules.committed(model.registry.site);
  return (
    point.limits
      .filter((limit) => limit.metric === metric && limit.compliance)
      // What people call compliance comes first, the minutes of scald after it.
      .toSorted((a, b) => Number(a.timing.critical) - Number(b.timing.critical))
      .map(({ standard, side, limit, reached, applies, timing: { critical } }) => ({
        standard,
        side,
        limit,
        ...(reached === undefined ? {} : { reached }),
        inForce: schedule === undefined ? [] : inForceSpans(schedule, { applies, critical, area: point.area.id }, span),
      }))
  );
}
