/** A span of time in ms epoch: `from` belongs to it, `to` does not. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Something that changes at known instants; looked up by binary search. */
export interface Timeline<T> {
  /** ms epoch, ascending; the first value also holds before its instant. */
  readonly instants: readonly number[];
  readonly values: readonly T[];
}

/** Index of the last instant at or before `at`; -1 before the first. */
export function indexAt(instants: readonly number[], at: number): number {
  let low = 0;
  let high = instants.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((instants[middle] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The value at a moment. A timeline is never empty. */
export function valueAt<T>({ instants, values }: Timeline<T>, at: number): T {
  const value = values[Math.max(0, indexAt(instants, at))];
  if (value === undefined) throw new RangeError('a timeline without values was asked');
  return value;
}

/** The first instant after `at`; Infinity when there is none. */
export function instantAfter(instants: readonly number[], at: number): number {
  return instants[indexAt(instants, at) + 1] ?? Infinity;
}

/** Builds a timeline from its start and every instant of change, asked in ascending order; equal neighbours become one. */
export function timeline<T>(
  changes: readonly number[],
  valueFrom: (instant: number) => T,
  same: (a: T, b: T) => boolean,
): Timeline<T> {
  const instants: number[] = [];
  const values: T[] = [];
  for (const instant of [...new Set(changes)].sort((a, b) => a - b)) {
    const value = valueFrom(instant);
    const last = values.at(-1);
    if (last !== undefined && same(last, value)) continue;
    instants.push(instant);
    values.push(value);
  }
  return { instants, values };
}
