import type { Clock } from '../contract/clock.ts';
import type { DeviceAction, Simulation } from './simulation.ts';

/** ms of the clock between two looks at what is due. */
const LOOK = 250;
/** A process that was held up leaves out what its devices would have reported meanwhile, as they would. */
const TOO_LATE = 60_000;

export interface LiveOptions {
  readonly clock: Clock;
  readonly simulation: Simulation;
  /** ms epoch at which the simulation stands now. */
  readonly start: number;
  /** Seconds of the simulation's steps: so far ahead it has to be asked. */
  readonly step: number;
  readonly perform: (action: DeviceAction) => void;
}

/** Lets a simulation live by the clock. Returns the way to stop. */
export function runLive({ clock, simulation, start, step, perform }: LiveOptions): { stop(): void } {
  const began = clock.now();
  const lag = began.wall - start;
  const queue: DeviceAction[] = [];
  const look = () => {
    // The wall clock may be set; the devices' time runs on.
    const now = start + lag + clock.now().mono - began.mono;
    queue.push(...simulation.advance(now + 1_000 * step));
    while (queue[0] !== undefined && queue[0].at <= now) {
      const action = queue.shift();
      if (action === undefined || (action.kind === 'publish' && action.at < now - TOO_LATE)) continue;
      perform(action);
    }
  };
  look();
  const timer = clock.every(LOOK, look);
  return { stop: () => timer.cancel() };
}
