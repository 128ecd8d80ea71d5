import type { PointView } from '../../../contract/live.ts';
import type { Role } from '../../../contract/registry.ts';
import { baseMetric } from '../format/metric.ts';

/** In the order in which they are offered. */
export const ROLES: readonly Role[] = [
  'pool',
  'shower_outlet',
  'header',
  'tank',
  'bath_hall',
  'changing_room',
  'dormitory_room',
  'exhaust_fan',
  'attendance_terminal',
  'door',
  'other',
];

const LIKELY: Readonly<Record<string, Role>> = {
  water_temperature: 'shower_outlet',
  water_level: 'tank',
  turbidity: 'pool',
  room_temperature: 'changing_room',
  humidity: 'changing_room',
  co2: 'bath_hall',
  ammonia: 'changing_room',
  fan_running: 'exhaust_fan',
  verify_time: 'attendance_terminal',
  queue_wait: 'attendance_terminal',
};

/** The role that a point with this metric most probably has. */
export function likelyRole(metric: string): Role {
  return LIKELY[baseMetric(metric)] ?? 'other';
}

const LONGEST_ID = 63;

/** A free id that says where and what: `men-shower-outlet`, then `men-shower-outlet-2`. */
export function freePointId(area: string, role: Role, points: ReadonlyMap<string, Pick<PointView, 'id'>>): string {
  const stem = `${area}-${role.replaceAll('_', '-')}`.slice(0, LONGEST_ID - 6);
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? stem : `${stem}-${n}`;
    if (!points.has(id)) return id;
  }
}
