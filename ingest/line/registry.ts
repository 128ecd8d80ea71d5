import type { Instant } from '../../contract/clock.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import type { Catalogue } from '../standards/types.ts';
import { nextDue } from '../alarms/machine.ts';
import { drive, saveAlarm } from './drive.ts';
import { judgeForce, judgeValue } from './limits.ts';
import { compileModel, type SiteModel } from './model.ts';
import { compileCalendar } from './calendar.ts';
import { keyOf } from './keys.ts';
import { watchOfKey, type Watch } from './watch.ts';
import type { World } from './world.ts';

/** A site's registry as it is now: what it changes is judged at once, alarms of what it dropped are closed. */
export function takeRegistry(world: World, registry: SiteRegistry, catalogue: Catalogue, now: Instant): void {
  const model = setRegistry(world, registry, catalogue, now);
  for (const [key, machine] of world.machines.entries()) {
    if (machine.record.site !== registry.site) continue;
    const watch = watchOfKey(model, machine.record.key);
    if (watch === undefined) {
      dropMachine(world, key, now);
      continue;
    }
    world.machines.set(key, { ...machine, watch, due: nextDue(machine.record.state, watch.timing) });
    refreshAlarm(world, machine.record.alarm, watch);
  }
  judgeForce(world, model, now);
  judgeAgain(world, model, now);
}

/** The same unless it is the one that is known; tells whether it was another. */
export function takeIfNew(world: World, registry: SiteRegistry, catalogue: Catalogue, now: Instant): boolean {
  if (JSON.stringify(world.models.get(registry.site)?.registry) === JSON.stringify(registry)) return false;
  takeRegistry(world, registry, catalogue, now);
  return true;
}

/** A standing alarm is of the rule as it is now: its limit, and how urgent it is. */
export function refreshAlarm(world: World, id: number | null, { priority, limit }: Watch): void {
  const alarm = id === null ? undefined : world.alarms.get(keyOf.alarm(id));
  if (alarm === undefined || (alarm.priority === priority && alarm.limit === limit)) return;
  saveAlarm(world, { ...alarm, priority, limit });
}

/** Takes in a registry without judging by it: at a start, what is known comes after it. */
export function setRegistry(world: World, registry: SiteRegistry, catalogue: Catalogue, now: Instant): SiteModel {
  const model = compileModel(registry, catalogue, world.models.get(registry.site)?.channels);
  world.models.set(registry.site, model);
  compileCalendar(world, model, now);
  return model;
}

/** Its point, device or standard is gone: nobody could act on the alarm. */
export function dropMachine(world: World, key: string, now: Instant): void {
  const machine = world.machines.get(key);
  if (machine === undefined) return;
  drive(world, machine.watch, { kind: 'force', inForce: false }, now);
  const alarm = world.machines.get(key)?.record.alarm ?? null;
  const record = alarm === null ? undefined : world.alarms.get(keyOf.alarm(alarm));
  if (record !== undefined) {
    const acknowledgement = { by: 'system', post: 'system', at: now.wall, note: 'removed from the registry' };
    drive(world, machine.watch, { kind: 'acknowledge' }, now, { acknowledgement });
  }
  world.machines.delete(key);
}

/** The limits of a standing value may have changed under it. */
function judgeAgain(world: World, model: SiteModel, now: Instant): void {
  for (const point of model.points.values()) {
    for (const { metric, silence } of point.bindings) {
      const state = world.series.get(keyOf.pointSeries(model.registry.site, point.spec.id, metric));
      if (state?.current == null || state.unknownSince !== null) continue;
      // While nothing bound it, nobody watched its age.
      if (silence !== null && now.mono - state.believableMono > silence) continue;
      judgeValue(world, model, { point, metric, current: state.current, now });
    }
  }
}
