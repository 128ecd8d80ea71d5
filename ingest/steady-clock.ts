import type { Clock, Instant } from '../contract/clock.ts';
import type { InboundMessage } from '../contract/message.ts';

/** A wall clock that moved by this much (ms) more or less than the monotonic one was set. */
const STEP = 2_000;
/** A step that ends this near (ms) to a time that was given up without a reason takes us back there. */
const NEAR = 10_000;

/** What the own times of one device say of a step. */
export interface Witness {
  /** They agree with the time that the step led to, go on as before it, or do neither. */
  readonly says: 'follow' | 'stay' | 'neither';
  /** Its newest time less the monotonic one (ms) when it came. */
  readonly line: number;
  /** Monotonic ms */
  readonly at: number;
}

/** A step of the machine's wall clock that we have not followed. */
export interface HeldStep {
  /** ms by which the machine's clock is ahead of the time that we go by. */
  readonly ms: number;
  /** Monotonic ms at which it was found. */
  readonly since: number;
  /** Leads back to the time that was ours before a step which nothing spoke for. */
  readonly returns: boolean;
  /** Made before our start. */
  readonly resumed: boolean;
  /** By device. */
  readonly witnesses: Map<string, Witness>;
}

/**
 * The machine's clock without its steps: after one, time goes on from before it until `follow`, or until the machine
 * itself is back. So a clock that was set wrong dates nothing, ends no session and puts no commit into the future.
 */
export interface SteadyClock extends Clock {
  /** A moment of the machine's clock, and never one of this clock, as one of this clock. */
  at(moment: Instant): Instant;
  held(): HeldStep | null;
  /** Goes on, after a start, to hold a step (ms) that was held before it. */
  resume(ms: number): void;
  /** Goes by the machine's clock again. `spoken`: something speaks for its step. */
  follow(options: { spoken: boolean }): void;
  /** Steps of the machine's clock (ms) since this was last asked. */
  takeSteps(): readonly number[];
}

/** The same for a clock that is steady already. */
export function steadyClock(machine: Clock): SteadyClock {
  if (isSteady(machine)) return machine;
  const first = machine.now();
  let seen = first.mono;
  /** Wall less monotonic ms: of the machine, and of what we go by while a step is held. */
  let offset = first.wall - seen;
  let kept: number | null = null;
  let held: (HeldStep & { ms: number }) | null = null;
  let givenUp: number | null = null;
  let steps: number[] = [];

  /** Messages come with moments that lie behind: they tell nothing new of the machine's clock. */
  function look(moment: Instant): void {
    if (moment.mono < seen) return;
    seen = moment.mono;
    const before = offset;
    offset = moment.wall - moment.mono;
    if (held !== null && kept !== null) held.ms = offset - kept;
    if (Math.abs(offset - before) <= STEP) return;
    steps.push(offset - before);
    kept ??= before;
    const ms = offset - kept;
    const returns = givenUp !== null && Math.abs(offset - givenUp) <= NEAR;
    if (Math.abs(ms) <= STEP) release();
    else held = { ms, since: moment.mono, returns, resumed: false, witnesses: new Map() };
  }

  function release(): void {
    kept = null;
    held = null;
  }

  function at(moment: Instant): Instant {
    look(moment);
    const ours = kept ?? offset;
    if (kept === null && Math.abs(moment.wall - moment.mono - ours) <= STEP) return moment;
    return { wall: Math.round(moment.mono + ours), mono: moment.mono };
  }

  const clock: SteadyClock = {
    now: () => at(machine.now()),
    at,
    after: (ms, run) => machine.after(ms, run),
    every: (ms, run) => machine.every(ms, run),
    held: () => held,
    resume(ms) {
      kept = offset - ms;
      held = { ms, since: seen, returns: false, resumed: true, witnesses: new Map() };
    },
    follow({ spoken }) {
      givenUp = spoken ? null : kept;
      release();
    },
    takeSteps() {
      const taken = steps;
      steps = [];
      return taken;
    },
  };
  steady.add(clock);
  return clock;
}

/** A message dated by our clock: only while that is not the machine's is it another. */
export function received(message: InboundMessage, clock: SteadyClock): InboundMessage {
  const at = clock.at(message.received);
  return at === message.received ? message : { ...message, received: at };
}

const steady = new WeakSet<Clock>();

function isSteady(clock: Clock): clock is SteadyClock {
  return steady.has(clock);
}
