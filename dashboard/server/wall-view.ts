import type { AlarmView } from '../../contract/alarm.ts';
import type { AreaView, SiteDelta, SiteSnapshot } from '../../contract/live.ts';
import type { SiteRegistry } from '../../contract/registry.ts';

/** What a wall may show of its site; null: all of it. */
export interface WallView {
  readonly areas: ReadonlySet<string>;
  readonly points: ReadonlySet<string>;
  readonly devices: ReadonlySet<string>;
}

export function wallView(areas: readonly string[] | null, registry: SiteRegistry | undefined): WallView | null {
  if (areas === null) return null;
  const shown = new Set(areas);
  const points = new Set(registry?.points.filter(({ area }) => shown.has(area)).map(({ id }) => id));
  const devices = new Set(registry?.bindings.filter(({ point }) => points.has(point)).map(({ device }) => device));
  return { areas: shown, points, devices };
}

/** Without user names, notes and addresses: a wall is read by whoever passes by. */
export function wallSnapshot(snapshot: SiteSnapshot, view: WallView | null): SiteSnapshot {
  const alarms = wallAlarms(snapshot.alarms, view);
  const areas = wallAreas(snapshot.areas, view);
  if (view === null) return { ...snapshot, areas, alarms };
  const samples = Object.entries(snapshot.sparklines).filter(([key]) => view.points.has(key.split('/', 1)[0] ?? ''));
  return {
    ...snapshot,
    areas,
    points: snapshot.points.filter(({ id }) => view.points.has(id)),
    devices: snapshot.devices.filter(({ id }) => view.devices.has(id)),
    alarms,
    sparklines: Object.fromEntries(samples),
  };
}

/** The same for what changed. One that holds nothing for this wall is still sent: it counts. */
export function wallDelta(delta: SiteDelta, view: WallView | null): SiteDelta {
  const { areas, points, devices, alarms, ...rest } = delta;
  return {
    ...rest,
    ...(areas && { areas: wallAreas(areas, view) }),
    ...(points && { points: view === null ? points : points.filter(({ id }) => view.points.has(id)) }),
    ...(devices && { devices: view === null ? devices : devices.filter(({ id }) => view.devices.has(id)) }),
    ...(alarms && { alarms: wallAlarms(alarms, view) }),
  };
}

function wallAreas(areas: readonly AreaView[], view: WallView | null): AreaView[] {
  return areas
    .filter(({ id }) => view === null || view.areas.has(id))
    .map((area) => (area.byHand === null ? area : { ...area, byHand: { ...area.byHand, reason: '' } }));
}

function wallAlarms(alarms: readonly AlarmView[], view: WallView | null): AlarmView[] {
  return alarms.filter((alarm) => view === null || concerns(alarm, view)).map(nameless);
}

/** What befell the whole site concerns each of its areas. */
function concerns({ subject, gathers }: AlarmView, { points, devices }: WallView): boolean {
  if (gathers.some((point) => points.has(point))) return true;
  switch (subject.kind) {
    case 'point':
      return points.has(subject.id);
    case 'device':
      return devices.has(subject.id);
    default:
      return true;
  }
}

function nameless({ detail: _technical, ...alarm }: AlarmView): AlarmView {
  if (alarm.acknowledged === null) return alarm;
  return { ...alarm, acknowledged: { ...alarm.acknowledged, by: '', note: null } };
}
