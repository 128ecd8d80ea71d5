import type { Instant } from '../../contract/clock.ts';
import { EVENTS_BINDING } from '../../contract/registry.ts';
import { refreshCalendar } from './calendar.ts';
import { giveWay, judgeCondition, knownToHold } from './conditions.ts';
import { changeDevice, deviceState, type DeviceContext } from './context.ts';
import { drive, saveAlarm } from './drive.ts';
import { startOfToday } from './events.ts';
import { calendarTime } from './host-clock.ts';
import { watchHostClock, type FoundClock } from './host-watch.ts';
import { endConflict } from './identity-conflict.ts';
import { judgeForce } from './limits.ts';
import { isBound, type Device, type SiteModel } from './model.ts';
import { judgeOffline, noteSilence } from './presence.ts';
import { tickPoint } from './series-silence.ts';
import type { AlarmRecord } from '../stores/ledger/types.ts';
import type { RunningMachine } from './state.ts';
import { keyOf } from './keys.ts';
import type { World } from './world.ts';

/** How a store outside takes readings. `untried`: nobody knows yet, as after a start. */
export interface StoreState {
  readonly state: 'takes' | 'refuses' | 'unreachable' | 'untried';
  /** What it said, in no language of ours; null: nothing. */
  readonly words: string | null;
  /** What it says of readings that it rejects while it takes others; null: it takes all; undefined: not known yet. */
  readonly rejects?: string | null | undefined;
  /** The same of events and transitions of alarms. */
  readonly rejectsRecords?: string | null | undefined;
}

/** What a tick finds besides the time. */
export interface Found {
  readonly previous: Instant;
  readonly clock: FoundClock;
  readonly room: { readonly logFilling: boolean; readonly diskLow: boolean };
  readonly store: StoreState;
  /** Certificates that end soon, in no language of ours; null: none. */
  readonly expiring: string | null;
}

/** What the passing of time does: silence, delays, opening hours, a wall clock that was set. */
export function takeTick(world: World, now: Instant, { previous, clock, room, store, expiring }: Found): void {
  const before = calendarTime(world, previous);
  watchHostClock(world, now, clock);
  for (const [site, model] of world.models.entries()) {
    const subject = { kind: 'site', id: site } as const;
    judgeCondition(world, model, { rule: 'system.not_stored', subject }, !world.storing, now);
    judgeRoom(world, model, room, now);
    judgeStore(world, model, store, now);
    const ending = expiring === null ? {} : { detail: expiring };
    judgeCondition(world, model, { rule: 'system.certificate_expiring', subject, ...ending }, expiring !== null, now);
    const compiled = refreshCalendar(world, model, now);
    if (clock.followed !== null || compiled || calendarChanged(world, site, before, now)) judgeForce(world, model, now);
    for (const device of model.devices.values()) tickDevice({ world, model, device, now });
    for (const point of model.points.values()) tickPoint(world, model, point, now);
  }
  endDelays(world, now);
  for (const [, alarm] of world.alarms.entries()) {
    if (alarm.returnedAt !== null) continue;
    if (alarm.rule === 'device.offline') gather(world, alarm, now);
    if (alarm.rule === 'device.identity_conflict') endConflict(world, alarm, now);
  }
}

/**
 * Delays that are over. Critical ones come first: what they raise stands for the lesser limits of the same value, whose
 * delays may end in this very second, or before anything else is measured.
 */
function endDelays(world: World, now: Instant): void {
  const due = [...world.machines.entries()].filter(([, machine]) => isDue(machine, now));
  due.sort(([, a], [, b]) => Number(b.watch.timing.critical) - Number(a.watch.timing.critical));
  for (const [key] of due) {
    const machine = world.machines.get(key);
    if (machine !== undefined && isDue(machine, now)) drive(world, machine.watch, { kind: 'tick' }, now);
  }
}

function isDue({ due }: RunningMachine, now: Instant): boolean {
  return due !== null && due <= now.mono;
}

/** What leads to storing nothing is told before it comes to that; then the one alarm stands for it. */
function judgeRoom(world: World, model: SiteModel, { logFilling, diskLow }: Found['room'], now: Instant): void {
  const subject = { kind: 'site', id: model.registry.site } as const;
  const forerunners = [
    [{ rule: 'system.log_filling', subject }, logFilling],
    [{ rule: 'system.disk_low', subject }, diskLow],
  ] as const;
  for (const [condition, holds] of forerunners) {
    if (world.storing) judgeCondition(world, model, condition, holds, now);
    else giveWay(world, model, condition, now);
  }
}

/** A store that stopped taking readings: by somebody's decision, or because it cannot. */
function judgeStore(world: World, model: SiteModel, store: StoreState, now: Instant): void {
  const { state, words, rejects, rejectsRecords } = store;
  if (state === 'untried') return;
  const subject = { kind: 'site', id: model.registry.site } as const;
  const rejected = [
    ['system.readings_rejected', rejects],
    ['system.records_rejected', rejectsRecords],
  ] as const;
  for (const [rule, said] of rejected) {
    if (said === undefined) continue;
    judgeCondition(world, model, { rule, subject, ...(said === null ? {} : { detail: said }) }, said !== null, now);
  }
  const detail = words === null ? {} : { detail: words };
  judgeCondition(world, model, { rule: 'system.store_refused', subject, ...detail }, state === 'refuses', now);
  judgeCondition(world, model, { rule: 'system.store_unreachable', subject, ...detail }, state === 'unreachable', now);
}

/** Something opened, closed or came into season; where trust in our clock changed, that may lie behind us. */
function calendarChanged(world: World, site: string, before: number, now: Instant): boolean {
  const at = calendarTime(world, now);
  const schedule = world.schedules.get(site);
  return schedule !== undefined && (at < before || schedule.nextChange(before) <= at);
}

function tickDevice(context: DeviceContext): void {
  const { world, model, device, now } = context;
  const state = deviceState(context);
  const day = state.lastSuccessAt === null ? state.punches.day : startOfToday(context);
  if (state.punches.day !== day) changeDevice(context, { punches: { day, count: 0 } }, { keep: false });
  const silence = device.silenceAt(calendarTime(world, now));
  const isQuiet =
    silence !== null &&
    state.messageMono !== null &&
    now.mono - Math.max(state.messageMono, world.listeningSince) > silence;
  if (state.silent === null) {
    if (isQuiet) noteSilence(context, 'silence');
    return;
  }
  // After a start, or an outage of the ledger, that it is still away has to be seen anew.
  const condition = { rule: 'device.offline', subject: { kind: 'device', id: device.spec.id } } as const;
  if (world.storing && (isQuiet || state.silent === 'lost') && !knownToHold(world, model, condition))
    judgeOffline(context);
}

/** A silent device's alarm stands for its points: their "no data" is not raised one by one. */
function gather(world: World, alarm: AlarmRecord, now: Instant): void {
  const model = world.models.get(alarm.site);
  const device = model?.devices.get(alarm.subject.id);
  if (model === undefined || device === undefined) return;
  const gathers = silentPoints(world, model, device, now);
  if (gathers.join() !== alarm.gathers.join()) saveAlarm(world, { ...alarm, gathers });
}

function silentPoints(world: World, model: SiteModel, device: Device, now: Instant): string[] {
  const silent = device.bindings.filter((binding) => {
    if (!isBound(binding, calendarTime(world, now))) return false;
    const series = world.series.get(keyOf.pointSeries(model.registry.site, binding.point, binding.metric));
    return binding.key === EVENTS_BINDING || (series !== undefined && series.unknownSince !== null);
  });
  return [...new Set(silent.map(({ point }) => point))];
}
