import type { SQLOutputValue } from 'node:sqlite';
import type { HourStandard } from '../../standards/hour.ts';
import type { Rollup } from '../rollups.ts';

/** Rows on their way between threads: ten doubles each, NaN for null, and their standards beside them. */
export interface PackedRollups {
  readonly figures: Float64Array<ArrayBuffer>;
  /** As stored; one for each row, or none at all. */
  readonly standards: readonly (string | null)[];
}

/** Doubles of a row. */
export const WIDTH = 10;
export const ROLLUP_COLUMNS = 'count, min, max, mean, last, good, suspect, bad';

/** From rows of (start, end, …ROLLUP_COLUMNS, standards?), as arrays. */
export function packRows(rows: readonly (readonly SQLOutputValue[])[], withStandards: boolean): PackedRollups {
  const figures = new Float64Array(rows.length * WIDTH);
  const standards: (string | null)[] = [];
  let at = 0;
  for (const row of rows) {
    for (let column = 0; column < WIDTH; column += 1) {
      const value = row[column];
      figures[at + column] = typeof value === 'number' ? value : NaN;
    }
    at += WIDTH;
    const text = row[WIDTH];
    if (withStandards) standards.push(typeof text === 'string' ? text : null);
  }
  return { figures, standards };
}

export function unpackRollups({ figures, standards }: PackedRollups): Rollup[] {
  const rows: Rollup[] = [];
  for (let at = 0; at < figures.length; at += WIDTH) {
    const [from, to] = [figures[at] ?? 0, figures[at + 1] ?? 0];
    const [good, suspect, bad] = [figures[at + 7] ?? 0, figures[at + 8] ?? 0, figures[at + 9] ?? 0];
    rows.push({
      from,
      to,
      count: figures[at + 2] ?? 0,
      min: orNull(figures[at + 3]),
      max: orNull(figures[at + 4]),
      mean: orNull(figures[at + 5]),
      last: orNull(figures[at + 6]),
      good: good / 1_000,
      suspect: suspect / 1_000,
      bad: bad / 1_000,
      missing: (to - from - good - suspect - bad) / 1_000,
      standards: readStandards(standards[at / WIDTH] ?? null),
    });
  }
  return rows;
}

/** What is bound for a row after its series, start and end. */
export function rollupValues(row: Rollup): (number | string | null)[] {
  const { count, min, max, mean, last, good, suspect, bad, standards } = row;
  const written = standards.map(({ standard, inBand, out, unknown, outOfService }) => [
    standard,
    ...[inBand, out, unknown, outOfService].map(toMs),
  ]);
  const times = [good, suspect, bad].map(toMs);
  return [count, min, max, mean, last, ...times, written.length === 0 ? null : JSON.stringify(written)];
}

const toMs = (seconds: number): number => Math.round(seconds * 1_000);

function readStandards(text: string | null): HourStandard[] {
  const written: unknown = text === null ? [] : JSON.parse(text);
  if (!Array.isArray(written)) return [];
  return written.flatMap((entry: unknown) => {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string') return [];
    const [inBand, out, unknown, outOfService] = entry.slice(1).map((ms) => Number(ms) / 1_000);
    return [
      {
        standard: entry[0],
        inBand: inBand ?? 0,
        out: out ?? 0,
        unknown: unknown ?? 0,
        outOfService: outOfService ?? 0,
      },
    ];
  });
}

function orNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
