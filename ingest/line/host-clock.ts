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

  const trusted = now.wall >= world.lastCommitAt - CLOCK_STEP;
  if (trusted) world.distrustedSince = null;
  else world.distrustedSince ??= now.mono;
  for (const [site, model] of world.models.entries()) {
    judgeCondition(world, model, { rule: 'system.clock', subject: { kind: 'site', id: site } }, !trusted, now);
  }
  return stepped;
}

/** Whether times of receipt can be believed, as the dating of samples asks for it. */
export function distrust({ distrustedSince }: World): { hostTrusted: boolean; distrustedSince?: number } {
  return distrustedSince === null ? { hostTrusted: true } : { hostTrusted: false, distrustedSince };
}

function noteStep(world: World, step: number, now: Instant): void {
  world.pending.systemEvents.push({ at: now.wall, site: null, kind: 'clock_step', actor: null, detail: { ms: Math.round(step) } });
  if (step > 0) return;
  // Times from before the step lie ahead of now: nothing would count as newer until the clock had caught up.
  for (const [key, state] of world.series.entries()) world.series.set(key, { ...state, assessedTime: -Infinity, memory: EMPTY_MEMORY });
}
