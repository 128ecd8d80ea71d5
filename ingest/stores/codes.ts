import type { Quality, QualityReason } from '../../contract/reading.ts';

// Numbers that stand in files: they are only ever added to.
const QUALITY_CODES = { good: 0, suspect: 1, bad: 2 } as const satisfies Record<Quality, number>;
const REASON_CODES = {
  sentinel: 1,
  exact_zero: 2,
  out_of_range: 3,
  fahrenheit: 4,
  rate: 5,
  spike: 6,
  flatline: 7,
  cross_check: 8,
} as const satisfies Record<QualityReason, number>;

const QUALITIES = new Map<number, Quality>([
  [QUALITY_CODES.good, 'good'],
  [QUALITY_CODES.suspect, 'suspect'],
  [QUALITY_CODES.bad, 'bad'],
]);
const REASONS = new Map<number, QualityReason>([
  [REASON_CODES.sentinel, 'sentinel'],
  [REASON_CODES.exact_zero, 'exact_zero'],
  [REASON_CODES.out_of_range, 'out_of_range'],
  [REASON_CODES.fahrenheit, 'fahrenheit'],
  [REASON_CODES.rate, 'rate'],
  [REASON_CODES.spike, 'spike'],
  [REASON_CODES.flatline, 'flatline'],
  [REASON_CODES.cross_check, 'cross_check'],
]);

export function qualityCode(quality: Quality): number {
  return QUALITY_CODES[quality];
}

/** 0: no reason. */
export function reasonCode(reason: QualityReason | null): number {
  return reason === null ? 0 : REASON_CODES[reason];
}

export function qualityOf(code: number): Quality {
  const quality = QUALITIES.get(code);
  if (quality === undefined) throw new RangeError(`No quality has the number ${code}: written by a newer version?`);
  return quality;
}

export function reasonOf(code: number): QualityReason | null {
  if (code === 0) return null;
  const reason = REASONS.get(code);
  if (reason === undefined) throw new RangeError(`No reason has the number ${code}: written by a newer version?`);
  return reason;
}

export interface Marks {
  readonly quality: Quality;
  readonly reason: QualityReason | null;
  readonly backfilled: boolean;
}

/** Quality, reason and backfill of one reading as one small number: two bits, one bit, the rest. */
export function marksCode({ quality, reason, backfilled }: Marks): number {
  return QUALITY_CODES[quality] | (backfilled ? 4 : 0) | (reasonCode(reason) << 3);
}

const KNOWN_MARKS: Marks[] = [];

/** Throws RangeError for a number that `marksCode` never gives. */
export function marksOf(code: number): Marks {
  // Few there are, and every reading has one.
  return (KNOWN_MARKS[code] ??= {
    quality: qualityOf(code & 3),
    reason: reasonOf(code >>> 3),
    backfilled: (code & 4) !== 0,
  });
}
