import type { Side } from '../../contract/alarm.ts';
import type { Verdict } from './types.ts';

/** One side of a standard, in the metric's unit. */
export interface Limit {
  readonly side: Side;
  readonly limit: number;
  readonly deadband: number;
  /** A value equal to the limit is a breach already; otherwise it complies. */
  readonly reached?: boolean;
}

/** Whether a value keeps the bare limit, as compliance counts it. */
export function complies({ side, limit, reached = false }: Omit<Limit, 'deadband'>, value: number): boolean {
  const inside = distanceInside(side, limit, value);
  return reached ? inside > 0 : inside >= 0;
}

/**
 * What a value means for the alarm of a limit. `breached` is the verdict before it: once in breach, a value has to be
 * past the deadband to be clear. A deadband of 0 is none.
 */
export function verdict(limit: Limit, value: number, breached: boolean): Verdict {
  if (!complies(limit, value)) return 'breach';
  if (!breached || limit.deadband === 0) return 'clear';
  return distanceInside(limit.side, limit.limit, value) > limit.deadband ? 'clear' : 'between';
}

/** How far inside its limit a value lies; decimals are compared as written, without the noise of binary fractions. */
function distanceInside(side: Side, limit: number, value: number): number {
  return Math.round((side === 'low' ? value - limit : limit - value) * 1e6) / 1e6;
}
