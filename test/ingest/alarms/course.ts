import type { Instant } from '../../../contract/clock.ts';
import { afterRestart, INITIAL_MACHINE, settleElapsed, step } from '../../../ingest/alarms/machine.ts';
import type { MachineInput, MachineState, MachineTiming, Transition, Verdict } from '../../../ingest/alarms/types.ts';

export const TIMING: MachineTiming = { onDelay: 180_000, offDelay: 60_000, critical: false, side: 'low' };
export const CRITICAL: MachineTiming = { onDelay: 20_000, offDelay: 60_000, critical: true, side: 'high' };

/** A machine driven along seconds, with a diary of what it reported. */
export interface Course {
  readonly state: MachineState;
  readonly diary: readonly string[];
  at(second: number, input: MachineInput): Course;
  /** Ticks every second after the one named, up to and including the last. */
  ticks(after: number, last: number): Course;
  /** Commits, forgets, reads back: the monotonic clock starts anew. */
  restart(second: number): Course;
}

export const good = (verdict: Verdict, value: number | null = null): MachineInput => ({
  kind: 'sample',
  quality: 'good',
  verdict,
  value,
});
export const suspect = (verdict: Verdict, value: number | null = null): MachineInput => ({
  kind: 'sample',
  quality: 'suspect',
  verdict,
  value,
});
export const tick: MachineInput = { kind: 'tick' };
export const unknown: MachineInput = { kind: 'unknown' };
export const acknowledge: MachineInput = { kind: 'acknowledge' };
export const force = (inForce: boolean): MachineInput => ({ kind: 'force', inForce });

export function instant(second: number, offset = 0): Instant {
  return { wall: 1_764_000_000_000 + second * 1_000, mono: second * 1_000 + offset };
}

export function line(second: number, { what, because }: Transition): string {
  return because === 'not_in_force' ? `${second} ${what} not_in_force` : `${second} ${what}`;
}

function course(state: MachineState, diary: readonly string[], timing: MachineTiming, offset: number): Course {
  return {
    state,
    diary,
    at(second, input) {
      const after = step(state, input, instant(second, offset), timing);
      return course(after.state, [...diary, ...after.transitions.map((one) => line(second, one))], timing, offset);
    },
    ticks(after, last) {
      let on: Course = course(state, diary, timing, offset);
      for (let second = after + 1; second <= last; second++) on = on.at(second, tick);
      return on;
    },
    restart(second) {
      const kept: MachineState = JSON.parse(JSON.stringify(settleElapsed(state, instant(second, offset))));
      return course(afterRestart(kept), diary, timing, offset - 1_000_000);
    },
  };
}

/** In force from second 0. */
export function inForce(timing: MachineTiming = TIMING): Course {
  return course(INITIAL_MACHINE, [], timing, 0).at(0, force(true));
}

export function notInForce(timing: MachineTiming = TIMING): Course {
  return course(INITIAL_MACHINE, [], timing, 0);
}
