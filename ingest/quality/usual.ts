import {
  finestWindow,
  fastestChange,
  flatlineWindow,
  isOutOfRange,
  isSentinel,
  isTemperature,
  looksLikeFahrenheit,
  narrowStep,
  NEIGHBOURS_WITHIN,
  POWER_ON,
  SPIKE,
} from './checks.ts';
import { isWithinPace, SHORTEST_SPAN } from './rate.ts';
import type { QualityContext } from './types.ts';

/**
 * What a temperature's checks compare with, as numbers that are set; NaN: there is none. Moments are ms epoch, values and
 * steps °C.
 */
export interface UsualMemory {
  /** The newest sample, whose being a spike is not in question. */
  value: number;
  sourceTime: number;
  /** The newest sample is near enough in time for the one that comes next. */
  isNeighbour: boolean;
  anchorValue: number;
  anchorTime: number;
  unchangedSince: number;
  step: number;
}

export interface UsualMark extends QualityContext {
  readonly value: number;
  readonly sourceTime: number;
}

/** Neither a fault's value nor one that may be one: what `assess` makes of it depends on those before it alone. */
export function isPlain(metric: UsualMark['metric'], value: number): boolean {
  if (isSentinel(metric, value) || isOutOfRange(metric, value) || looksLikeFahrenheit(metric, value)) return false;
  return !isTemperature(metric) || (value !== POWER_ON && value !== 0);
}

/**
 * What `assess` makes of a plain temperature that is good, set on the memory itself: a reading like nearly all makes no
 * objects. False: it is not simply good, and nothing was changed.
 */
export function assessUsual(memory: UsualMemory, mark: UsualMark): boolean {
  const { value, sourceTime, metric, role, filling } = mark;
  const isNeighbour = sourceTime - memory.sourceTime <= NEIGHBOURS_WITHIN;
  if (isNeighbour && Math.abs(value - memory.value) > SPIKE) return false;

  const perMinute = filling ? null : fastestChange(metric, role);
  const sinceAnchor = sourceTime - memory.anchorTime;
  const isCompared = perMinute !== null && sinceAnchor <= NEIGHBOURS_WITHIN;
  if (isCompared && !isWithinPace(value - memory.anchorValue, sinceAnchor, perMinute)) return false;

  const step = narrowStep(Number.isNaN(memory.step) ? null : memory.step, value);
  const unchangedSince = stillSince(memory, mark, step);
  if (unchangedSince === null) return false;

  if (!isCompared || sinceAnchor >= SHORTEST_SPAN) {
    memory.anchorValue = value;
    memory.anchorTime = sourceTime;
  }
  memory.isNeighbour = isNeighbour;
  memory.unchangedSince = unchangedSince;
  memory.step = step;
  return true;
}

/** Since when the value has not changed; NaN where that is not watched, null where it is too long. */
function stillSince(
  { value: last, sourceTime: lastTime, unchangedSince }: UsualMemory,
  { value, sourceTime, metric, role, open }: UsualMark,
  step: number,
): number | null {
  const finest = open ? finestWindow(metric, role) : null;
  const window = flatlineWindow(metric, role, step);
  if (finest === null || window === null) return Number.NaN;
  const repeats = last === value && sourceTime - lastTime <= finest / 2;
  const since = repeats && !Number.isNaN(unchangedSince) ? unchangedSince : sourceTime;
  return sourceTime - since >= window ? null : since;
}
