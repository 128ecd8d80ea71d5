import type { Instant } from '../../contract/clock.ts';
import { verdict } from '../alarms/limits.ts';
import { INITIAL_MACHINE, isStanding } from '../alarms/machine.ts';
import type { PointLimit } from '../standards/types.ts';
import { atRest, drive } from './drive.ts';
import { calendarTime } from './host-clock.ts';
import type { Point, SiteModel, WatchedLimit } from './model.ts';
import type { CurrentValue } from './state.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

export function isInForce(world: World, model: SiteModel, point: Point, limit: PointLimit, at: number): boolean {
  const rule = { applies: limit.applies, critical: limit.timing.critical };
  return world.schedules.at(model.schedule)?.applies(rule, point.area.id, at) ?? false;
}

/**
 * Whether an alarm of this limit may stand: the limit applies, and no critical one beyond it stands already. Water that
 * scalds is also too warm, but one fault is one alarm.
 */
function mayAlarm(world: World, model: SiteModel, point: Point, limit: WatchedLimit, at: number): boolean {
  const covered = limit.beyond.some((watch) => isStanding(machineState(world, watch)));
  return !covered && isInForce(world, model, point, limit, at);
}

export interface Judged {
  readonly point: Point;
  readonly metric: string;
  readonly current: CurrentValue;
  readonly now: Instant;
}

/** Judges a believable live value against every limit of its point and metric. */
export function judgeValue(world: World, model: SiteModel, { point, metric, current, now }: Judged): void {
  const at = calendarTime(world, now);
  for (const limit of point.limits) {
    if (limit.metric !== metric) continue;
    const { watch } = limit;
    const state = machineState(world, watch);
    const inForce = mayAlarm(world, model, point, limit, at);
    const judged = verdict(limit, current.value, state.breached);
    if (atRest(state) && state.known && state.inForce === inForce && judged !== 'breach') continue;
    if (state.inForce !== inForce) drive(world, watch, { kind: 'force', inForce }, now);
    drive(world, watch, { kind: 'sample', verdict: judged, quality: current.quality, value: current.value }, now);
  }
}

/** Nothing is raised, delayed or in doubt about any limit of a metric, and each is in force as it should be. */
export function keepsLimits(
  world: World,
  model: SiteModel,
  { point, metric, at }: { point: Point; metric: string; at: number },
): boolean {
  return point.limits.every((limit) => {
    if (limit.metric !== metric) return true;
    const state = machineState(world, limit.watch);
    return atRest(state) && state.known && state.inForce === mayAlarm(world, model, point, limit, at);
  });
}

/** The value became unknown: delays stop, standing alarms stay and say so. */
export function judgeUnknown(world: World, point: Point, metric: string, now: Instant): void {
  for (const limit of point.limits) {
    if (limit.metric !== metric) continue;
    const { watch } = limit;
    if (machineState(world, watch).known) drive(world, watch, { kind: 'unknown' }, now);
  }
}

/** Opening, closing, season: standards come into force or leave it. */
export function judgeForce(world: World, model: SiteModel, now: Instant): void {
  const at = calendarTime(world, now);
  for (const point of model.points.values()) {
    for (const limit of point.limits) {
      const { watch } = limit;
      const inForce = mayAlarm(world, model, point, limit, at);
      if (machineState(world, watch).inForce !== inForce) drive(world, watch, { kind: 'force', inForce }, now);
    }
  }
}

function machineState(world: World, watch: Watch) {
  return world.machines.at(watch.machine)?.record.state ?? INITIAL_MACHINE;
}
