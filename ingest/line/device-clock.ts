import type { ClaimedTime } from '../decoders/types.ts';
import type { Dating } from '../quality/source-time.ts';
import { judgeCondition } from './conditions.ts';
import { changeDevice, type DeviceContext } from './context.ts';

/** What a message shows of its device's clock; null: nothing, as it brought no time, or only a backlog. */
export interface ClockTold {
  readonly wrong: boolean | null;
  readonly offset: number | null;
}

export function whatClockTells(dating: Dating, samples: readonly { readonly claimedTime: ClaimedTime }[]): ClockTold {
  const isRight = dating.dated.some(({ verdict }, index) => verdict === 'live' && samples[index]?.claimedTime != null);
  return { wrong: dating.clockWrong ? true : isRight ? false : null, offset: dating.offset };
}

/** A device's clock alarm ends with a time that is right, not with a message that has none. */
export function noteClock(context: DeviceContext, { wrong, offset }: ClockTold): void {
  const { world, model, device, now } = context;
  // While our own clock is in doubt, nothing is said of others.
  if (wrong === null || world.distrustedSince !== null) return;
  changeDevice(context, { clockWrong: wrong, clockOffset: offset }, { keep: false });
  judgeCondition(world, model, { rule: 'device.clock', subject: { kind: 'device', id: device.spec.id } }, wrong, now);
}
