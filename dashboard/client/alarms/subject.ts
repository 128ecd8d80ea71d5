import type { AlarmView } from '../../../contract/alarm.ts';
import type { DeviceView, PointView, ValueView } from '../../../contract/live.ts';
import type { SiteState } from '../live/state.ts';

/** What an alarm is about, as far as the site knows it now. */
export interface AlarmedThing {
  readonly point: PointView | undefined;
  readonly value: ValueView | undefined;
  readonly device: DeviceView | undefined;
}

export function alarmedThing(alarm: AlarmView, state: SiteState): AlarmedThing {
  const { kind, id } = alarm.subject;
  const point = kind === 'point' ? state.points.get(id) : undefined;
  return {
    point,
    value: alarm.metric === null ? undefined : point?.values.find(({ metric }) => metric === alarm.metric),
    device: kind === 'device' ? state.devices.get(id) : undefined,
  };
}
