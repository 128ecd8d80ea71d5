import type { AlarmView } from '../../../contract/alarm.ts';

/** The gravest standing alarm of a point; undefined: none. */
export function worstOfPoint(alarms: Iterable<AlarmView>, point: string): AlarmView | undefined {
  let worst: AlarmView | undefined;
  for (const alarm of alarms) {
    if (alarm.subject.kind !== 'point' || alarm.subject.id !== point || alarm.returnedAt !== null) continue;
    if (worst === undefined || alarm.priority < worst.priority) worst = alarm;
  }
  return worst;
}
