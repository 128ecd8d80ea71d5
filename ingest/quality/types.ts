import type { MetricName } from '../../contract/metrics.ts';
import type { Quality, QualityReason } from '../../contract/reading.ts';
import type { Role } from '../../contract/registry.ts';

export interface Assessed {
  readonly quality: Quality;
  readonly reason: QualityReason | null;
}

/** A sample as the checks see it: value rounded to the metric's resolution, time in ms epoch. */
export interface QualitySample {
  readonly value: number;
  readonly sourceTime: number;
  readonly quality: Quality;
  readonly reason: QualityReason | null;
}

/** A value at a time (ms epoch), in the metric's unit. */
export interface QualityMark {
  readonly value: number;
  readonly sourceTime: number;
}

/** What the rate check compares with. */
export interface PaceMemory {
  /** The last believable value, at most a minute or so old while values come. */
  readonly anchor: QualityMark | null;
  /** First of the values that jumped away from the anchor and have kept together since: perhaps a new level. */
  readonly level: QualityMark | null;
}

/** What one series remembers for its checks; plain data, derived anew after a restart. */
export interface QualityMemory {
  /** Newest samples first, at most as many as the checks need (two). */
  readonly recent: readonly QualitySample[];
  /** Since when the value has not changed (ms epoch), while open. */
  readonly unchangedSince: number | null;
  /** Consecutive values between 100 and 120 of a water temperature: after three, "°F?". */
  readonly fahrenheit: number;
  /** Values seen since this start; the power-on sentinel is believed only alone or right after a start. */
  readonly seen: number;
  /** The newest sample is a spike unless the next one stays with it: what it is then. Null: it is not in question. */
  readonly unlessSpike: Assessed | null;
  readonly pace: PaceMemory;
  /** Coarsest resolution (°C) that the values so far allow the sensor to have; null: none yet. */
  readonly step: number | null;
}

export interface QualityContext {
  readonly metric: MetricName;
  /** Null for a metric that no binding names. */
  readonly role: Role | null;
  /** The area is open: flatline windows run only then. */
  readonly open: boolean;
  /** Filling or topping up: the rate check rests. */
  readonly filling: boolean;
}

export interface QualityResult {
  readonly assessed: Assessed;
  readonly memory: QualityMemory;
  /** The reading before, graded again because this one showed that it was (or was no) spike. */
  readonly regraded: QualitySample | null;
}

/**
 * `assess(memory, sample, context)`: the exported function of this room.
 * Samples come in source-time order; late ones are assessed by `assessAlone` (no neighbours).
 */
export type Assess = (
  memory: QualityMemory,
  sample: { readonly value: number; readonly sourceTime: number },
  context: QualityContext,
) => QualityResult;
