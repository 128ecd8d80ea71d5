import { finestWindow, flatlineWindow, narrowStep } from './checks.ts';
import type { QualityContext, QualityMark, QualityMemory } from './types.ts';

export interface FlatlineResult {
  readonly isFlat: boolean;
  readonly unchangedSince: number | null;
  readonly step: number;
}

/**
 * A probe that has died behind a gateway repeats its last value with fresh times. Only reports count: after a long
 * silence the window starts anew.
 */
export function judgeFlatline(
  memory: QualityMemory,
  mark: QualityMark,
  { metric, role, open }: QualityContext,
): FlatlineResult {
  const step = narrowStep(memory.step, mark.value);
  const window = flatlineWindow(metric, role, step);
  const finest = finestWindow(metric, role);
  if (window === null || finest === null || !open) return { isFlat: false, unchangedSince: null, step };

  const last = memory.recent[0];
  const repeats = last?.value === mark.value && mark.sourceTime - last.sourceTime <= finest / 2;
  const unchangedSince = repeats ? (memory.unchangedSince ?? mark.sourceTime) : mark.sourceTime;
  return { isFlat: mark.sourceTime - unchangedSince >= window, unchangedSince, step };
}
