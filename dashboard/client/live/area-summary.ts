import type { AlarmView } from '../../../contract/alarm.ts';
import type { PointView } from '../../../contract/live.ts';

export interface AreaSummary {
  readonly alarms: number;
  readonly unknown: number;
  readonly suspect: number;
  /** Outside a limit while no alarm stands for it: its delay runs. */
  readonly outside: number;
  readonly awaited: number;
  readonly normal: boolean;
}

/** Nothing is known of a point: no value of it is current, or its door or terminal is silent. */
export function isUnknown(point: PointView): boolean {
  return point.unknownSince !== null || point.values.some((value) => value.state === 'unknown');
}

export function isSuspect(point: PointView): boolean {
  return point.values.some((value) => value.state === 'suspect');
}

export function isAwaited(point: PointView): boolean {
  return point.awaited || point.values.some((value) => value.state === 'awaited');
}

export function isOutside(point: PointView): boolean {
  return point.values.some((value) => value.state === 'outside');
}

/** What the head of an area says. An area that holds something unknown, suspect or outside is never normal. */
export function summarise(points: readonly PointView[], alarms: readonly AlarmView[]): AreaSummary {
  const ids = new Set(points.map((point) => point.id));
  const standing = alarms.filter(
    ({ subject, gathers }) => (subject.kind === 'point' && ids.has(subject.id)) || gathers.some((id) => ids.has(id)),
  ).length;
  const count = (test: (point: PointView) => boolean) => points.filter(test).length;
  const unknown = count(isUnknown);
  const suspect = count(isSuspect);
  const outside = count((point) => isOutside(point) && point.alarm === null);
  const awaited = count(isAwaited);
  return {
    alarms: standing,
    unknown,
    suspect,
    outside,
    awaited,
    normal: points.length > 0 && standing + unknown + suspect + outside + awaited === 0,
  };
}
