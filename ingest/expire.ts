import type { Clock, Instant } from '../contract/clock.ts';
import type { Ledger } from './stores/ledger/types.ts';
import type { ReadingsStore } from './stores/readings/types.ts';

const DAY = 86_400_000;
/** Event keys and quarantine are kept this long (ms). */
const EVENTS_KEPT = 90 * DAY;
/** Tokens and walls that ended stay listed for so long (ms). */
const ENDED_KEPT = 30 * DAY;
/** Who changed what, and what befell the system (ms). */
const DIARY_KEPT = 730 * DAY;

export interface ExpiryOptions {
  readonly clock: Clock;
  readonly ledger: Pick<Ledger, 'expire'>;
  readonly readings: Pick<ReadingsStore, 'expire'>;
  /** ms that raw readings are kept. */
  readonly retention: number;
  /** Told the time by which things grow old (ms epoch): another store lets go what is too old by then, unasked. */
  readonly letGoOutside: (at: number) => Promise<void>;
  readonly started: Instant;
  /** ms epoch; null: never. */
  readonly lastCommitAt: number | null;
  readonly onError: (error: unknown) => void;
}

export interface Expiry {
  /** The wall time (ms epoch) by which things grow old. */
  believed(): number;
  /** Lets go what is older than it is kept. */
  expire(): void;
  /** Resolves when what was to be let go so far is gone, or cannot be. */
  idle(): Promise<void>;
}

export function createExpiry(options: ExpiryOptions): Expiry {
  const { clock, ledger, readings, retention, letGoOutside, started, lastCommitAt, onError } = options;

  /** A clock that was set far ahead must not cost what is stored: only what has passed since our start makes older. */
  function believed(): number {
    const now = clock.now();
    const latest = Math.max(started.wall, lastCommitAt ?? 0) + now.mono - started.mono + DAY;
    return Math.min(now.wall, latest);
  }

  let underWay: Promise<void> = Promise.resolve();

  return {
    believed,
    expire() {
      const at = believed();
      const ofLedger = ledger.expire({
        events: at - EVENTS_KEPT,
        quarantine: at - EVENTS_KEPT,
        sessions: at,
        ended: at - ENDED_KEPT,
        diary: at - DIARY_KEPT,
      });
      const all = [ofLedger, readings.expire(at - retention), letGoOutside(at)];
      underWay = Promise.all([underWay, ...all.map((one) => one.catch(onError))]).then(() => undefined);
    },
    idle: () => underWay,
  };
}
