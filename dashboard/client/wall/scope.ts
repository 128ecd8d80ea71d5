import type { AlarmView } from '../../../contract/alarm.ts';
import type { AreaView, DeviceView, PointView } from '../../../contract/live.ts';
import type { SiteState } from '../live/state.ts';

/** What of a site a wall shows that is for some of its areas. Null: all of it. */
export function chosenAreas(state: SiteState, chosen: readonly string[] | null): AreaView[] {
  return [...state.areas.values()].filter(({ id }) => chosen === null || chosen.includes(id));
}

export function chosenPoints(state: SiteState, areas: readonly AreaView[]): PointView[] {
  const ids = new Set(areas.map(({ id }) => id));
  return [...state.points.values()].filter(({ area }) => ids.has(area));
}

export function chosenDevices(state: SiteState, points: readonly PointView[] | null): DeviceView[] {
  const all = [...state.devices.values()];
  if (points === null) return all;
  const ids = new Set(points.map(({ id }) => id));
  return all.filter((device) => device.points.some((id) => ids.has(id)));
}

/** Alarms of the site itself are everybody's; one of a device belongs wherever it has a point. */
export function chosenAlarms(
  state: SiteState,
  areas: readonly AreaView[] | null,
  points: readonly PointView[],
): AlarmView[] {
  const all = [...state.alarms.values()];
  if (areas === null) return all;
  const areaIds = new Set(areas.map(({ id }) => id));
  const pointIds = new Set(points.map(({ id }) => id));
  return all.filter(({ subject, area, gathers }) => {
    if (subject.kind === 'site') return true;
    if (area !== null && areaIds.has(area)) return true;
    if (gathers.some((id) => pointIds.has(id))) return true;
    return subject.kind === 'point'
      ? pointIds.has(subject.id)
      : (state.devices.get(subject.id)?.points.some((id) => pointIds.has(id)) ?? false);
  });
}
