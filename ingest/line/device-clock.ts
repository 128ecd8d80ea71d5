import type { Instant } from '../../contract/clock.ts';
import type { ClaimedTime } from '../decoders/types.ts';
import { EMPTY_CLOCK, moveClock, type Dating } from '../quality/source-time.ts';
import { judgeCondition } from './conditions.ts';
import { changeDevice, deviceState, noteOfDevice, type DeviceContext } from './context.ts';
import type { Followed } from './host-step.ts';
import type { DeviceState } from './state.ts';
import { keyOf } from './keys.ts';
import type { World } from './world.ts';

/** A learned offset that moved by less (ms) is not written again. */
const SAME_OFFSET = 1_000;

/** What a message shows of its device's clock; null: nothing, as it brought no time, or only a backlog. */
export interface ClockTold {
  readonly wrong: boolean | null;
  readonly offset: number | null;
}

/** Keeps what was learned of a series' clock, so that a restart need not learn it again. */
export function keepOffset(context: DeviceContext, key: string, offset: number | null): void {
  const { [key]: known, ...others } = deviceState(context).learnedOffsets;
  if (offset === null ? known === undefined : known !== undefined && Math.abs(known - offset) < SAME_OFFSET) return;
  changeDevice(context, { learnedOffsets: offset === null ? others : { ...others, [key]: offset } }, { keep: true });
}

/** After a start: the clocks of a device's series go on as they were learned. */
export function restoreOffsets(world: World, { site, device, learnedOffsets }: DeviceState): void {
  for (const [key, offset] of Object.entries(learnedOffsets))
    world.clocks.set(keyOf.clock(site, device, key), { ...EMPTY_CLOCK, offset, wrong: true });
}

/**
 * Our time steps and devices' clocks do not: what is known of them moves by as much, so that nothing has to be learned
 * anew. A device that agrees with the new time has no offset any more.
 */
export function moveOffsets(world: World, { step, witnesses }: Followed, now: Instant): void {
  for (const [, model] of [...world.models.entries()]) {
    for (const device of model.devices.values()) {
      const context = { world, model, device, now };
      const agrees = witnesses.get(device.key)?.says === 'follow';
      for (const key of clockKeys(context)) {
        const place = keyOf.clock(model.registry.site, device.spec.id, key);
        const clock = world.clocks.get(place);
        if (clock === undefined) continue;
        const moved = moveClock(clock, { step: agrees ? null : step, tolerance: device.tolerance });
        world.clocks.set(place, moved);
        if (moved.offset !== clock.offset) keepOffset(context, key, moved.offset);
      }
    }
  }
}

function clockKeys({ world, device }: DeviceContext): ReadonlySet<string> {
  return new Set([...device.bindings.map(({ key }) => key), ...(world.ownNames.get(device.key) ?? []), 'events']);
}

export const NOTHING_TOLD: ClockTold = { wrong: null, offset: null };

export function whatClockTells(dating: Dating, claimed: readonly ClaimedTime[]): ClockTold {
  const isRight = dating.dated.some(({ verdict }, index) => verdict === 'live' && claimed[index] != null);
  return { wrong: dating.clockWrong ? true : isRight ? false : null, offset: dating.offset };
}

/** What two series of one device tell of its clock. */
export function together(one: ClockTold, other: ClockTold): ClockTold {
  const wrong = one.wrong === true || other.wrong === null ? one.wrong : other.wrong;
  return { wrong, offset: other.offset ?? one.offset };
}

/** A device's clock alarm ends with a time that is right, not with a message that has none. */
export function noteClock(context: DeviceContext, { wrong, offset }: ClockTold): void {
  const { world, model, device, now } = context;
  // While our own clock is in doubt, nothing is said of others.
  if (wrong === null || world.distrustedSince !== null) return;
  // Nor of one that may be right, as it agrees with the machine's clock after a step that is not followed yet.
  if (wrong && world.heldStep()?.witnesses.get(device.key)?.says === 'follow') return;
  noteOfDevice(context, { clockWrong: wrong, clockOffset: offset });
  judgeCondition(world, model, model.deviceConditions(device).clock, wrong, now);
}
