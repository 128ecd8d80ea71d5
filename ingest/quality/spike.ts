import { NEIGHBOURS_WITHIN, SPIKE } from './checks.ts';
import type { Assessed, QualityMark, QualityMemory, QualitySample } from './types.ts';

export interface SpikeResult {
  /** Far from the neighbour before it; whether it is a spike or a step, the next sample shows. */
  readonly isSpike: boolean;
  /** Samples that may still be neighbours, newest first; one proved to be a spike is none. */
  readonly neighbours: readonly QualitySample[];
  /** The sample before, proved to be a step and no spike. */
  readonly regraded: QualitySample | null;
}

export function judgeSpike({ recent, unlessSpike }: QualityMemory, mark: QualityMark): SpikeResult {
  const [last, before] = recent;
  if (last === undefined || !isNeighbour(last, mark)) return { isSpike: false, neighbours: [], regraded: null };
  if (unlessSpike === null) return { isSpike: isFar(last, mark), neighbours: [last], regraded: null };
  if (!isFar(last, mark)) {
    const regraded = regrade(last, unlessSpike);
    return { isSpike: false, neighbours: [regraded ?? last], regraded };
  }
  if (before === undefined || !isNeighbour(before, mark)) return { isSpike: false, neighbours: [], regraded: null };
  return { isSpike: isFar(before, mark), neighbours: [before], regraded: null };
}

function regrade(sample: QualitySample, { quality, reason }: Assessed): QualitySample | null {
  if (sample.quality === quality && sample.reason === reason) return null;
  return { ...sample, quality, reason };
}

function isNeighbour(sample: QualitySample, mark: QualityMark): boolean {
  return mark.sourceTime - sample.sourceTime <= NEIGHBOURS_WITHIN;
}

function isFar(sample: QualityMark, mark: QualityMark): boolean {
  return Math.abs(mark.value - sample.value) > SPIKE;
}
