import type { Instant } from '../../contract/clock.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import type { Catalogue } from '../standards/types.ts';
import { drive } from './drive.ts';
import { judgeForce, judgeValue } from './limits.ts';
import { compileModel, type SiteModel } from './model.ts';
import { keyOf } from './state.ts';
import { watchOfKey } from './watch.ts';
import { compileSchedule } from '../standards/schedule.ts';
import type { World } from './world.ts';

const DAY = 86_400_000;

/** A site's registry as it is now: what it changes is judged at once, alarms of what it dropped are closed. */
export function takeRegistry(world: World, registry: SiteRegistry, catalogue: Catalogue, now: Instant): void {
  const model = compileModel(registry, catalogue);
  world.models.set(registry.site, model);
  world.schedules.set(registry.site, compileSchedule(registry, now.wall - DAY, now.wall + 40 * DAY));
  for (const [key, machine] of world.machines.entries()) {
    if (machine.record.site !== registry.site) continue;
    const watch = watchOfKey(model, machine.record.key);
    if (watch !== undefined) world.machines.set(key, { ...machine, watch });
    else dropMachine(world, key, now);
  }
  judgeForce(world, model, now);
  judgeAgain(world, model, now);
}

/** Its point, device or standard is gone: nobody could act on the alarm. */
function dropMachine(world: World, key: string, now: Instant): void {
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
    for (const { metric } of point.bindings) {
      const state = world.series.get(keyOf.pointSeries(model.registry.site, point.spec.id, metric));
      if (state?.current == null || state.unknownSince !== null) continue;
      judgeValue(world, model, point, metric, state.current, now);
    }
  }
}
