import type { Clock, Instant } from '../../contract/clock.ts';
import { EVENTS_BINDING } from '../../contract/registry.ts';
import { becomeUnknown } from './series-silence.ts';
import type { World } from './world.ts';

/** A look every second that comes later than this (ms) found the machine asleep or the program held. */
const STOOD_STILL = 10_000;

export interface StandstillOptions {
  readonly world: World;
  readonly clock: Clock;
  /** Hands what is to be judged to the line. */
  readonly enqueue: (judge: () => void) => void;
}

/** To be called every second: tells the line of a standstill that is over, with the last moment before it. */
export function watchStandstill({ world, clock, enqueue }: StandstillOptions): () => void {
  let last = clock.now();
  return () => {
    const before = last;
    const now = clock.now();
    last = now;
    if (now.mono - before.mono > STOOD_STILL) enqueue(() => noteStandstill(world, before, now));
  };
}

/**
 * A downtime of ours without a start: nothing is known of it, nobody is called silent for it, and a delay that was
 * running stopped when it began.
 */
function noteStandstill(world: World, before: Instant, now: Instant): void {
  const detail = { downMs: Math.round(now.mono - before.mono) };
  world.pending.systemEvents.push({ at: now.wall, site: null, kind: 'stood_still', actor: null, detail });
  world.listeningSince = now.mono;
  for (const [, model] of world.models.entries()) {
    for (const point of model.points.values()) {
      for (const binding of point.bindings)
        if (binding.metric !== EVENTS_BINDING) becomeUnknown(world, model, binding, before);
    }
  }
}
