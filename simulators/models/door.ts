import type { EventDetail } from '../../contract/event.ts';
import { waitFor, type Random } from '../random.ts';

/** Seconds for which somebody who goes through keeps the door open. */
const PASSAGE = { shortest: 3, longest: 6 };
/** Persons a second. */
const TRAFFIC = 0.03;
/** A door that was broken open is pushed shut after this many seconds; its controller goes on complaining. */
const FORCED_OPEN = 20;

export interface DoorState {
  readonly open: boolean;
  /** Opened without having been released; stays until somebody resets the controller. */
  readonly forced: boolean;
  /** Seconds until the next passage, or until an open door shuts. */
  readonly next: number;
}

export interface DoorStep {
  readonly state: DoorState;
  readonly events: readonly EventDetail[];
}

export function createDoor(random: Random): DoorState {
  return { open: false, forced: false, next: waitFor(random, TRAFFIC) };
}

/** `dt` in seconds. Nobody uses a door while its controller complains. */
export function stepDoor(state: DoorState, dt: number, random: Random): DoorStep {
  const next = state.next - dt;
  if (next > 0) return { state: { ...state, next }, events: [] };
  if (state.open) {
    const shut: EventDetail[] = [{ kind: 'contact', open: false }];
    if (!state.forced) shut.push({ kind: 'lock', locked: true });
    return { state: { ...state, open: false, next: waitFor(random, TRAFFIC) }, events: shut };
  }
  if (state.forced) return { state: { ...state, next: waitFor(random, TRAFFIC) }, events: [] };
  if (random() < 0.04) {
    return {
      state: { ...state, next: waitFor(random, TRAFFIC) },
      events: [{ kind: 'access', result: 'refused', direction: 'in' }],
    };
  }
  const direction = random() < 0.5 ? 'in' : 'out';
  const events: EventDetail[] = [
    { kind: 'access', result: 'ok', direction },
    { kind: 'lock', locked: false },
    { kind: 'contact', open: true },
  ];
  return {
    state: { ...state, open: true, next: PASSAGE.shortest + random() * (PASSAGE.longest - PASSAGE.shortest) },
    events,
  };
}

/** Somebody breaks the door open. */
export function forceDoor(state: DoorState): DoorStep {
  const events: EventDetail[] = [{ kind: 'forced', active: true }];
  if (!state.open) events.unshift({ kind: 'contact', open: true });
  return { state: { open: true, forced: true, next: FORCED_OPEN }, events };
}

/** The lock was mended and the controller reset. */
export function resetDoor(state: DoorState, random: Random): DoorStep {
  const events: EventDetail[] = [{ kind: 'forced', active: false }];
  if (state.open) events.push({ kind: 'contact', open: false });
  events.push({ kind: 'lock', locked: true });
  return { state: { open: false, forced: false, next: waitFor(random, TRAFFIC) }, events };
}
