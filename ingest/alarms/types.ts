import type { Side } from '../../contract/alarm.ts';

/** Which side of its limit a sample is on. `between`: inside the limit, but not past the deadband. */
export type Verdict = 'breach' | 'between' | 'clear';

/** Delays in ms; `critical` limits judge suspect samples too. */
export interface AlarmTiming {
  readonly onDelay: number;
  readonly offDelay: number;
  readonly critical: boolean;
}

/** What `step` needs to know of its alarm: the delays, and which way is worse. */
export interface MachineTiming extends AlarmTiming {
  /** Side of the limit; absent or null for what has no limit: there the newest value counts as the worst. */
  readonly side?: Side | null;
}

/** ISA-18.2 states of one alarm. */
export type AlarmPhase = 'normal' | 'unacknowledged' | 'acknowledged' | 'returned_unacknowledged';

/** A running or stopped stopwatch: what has elapsed and, while it runs, since which monotonic ms. */
export interface Stopwatch {
  readonly elapsed: number;
  readonly since: number | null;
}

/** State of one alarm's machine; plain data, committed with each change. */
export interface MachineState {
  readonly phase: AlarmPhase;
  /** The condition as last judged by a believable sample, deadband included. */
  readonly breached: boolean;
  /** False while its input is unknown (stale, our restart, awaited). */
  readonly known: boolean;
  /** False while its standard does not apply (closed, out of season). */
  readonly inForce: boolean;
  readonly on: Stopwatch;
  readonly off: Stopwatch;
  /** Newest believable value and the farthest one since it was raised; null for what has no value. */
  readonly value: number | null;
  readonly worst: number | null;
}

export type MachineInput =
  /** A believable sample (bad ones are no samples and are never handed in). */
  | {
      readonly kind: 'sample';
      readonly verdict: Verdict;
      readonly quality: 'good' | 'suspect';
      readonly value: number | null;
    }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'force'; readonly inForce: boolean }
  | { readonly kind: 'tick' }
  | { readonly kind: 'acknowledge' };

/** What the journal and the notifications learn of. `returned` from a standard that went out of force says so. */
export interface Transition {
  readonly what: 'raised' | 'raised_again' | 'returned' | 'acknowledged' | 'unknown' | 'known';
  readonly value: number | null;
  readonly because: 'condition' | 'not_in_force' | 'operator' | 'input';
}

export interface Step {
  readonly state: MachineState;
  readonly transitions: readonly Transition[];
}
