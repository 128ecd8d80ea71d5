import type { Acknowledgement } from '../../contract/alarm.ts';
import type { Instant } from '../../contract/clock.ts';
import { INITIAL_MACHINE, isStanding, nextDue, settleElapsed, step } from '../alarms/machine.ts';
import type { MachineInput, MachineState, Transition } from '../alarms/types.ts';
import type { AlarmRecord } from '../stores/ledger/types.ts';
import type { NotificationIntent } from '../stores/ledger/channels.ts';
import { keyOf } from './keys.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

export interface Circumstances {
  /** The input is an event that came late. */
  readonly late?: boolean;
  /** What the alarm shows besides. */
  readonly detail?: string | null;
  /** Points whose silence the alarm stands for. */
  readonly gathers?: readonly string[];
  readonly acknowledgement?: Acknowledgement;
}

/** True while nothing of the machine has to be remembered: no alarm, no delay running, nothing in breach. */
export function atRest(state: MachineState): boolean {
  return state.phase === 'normal' && !state.breached && state.on.elapsed === 0 && state.on.since === null;
}

/** Hands one input to a machine and books what follows from it: alarm, journal, notifications. */
export function drive(
  world: World,
  watch: Watch,
  input: MachineInput,
  now: Instant,
  circumstances: Circumstances = {},
): void {
  const { key, machine: place } = watch;
  const before = world.machines.at(place)?.record;
  const stateBefore = before?.state ?? INITIAL_MACHINE;
  const { state, transitions } = step(stateBefore, input, now, { ...watch.timing, side: watch.side });
  if (state === stateBefore && before !== undefined) return;

  let alarm =
    before?.alarm === undefined || before.alarm === null ? undefined : world.alarms.get(keyOf.alarm(before.alarm));
  for (const transition of transitions) {
    alarm = transition.what === 'raised' ? openAlarm(world, watch, transition, now, circumstances) : alarm;
    if (alarm === undefined) continue;
    alarm = afterTransition(alarm, transition, now, circumstances);
    book(world, alarm, transition, now, circumstances);
  }
  if (alarm !== undefined) {
    const worst = state.worst ?? alarm.worst;
    const closedAt = state.phase === 'normal' ? now.wall : null;
    // A reading that changes nothing of a standing alarm is not written and not announced with it.
    if (transitions.length > 0 || worst !== alarm.worst) saveAlarm(world, { ...alarm, worst, closedAt });
  }
  const record = { key, site: watch.site, state, alarm: state.phase === 'normal' ? null : (alarm?.id ?? null) };
  endCalm(world, watch);
  world.machines.put(place, { record, watch, due: nextDue(state, watch.timing) });
  if (needsKeeping(stateBefore, state, now)) {
    world.pending.machines.set(place.key, { ...record, state: settleElapsed(state, now) });
  }
  // However it came to stand, by a value, by time or by what ended a delay: one fault is one alarm.
  if (isStanding(state) && !isStanding(stateBefore))
    for (const covered of watch.covers) drive(world, covered, { kind: 'force', inForce: false }, now);
}

function endCalm({ models }: World, { site, subject, metric }: Watch): void {
  if (subject.kind === 'point' && metric !== null) models.get(site)?.points.get(subject.id)?.calms.get(metric)?.end();
}

/** A machine is written when something changed that a restart must know of; the newest value alone is not. */
function needsKeeping(before: MachineState, after: MachineState, now: Instant): boolean {
  const kept = (state: MachineState) => JSON.stringify({ ...settleElapsed(state, now), value: null, known: null });
  if (atRest(before) && atRest(after) && before.inForce === after.inForce) return false;
  return kept(before) !== kept(after) || after.on.since !== null || after.off.since !== null;
}

function openAlarm(
  world: World,
  watch: Watch,
  transition: Transition,
  now: Instant,
  circumstances: Circumstances,
): AlarmRecord {
  return {
    id: world.nextAlarmId(),
    site: watch.site,
    key: watch.key,
    rule: watch.rule,
    side: watch.side,
    subject: watch.subject,
    metric: watch.metric,
    priority: watch.priority,
    raisedAt: now.wall,
    returnedAt: null,
    closedAt: null,
    acknowledged: null,
    value: transition.value,
    worst: transition.value,
    limit: watch.limit,
    unknown: false,
    late: circumstances.late ?? false,
    gathers: circumstances.gathers ?? [],
    detail: circumstances.detail ?? null,
  };
}

function afterTransition(
  alarm: AlarmRecord,
  transition: Transition,
  now: Instant,
  circumstances: Circumstances,
): AlarmRecord {
  switch (transition.what) {
    case 'raised':
      return alarm;
    case 'raised_again':
      return {
        ...alarm,
        returnedAt: null,
        acknowledged: null,
        late: circumstances.late ?? alarm.late,
        detail: circumstances.detail ?? alarm.detail ?? null,
      };
    case 'returned':
      return { ...alarm, returnedAt: now.wall, unknown: false };
    case 'acknowledged':
      return { ...alarm, acknowledged: circumstances.acknowledgement ?? alarm.acknowledged };
    case 'unknown':
      return { ...alarm, unknown: true };
    case 'known':
      return { ...alarm, unknown: false };
  }
}

function book(
  world: World,
  alarm: AlarmRecord,
  transition: Transition,
  now: Instant,
  circumstances: Circumstances,
): void {
  const { acknowledgement } = circumstances;
  const hand = transition.what === 'acknowledged' ? acknowledgement : undefined;
  const raised = transition.what === 'raised' || transition.what === 'raised_again';
  world.pending.journal.push({
    site: alarm.site,
    alarm: alarm.id,
    at: now.wall,
    what: transition.because === 'not_in_force' ? 'suppressed' : transition.what,
    value: transition.value,
    by: hand?.post ?? null,
    account: hand?.by ?? null,
    note: hand?.note ?? (raised ? alarm.detail : null) ?? null,
  });
  if (isNotified(transition.what)) {
    world.pending.notifications.push({ site: alarm.site, alarm: alarm.id, what: transition.what, at: now.wall });
  }
}

function isNotified(what: Transition['what']): what is NotificationIntent['what'] {
  return what !== 'unknown' && what !== 'known';
}

export function saveAlarm(world: World, alarm: AlarmRecord): void {
  const key = keyOf.alarm(alarm.id);
  world.pending.alarms.set(key, alarm);
  if (alarm.closedAt === null) world.alarms.set(key, alarm);
  else world.alarms.delete(key);
}
