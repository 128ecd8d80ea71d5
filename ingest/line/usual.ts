import type { DecodedValue } from '../decoders/types.ts';
import type { Dated } from '../quality/source-time.ts';
import type { DeviceContext } from './context.ts';
import { calendarTime } from './host-clock.ts';
import { isBound, type Binding } from './model.ts';
import type { UsualSample } from './usual-row.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What the readings of one message have in common, and the one that is looked at. */
export interface UsualScene {
  /** Calendar time, ms epoch. */
  readonly at: number;
  /** The area whose mode `sample` has. */
  area: string | undefined;
  readonly sample: Mutable<UsualSample>;
}

export function usualScene({ world, now }: DeviceContext): UsualScene {
  return {
    at: calendarTime(world, now),
    area: undefined,
    sample: { value: 0, sourceTime: 0, received: now, metric: 'battery', role: null, open: false, filling: false },
  };
}

/**
 * Takes a reading like nearly all: live, the newest of its series, new to it, good, and with nothing raised, delayed or in
 * doubt about what it keeps. Does what the long way does, in a fifth of the time. False: it is something else, and nothing
 * was changed.
 */
export function takeUsual(
  { world, model, now }: DeviceContext,
  scene: UsualScene,
  { bound, value: { metric, value }, dated }: { bound: Binding | undefined; value: DecodedValue; dated: Dated },
): boolean {
  const there = bound?.target;
  if (bound === undefined || there === undefined || !dated.judges) return false;
  // A battery is shown with its device.
  if (!isBound(bound, dated.sourceTime) || metric === 'battery') return false;
  if (!there.calm.keeps(world, value, scene.at)) return false;
  const series = world.series.idAt(bound.series);
  // A key is a whole millisecond, whatever fraction a device claims. Where it is taken, the long way finds what it means.
  const t = Math.round(dated.sourceTime);
  if (series === undefined || world.storedAt(series, t) !== undefined) return false;

  const { sample } = scene;
  if (scene.area !== there.area) {
    const mode = world.schedules.at(model.schedule)?.mode(there.area, scene.at);
    scene.area = there.area;
    sample.open = mode === 'open';
    sample.filling = mode === 'filling';
  }
  sample.value = value;
  sample.sourceTime = t;
  sample.metric = metric;
  sample.role = there.role;
  if (!world.series.takeUsual(bound.series, sample)) return false;
  world.addUsual({ series, t, value, receivedAt: now.wall, claimedTime: dated.claimedTime });
  return true;
}
