import { NEIGHBOURS_WITHIN } from './checks.ts';
import type { PaceMemory, QualityMark } from './types.ts';

/**
 * Rates are taken over at least this long (ms): within it a coarse sensor may step once and times may jitter, and
 * samples that follow each other closely cannot climb unseen step by step.
 */
export const SHORTEST_SPAN = 60_000;
/** Float noise, far below any resolution. */
const NOISE = 1e-9;

export interface RateResult {
  readonly tooFast: boolean;
  readonly pace: PaceMemory;
}

/**
 * Compares with the last believable value rather than the last value, so that a ramp stays doubtful while it lasts; a
 * new level that has held for a minute is believed, or a pool filled anew would be suspect for ever.
 * @param perMinute fastest believable change, °C a minute; null: exempt
 */
export function judgeRate({ anchor, level }: PaceMemory, mark: QualityMark, perMinute: number | null): RateResult {
  if (perMinute === null || anchor === null || mark.sourceTime - anchor.sourceTime > NEIGHBOURS_WITHIN) {
    return { tooFast: false, pace: { anchor: mark, level: null } };
  }
  if (isReachable(anchor, mark, perMinute)) {
    const old = mark.sourceTime - anchor.sourceTime >= SHORTEST_SPAN;
    return { tooFast: false, pace: { anchor: old ? mark : anchor, level: null } };
  }
  if (level === null || !isReachable(level, mark, perMinute)) return { tooFast: true, pace: { anchor, level: mark } };
  const held = mark.sourceTime - level.sourceTime >= SHORTEST_SPAN;
  return held ? { tooFast: false, pace: { anchor: mark, level: null } } : { tooFast: true, pace: { anchor, level } };
}

function isReachable(from: QualityMark, to: QualityMark, perMinute: number): boolean {
  return isWithinPace(to.value - from.value, to.sourceTime - from.sourceTime, perMinute);
}

/** Whether a change (°C) within a span (ms) is believable. */
export function isWithinPace(change: number, span: number, perMinute: number): boolean {
  return Math.abs(change) <= (perMinute * Math.max(SHORTEST_SPAN, span)) / 60_000 + NOISE;
}
