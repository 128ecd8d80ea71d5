import { INTERVALS } from './registry.ts';
import type { SitePlan } from './plan.ts';

export interface SimulatedDevice {
  readonly id: string;
  /** Seconds between its reports. */
  readonly interval: number;
  /** Connects for its report alone. */
  readonly sleeps: boolean;
  /** Its probes show 85.00 once after they got power (DS18B20). */
  readonly showsPowerOn: boolean;
}

/** The devices of a planned site, in the order of its registry. */
export function devicesOf(plan: SitePlan): SimulatedDevice[] {
  const device = (id: string, interval: number, more: Partial<SimulatedDevice> = {}): SimulatedDevice => ({
    id,
    interval,
    sleeps: false,
    showsPowerOn: false,
    ...more,
  });
  return plan.blocks.flatMap(({ houses, rooms, terminals, doors }) => [
    ...houses.flatMap(({ id }) => [
      device(`${id}-pool`, INTERVALS.house),
      device(`${id}-showers`, INTERVALS.showers, { showsPowerOn: true }),
      device(`${id}-climate`, INTERVALS.house),
      device(`${id}-fan`, INTERVALS.house),
      device(`${id}-plant`, INTERVALS.house),
    ]),
    ...rooms.map(({ id }) => device(id, INTERVALS.room, { sleeps: true })),
    ...terminals.map(({ id }) => device(id, INTERVALS.terminal)),
    ...doors.map(({ id }) => device(id, INTERVALS.door)),
  ]);
}
