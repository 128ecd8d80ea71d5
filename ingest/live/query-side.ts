import type { Clock } from '../../contract/clock.ts';
import type { RangeAnswer, RangeQuery } from '../../contract/api.ts';
import type { SiteSnapshot } from '../../contract/live.ts';
import type { QuerySide } from '../../contract/query.ts';
import { keyOf } from '../line/keys.ts';
import type { World } from '../line/world.ts';
import type { LedgerReader } from '../stores/ledger/types.ts';
import { rangeOf } from '../stores/query.ts';
import type { ReadingsStore } from '../stores/readings/types.ts';
import { alarmView } from './alarm-view.ts';
import type { Announcer } from './announcer.ts';
import { createDeviceQueries, type DeviceQueryOptions } from './device-queries.ts';
import { openHours } from './open-hour.ts';
import { openAlarms, siteViews } from './site-views.ts';
import type { Sparklines } from './sparklines.ts';

const DEFAULT_RANGE_LIMIT = 10_000;

export interface QuerySideOptions extends Omit<DeviceQueryOptions, 'reader'> {
  readonly world: World;
  readonly clock: Clock;
  readonly reader: LedgerReader;
  readonly readings: ReadingsStore;
  readonly announcer: Announcer;
  readonly sparklines: Sparklines;
  readonly storing: () => boolean;
}

export function createQuerySide(options: QuerySideOptions): QuerySide {
  const { world, clock, reader, readings, announcer, sparklines, storing } = options;
  const model = (site: string) => world.models.committed(site);

  function snapshot(site: string): SiteSnapshot | undefined {
    const known = model(site);
    if (known === undefined) return undefined;
    const now = clock.now();
    const at = now.wall;
    const views = siteViews(world, known, { now, calendar: announcer.calendar(), storing: storing() });
    const samples: SiteSnapshot['sparklines'] = {};
    for (const [key, { series }] of world.series.committedEntries()) {
      if (series.owner.kind !== 'point' || !key.startsWith(`${site}|`)) continue;
      samples[`${series.owner.id}/${series.metric}`] = sparklines.of(series.id, at);
    }
    return {
      epoch: announcer.epoch,
      seq: announcer.seq(site),
      at,
      site: views.site(),
      areas: views.areas(),
      points: [...known.points.keys()].map((id) => views.point(id)).filter((view) => view !== undefined),
      devices: [...known.devices.keys()].map((id) => views.device(id)).filter((view) => view !== undefined),
      alarms: openAlarms(world, site).map((record) => views.alarm(record)),
      sparklines: samples,
    };
  }

  async function range(site: string, point: string, query: RangeQuery): Promise<RangeAnswer | undefined> {
    if (model(site)?.points.has(point) !== true) return undefined;
    const { metric, from, to, limit = DEFAULT_RANGE_LIMIT } = query;
    const series = world.series.committed(keyOf.pointSeries(site, point, metric))?.series.id;
    if (series === undefined) return { point, metric, readings: [], next: null };
    const found = await rangeOf({ readings, tail: world.tail }, { series, from, to, limit: limit + 1 });
    return {
      point,
      metric,
      readings: found
        .slice(0, limit)
        .map(({ t, value, quality, reason, backfilled }) => ({ t, v: value, q: quality, reason, backfilled })),
      next: found[limit]?.t ?? null,
    };
  }

  return {
    ready: () => true,
    sites: () => [...world.models.committedEntries()].map(([id, { registry }]) => ({ id, name: registry.name })),
    snapshot,
    subscribe: (listener, watches) => announcer.subscribe(listener, watches),
    registry: (site) => model(site)?.registry,
    alarmHistory(site, page) {
      const known = model(site);
      if (known === undefined) return Promise.resolve(undefined);
      const records = reader.alarmsOf(site, page);
      const alarms = records.map((record) => alarmView(known, record, { stored: true }));
      return Promise.resolve({ alarms, next: records.length < page.limit ? null : (records.at(-1)?.id ?? null) });
    },
    journal(alarm) {
      if (reader.alarm(alarm) === undefined) return Promise.resolve(undefined);
      return Promise.resolve(
        reader.journalOf(alarm).map(({ at, what, value, by, note }) => ({ at, what, value, by, note })),
      );
    },
    range,
    devices: createDeviceQueries(options),
    openHour: (site, point) => openHours(options, { site, point, at: clock.now().wall }),
  };
}
