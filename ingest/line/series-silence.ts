import type { Instant } from '../../contract/clock.ts';
import { EVENTS_BINDING } from '../../contract/registry.ts';
import type { BuiltInRuleId } from '../standards/types.ts';
import { conditionUnknown, judgeCondition, standing } from './conditions.ts';
import { calendarTime } from './host-clock.ts';
import { judgeUnknown } from './limits.ts';
import { isBound, type Binding, type Point, type SiteModel } from './model.ts';
import type { SeriesState } from './state.ts';
import { keyOf } from './keys.ts';
import type { World } from './world.ts';

/** What the passing of time does to a point's values. */
export function tickPoint(world: World, model: SiteModel, point: Point, now: Instant): void {
  const at = calendarTime(world, now);
  for (const binding of point.bindings) {
    if (binding.metric === EVENTS_BINDING) continue;
    if (isBound(binding, at)) tickSeries(world, model, { binding, now });
    else if (
      binding.until <= at &&
      !point.bindings.some((other) => other.metric === binding.metric && isBound(other, at))
    ) {
      becomeUnknown(world, model, binding, now);
    }
  }
}

interface Ticked {
  readonly binding: Binding;
  readonly now: Instant;
}

function tickSeries(world: World, model: SiteModel, { binding, now }: Ticked): void {
  const { silence, metric, point, device } = binding;
  const state = world.series.get(keyOf.pointSeries(model.registry.site, point, metric));
  if (state === undefined) return; // awaited: listed, no alarm
  const isStale = silence !== null && now.mono - state.believableMono > silence;
  if (isStale || isGoneWithItsDevice(world, model, binding)) becomeUnknown(world, model, binding, now);
  if (silence === null) return;

  const present = presentSince(world, model, device);
  if (present === null) return;
  const sampled = state.sampleMono !== null && now.mono - state.sampleMono <= silence;
  const noGood = now.mono - Math.max(state.goodMono, present) > silence;
  if (sampled && noGood) judgeTrouble(world, model, 'point.sensor_fault', { binding, now });
  const quiet = now.mono - Math.max(lastSample(state), present) > silence;
  if (quiet) judgeTrouble(world, model, 'point.no_data', { binding, now });
}

/** What reports on change says by its silence that nothing changed: only while it could report. */
function isGoneWithItsDevice(world: World, model: SiteModel, { interval, device }: Binding): boolean {
  if (interval !== null) return false;
  const alarm = standing(world, model, { rule: 'device.offline', subject: { kind: 'device', id: device } });
  return alarm !== undefined && alarm.returnedAt === null;
}

/** Until something believable comes; limits that its metric is held to learn of it. */
export function becomeUnknown(world: World, model: SiteModel, { point: id, metric }: Binding, now: Instant): void {
  const key = keyOf.pointSeries(model.registry.site, id, metric);
  const state = world.series.get(key);
  const point = model.points.get(id);
  if (state === undefined || point === undefined || state.unknownSince !== null) return;
  world.series.set(key, { ...state, unknownSince: now.wall });
  judgeUnknown(world, point, metric, now);
}

const TROUBLES = ['point.no_data', 'point.sensor_fault', 'point.flatline'] as const satisfies readonly BuiltInRuleId[];

/** One fault of a sensor is one alarm, by what it showed first: whatever else it does, somebody is to look at it already. */
export function judgeTrouble(
  world: World,
  model: SiteModel,
  rule: (typeof TROUBLES)[number],
  { binding, now }: Ticked,
): void {
  const { metric } = binding;
  const subject = { kind: 'point', id: binding.point } as const;
  const stands = TROUBLES.find((other) => {
    const alarm = other === rule ? undefined : standing(world, model, { rule: other, subject, metric });
    return alarm !== undefined && alarm.returnedAt === null;
  });
  if (stands === undefined) judgeCondition(world, model, { rule, subject, metric }, true, now);
  else if (rule === 'point.no_data') conditionUnknown(world, model, { rule: stands, subject, metric }, now);
}

/** Monotonic ms of the newest sample of any quality; of what brought only a backlog, when it began. */
function lastSample({ sampleMono, believableMono }: SeriesState): number {
  return sampleMono ?? believableMono;
}

/** Monotonic ms since when the device is there, and we are; null: it is silent, and its own alarm stands for its points. */
function presentSince(world: World, model: SiteModel, device: string): number | null {
  const state = world.devices.get(keyOf.device(model.registry.site, device));
  if (state !== undefined && state.silent !== null) return null;
  return Math.max(state?.backMono ?? -Infinity, world.listeningSince);
}
