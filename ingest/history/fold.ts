import type { HourStandard } from '../standards/hour.ts';
import type { Span } from '../standards/timeline.ts';
import type { Rollup } from '../stores/rollups.ts';

/**
 * Puts neighbouring stretches together into one that covers `span`, exactly as if it had been computed from what they
 * were: a day from its hours. What no row covers is missing; rows are ascending and do not overlap.
 */
export function fold(rows: readonly Rollup[], span: Span): Rollup {
  let [count, good, suspect, bad] = [0, 0, 0, 0];
  let min: number | null = null;
  let max: number | null = null;
  let last: number | null = null;
  // Around the first mean, so that equal ones give exactly that.
  let base: number | null = null;
  let above = 0;
  const standards = new Map<string, HourStandard>();
  for (const row of rows) {
    count += row.count;
    good += toMs(row.good);
    suspect += toMs(row.suspect);
    bad += toMs(row.bad);
    if (row.min !== null) min = min === null ? row.min : Math.min(min, row.min);
    if (row.max !== null) max = max === null ? row.max : Math.max(max, row.max);
    if (row.last !== null) last = row.last;
    if (row.mean !== null) {
      base ??= row.mean;
      above += (row.mean - base) * toMs(row.good);
    }
    for (const one of row.standards) standards.set(one.standard, sumOf(standards.get(one.standard), one));
  }
  return {
    ...span,
    count,
    min,
    max,
    mean: base === null ? null : base + above / good,
    last,
    good: good / 1_000,
    suspect: suspect / 1_000,
    bad: bad / 1_000,
    missing: (span.to - span.from - good - suspect - bad) / 1_000,
    standards: [...standards.values()],
  };
}

/** Rows into stretches, each between two edges. Rows and edges ascend, and no row crosses an edge. */
export function foldInto(rows: readonly Rollup[], edges: readonly number[]): Rollup[] {
  const folded: Rollup[] = [];
  let at = 0;
  for (let index = 0; index + 1 < edges.length; index += 1) {
    const span = { from: edges[index] ?? 0, to: edges[index + 1] ?? 0 };
    const first = at;
    for (let row = rows[at]; row !== undefined && row.from < span.to; row = rows[at]) at += 1;
    folded.push(fold(rows.slice(first, at), span));
  }
  return folded;
}

function sumOf(one: HourStandard | undefined, other: HourStandard): HourStandard {
  if (one === undefined) return other;
  const plus = (a: number, b: number) => (toMs(a) + toMs(b)) / 1_000;
  return {
    standard: one.standard,
    inBand: plus(one.inBand, other.inBand),
    out: plus(one.out, other.out),
    unknown: plus(one.unknown, other.unknown),
    outOfService: plus(one.outOfService, other.outOfService),
  };
}

const toMs = (seconds: number): number => Math.round(seconds * 1_000);
