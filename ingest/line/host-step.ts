import type { Instant } from '../../contract/clock.ts';
import type { Decoded } from '../decoders/types.ts';
import type { LedgerState } from '../stores/ledger/types.ts';
import { FARTHEST_AHEAD, FIRST_BELIEVABLE } from '../quality/source-time.ts';
import type { HeldStep, SteadyClock, Witness } from '../steady-clock.ts';
import type { DeviceContext } from './context.ts';
import { calendarTime } from './host-clock.ts';
import type { DeviceState } from './state.ts';
import type { World } from './world.ts';

/** Devices that have a clock may take so long (ms) to be heard: then a step that none speaks against is followed. */
const PATIENCE = 600_000;
/** A time older than a device's newest is a backlog for so long (ms); from then on its clock was set. */
const BACKLOG = 120_000;
/** What waited while the machine stood still comes first, with times of before (ms). */
const SETTLING = 15_000;
const SLACK = 2_000;

/** A step of the machine's clock that is followed. */
export interface Followed {
  /** ms */
  readonly step: number;
  /** Devices' own times, or a former time of ours, speak for it. */
  readonly spoken: boolean;
  /** We went by a time that is worth to be compared with: what is known of devices' clocks moves with the step. */
  readonly moves: boolean;
  readonly witnesses: ReadonlyMap<string, Witness>;
}

/** What a message's own times say of a clock of ours that is in doubt. */
export function hearWitness(context: DeviceContext, decoded: Decoded): void {
  const { world, device, now } = context;
  const held = world.heldStep();
  const wall = calendarTime(world, now);
  const { ms, witnesses } = held ?? { ms: now.wall - wall, witnesses: world.doubters };
  let newest = -Infinity;
  for (const { claimedTime } of decoded.samples) newest = Math.max(newest, claimedTime ?? -Infinity);
  for (const { claimedTime } of decoded.events) newest = Math.max(newest, claimedTime ?? -Infinity);
  if (newest === -Infinity) return;
  const { back, ahead } = device.tolerance;
  const isLive = (off: number, latest = ahead) => off >= -back && off <= latest;
  // Where time goes on from the newest commit, nobody knows how long ago that was.
  const latest = held === null ? FARTHEST_AHEAD : ahead;
  const agrees = isLive(newest - wall - ms) && newest >= FIRST_BELIEVABLE;
  const says = agrees ? 'follow' : isLive(newest - wall, latest) ? 'stay' : 'neither';
  const line = newest - now.mono;
  const before = witnesses.get(device.key);
  const isOlder = before !== undefined && line < before.line - SLACK;
  if (!isOlder || now.mono - before.at > BACKLOG) witnesses.set(device.key, { says, line, at: now.mono });
}

function tally(witnesses: ReadonlyMap<string, Witness>): Record<Witness['says'], number> {
  const counts = { follow: 0, stay: 0, neither: 0 };
  for (const { says } of witnesses.values()) counts[says] += 1;
  return counts;
}

/** Most devices speak for the machine's clock, also if all who have yet to be heard, and were right so far, did not. */
function isSpokenFor(world: World, witnesses: ReadonlyMap<string, Witness>): boolean {
  const { follow, stay } = tally(witnesses);
  let unheard = 0;
  for (const [device, { clockWrong }] of follow > stay ? datingDevices(world) : [])
    unheard += Number(!clockWrong && !witnesses.has(device));
  return follow > stay + unheard;
}

/** Devices contradict the machine's clock, or it is behind the newest commit and they do not agree with it. */
export function isContradicted(world: World, { ms, since, resumed, witnesses }: HeldStep, now: Instant): boolean {
  // What is known from before a start holds until a device was heard.
  if (resumed && witnesses.size === 0) return true;
  const { stay, follow } = tally(witnesses);
  const isBehind = now.wall + ms < world.lastCommitAt - SLACK;
  return stay >= follow && (isBehind || (stay > 0 && (resumed || now.mono - since >= SETTLING)));
}

/** How far the machine's clock is ahead, for people: `+24:00:00`. */
export function stepText(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  const parts = [seconds / 3_600, (seconds / 60) % 60, seconds % 60];
  return (ms < 0 ? '-' : '+') + parts.map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
}

/** After a start: a step that devices contradicted is held on, unless the machine's clock was put right meanwhile. */
export function resumeStep(clock: SteadyClock, { alarms, lastCommitAt }: LedgerState): void {
  const told = alarms.find(({ rule, returnedAt }) => rule === 'system.clock' && returnedAt === null)?.detail;
  const [, sign, hours, minutes, seconds] = /^([+-])(\d+):(\d\d):(\d\d)$/.exec(told ?? '') ?? [];
  if (sign === undefined || lastCommitAt === null) return;
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  const sinceCommit = clock.now().wall - lastCommitAt;
  if (sign === '+' ? sinceCommit >= size - SLACK : sinceCommit < -SLACK) clock.resume(sign === '+' ? size : -size);
}

/** Whether the machine's clock is to be gone by again after its step; undefined: not yet. */
function whetherToFollow(world: World, held: HeldStep, now: Instant): Followed | undefined {
  const { ms: step, returns, resumed, since, witnesses } = held;
  const { follow, stay } = tally(witnesses);
  const isDoubted = world.distrustedSince !== null;
  const waited = now.mono - since >= PATIENCE;
  const spoken = returns || isSpokenFor(world, witnesses) || (waited && follow > stay);
  const isNobodyThere = !resumed && witnesses.size === 0 && datingDevices(world).next().done === true;
  // What we went by was no good either, or nobody is there who could speak against it.
  if (!spoken && !isDoubted && (stay > 0 || !(waited || isNobodyThere))) return undefined;
  return { step, spoken, moves: !isDoubted && (spoken || step > 0), witnesses };
}

/** Follows a step of the machine's clock, or holds it; with each tick, which then is the first by the new time. */
export function lookAtClock(world: World, clock: SteadyClock): { steps: readonly number[]; followed: Followed | null } {
  const now = clock.now();
  const held = clock.held();
  const followed = held === null ? undefined : whetherToFollow(world, held, now);
  if (followed !== undefined) clock.follow(followed);
  return { steps: clock.takeSteps(), followed: followed ?? null };
}

/** Devices agree with the machine's clock although it is behind the newest commit: that one was dated wrong. */
export function isCommitBelied(world: World, now: Instant): boolean {
  const { distrustedSince, doubters } = world;
  return distrustedSince !== null && now.mono - distrustedSince >= SETTLING && isSpokenFor(world, doubters);
}

/** Devices that are there and have claimed times since our start. */
function* datingDevices(world: World): Generator<[string, DeviceState], void> {
  for (const entry of world.devices.committedEntries()) {
    const [, { heard, silent, clockOffset }] = entry;
    if (heard && silent === null && clockOffset !== null) yield entry;
  }
}
