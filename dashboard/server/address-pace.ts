import type { FastifyRateLimitStore, FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import type { Clock } from '../../contract/clock.ts';

const MOST_ADDRESSES = 5_000;

/** Counts per address and window for @fastify/rate-limit; its own store reads the wall clock. */
export function addressCounts(clock: Clock): FastifyRateLimitStoreCtor {
  return class AddressCounts implements FastifyRateLimitStore {
    readonly #windows = new Map<string, { count: number; readonly start: number }>();

    incr(
      address: string,
      done: (error: Error | null, result: { current: number; ttl: number }) => void,
      timeWindow: number,
    ): void {
      const now = clock.now().mono;
      const known = this.#windows.get(address);
      const window = known !== undefined && now - known.start < timeWindow ? known : { count: 0, start: now };
      window.count += 1;
      this.#windows.delete(address);
      this.#windows.set(address, window);
      for (const oldest of this.#windows.keys()) {
        if (this.#windows.size <= MOST_ADDRESSES) break;
        this.#windows.delete(oldest);
      }
      done(null, { current: window.count, ttl: window.start + timeWindow - now });
    }

    child(): FastifyRateLimitStore {
      return new AddressCounts();
    }
  };
}
