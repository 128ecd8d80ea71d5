import type { AlarmView } from '../../../contract/alarm.ts';
import type { AreaView, PointView } from '../../../contract/live.ts';
import type { Sample } from '../band/trace.ts';
import { type AreaSummary, summarise } from './area-summary.ts';
import { isSame } from './same.ts';
import { seriesKey, type SiteState } from './state.ts';

/** All that is shown of an area. It stays the same object until something in it changes: nothing else is drawn anew. */
export interface AreaGroup {
  readonly area: AreaView;
  readonly points: readonly PointView[];
  /** Standing ones on its points, or gathering one of them, worst first. */
  readonly alarms: readonly AlarmView[];
  /** Of its points alone, by `point/metric`. */
  readonly sparklines: ReadonlyMap<string, readonly Sample[]>;
  readonly summary: AreaSummary;
}

/**
 * The areas of a site, in the order of its registry.
 *
 * @param alarms standing ones of the site, worst first
 * @param before what this gave for the state before
 */
export function areaGroups(
  state: SiteState,
  alarms: readonly AlarmView[],
  before: readonly AreaGroup[] = [],
): AreaGroup[] {
  const known = new Map(before.map((group) => [group.area.id, group]));
  const points = pointsByArea(state);
  const standing = alarmsByArea(state, alarms);
  return [...state.areas.values()].map((area) => {
    const own = points.get(area.id) ?? [];
    const its = standing.get(area.id) ?? [];
    const old = known.get(area.id);
    if (old?.area === area && isSame(old.points, own) && isSame(old.alarms, its)) return old;
    return { area, points: own, alarms: its, sparklines: sparklinesOf(state, own), summary: summarise(own, its) };
  });
}

function pointsByArea(state: SiteState): Map<string, PointView[]> {
  const found = new Map<string, PointView[]>();
  for (const point of state.points.values()) put(found, point.area, point);
  return found;
}

function alarmsByArea(state: SiteState, alarms: readonly AlarmView[]): Map<string, AlarmView[]> {
  const found = new Map<string, AlarmView[]>();
  for (const alarm of alarms) {
    const { subject, gathers } = alarm;
    const areas = new Set<string>();
    for (const id of subject.kind === 'point' ? [subject.id, ...gathers] : gathers) {
      const area = state.points.get(id)?.area;
      if (area !== undefined) areas.add(area);
    }
    for (const area of areas) put(found, area, alarm);
  }
  return found;
}

function put<T>(groups: Map<string, T[]>, key: string, one: T): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [one]);
  else group.push(one);
}

/** A series grows only with its point: as long as that is the same object, so are they. */
function sparklinesOf(state: SiteState, points: readonly PointView[]): Map<string, readonly Sample[]> {
  const own = new Map<string, readonly Sample[]>();
  for (const { id, values } of points) {
    for (const { metric } of values) {
      const key = seriesKey(id, metric);
      const samples = state.sparklines.get(key);
      if (samples !== undefined) own.set(key, samples);
    }
  }
  return own;
}
