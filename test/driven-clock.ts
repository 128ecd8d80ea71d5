import type { Clock, Instant, Timer } from '../contract/clock.ts';

interface Due {
  at: number;
  readonly order: number;
  readonly every: number | null;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. Timers run in order of their time; nothing waits for real time. */
export class DrivenClock implements Clock {
  #mono = 1_000;
  #wall: number;
  #order = 0;
  readonly #due = new Set<Due>();

  constructor(wall = Date.UTC(2026, 10, 25, 4, 0, 0)) {
    this.#wall = wall;
  }

  now(): Instant {
    return { wall: this.#wall, mono: this.#mono };
  }

  after(ms: number, run: () => void): Timer {
    return this.#schedule(ms, null, run);
  }

  every(ms: number, run: () => void): Timer {
    return this.#schedule(ms, ms, run);
  }

  /** Moves both clocks and runs what falls due on the way. */
  advance(ms: number): void {
    const end = this.#mono + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#move(Math.max(0, next.at - this.#mono));
      if (next.every === null) this.#due.delete(next);
      else next.at += next.every;
      next.run();
    }
    this.#move(end - this.#mono);
  }

  /** Moves in steps and lets promises and I/O settle after each. */
  async run(ms: number, step = 1_000): Promise<void> {
    for (let left = ms; left > 0; left -= step) {
      this.advance(Math.min(step, left));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The machine sleeps, or the program is held: time passes, and what falls due meanwhile runs once, afterwards. */
  standStill(ms: number): void {
    this.#move(ms);
    for (const due of this.#due) due.at = Math.max(due.at, this.#mono);
  }

  /** A step of the wall clock alone, as by an operator or NTP. */
  stepWall(ms: number): void {
    this.#wall += ms;
  }

  #move(ms: number): void {
    this.#mono += ms;
    this.#wall += ms;
  }

  #next(end: number): Due | undefined {
    let first: Due | undefined;
    for (const due of this.#due) {
      if (due.at > end) continue;
      if (first === undefined || due.at < first.at || (due.at === first.at && due.order < first.order)) first = due;
    }
    return first;
  }

  #schedule(ms: number, every: number | null, run: () => void): Timer {
    const due: Due = { at: this.#mono + Math.max(0, ms), order: this.#order++, every, run };
    this.#due.add(due);
    return { cancel: () => void this.#due.delete(due) };
  }
}
