import { marksOf } from '../codes.ts';

/**
 * What is kept of a reading beside its value, as fields of the same line: `M_quality`, `M_delay`, `M_claimed`. Where a
 * field is missing the reading is good, neither late nor claimed, and was received on time: a server pays for fields
 * more than for readings, and most are so.
 */
export const QUALITY = '_quality';
/** ms from the source time to the receipt. */
export const DELAY = '_delay';
/** ms after its source time within which a reading was received on time: it counts as received then. */
export const ON_TIME = 5_000;
/** ms epoch: the time that the device claimed and was not believed. Counts only where the quality says so. */
export const CLAIMED = '_claimed';

const GRADE = 100;
const BACKFILLED = 50;
const WITH_CLAIM = 25;

/**
 * Quality as one number that can be compared in a query: good < 100 ≤ suspect < 200 ≤ bad. Within the hundred, 50 for
 * a backfill, 25 for a claimed time, and the number of the reason. `marks`: see `marksCode`.
 */
export function qualityField(marks: number, claims: boolean): number {
  return (marks & 3) * GRADE + ((marks & 4) === 0 ? 0 : BACKFILLED) + (claims ? WITH_CLAIM : 0) + (marks >>> 3);
}

/** The way back; undefined for a number that is none of ours. */
export function marksOfField(field: number): { marks: number; claims: boolean } | undefined {
  const rest = field % GRADE;
  const backfilled = rest >= BACKFILLED;
  const claims = rest % BACKFILLED >= WITH_CLAIM;
  const marks = Math.floor(field / GRADE) | (backfilled ? 4 : 0) | ((rest % WITH_CLAIM) << 3);
  try {
    marksOf(marks);
  } catch {
    return undefined;
  }
  return Number.isInteger(field) && field >= 0 ? { marks, claims } : undefined;
}
