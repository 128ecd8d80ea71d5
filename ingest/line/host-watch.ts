import type { Instant } from '../../contract/clock.ts';
import { EMPTY_MEMORY } from '../quality/assess.ts';
import { judgeCondition } from './conditions.ts';
import { moveOffsets } from './device-clock.ts';
import { noteTrust } from './host-clock.ts';
import { isCommitBelied, isContradicted, stepText, type Followed } from './host-step.ts';
import type { World } from './world.ts';

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
  if (isCommitBelied(world, now)) {
    believe(world, now);
    forgetTimes(world);
  }
  const trusted = noteTrust(world, now);
  const held = world.heldStep();
  const isWrong = !trusted || (held !== null && isContradicted(world, held, now));
  const detail = held === null ? {} : { detail: stepText(held.ms) };
  for (const [site, model] of world.models.entries()) {
    const condition = { rule: 'system.clock', subject: { kind: 'site', id: site }, ...detail } as const;
    judgeCondition(world, model, condition, isWrong, now);
  }
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
  world.pending.setBacks.push(now.wall);
}

/** Our time makes the step that the machine's clock made. */
function follow(world: World, followed: Followed, now: Instant): void {
  if (followed.moves) moveOffsets(world, followed, now);
  if (followed.step > 0) return;
  if (followed.spoken) believe(world, now);
  forgetTimes(world);
}

/** Times from before a step back lie ahead of now: nothing would count as newer until the clock had caught up. */
function forgetTimes(world: World): void {
  for (const [key, state] of world.series.entries())
    world.series.set(key, { ...state, assessedTime: -Infinity, memory: EMPTY_MEMORY });
}
