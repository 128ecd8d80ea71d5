import type { Clock, Instant, Timer } from '../contract/clock.ts';

interface Pending {
  at: number;
  readonly every: number | null;
  readonly run: () => void;
  /** Once time is real. */
  real?: Timer;
}

/** Timers of at most this period (ms) are looked after so often (ms): who finds them later takes us for held up. */
const RHYTHM = 1_000;
const BEAT = 8_000;

/** A clock whose time is told at first and becomes real later, without a step: the demo's days before it begins. */
export interface HandoverClock extends Clock {
  /** Moves to a later wall time (ms epoch); on the way only what runs every second goes on, every few seconds. */
  moveTo(wall: number): void;
  /** Runs what fell due, each timer once, as in a process that was held up. */
  runDue(): void;
  /** From here on time is the machine's. */
  release(): void;
}

/** @param from wall time (ms epoch) at which it begins */
export function handoverClock(real: Clock, from: number): HandoverClock {
  const pending = new Set<Pending>();
  let wall = from;
  let mono = 0;
  let nextBeat = BEAT;
  /** Monotonic ms between the machine's clock and this one; null while time is told. */
  let ahead: number | null = null;

  function now(): Instant {
    if (ahead === null) return { wall, mono };
    const instant = real.now();
    return { wall: instant.wall, mono: instant.mono + ahead };
  }

  function add(ms: number, every: number | null, run: () => void): Timer {
    const timer: Pending = { at: now().mono + Math.max(0, ms), every, run };
    pending.add(timer);
    if (ahead !== null) start(timer);
    return {
      cancel() {
        pending.delete(timer);
        timer.real?.cancel();
      },
    };
  }

  function beat(): void {
    nextBeat = mono + BEAT;
    for (const timer of [...pending]) if (timer.every !== null && timer.every <= RHYTHM) fire(timer);
  }

  function fire(timer: Pending): void {
    if (!pending.has(timer) || timer.at > mono) return;
    if (timer.every === null) pending.delete(timer);
    else timer.at += timer.every * (Math.floor((mono - timer.at) / timer.every) + 1);
    timer.run();
  }

  /** Hands a timer to the machine's clock: the rest of its delay, then its rhythm. */
  function start(timer: Pending): void {
    timer.real = real.after(timer.at - now().mono, () => {
      if (timer.every === null) pending.delete(timer);
      else timer.real = real.every(timer.every, timer.run);
      timer.run();
    });
  }

  return {
    now,
    after: (ms, run) => add(ms, null, run),
    every: (ms, run) => add(ms, ms, run),
    moveTo(to) {
      for (let left = to - wall; left > 0;) {
        const passing = Math.min(left, nextBeat - mono);
        mono += passing;
        wall += passing;
        left -= passing;
        if (mono >= nextBeat) beat();
      }
    },
    runDue() {
      for (const timer of [...pending].sort((a, b) => a.at - b.at)) fire(timer);
    },
    release() {
      ahead = mono - real.now().mono;
      for (const timer of pending) start(timer);
    },
  };
}
