import type { Clock } from '../contract/clock.ts';

/** The machine's own clocks. Constructed in `main.ts` only. */
export function systemClock(): Clock {
  return {
    now: () => ({ wall: Date.now(), mono: performance.now() }),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return { cancel: () => clearTimeout(timer) };
    },
    every(ms, run) {
      const timer = setInterval(run, ms);
      return { cancel: () => clearInterval(timer) };
    },
  };
}
