import type { Priority } from '../../contract/alarm.ts';
import type { AlarmView } from '../../contract/alarm.ts';
import type { Instant } from '../../contract/clock.ts';
import type { AreaView, DeviceView, PointView, SiteView } from '../../contract/live.ts';
import { calendarTime } from '../line/host-clock.ts';
import type { Device, SiteModel } from '../line/model.ts';
import { keyOf } from '../line/keys.ts';
import { handModeOf } from '../standards/modes.ts';
import type { World } from '../line/world.ts';
import type { AlarmRecord } from '../stores/ledger/types.ts';
import { alarmView } from './alarm-view.ts';
import { pointView } from './point-view.ts';
import { unboundKeys } from './unbound.ts';

/** Where the views stand in time. */
export interface ViewMoment {
  readonly now: Instant;
  /** What opening hours and seasons are shown for (ms epoch): moves with the heartbeat, so that all screens agree. */
  readonly calendar: number;
  readonly storing: boolean;
}

/** All views of one site at one moment, from committed state. */
export interface SiteViews {
  site(): SiteView;
  areas(): AreaView[];
  point(id: string): PointView | undefined;
  device(id: string): DeviceView | undefined;
  alarm(record: AlarmRecord): AlarmView;
}

export function siteViews(world: World, model: SiteModel, { now, calendar, storing }: ViewMoment): SiteViews {
  const site = model.registry.site;
  const schedule = world.schedules.committed(site);
  const at = calendarTime(world, now);
  const worst = worstPriorities(world, site);

  return {
    site: () => ({
      id: site,
      name: model.registry.name,
      timezone: model.registry.timezone,
      notice: model.registry.notice ?? null,
      heating: schedule?.heating(calendar) ?? false,
      storing,
    }),
    areas: () =>
      model.registry.areas.map(({ id, name }) => {
        const byHand = schedule?.byHand(id, calendar) ?? null;
        return {
          id,
          name,
          mode: schedule?.mode(id, calendar) ?? 'open',
          byHand: byHand === null ? null : handModeOf(byHand),
          hours: schedule?.hours(id, calendar) ?? '',
        };
      }),
    point(id) {
      const point = model.points.get(id);
      return point === undefined
        ? undefined
        : pointView(world, model, point, { at: calendar, alarm: worst.points.get(id) ?? null });
    },
    device(id) {
      const device = model.devices.get(id);
      return device === undefined
        ? undefined
        : deviceView(world, model, device, { at, alarm: worst.devices.get(id) ?? null });
    },
    alarm: (record) => alarmView(model, record, { stored: !world.unstored.alarms.has(record.id) }),
  };
}

/** Alarms of a site that are not over. */
export function openAlarms(world: World, site: string): AlarmRecord[] {
  return [...world.alarms.committedEntries()].map(([, alarm]) => alarm).filter((alarm) => alarm.site === site);
}

function worstPriorities(world: World, site: string) {
  const points = new Map<string, Priority>();
  const devices = new Map<string, Priority>();
  const note = (map: Map<string, Priority>, id: string, priority: Priority) => {
    const known = map.get(id);
    if (known === undefined || priority < known) map.set(id, priority);
  };
  for (const { subject, priority, gathers, returnedAt } of openAlarms(world, site)) {
    if (returnedAt !== null) continue;
    if (subject.kind === 'point') note(points, subject.id, priority);
    if (subject.kind === 'device') note(devices, subject.id, priority);
    for (const point of gathers) note(points, point, priority);
  }
  return { points, devices };
}

function deviceView(
  world: World,
  model: SiteModel,
  device: Device,
  { at, alarm }: { at: number; alarm: Priority | null },
): DeviceView {
  const site = model.registry.site;
  const id = device.spec.id;
  const state = world.devices.committed(keyOf.device(site, id));
  return {
    id,
    name: device.spec.name,
    presence: presenceOf(state),
    since: state?.since ?? null,
    lastMessageAt: state?.messageAt ?? null,
    clockOffset: state?.clockOffset ?? null,
    clockWrong: state?.clockWrong ?? false,
    battery: state?.battery ?? null,
    points: [...new Set(device.bindings.map(({ point }) => point))],
    unbound: unboundKeys(world, model, device, at),
    alarm,
  };
}

function presenceOf(state: ReturnType<World['devices']['committed']>): DeviceView['presence'] {
  if (state === undefined || (state.messageAt === null && state.connection === null)) return 'awaited';
  if (state.silent !== null) return 'offline';
  if (state.connection !== null || (state.heard && !state.orderly)) return 'online';
  return state.orderly ? 'asleep' : 'offline';
}
