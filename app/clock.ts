import { uptime } from 'node:os';
import type { Clock } from '../contract/clock.ts';

/** ms by which the wall clock has to run ahead of the monotonic one before somebody asks why: it was set, or we slept. */
const LEAP = 2_000;

/** The clocks of a machine, ms. On Linux `mono` stands still while the machine sleeps, and `up` does not. */
export interface MachineClocks {
  wall(): number;
  mono(): number;
  /** Since the machine started. */
  up(): number;
}

const MACHINE: MachineClocks = {
  wall: () => Date.now(),
  mono: () => performance.now(),
  up: () => uptime() * 1_000,
};

/** The machine's own clocks; its sleep counts as time that passed. Constructed in `main.ts` only. */
export function systemClock(machine: MachineClocks = MACHINE): Clock {
  const startedAt = machine.up() - machine.mono();
  let ahead = machine.wall() - machine.mono();
  let asleep = 0;
  return {
    now() {
      const wall = machine.wall();
      const mono = machine.mono();
      if (wall - mono - ahead > LEAP) asleep = Math.max(asleep, machine.up() - mono - startedAt);
      ahead = wall - mono;
      return { wall, mono: mono + asleep };
    },
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
