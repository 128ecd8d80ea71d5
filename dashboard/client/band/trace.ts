export type Sample = readonly [at: number, value: number];

export interface TraceOptions {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly height: number;
  /** A trace of less than this, in the metric's unit, is drawn flat rather than blown up to the full height. */
  readonly leastSpan: number;
}

export interface Trace {
  /** Path data; a gap in the samples is a gap in the path. */
  readonly path: string;
  readonly end: { readonly x: number; readonly y: number } | null;
}

/** Longest usual distance between neighbours (ms): three times the median, at least six minutes. */
export function longestStep(samples: readonly Sample[]): number {
  const steps = samples.slice(1).map(([at], index) => at - (samples[index]?.[0] ?? at));
  const median = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  return Math.max(3 * median, 360_000);
}

/** A trace of less (ms) is a dot with a spike at the edge of three hours, and tells nothing. */
const LEAST_TRACE_MS = 600_000;

export function isWorthATrace(samples: readonly Sample[]): boolean {
  const [first, last] = [samples[0], samples.at(-1)];
  return first !== undefined && last !== undefined && last[0] - first[0] >= LEAST_TRACE_MS;
}

/** Cuts samples at every gap, so that nothing missing is ever bridged by a line. */
export function unbroken(samples: readonly Sample[], longest = longestStep(samples)): Sample[][] {
  const runs: Sample[][] = [];
  for (const sample of samples) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run === undefined || last === undefined || sample[0] - last[0] > longest) runs.push([sample]);
    else run.push(sample);
  }
  return runs;
}

export function trace(samples: readonly Sample[], { from, to, width, height, leastSpan }: TraceOptions): Trace {
  const shown = samples.filter(([at]) => at >= from && at <= to);
  const values = shown.map(([, value]) => value);
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  const span = Math.max(leastSpan, Math.max(...values) - Math.min(...values)) || 1;
  const x = (at: number) => round(((at - from) / (to - from)) * width);
  const y = (value: number) => round(height / 2 - ((value - middle) / span) * height);
  const path = unbroken(shown)
    .map((run) => run.map(([at, value], index) => `${index === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`).join(''))
    .join('');
  const last = shown.at(-1);
  return { path, end: last === undefined ? null : { x: x(last[0]), y: y(last[1]) } };
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
