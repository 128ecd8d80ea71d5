import type { Clock } from '../contract/clock.ts';

/** ms for which whoever asked is taken to ask again: somebody who zooms, a page with several charts. */
const LASTING = 2_000;

/** Whether somebody waits for what was stored. Each of their questions passes the event loop several times. */
export interface Attention {
  /** Notes that somebody waits for this answer. */
  while<T>(answer: Promise<T>): Promise<T>;
  isWanted(): boolean;
}

export function createAttention(clock: Clock): Attention {
  let waiting = 0;
  let until = -Infinity;
  return {
    async while(answer) {
      waiting += 1;
      try {
        return await answer;
      } finally {
        waiting -= 1;
        until = clock.now().mono + LASTING;
      }
    },
    isWanted: () => waiting > 0 || clock.now().mono < until,
  };
}
