import type { Instant } from '../../contract/clock.ts';
import { compileSchedule } from '../standards/schedule.ts';
import { judgeCondition, standing } from './conditions.ts';
import { changeDevice, deviceState, type DeviceContext } from './context.ts';
import { drive, saveAlarm } from './drive.ts';
import { watchHostClock } from './host-clock.ts';
import { judgeForce, judgeUnknown } from './limits.ts';
import type { Binding, Device, Point, SiteModel } from './model.ts';
import { noteSilence } from './presence.ts';
import { keyOf } from './state.ts';
import type { World } from './world.ts';

const DAY = 86_400_000;
/** Schedules are compiled this far ahead, and anew when less than a day of it is left. */
const SCHEDULE_SPAN = 40 * DAY;

/** What the passing of time does: silence, delays, opening hours, a wall clock that was set. */
export function takeTick(world: World, now: Instant, previous: Instant): void {
  const stepped = watchHostClock(world, now, previous);
  for (const [, model] of world.models.entries()) {
    refreshSchedule(world, model, now);
    const schedule = world.schedules.get(model.registry.site);
    if (stepped || (schedule !== undefined && schedule.nextChange(previous.wall) <= now.wall)) judgeForce(world, model, now);
    for (const device of model.devices.values()) tickDevice({ world, model, device, now });
    for (const point of model.points.values()) tickPoint(world, model, point, now);
  }
  for (const [, machine] of world.machines.entries()) {
    if (machine.due !== null && machine.due <= now.mono) drive(world, machine.watch, { kind: 'tick' }, now);
  }
}

export function refreshSchedule(world: World, model: SiteModel, now: Instant): void {
  const site = model.registry.site;
  const schedule = world.schedules.get(site);
  if (schedule !== undefined && schedule.from <= now.wall && now.wall < schedule.until - DAY) return;
  world.schedules.set(site, compileSchedule(model.registry, now.wall - DAY, now.wall + SCHEDULE_SPAN));
}

function tickDevice(context: DeviceContext): void {
  const { world, model, device, now } = context;
  const state = deviceState(context);
  const day = world.schedules.get(model.registry.site)?.startOfDay(now.wall) ?? 0;
  if (state.lastSuccessAt !== null && state.punches.day !== day) changeDevice(context, { punches: { day, count: 0 } }, { keep: false });
  if (state.messageMono === null) return;
  if (state.silent === null && device.silence !== null && now.mono - state.messageMono > device.silence) noteSilence(context, 'silence');
  gather(context);
}

/** A silent device's alarm stands for its points: their "no data" is not raised one by one. */
function gather({ world, model, device, now }: DeviceContext): void {
  const alarm = standing(world, model, { rule: 'device.offline', subject: { kind: 'device', id: device.spec.id } });
  if (alarm === undefined || alarm.returnedAt !== null) return;
  const gathers = silentPoints(world, model, device, now);
  if (gathers.join() !== alarm.gathers.join()) saveAlarm(world, { ...alarm, gathers });
}

function silentPoints(world: World, model: SiteModel, device: Device, now: Instant): string[] {
  const silent = device.bindings.filter((binding) => {
    if (now.wall < binding.since || now.wall >= binding.until) return false;
    const series = world.series.get(keyOf.pointSeries(model.registry.site, binding.point, binding.metric));
    return binding.key === 'events' || (series !== undefined && series.unknownSince !== null);
  });
  return [...new Set(silent.map(({ point }) => point))];
}

function tickPoint(world: World, model: SiteModel, point: Point, now: Instant): void {
  for (const binding of point.bindings) {
    if (binding.silence === null || now.wall < binding.since || now.wall >= binding.until) continue;
    tickSeries(world, model, point, { binding, silence: binding.silence, now });
  }
}

function tickSeries(
  world: World,
  model: SiteModel,
  point: Point,
  { binding, silence, now }: { binding: Binding; silence: number; now: Instant },
): void {
  const key = keyOf.pointSeries(model.registry.site, point.spec.id, binding.metric);
  const state = world.series.get(key);
  if (state === undefined) return; // awaited: listed, no alarm
  if (now.mono - state.believableMono > silence && state.unknownSince === null) {
    world.series.set(key, { ...state, unknownSince: now.wall });
    judgeUnknown(world, model, point, binding.metric, now);
  }
  const subject = { kind: 'point', id: point.spec.id } as const;
  const sampled = state.sampleMono !== null && now.mono - state.sampleMono <= silence;
  if (sampled && now.mono - state.goodMono > silence) {
    judgeCondition(world, model, { rule: 'point.sensor_fault', subject, metric: binding.metric }, true, now);
  }
  const quiet = now.mono - (state.sampleMono ?? world.started.mono) > silence;
  if (quiet && !isSilent(world, model, binding.device)) {
    judgeCondition(world, model, { rule: 'point.no_data', subject, metric: binding.metric }, true, now);
  }
}

function isSilent(world: World, model: SiteModel, device: string): boolean {
  return (world.devices.get(keyOf.device(model.registry.site, device))?.silent ?? null) !== null;
}
