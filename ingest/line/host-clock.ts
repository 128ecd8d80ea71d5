import type { Instant } from '../../contract/clock.ts';
import { EMPTY_MEMORY } from '../quality/assess.ts';
import { judgeCondition } from './conditions.ts';
import type { World } from './world.ts';

/** A wall clock that moved by this much (ms) more or less than the monotonic one was set. */
const CLOCK_STEP = 2_000;

/** Books a step of the wall clock, and doubts a clock that is behind the newest commit. Returns whether it stepped. */
export function watchHostClock(world: World, now: Instant, previous: Instant): boolean {
  const step = now.wall - previous.wall - (now.mono - previous.mono);
  const stepped = Math.abs(step) > CLOCK_STEP;
  if (stepped) noteStep(world, step, now);

  const trusted = noteTrust(world, now);
  for (const [site, model] of world.models.entries()) {
    judgeCondition(world, model, { rule: 'system.clock', subject: { kind: 'site', id: site } }, !trusted, now);
  }
  return stepped;
}

/** Doubts or believes the wall clock of a moment. With each message: within a second of a step many devices report. */
export function noteTrust(world: World, now: Instant): boolean {
  // What waited in the queue is older than a commit made meanwhile, and that by no fault of the clock.
  const waited = Math.max(0, world.lastCommitMono - now.mono);
  const trusted = now.wall >= world.lastCommitAt - waited - CLOCK_STEP;
  if (trusted) world.distrustedSince = null;
  else world.distrustedSince ??= now.mono;
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

function noteStep(world: World, step: number, now: Instant): void {
  world.pending.systemEvents.push({
    at: now.wall,
    site: null,
    kind: 'clock_step',
    actor: null,
    detail: { ms: Math.round(step) },
  });
  if (step > 0) return;
  // Times from before the step lie ahead of now: nothing would count as newer until the clock had caught up.
  for (const [key, state] of world.series.entries())
    world.series.set(key, { ...state, assessedTime: -Infinity, memory: EMPTY_MEMORY });
}
