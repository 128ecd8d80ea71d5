import type { Instant } from '../../contract/clock.ts';
import { INITIAL_MACHINE, isStanding } from '../alarms/machine.ts';
import { atRest, drive } from './drive.ts';
import type { SiteModel } from './model.ts';
import { keyOf } from './keys.ts';
import { conditionWatch, watchKey, type Condition } from './watch.ts';
import type { World } from './world.ts';

/** Says whether a built-in rule's condition holds now. What was no alarm and is none costs nothing. */
export function judgeCondition(
  world: World,
  model: SiteModel,
  condition: Condition,
  holds: boolean,
  now: Instant,
): void {
  const { late = false, detail = null } = condition;
  const circumstances = { late, detail };
  const watch = conditionWatch(model, condition);
  const state = world.machines.at(watch.machine)?.record.state ?? INITIAL_MACHINE;
  if (!holds && atRest(state)) return;
  if (holds && state.known && isStanding(state) && state.off.since === null) return;
  const sample = { kind: 'sample', verdict: holds ? 'breach' : 'clear', quality: 'good', value: null } as const;
  // In force from their first input on, or again: what was seen before that must raise nothing.
  if (!state.inForce && !holds) drive(world, watch, sample, now, circumstances);
  if (!state.inForce) drive(world, watch, { kind: 'force', inForce: true }, now, circumstances);
  drive(world, watch, sample, now, circumstances);
}

/** Another alarm stands for the condition: none is raised of it, and one that stands gives way, until it is judged again. */
export function giveWay(world: World, model: SiteModel, condition: Condition, now: Instant): void {
  const watch = conditionWatch(model, condition);
  const inForce = world.machines.at(watch.machine)?.record.state.inForce === true;
  if (inForce) drive(world, watch, { kind: 'force', inForce: false }, now);
}

/** There is no alarm of the condition, nor is one on its way. */
export function rests(world: World, model: SiteModel, condition: Condition): boolean {
  return atRest(world.machines.at(conditionWatch(model, condition).machine)?.record.state ?? INITIAL_MACHINE);
}

/** What the condition is judged by is not known: its alarm stays and says so. */
export function conditionUnknown(world: World, model: SiteModel, condition: Condition, now: Instant): void {
  const watch = conditionWatch(model, condition);
  const state = world.machines.at(watch.machine)?.record.state;
  if (state?.known === true && !atRest(state)) drive(world, watch, { kind: 'unknown' }, now);
}

/** The alarm that stands for a condition now, if any. */
export function standing(world: World, model: SiteModel, condition: Condition) {
  const alarm = machineOf(world, model, condition)?.record.alarm ?? null;
  return alarm === null ? undefined : world.alarms.get(keyOf.alarm(alarm));
}

/** The condition was seen to hold, and nothing has put that in doubt since. */
export function knownToHold(world: World, model: SiteModel, condition: Condition): boolean {
  const state = machineOf(world, model, condition)?.record.state;
  return state !== undefined && state.known && state.breached;
}

function machineOf(world: World, model: SiteModel, { rule, subject, metric }: Condition) {
  const key = watchKey({ rule, side: null, subject, metric: metric ?? null });
  return world.machines.get(keyOf.machine(model.registry.site, key));
}
