import type { Clock } from '../../contract/clock.ts';

const FREE_FAILURES = 5;
const LONGEST_WAIT = 60_000;
const FORGOTTEN_AFTER = 15 * 60_000;
const MOST_KEYS = 10_000;

/** Wait in ms before the next attempt after so many failures in a row: none for five, then 1 s, doubling, up to 60 s. */
export function waitAfter(failures: number): number {
  return failures < FREE_FAILURES ? 0 : Math.min(LONGEST_WAIT, 1000 * 2 ** (failures - FREE_FAILURES));
}

type Attempt =
  | { readonly allowed: false; readonly waitMs: number }
  | {
      readonly allowed: true;
      /** The password was right. */
      succeeded(): void;
      /** It was never checked: the attempt does not count. */
      unchecked(): void;
    };

export interface SignInPace {
  /** Counts as a failure from the start, so that attempts sent together are not all let through. */
  attempt(who: { username: string; address: string }): Attempt;
}

/**
 * Slows guessing at one user name, whichever addresses it comes from. An address from which that user has signed in
 * before is counted apart: a stranger's guesses do not keep the person on duty out.
 */
export function signInPace(clock: Clock): SignInPace {
  const failures = recent<{ count: number; at: number }>();
  const familiar = recent<true>();

  return {
    attempt({ username, address }) {
      const here = `${username} ${address}`;
      const key = familiar.get(here) === undefined ? username : here;
      const now = clock.now().mono;
      const known = failures.get(key);
      const before = known !== undefined && now - known.at < FORGOTTEN_AFTER ? known : { count: 0, at: now };
      const waitMs = before.at + waitAfter(before.count) - now;
      if (waitMs > 0) return { allowed: false, waitMs };
      failures.set(key, { count: before.count + 1, at: now });
      return {
        allowed: true,
        succeeded() {
          failures.delete(key);
          familiar.set(here, true);
        },
        unchecked() {
          const current = failures.get(key);
          if (current !== undefined) failures.set(key, { ...current, count: current.count - 1 });
        },
      };
    },
  };
}

/** A map that forgets what was set longest ago beyond its bound. */
function recent<T>(): Pick<Map<string, T>, 'get' | 'delete'> & { set(key: string, value: T): void } {
  const entries = new Map<string, T>();
  return {
    get: (key) => entries.get(key),
    delete: (key) => entries.delete(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      for (const oldest of entries.keys()) {
        if (entries.size <= MOST_KEYS) break;
        entries.delete(oldest);
      }
    },
  };
}
