import type { User } from '../../contract/account.ts';
import type { Instant } from '../../contract/clock.ts';
import type { BindBody } from '../../contract/devices.ts';
import type { DeviceRefusal, FieldsRefused } from '../../contract/query.ts';
import { changeBinding } from '../standards/binding-change.ts';
import type { Catalogue } from '../standards/types.ts';
import type { LedgerReader } from '../stores/ledger/types.ts';
import { storedOf } from '../stores/query.ts';
import type { StoredReading } from '../stores/readings/stored.ts';
import { calendarTime } from './host-clock.ts';
import { newSeriesState } from './readings.ts';
import { takeIfNew, takeRegistry } from './registry.ts';
import type { SeriesState } from './state.ts';
import { keyOf } from './keys.ts';
import type { World } from './world.ts';

/** What was read of the stores before the binding walks the line. */
export interface BindHistory {
  /** The device's own readings of the metric, ascending; those that came since are in the tail. */
  readonly own: readonly StoredReading[];
  /** Time of the point's newest reading of the metric; null: it has none. */
  readonly newestOfPoint: number | null;
}

export const NO_HISTORY: BindHistory = { own: [], newestOfPoint: null };

export interface BindContext {
  readonly catalogue: Catalogue;
  readonly now: Instant;
  readonly reader: Pick<LedgerReader, 'registryOf'>;
  readonly history: BindHistory;
}

/**
 * Binds a metric of a device to a point. `from: 'first'` makes the device's own readings the point's, by a copy, as far
 * as they were read before and are newer than everything that the point has; the binding begins with the first of them.
 */
export function takeBind(
  world: World,
  { site, body, user }: { readonly site: string; readonly body: BindBody; readonly user: User },
  { catalogue, now, reader, history }: BindContext,
): 'bound' | FieldsRefused | DeviceRefusal {
  const pending = world.pending.registryChanges.get(site);
  const base = pending ?? reader.registryOf(site);
  if (base === undefined || world.models.get(site) === undefined) return { refused: 'no_such_site' };
  // Another process may have written it since the last tick: that comes first.
  if (pending === undefined) takeIfNew(world, base.registry, catalogue, now);

  const point = body.point.id;
  const metric = body.metric.split('.')[0] ?? body.metric;
  const own = world.series.get(keyOf.deviceSeries(site, body.device, body.metric));
  const known = world.series.get(keyOf.pointSeries(site, point, metric));
  const copied = own === undefined || body.from === 'now' ? [] : readingsToCopy(world, { own, known, history });
  const since = copied[0]?.t ?? calendarTime(world, now);

  const changed = changeBinding(base.registry, body, { since, catalogue });
  if ('fields' in changed) return changed;
  takeRegistry(world, changed.registry, catalogue, now);
  if (own !== undefined && copied.length > 0) copy(world, { own, known, point, metric, copied, now });

  const { replaced } = changed;
  const detail = {
    device: body.device,
    metric: body.metric,
    point,
    created: 'create' in body.point,
    replaced: replaced === null ? null : `${replaced.device} ${replaced.metric}`,
    since: new Date(since).toISOString(),
    copied: copied.length,
  };
  const audit = { at: now.wall, site, kind: 'registry.changed', actor: user.username, detail };
  world.pending.registryChanges.set(site, {
    registry: changed.registry,
    revision: base.revision,
    audits: [...(pending?.audits ?? []), audit],
  });
  return 'bound';
}

/** The device's own readings that are newer than all that the point has: what was read before, and what came since. */
function readingsToCopy(
  world: World,
  { own, known, history }: { own: SeriesState; known: SeriesState | undefined; history: BindHistory },
): readonly StoredReading[] {
  const id = own.series.id;
  const inTail = known === undefined ? undefined : world.tail.newestBefore(known.series.id, Infinity);
  const arriving = known === undefined ? [] : world.pending.arrivals.of(known.series.id);
  const newest = arriving.reduce(
    (latest, { sourceTime }) => Math.max(latest, sourceTime),
    Math.max(history.newestOfPoint ?? -Infinity, inTail?.sourceTime ?? -Infinity),
  );
  const byTime = new Map(history.own.map((reading) => [reading.t, reading]));
  const last = history.own.at(-1)?.t ?? -Infinity;
  const recent = [
    ...world.tail.range(id, last === -Infinity ? 0 : last, Number.MAX_SAFE_INTEGER),
    ...world.pending.arrivals.of(id),
  ];
  for (const arrival of recent) byTime.set(arrival.sourceTime, storedOf(arrival));
  return [...byTime.values()].filter(({ t }) => t > newest).sort((a, b) => a.t - b.t);
}

interface Copying {
  readonly own: SeriesState;
  readonly known: SeriesState | undefined;
  readonly point: string;
  readonly metric: string;
  readonly copied: readonly StoredReading[];
  readonly now: Instant;
}

/** Stored as backfill: it judges nothing that is past. What is shown as current goes along. */
function copy(world: World, { own, known, point, metric, copied, now }: Copying): void {
  const { site } = own.series;
  const target =
    known ?? newSeriesState({ id: world.nextSeriesId(), site, owner: { kind: 'point', id: point }, metric }, now.mono);
  if (known === undefined) world.pending.series.push(target.series);
  for (const { t, ...reading } of copied) {
    const seq = world.nextArrivalSeq();
    world.addArrival({ ...reading, series: target.series.id, sourceTime: t, backfilled: true, seq });
  }
  const first = copied[0]?.t ?? Infinity;
  const isCurrent = own.current !== null && own.current.sourceTime >= first;
  world.series.set(keyOf.pointSeries(site, point, metric), isCurrent ? { ...own, series: target.series } : target);
}
