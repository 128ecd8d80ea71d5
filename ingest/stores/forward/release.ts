import { setImmediate } from 'node:timers/promises';
import type { Ledger } from '../ledger/types.ts';
import type { Tail } from '../tail.ts';

/** An hour leaves the tail this long after its end, ms. */
const GRACE = 60_000;
/** What comes late for an hour that is over stays this long for more (ms), unless so much is there already. */
const PATIENCE = 20_000;
const CROWD = 1_000;
/** Arrivals that leave between two looks at what else is to be done. */
const SLICE = 20_000;

export interface ReleaseOptions {
  readonly tail: Tail;
  readonly ledger: Pick<Ledger, 'trim'>;
  /** Arrivals in memory beyond which those of open hours leave too. */
  readonly bound: () => number;
}

export interface Release {
  /**
   * Lets go of what is forwarded up to `upTo` and whose hour is over at this wall time (ms epoch), then trims the log.
   * Rejects with CommitFailed when the log could not be trimmed; the next call does it.
   */
  (now: number, upTo: number): Promise<void>;
}

/** What is forwarded stays in tail and log until its hour is over: an ordinary start needs no server. */
export function createRelease({ tail, ledger, bound }: ReleaseOptions): Release {
  let trimmed = 0;
  return async (now, upTo) => {
    // Of hours that are open only as many as it takes.
    for (const all of tail.size() > bound() ? [true, false] : [false]) {
      for (const due of tail.due({ now, grace: GRACE, patience: PATIENCE, crowd: CROWD, all, upTo, limit: SLICE })) {
        const forwarded = due
          .map((hour) => ({ ...hour, count: tail.countUpTo(hour, upTo) }))
          .filter(({ count }) => count > 0);
        if (forwarded.length > 0) tail.settled(forwarded);
        await setImmediate();
        if (all && tail.size() <= bound()) break;
      }
    }
    const point = Math.min(tail.trimPoint(), upTo);
    if (point <= trimmed) return;
    await ledger.trim(point);
    trimmed = point;
  };
}
