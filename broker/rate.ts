import type { Clock } from '../contract/clock.ts';

export interface RateLimit {
  /** Messages a second in the long run. */
  readonly perSecond: number;
  /** As many may come at once after a silence. */
  readonly burst: number;
}

/** What one credential may send, over all its connections: reconnecting wins nothing. */
export interface Allowance {
  /** How long the next message has to wait, in ms; 0: not at all. `mono`: now, where it is known already. */
  wait(mono?: number): number;
  /** Counts one message. */
  take(mono?: number): void;
  /** Whether it is time to tell that this one is being held: true at most once a minute. */
  tell(): boolean;
}

export interface Rates {
  of(clientId: string): Allowance;
}

/** One message, less what sums of fractions lose. */
const WHOLE = 1 - 1e-6;

const TELL_EVERY_MS = 60_000;

/** A token bucket for each credential; there are as many as devices that ever connected. */
export function createRates(limit: RateLimit, clock: Clock): Rates {
  const allowances = new Map<string, Allowance>();
  return {
    of(clientId) {
      const known = allowances.get(clientId) ?? new Bucket(limit, clock);
      allowances.set(clientId, known);
      return known;
    },
  };
}

class Bucket implements Allowance {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  #tokens: number;
  #at: number;
  #toldAt = -Infinity;

  constructor(limit: RateLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
    this.#tokens = limit.burst;
    this.#at = clock.now().mono;
  }

  wait(mono?: number): number {
    if (this.#tokens < WHOLE) this.#refill(mono);
    const { perSecond } = this.#limit;
    return this.#tokens >= WHOLE ? 0 : Math.ceil(((WHOLE - this.#tokens) * 1_000) / perSecond);
  }

  take(mono?: number): void {
    this.#refill(mono);
    this.#tokens--;
  }

  tell(): boolean {
    const { mono } = this.#clock.now();
    if (mono - this.#toldAt < TELL_EVERY_MS) return false;
    this.#toldAt = mono;
    return true;
  }

  #refill(mono = this.#clock.now().mono): void {
    const { perSecond, burst } = this.#limit;
    this.#tokens = Math.min(burst, this.#tokens + ((mono - this.#at) * perSecond) / 1_000);
    this.#at = mono;
  }
}
