import type { AlarmState, AlarmView, Priority } from '../../../contract/alarm.ts';

const STATE_RANK: Record<AlarmState, number> = {
  unacknowledged: 0,
  returned_unacknowledged: 1,
  acknowledged: 2,
  normal: 3,
};

export const PRIORITIES: readonly Priority[] = [1, 2, 3, 4];

/** Priority, then unacknowledged, returned, acknowledged, then the newest first. */
export function compareAlarms(a: AlarmView, b: AlarmView): number {
  return a.priority - b.priority || STATE_RANK[a.state] - STATE_RANK[b.state] || b.raisedAt - a.raisedAt || b.id - a.id;
}

export function sortAlarms(alarms: Iterable<AlarmView>): AlarmView[] {
  return [...alarms].sort(compareAlarms);
}

/** Somebody has to acknowledge it. */
export function needsAcknowledge(alarm: Pick<AlarmView, 'state'>): boolean {
  return alarm.state === 'unacknowledged' || alarm.state === 'returned_unacknowledged';
}

/** Its condition is over. */
export function hasReturned(alarm: Pick<AlarmView, 'state'>): boolean {
  return alarm.state === 'returned_unacknowledged' || alarm.state === 'normal';
}

export interface PriorityCount {
  readonly priority: Priority;
  readonly count: number;
  /** State drawn for the group: its most urgent one. */
  readonly state: AlarmState;
}

/** Counts of the standing alarms by priority, none for a priority that has none. */
export function countByPriority(alarms: readonly AlarmView[]): PriorityCount[] {
  return PRIORITIES.flatMap((priority) => {
    const group = sortAlarms(alarms.filter((alarm) => alarm.priority === priority));
    const first = group[0];
    return first === undefined ? [] : [{ priority, count: group.length, state: first.state }];
  });
}

/** The worst alarm that stands on a point: its own, or one of its device that gathers it. */
export function alarmOfPoint(sorted: readonly AlarmView[], point: string): AlarmView | undefined {
  return sorted.find(
    (alarm) => (alarm.subject.kind === 'point' && alarm.subject.id === point) || alarm.gathers.includes(point),
  );
}
