import type { EventDetail } from '../../contract/event.ts';
import { waitFor, type Random } from '../random.ts';

/** Persons a second who come to one terminal between shifts and at the height of a shift change. */
const ARRIVALS = { calm: 0.12, peak: 0.5 };
/** Somebody comes at least this often, in seconds: the gate of a mine is never empty for long. */
const LONGEST_LULL = 12;
/** Nobody joins a queue that is longer: there are three more terminals. */
const LONGEST_QUEUE = 9;
/** Seconds in which a frozen terminal refuses each person before the next one tries. */
const FROZEN_ATTEMPT = 4;

export interface TerminalState {
  readonly frozen: boolean;
  /** Persons in front of it, the one being recognised included. */
  readonly queue: number;
  /** Seconds until the next person comes. */
  readonly nextArrival: number;
  /** Seconds that the person at the terminal still needs; 0: nobody is there. */
  readonly busy: number;
  /** ms that the last recognition took. */
  readonly verifyTime: number;
}

export function createTerminal(random: Random): TerminalState {
  return { frozen: false, queue: 0, nextArrival: random() * 5, busy: 0, verifyTime: 700 };
}

/**
 * A single-server queue. `rush` from 0 (calm) to 1 (height of the shift change).
 * Returns the punches that ended in these `dt` seconds.
 */
export function stepTerminal(
  state: TerminalState,
  { dt, rush }: { dt: number; rush: number },
  random: Random,
): { state: TerminalState; punches: EventDetail[] } {
  const punches: EventDetail[] = [];
  let { queue, nextArrival, busy, verifyTime } = state;

  nextArrival -= dt;
  while (nextArrival <= 0) {
    queue = Math.min(LONGEST_QUEUE, queue + 1);
    const rate = ARRIVALS.calm + (ARRIVALS.peak - ARRIVALS.calm) * rush;
    nextArrival += Math.min(LONGEST_LULL, waitFor(random, rate));
  }

  let left = dt;
  while (queue > 0 && left > 0) {
    if (busy === 0) {
      verifyTime = state.frozen ? FROZEN_ATTEMPT * 1_000 : 450 + 500 * random();
      // Stepping up and walking on takes longer than the machine does.
      busy = verifyTime / 1_000 + (state.frozen ? 1 : 0.8);
    }
    const used = Math.min(left, busy);
    left -= used;
    busy = busy - used < 1e-9 ? 0 : busy - used;
    if (busy > 0) break;
    queue -= 1;
    punches.push(punch(state.frozen, random));
  }
  return { state: { ...state, queue, nextArrival, busy, verifyTime }, punches };
}

/** Seconds that somebody who joins now will wait. */
export function queueWait({ queue, verifyTime }: TerminalState): number {
  return queue * (verifyTime / 1_000 + 0.8);
}

function punch(frozen: boolean, random: Random): EventDetail {
  const method = random() < 0.7 ? 'face' : 'card';
  if (frozen) return { kind: 'punch', result: 'error', method };
  const direction = random() < 0.5 ? 'in' : 'out';
  return { kind: 'punch', result: random() < 0.03 ? 'refused' : 'ok', direction, method };
}
