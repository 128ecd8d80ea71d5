/** One line of the table. */
export interface Result {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly p99?: number;
  /** Ours divided by the bare pipeline's, of pairs measured one after the other. */
  readonly ratio?: { readonly median: number; readonly lowest: number; readonly highest: number };
  readonly must?: { readonly text: string; readonly met: boolean };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function spreadOf(values: readonly number[]): { median: number; lowest: number; highest: number } {
  return { median: median(values), lowest: Math.min(...values), highest: Math.max(...values) };
}

/** What was measured once. */
export function one(name: string, unit: string, value: number): Result {
  return { name, unit, median: value, lowest: value, highest: value };
}

/** Times of many, ms; those of the p99 are what has to be, if anything has to. */
export function times(name: string, took: readonly number[], most?: number): Result {
  const p99 = percentile(took, 0.99);
  return {
    name,
    unit: 'ms',
    ...spreadOf(took),
    p99,
    ...(most === undefined ? {} : { must: must(p99, { most, unit: 'ms (p99)' }) }),
  };
}

/** At most `most`, or at least `least`. */
export function must(value: number, bound: { readonly most?: number; readonly least?: number; readonly unit: string }) {
  const { most, least, unit } = bound;
  const met = (most === undefined || value <= most) && (least === undefined || value >= least);
  return { text: most === undefined ? `≥ ${shown(least ?? 0)} ${unit}` : `≤ ${shown(most)} ${unit}`, met };
}

export function shown(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

/** A table in Markdown, as the documentation shows it. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.map(({ name, unit, p99, ratio, must: bound, ...own }) => [
    name,
    `${shown(own.median)} ${unit}`,
    own.lowest === own.highest ? '' : `${shown(own.lowest)} – ${shown(own.highest)}`,
    p99 === undefined ? '' : shown(p99),
    ratio === undefined ? '' : `${shown(ratio.median)} (${shown(ratio.lowest)} – ${shown(ratio.highest)})`,
    bound === undefined ? '' : `${bound.text}: ${bound.met ? 'met' : 'NOT MET'}`,
  ]);
  const head = ['measured', 'median', 'spread', 'p99', 'to the bare pipeline', 'has to be'];
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
