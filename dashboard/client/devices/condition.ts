import type { AlarmView } from '../../../contract/alarm.ts';
import type { DeviceView, ValueView } from '../../../contract/live.ts';
import type { SiteState } from '../live/state.ts';

/** A battery below this (%) is to be replaced. */
export const LOW_BATTERY = 20;

/** What is to be said about a device first; the worst that holds. */
export type Condition =
  | { readonly kind: 'alarm'; readonly alarm: AlarmView }
  | { readonly kind: 'suspect'; readonly point: string; readonly value: ValueView }
  | { readonly kind: 'offline' | 'clock' | 'battery' | 'unbound' | 'awaited' | 'asleep' | 'online' };

const RANK: Record<Condition['kind'], number> = {
  alarm: 0,
  offline: 5,
  clock: 6,
  suspect: 7,
  battery: 8,
  unbound: 9,
  awaited: 10,
  asleep: 11,
  online: 11,
};

/** The worst alarm of each subject, by `kind/id`. */
type Worst = ReadonlyMap<string, AlarmView>;

function worstAlarms(state: SiteState): Worst {
  const worst = new Map<string, AlarmView>();
  for (const alarm of state.alarms.values()) {
    const key = `${alarm.subject.kind}/${alarm.subject.id}`;
    const known = worst.get(key);
    if (known === undefined || alarm.priority < known.priority) worst.set(key, alarm);
  }
  return worst;
}

function conditionOf(device: DeviceView, state: SiteState, worst: Worst): Condition {
  const alarm = alarmOf(device, worst);
  if (alarm !== undefined) return { kind: 'alarm', alarm };
  if (device.presence === 'offline') return { kind: 'offline' };
  if (device.clockWrong) return { kind: 'clock' };
  const doubted = suspectValue(device, state);
  if (doubted !== undefined) return { kind: 'suspect', ...doubted };
  if (device.battery !== null && device.battery < LOW_BATTERY) return { kind: 'battery' };
  if (device.unbound.length > 0) return { kind: 'unbound' };
  return { kind: device.presence };
}

/** Its own alarm first, else the one of its points that its row shows. */
function alarmOf(device: DeviceView, worst: Worst): AlarmView | undefined {
  const own = worst.get(`device/${device.id}`);
  if (own !== undefined || device.alarm === null) return own;
  return device.points
    .flatMap((id) => worst.get(`point/${id}`) ?? [])
    .find(({ priority }) => priority === device.alarm);
}

function suspectValue(device: DeviceView, state: SiteState): { point: string; value: ValueView } | undefined {
  for (const id of device.points) {
    const value = state.points.get(id)?.values.find((each) => each.state === 'suspect');
    if (value !== undefined) return { point: id, value };
  }
  return undefined;
}

export interface DeviceRow {
  readonly device: DeviceView;
  readonly condition: Condition;
  readonly abnormal: boolean;
}

/** The abnormal first, the worst of them before the others; then in the order of the registry. */
export function deviceRows(state: SiteState): DeviceRow[] {
  const worst = worstAlarms(state);
  return [...state.devices.values()]
    .map((device) => {
      const condition = conditionOf(device, state, worst);
      const rank = condition.kind === 'alarm' ? condition.alarm.priority : RANK[condition.kind];
      return { device, condition, rank, abnormal: rank < RANK.awaited };
    })
    .sort((a, b) => a.rank - b.rank);
}

/** Whether a row is meant by what somebody typed: a name in either language, an id, or the name of a point. */
export function isMeant({ device }: DeviceRow, wanted: string, state: SiteState): boolean {
  const names = device.points.flatMap((id) => {
    const point = state.points.get(id);
    return point === undefined ? [id] : [id, point.name.zh, point.name.en];
  });
  return holds([device.id, device.name.zh, device.name.en, ...names], wanted);
}

export function holds(texts: readonly (string | null)[], wanted: string): boolean {
  const needle = wanted.trim().toLowerCase();
  return needle === '' || texts.some((text) => text?.toLowerCase().includes(needle) === true);
}
