import type { Instant } from '../../contract/clock.ts';
import { EMPTY_MEMORY } from '../quality/assess.ts';
import { judgeCondition } from './conditions.ts';
import { moveOffsets } from './device-clock.ts';
import { isCommitBelied, isContradicted, stepText, type Followed } from './host-step.ts';
import type { World } from './world.ts';

/** A wall clock that is behind the newest commit by more (ms) was set. */
const CLOCK_STEP = 2_000;

/** What a tick finds of the machine's clock. */
export interface FoundClock {
  /** Steps that it made (ms), followed or not. */
  readonly steps: readonly number[];
  readonly followed: Followed | null;
}

/** Books steps of the machine's clock, and doubts one that devices contradict or that is behind the newest commit. */
export function watchHostClock(world: World, now: Instant, { steps, followed }: FoundClock): void {
  for (const step of steps) noteStep(world, step, now);
  if (followed !== null) follow(world, followed, now);
  if (isCommitBelied(world, now)) believe(world, now);
  const trusted = noteTrust(world, now);
  const held = world.heldStep();
  const isWrong = !trusted || (held !== null && isContradicted(held, now));
  const detail = held === null ? {} : { detail: stepText(held.ms) };
  for (const [site, model] of world.models.entries()) {
    const condition = { rule: 'system.clock', subject: { kind: 'site', id: site }, ...detail } as const;
    judgeCondition(world, model, condition, isWrong, now);
  }
}

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

function noteStep(world: World, step: number, now: Instant): void {
  world.pending.systemEvents.push({
    at: now.wall,
    site: null,
    kind: 'clock_step',
    actor: null,
    detail: { ms: Math.round(step) },
  });
}

/** The newest commit was dated by a clock that was wrong: time goes on from now. */
function believe(world: World, now: Instant): void {
  world.lastCommitAt = now.wall;
  world.lastCommitMono = now.mono;
}

/** Our time makes the step that the machine's clock made. */
function follow(world: World, followed: Followed, now: Instant): void {
  if (followed.moves) moveOffsets(world, followed, now);
  if (followed.step > 0) return;
  if (followed.spoken) believe(world, now);
  // Times from before the step lie ahead of now: nothing would count as newer until the clock had caught up.
  for (const [key, state] of world.series.entries())
    world.series.set(key, { ...state, assessedTime: -Infinity, memory: EMPTY_MEMORY });
}
