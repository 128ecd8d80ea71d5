import type { HistoryAnswer } from '../../../contract/history.ts';
import type { Shift } from '../../../contract/record.ts';

const MINUTE = 60_000;
/** Widths of a bucket that a shift can begin with, as the server has them, in minutes. */
const WIDTHS = [30, 15, 10, 5, 2, 1];

/** What a series did within a shift. */
export interface ShiftFigures {
  /** Of good values; null: there was none. */
  readonly low: number | null;
  readonly high: number | null;
  /** Minutes that a switch was off, a begun one counted. */
  readonly off: number;
  /** Whole minutes without a good value. */
  readonly lacking: number;
}

/** Buckets to ask for so that the first one begins with the shift. */
export function bucketsOf({ start, end }: Pick<Shift, 'start' | 'end'>): number {
  const width = WIDTHS.find((minutes) => start % (minutes * MINUTE) === 0) ?? 1;
  return Math.max(1, Math.ceil((end - start) / (width * MINUTE)));
}

/** Undefined: the answer does not know the series. */
export function figuresOf(
  { edges, series }: HistoryAnswer,
  name: { readonly point: string; readonly metric: string },
): ShiftFigures | undefined {
  const found = series.find(({ point, metric }) => point === name.point && metric === name.metric);
  if (found === undefined) return undefined;
  const numbers = (column: readonly (number | null)[]) => column.filter((each) => each !== null);
  const least = numbers(found.min);
  let off = 0;
  let lacking = 0;
  for (const [index, from] of edges.slice(0, -1).entries()) {
    const [suspect = 0, bad = 0, missing = 0] = [found.suspect[index], found.bad[index], found.missing[index]];
    const notGood = (suspect + bad + missing) * 1_000;
    lacking += notGood;
    // The mean of a switch is the share of the good time in which it was on.
    off += ((edges[index + 1] ?? from) - from - notGood) * (1 - (found.mean[index] ?? 1));
  }
  return {
    low: least.length === 0 ? null : Math.min(...least),
    high: least.length === 0 ? null : Math.max(...numbers(found.max)),
    // A mean is rounded: what it says is whole seconds.
    off: Math.ceil(Math.round(off / 1_000) / 60),
    lacking: Math.floor(lacking / MINUTE),
  };
}
