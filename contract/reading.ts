import { Type, type Static } from 'typebox';

/** `suspect` never clears an alarm and counts as unknown for compliance; `bad` is no sample at all. */
export const Quality = Type.Enum(['good', 'suspect', 'bad']);
export type Quality = Static<typeof Quality>;

export const QualityReason = Type.Enum([
  'sentinel',
  'exact_zero',
  'out_of_range',
  'fahrenheit',
  'rate',
  'spike',
  'flatline',
  'cross_check',
]);
export type QualityReason = Static<typeof QualityReason>;

/** Identity of a series in the stores; never reused. */
export type SeriesId = number;

/**
 * One measured value as it is kept.
 * The key is (series, sourceTime): the same value again is dropped, another value replaces it.
 */
export interface Reading {
  readonly series: SeriesId;
  /** In the metric's unit, rounded to its resolution. */
  readonly value: number;
  /** ms epoch: the device's time, corrected by a learned offset, or the time of receipt. */
  readonly sourceTime: number;
  /** ms epoch */
  readonly receivedAt: number;
  readonly quality: Quality;
  readonly reason: QualityReason | null;
  /** Too old to be live when it came: stored at its own time, judges nothing. */
  readonly backfilled: boolean;
  /** What the device claimed, where that was not believed (ms epoch); else null. */
  readonly claimedTime: number | null;
}
