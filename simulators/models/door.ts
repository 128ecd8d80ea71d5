import { waitFor, type Random } from '../random.ts';
import type { Timed } from './terminal.ts';

/** Seconds for which somebody who goes through keeps the door open. */
const PASSAGE = { shortest: 3, longest: 7 };
/** Persons a second: hardly anybody at night, and on top of it as many as the place draws. */
const TRAFFIC = { quiet: 1 / 2_400, busy: 1 / 45 };
/** Cards that the door does not know. */
const REFUSED = 0.03;
/** A door that was broken open is pushed shut after this many seconds; its controller goes on complaining. */
const FORCED_OPEN = 20;
/** Seconds: what keeps a door open is taken away by somebody, not by time. */
const UNTIL_REMOVED = 1e9;

/** What somebody did to it: it was broken open, or something keeps it open. */
export type DoorTrouble = 'none' | 'forced' | 'held_open';

export interface DoorState {
  readonly open: boolean;
  readonly trouble: DoorTrouble;
  /** Seconds until the next passage, or until an open door shuts. */
  readonly next: number;
}

export interface DoorStep {
  readonly state: DoorState;
  readonly events: readonly Timed[];
}

export interface DoorInputs {
  /** Seconds. */
  readonly dt: number;
  /** 0: nobody needs it, 1: everybody does. */
  readonly crowd: number;
  readonly trouble: DoorTrouble;
}

export function createDoor(random: Random): DoorState {
  return { open: false, trouble: 'none', next: waitFor(random, TRAFFIC.busy) };
}

/** One door over `dt` seconds. Nobody uses it while its controller complains. */
export function stepDoor(state: DoorState, { dt, crowd, trouble }: DoorInputs, random: Random): DoorStep {
  const rate = TRAFFIC.quiet + (TRAFFIC.busy - TRAFFIC.quiet) * crowd;
  const events: Timed[] = [];
  let door = trouble === state.trouble ? state : changeTrouble(state, trouble, { rate, events, random });
  let now = 0;
  while (door.next <= dt - now) {
    now += door.next;
    door = act(door, { after: now, rate, events, random });
  }
  return { state: { ...door, next: door.next - (dt - now) }, events };
}

interface Turn {
  readonly rate: number;
  readonly events: Timed[];
  readonly random: Random;
}

function changeTrouble(state: DoorState, trouble: DoorTrouble, { rate, events, random }: Turn): DoorState {
  const say = (detail: Timed['detail']) => events.push({ after: 0, detail });
  if (state.trouble === 'forced') say({ kind: 'forced', active: false });
  if (trouble === 'none') {
    if (state.open) say({ kind: 'contact', open: false });
    say({ kind: 'lock', locked: true });
    return { open: false, trouble, next: waitFor(random, rate) };
  }
  if (trouble === 'held_open') say({ kind: 'access', result: 'ok', direction: 'in' });
  if (!state.open) say({ kind: 'contact', open: true });
  if (trouble === 'forced') say({ kind: 'forced', active: true });
  return { open: true, trouble, next: trouble === 'forced' ? FORCED_OPEN : UNTIL_REMOVED };
}

function act(state: DoorState, { after, rate, events, random }: Turn & { after: number }): DoorState {
  const say = (detail: Timed['detail']) => events.push({ after, detail });
  const later = waitFor(random, rate);
  if (state.open) {
    say({ kind: 'contact', open: false });
    if (state.trouble === 'none') say({ kind: 'lock', locked: true });
    return { ...state, open: false, next: later };
  }
  if (state.trouble !== 'none') return { ...state, next: later };
  if (random() < REFUSED) {
    say({ kind: 'access', result: 'refused', direction: 'in' });
    return { ...state, next: later };
  }
  say({ kind: 'access', result: 'ok', direction: random() < 0.5 ? 'in' : 'out' });
  say({ kind: 'lock', locked: false });
  say({ kind: 'contact', open: true });
  return { ...state, open: true, next: PASSAGE.shortest + random() * (PASSAGE.longest - PASSAGE.shortest) };
}
