import type { EventDetail } from '../../contract/event.ts';
import { waitFor, type Random } from '../random.ts';

/** What happened, and how many seconds after the beginning of its step. */
export interface Timed {
  readonly after: number;
  readonly detail: EventDetail;
}

/** Persons a second who come to one terminal: hardly anybody, while the gate is manned, at the height of a shift change. */
const ARRIVALS = { quiet: 1 / 1_500, manned: 0.012, peak: 0.5 };
/** While the gate is manned somebody comes at least this often, in seconds: surface staff, drivers, foremen. */
const LONGEST_LULL = 25;
/** Nobody joins a queue that is longer: there are other terminals. */
const LONGEST_QUEUE = 12;
/** Seconds to step up and walk on: longer than the machine takes. */
const STEP_UP = 0.9;
/** ms that a terminal takes to recognise somebody, and that a frozen one takes to give up. */
const VERIFY = { shortest: 420, spread: 520, frozen: 4_000 };
/** Wet hair, a helmet: refused once, and right the second time. */
const REFUSED = 0.03;

export interface TerminalState {
  /** Persons in front of it, the one being recognised included. */
  readonly queue: number;
  /** Seconds until the next person comes. */
  readonly nextArrival: number;
  /** Seconds that the person at the terminal still needs; 0: nobody is there. */
  readonly busy: number;
  /** ms that the last recognition took. */
  readonly verifyTime: number;
  /** The person at the terminal was refused once. */
  readonly again: boolean;
}

export interface TerminalInputs {
  /** Seconds. */
  readonly dt: number;
  /** People are expected at the gate. */
  readonly manned: boolean;
  /** From 0 to 1 at the height of the shift change. */
  readonly rush: number;
  readonly frozen: boolean;
}

export function createTerminal(random: Random): TerminalState {
  return { queue: 0, nextArrival: random() * 30, busy: 0, verifyTime: 700, again: false };
}

/** A single-server queue. Returns the punches that ended in these `dt` seconds. */
export function stepTerminal(
  state: TerminalState,
  { dt, manned, rush, frozen }: TerminalInputs,
  random: Random,
): { state: TerminalState; punches: readonly Timed[] } {
  const punches: Timed[] = [];
  const rate = manned ? ARRIVALS.manned + (ARRIVALS.peak - ARRIVALS.manned) * rush : ARRIVALS.quiet;
  const longest = manned ? LONGEST_LULL : Infinity;
  let { queue, busy, verifyTime, again } = state;
  let nextArrival = Math.min(state.nextArrival, longest);
  let now = 0;

  while (now < dt) {
    const serving = queue > 0;
    if (serving && busy === 0) {
      verifyTime = frozen ? VERIFY.frozen : VERIFY.shortest + VERIFY.spread * random();
      busy = verifyTime / 1_000 + STEP_UP;
    }
    const passing = Math.min(dt - now, nextArrival, serving ? busy : Infinity);
    now += passing;
    nextArrival -= passing;
    if (serving) busy = Math.max(0, busy - passing);
    if (serving && busy < 1e-9) {
      const detail = punch({ frozen, again }, random);
      again = detail.result === 'refused';
      busy = 0;
      if (!again) queue -= 1;
      punches.push({ after: now, detail });
    }
    if (nextArrival < 1e-9) {
      queue = Math.min(LONGEST_QUEUE, queue + 1);
      nextArrival = Math.min(longest, waitFor(random, rate));
    }
  }
  return { state: { queue, nextArrival, busy, verifyTime, again }, punches };
}

/** Seconds that somebody who joins now will wait. */
export function queueWait({ queue, verifyTime }: TerminalState): number {
  return queue * (verifyTime / 1_000 + STEP_UP);
}

type Punch = Extract<EventDetail, { kind: 'punch' }>;

function punch({ frozen, again }: { frozen: boolean; again: boolean }, random: Random): Punch {
  const method = random() < 0.7 ? 'face' : 'card';
  if (frozen) return { kind: 'punch', result: 'error', method };
  const direction = random() < 0.5 ? 'in' : 'out';
  return { kind: 'punch', result: !again && random() < REFUSED ? 'refused' : 'ok', direction, method };
}
