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
export function createRates({ perSecond, burst }: RateLimit, clock: Clock): Rates {
  const allowances = new Map<string, Allowance>();

  function create(): Allowance {
    let tokens = burst;
    let at = clock.now().mono;
    let toldAt = -Infinity;

    function refill(mono = clock.now().mono): void {
      tokens = Math.min(burst, tokens + ((mono - at) * perSecond) / 1_000);
      at = mono;
    }

    return {
      wait(mono) {
        if (tokens < WHOLE) refill(mono);
        return tokens >= WHOLE ? 0 : Math.ceil(((WHOLE - tokens) * 1_000) / perSecond);
      },
      take(mono) {
        refill(mono);
        tokens--;
      },
      tell() {
        const { mono } = clock.now();
        if (mono - toldAt < TELL_EVERY_MS) return false;
        toldAt = mono;
        return true;
      },
    };
  }

  return {
    of(clientId) {
      const known = allowances.get(clientId) ?? create();
      allowances.set(clientId, known);
      return known;
    },
  };
}
