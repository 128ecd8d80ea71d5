import type { Instant } from '../../contract/clock.ts';
import type { MachineInput, MachineState, MachineTiming, Step, Stopwatch, Transition } from './types.ts';

const RESET: Stopwatch = { elapsed: 0, since: null };

/** Before anything is known: no alarm, nothing in force. */
export const INITIAL_MACHINE: MachineState = {
  phase: 'normal',
  breached: false,
  known: false,
  inForce: false,
  on: RESET,
  off: RESET,
  value: null,
  worst: null,
};

/**
 * Takes one input at `now`. A delay that is over by then acts first, so that it ends at its own time and not at the
 * next reading. Returns the same state object when nothing changed.
 */
export function step(state: MachineState, input: MachineInput, now: Instant, timing: MachineTiming): Step {
  const turn: Turn = { now, timing, transitions: [] };
  const taken = take(endDelays(state, turn), input, turn);
  return { state: endDelays(taken, turn), transitions: turn.transitions };
}

/** Monotonic ms at which a tick will change something; null while no delay runs. */
export function nextDue(state: MachineState, timing: MachineTiming): number | null {
  const ends = [endOf(state.on, timing.onDelay), endOf(state.off, timing.offDelay)].filter((end) => end !== null);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** What a restart makes of a committed state: everything is unknown, and monotonic times of before mean nothing. */
export function afterRestart(state: MachineState): MachineState {
  return { ...state, known: false, on: { elapsed: state.on.elapsed, since: null }, off: RESET };
}

/** Books the time that running delays have taken until now, so that a commit keeps it. May be done at any time. */
export function settleElapsed(state: MachineState, now: Instant): MachineState {
  const settle = (watch: Stopwatch): Stopwatch =>
    watch.since === null ? watch : { elapsed: elapsed(watch, now), since: now.mono };
  return { ...state, on: settle(state.on), off: settle(state.off) };
}

/** The alarm's condition holds as far as anybody knows: it was raised and has not returned. */
export function isStanding({ phase }: MachineState): boolean {
  return phase === 'unacknowledged' || phase === 'acknowledged';
}

type Sample = Extract<MachineInput, { kind: 'sample' }>;

interface Turn {
  readonly now: Instant;
  readonly timing: MachineTiming;
  readonly transitions: Transition[];
}

function take(state: MachineState, input: MachineInput, turn: Turn): MachineState {
  switch (input.kind) {
    case 'tick':
      return state;
    case 'sample':
      return takeSample(state, input, turn);
    case 'unknown':
      return takeUnknown(state, turn);
    case 'force':
      return takeForce(state, input.inForce, turn);
    case 'acknowledge':
      return takeAcknowledge(state, turn);
  }
}

function takeSample(state: MachineState, sample: Sample, { now, timing, transitions }: Turn): MachineState {
  const breached = conditionAfter(state, sample, timing.critical);
  const standing = isStanding(state);
  if (standing && !state.known) transitions.push({ what: 'known', value: sample.value, because: 'input' });
  const seen: MachineState = {
    ...state,
    breached,
    known: true,
    value: sample.value,
    worst: standing ? farthest(timing, state.worst, sample.value) : state.worst,
  };
  if (standing) {
    const clearing = sample.quality === 'good' && !breached;
    return { ...seen, off: clearing ? running(state.off, now) : RESET };
  }
  if (!state.inForce || !breached) return { ...seen, on: RESET };
  // A suspect value that does not break the limit confirms nothing: it leaves a stopped delay stopped.
  const confirms = sample.verdict === 'breach' || (sample.verdict === 'between' && state.breached);
  return confirms ? { ...seen, on: running(state.on, now) } : seen;
}

/** Whether the limit counts as broken after a sample, the deadband taken in. */
function conditionAfter(state: MachineState, { quality, verdict }: Sample, critical: boolean): boolean {
  if (quality === 'good') return verdict === 'breach' || (verdict === 'between' && state.breached);
  // Suspect: never resets. What it may start: the delay of a critical limit, and the deadband of an alarm that stands.
  return state.breached || (verdict === 'breach' && (critical || isStanding(state)));
}

function takeUnknown(state: MachineState, { now, transitions }: Turn): MachineState {
  if (!state.known) return state;
  if (isStanding(state)) transitions.push({ what: 'unknown', value: state.value, because: 'input' });
  return { ...state, known: false, on: { elapsed: elapsed(state.on, now), since: null }, off: RESET };
}

function takeForce(state: MachineState, inForce: boolean, turn: Turn): MachineState {
  if (inForce === state.inForce) return state;
  if (inForce) return { ...state, inForce, on: state.known && state.breached ? running(RESET, turn.now) : RESET };
  const ended: MachineState = { ...state, inForce, on: RESET };
  return isStanding(state) ? returned(ended, 'not_in_force', turn) : ended;
}

function takeAcknowledge(state: MachineState, { transitions }: Turn): MachineState {
  if (state.phase !== 'unacknowledged' && state.phase !== 'returned_unacknowledged') return state;
  transitions.push({ what: 'acknowledged', value: state.value, because: 'operator' });
  if (state.phase === 'unacknowledged') return { ...state, phase: 'acknowledged' };
  return { ...state, phase: 'normal', worst: null };
}

/** Raises or returns where a running delay is over. */
function endDelays(state: MachineState, turn: Turn): MachineState {
  if (isOver(state.on, turn.timing.onDelay, turn.now)) return raised(state, turn);
  if (isOver(state.off, turn.timing.offDelay, turn.now)) return returned(state, 'condition', turn);
  return state;
}

function raised(state: MachineState, { timing, transitions }: Turn): MachineState {
  const again = state.phase === 'returned_unacknowledged';
  transitions.push({ what: again ? 'raised_again' : 'raised', value: state.value, because: 'condition' });
  const worst = again ? farthest(timing, state.worst, state.value) : state.value;
  return { ...state, phase: 'unacknowledged', on: RESET, off: RESET, worst };
}

function returned(state: MachineState, because: 'condition' | 'not_in_force', { transitions }: Turn): MachineState {
  transitions.push({ what: 'returned', value: state.value, because });
  const closed = state.phase === 'acknowledged';
  const phase = closed ? 'normal' : 'returned_unacknowledged';
  return { ...state, phase, on: RESET, off: RESET, worst: closed ? null : state.worst };
}

function farthest({ side }: MachineTiming, worst: number | null, value: number | null): number | null {
  if (worst === null || value === null) return value ?? worst;
  if (side === 'low') return Math.min(worst, value);
  return side === 'high' ? Math.max(worst, value) : value;
}

function elapsed(watch: Stopwatch, now: Instant): number {
  return watch.since === null ? watch.elapsed : watch.elapsed + Math.max(0, now.mono - watch.since);
}

/** Goes on from what has elapsed. */
function running(watch: Stopwatch, now: Instant): Stopwatch {
  return watch.since === null ? { elapsed: watch.elapsed, since: now.mono } : watch;
}

function endOf(watch: Stopwatch, delay: number): number | null {
  return watch.since === null ? null : Math.max(watch.since, watch.since + delay - watch.elapsed);
}

function isOver(watch: Stopwatch, delay: number, now: Instant): boolean {
  return watch.since !== null && elapsed(watch, now) >= delay;
}
