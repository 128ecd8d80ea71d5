import { METRICS } from '../../contract/metrics.ts';
import type { QualityReason } from '../../contract/reading.ts';
import {
  FAHRENHEIT_RUN,
  fastestChange,
  isOutOfRange,
  isSentinel,
  isTemperature,
  looksLikeFahrenheit,
  NEIGHBOURS_WITHIN,
  POWER_ON,
  SPIKE,
} from './checks.ts';
import { judgeFlatline } from './flatline.ts';
import { judgeRate } from './rate.ts';
import { judgeSpike } from './spike.ts';
import type { Assess, Assessed, QualityContext, QualityMark, QualityMemory } from './types.ts';

const GOOD: Assessed = { quality: 'good', reason: null };

export const EMPTY_MEMORY: QualityMemory = {
  recent: [],
  unchangedSince: null,
  fahrenheit: 0,
  seen: 0,
  unlessSpike: null,
  pace: { anchor: null, level: null },
  step: null,
};

/** Is the newest value of a series believable, given those before it? Samples come in order of their source times. */
export const assess: Assess = (memory, sample, context) => {
  const { metric } = context;
  const fahrenheit = looksLikeFahrenheit(metric, sample.value) ? memory.fahrenheit + 1 : 0;
  const seen = memory.seen + 1;

  // Neither what is no sample nor what looks like a fault is a neighbour to others.
  const alone = assessBy(sample, context, { fahrenheit, isExpected: isNear(memory, sample) });
  if (alone.quality !== 'good' || !isTemperature(metric))
    return { assessed: alone, memory: { ...memory, fahrenheit, seen }, regraded: null };

  const { isSpike, neighbours, regraded } = judgeSpike(memory, sample);
  const perMinute = context.filling ? null : fastestChange(metric, context.role);
  const { tooFast, pace } = judgeRate(memory.pace, sample, perMinute);
  const { isFlat, unchangedSince, step } = judgeFlatline(memory, sample, context);
  const otherwise = tooFast ? suspect('rate') : isFlat ? suspect('flatline') : GOOD;
  const assessed = isSpike ? suspect('spike') : otherwise;
  return {
    assessed,
    // All of it, as one object: made for each reading, a copy to begin with would be half of the work.
    memory: {
      fahrenheit,
      seen,
      recent: [{ ...sample, ...assessed }, ...neighbours],
      unlessSpike: isSpike ? otherwise : null,
      pace,
      unchangedSince,
      step,
    },
    regraded,
  };
};

/** Is a value believable by itself? For what comes late and has no neighbours. */
export function assessAlone(sample: QualityMark, context: QualityContext): Assessed {
  return assessBy(sample, context, { fahrenheit: 1, isExpected: false });
}

/**
 * @param isExpected a neighbour is near, so that even the value of a power-on may have been measured
 * @param fahrenheit how many in a row look like °F
 */
function assessBy(
  { value }: QualityMark,
  { metric }: QualityContext,
  { fahrenheit, isExpected }: { fahrenheit: number; isExpected: boolean },
): Assessed {
  const temperature = isTemperature(metric);
  if (isSentinel(metric, value) || (temperature && value === POWER_ON && !isExpected)) return bad('sentinel');
  if (isOutOfRange(metric, value)) return bad(fahrenheit >= FAHRENHEIT_RUN ? 'fahrenheit' : 'out_of_range');
  return temperature && value === 0 ? suspect('exact_zero') : GOOD;
}

function isNear({ recent: [last] }: QualityMemory, { value, sourceTime }: QualityMark): boolean {
  if (last === undefined || sourceTime - last.sourceTime > NEIGHBOURS_WITHIN) return false;
  return Math.abs(value - last.value) <= SPIKE;
}

/** °C. Two sensors of ±0.5 ℃ that show the same may differ by this. */
const SAME_TEMPERATURE = 1;

/** A pool as warm as the air of its hall: it is drained, or its probe hangs in the air. Both in °C. */
export function crossCheck(poolValue: number, roomValue: number): Assessed {
  const apart = Math.abs(poolValue - roomValue);
  return apart <= SAME_TEMPERATURE + METRICS.water_temperature.resolution / 2 ? suspect('cross_check') : GOOD;
}

function suspect(reason: QualityReason): Assessed {
  return { quality: 'suspect', reason };
}

function bad(reason: QualityReason): Assessed {
  return { quality: 'bad', reason };
}
