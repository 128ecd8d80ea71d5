/**
 * A moment on both clocks. `wall` labels what people read (ms epoch, may step); `mono` measures delays and
 * silence (ms from an arbitrary start, never steps, goes on while the machine sleeps, not comparable across restarts).
 */
export interface Instant {
  readonly wall: number;
  readonly mono: number;
}

export interface Timer {
  cancel(): void;
}

/** The only source of time: constructed once in `main.ts`, driven by tests. */
export interface Clock {
  now(): Instant;
  /** Calls `run` once, `ms` monotonic milliseconds from now; later where the machine sleeps or the program is held. */
  after(ms: number, run: () => void): Timer;
  /** Calls `run` every `ms` monotonic milliseconds. */
  every(ms: number, run: () => void): Timer;
}
