import type { Instant } from '../../contract/clock.ts';
import type { World } from './world.ts';

/** A wall clock that is behind the newest commit by more (ms) was set. */
const CLOCK_STEP = 2_000;

/** Doubts or believes the wall clock of a moment. With each message: within a second of a step many devices report. */
export function noteTrust(world: World, now: Instant): boolean {
  // What waited in the queue is older than a commit made meanwhile, and that by no fault of the clock.
  const waited = Math.max(0, world.lastCommitMono - now.mono);
  const trusted = now.wall >= world.lastCommitAt - waited - CLOCK_STEP;
  if (!trusted) world.distrustedSince ??= now.mono;
  else if (world.distrustedSince !== null) {
    world.distrustedSince = null;
    world.doubters.clear();
  }
  return trusted;
}

/** What opening hours and seasons go by (ms epoch): a clock that is behind must not shut what is open. */
export function calendarTime({ distrustedSince, lastCommitAt }: World, now: Instant): number {
  return distrustedSince === null ? now.wall : lastCommitAt + Math.max(0, now.mono - distrustedSince);
}

/** Whether times of receipt can be believed, as the dating of samples asks for it. */
export function distrust({ distrustedSince }: World): { hostTrusted: boolean; distrustedSince?: number } {
  return distrustedSince === null ? { hostTrusted: true } : { hostTrusted: false, distrustedSince };
}
