import type { AlarmView } from '../../../contract/alarm.ts';
import type {
  AreaView,
  DeviceView,
  PointView,
  SiteDelta,
  SiteSnapshot,
  SiteView,
  Tick,
  ValueView,
} from '../../../contract/live.ts';
import type { Sample } from '../band/trace.ts';

/** All that a screen knows of its site: a snapshot with every delta since applied. */
export interface SiteState {
  readonly epoch: string;
  readonly seq: number;
  readonly site: SiteView;
  readonly areas: ReadonlyMap<string, AreaView>;
  readonly points: ReadonlyMap<string, PointView>;
  readonly devices: ReadonlyMap<string, DeviceView>;
  readonly alarms: ReadonlyMap<number, AlarmView>;
  /** By `point/metric`. */
  readonly sparklines: ReadonlyMap<string, readonly Sample[]>;
}

/** `gap`: something was missed (or the server restarted, or the registry changed): fetch a snapshot. */
export type Applied =
  | { readonly verdict: 'applied'; readonly state: SiteState }
  | { readonly verdict: 'already' }
  | { readonly verdict: 'gap' };

export const SPARKLINE_MS = 3 * 3_600_000;
/** A sparkline has at most 60 samples: one for each three minutes. */
const SPARKLINE_STEP_MS = SPARKLINE_MS / 60;

export function fromSnapshot(snapshot: SiteSnapshot): SiteState {
  return {
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    site: snapshot.site,
    areas: byId(snapshot.areas),
    points: byId(snapshot.points),
    devices: byId(snapshot.devices),
    alarms: byId(snapshot.alarms.filter((alarm) => alarm.state !== 'normal')),
    sparklines: new Map(Object.entries(snapshot.sparklines)),
  };
}

export function applyDelta(state: SiteState, delta: SiteDelta): Applied {
  if (delta.epoch !== state.epoch) return { verdict: 'gap' };
  if (delta.seq <= state.seq) return { verdict: 'already' };
  if (delta.seq !== state.seq + 1 || delta.reload === true) return { verdict: 'gap' };
  return {
    verdict: 'applied',
    state: {
      ...state,
      seq: delta.seq,
      site: delta.siteView ?? state.site,
      areas: replaced(state.areas, delta.areas),
      points: replaced(state.points, delta.points),
      devices: replaced(state.devices, delta.devices),
      alarms: withAlarms(state.alarms, delta.alarms),
      sparklines: extended(state.sparklines, delta.points, delta.at),
    },
  };
}

/** A tick carries the number of the newest delta: one that is ahead of ours means that we missed some. */
export function tickShowsGap(state: SiteState, tick: Tick): boolean {
  return tick.epoch !== state.epoch || tick.seq > state.seq;
}

/** Key of a sparkline. */
export function seriesKey(point: string, metric: string): string {
  return `${point}/${metric}`;
}

function byId<Key, View extends { readonly id: Key }>(views: readonly View[]): Map<Key, View> {
  return new Map(views.map((view) => [view.id, view]));
}

function replaced<Key, View extends { readonly id: Key }>(
  before: ReadonlyMap<Key, View>,
  changed: readonly View[] | undefined,
): ReadonlyMap<Key, View> {
  if (changed === undefined || changed.length === 0) return before;
  const after = new Map(before);
  for (const view of changed) after.set(view.id, view);
  return after;
}

function withAlarms(
  before: ReadonlyMap<number, AlarmView>,
  changed: readonly AlarmView[] | undefined,
): ReadonlyMap<number, AlarmView> {
  const after = replaced(before, changed);
  const over = (changed ?? []).filter((alarm) => alarm.state === 'normal');
  if (over.length === 0) return after;
  return new Map([...after].filter(([, alarm]) => alarm.state !== 'normal'));
}

function extended(
  before: ReadonlyMap<string, readonly Sample[]>,
  points: readonly PointView[] | undefined,
  now: number,
): ReadonlyMap<string, readonly Sample[]> {
  if (points === undefined || points.length === 0) return before;
  const after = new Map(before);
  for (const point of points) {
    for (const value of point.values) {
      const key = seriesKey(point.id, value.metric);
      const samples = withNewest(after.get(key) ?? [], value, now);
      if (samples !== undefined) after.set(key, samples);
    }
  }
  return after;
}

/** The newest sample moves along until its three minutes are full; then the next one begins. */
function withNewest(samples: readonly Sample[], value: ValueView, now: number): readonly Sample[] | undefined {
  const { value: newest, sourceTime: at, state } = value;
  if (newest === null || at === null || state === 'unknown' || state === 'awaited') return undefined;
  const last = samples.at(-1);
  if (last !== undefined && at <= last[0]) return undefined;
  const settled = samples.at(-2)?.[0];
  const moves = last !== undefined && settled !== undefined && last[0] - settled < SPARKLINE_STEP_MS;
  const kept = (moves ? samples.slice(0, -1) : samples).filter(([t]) => t >= now - SPARKLINE_MS);
  return [...kept, [at, newest]];
}
