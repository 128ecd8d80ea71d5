import type { HoldLimit } from '../../../ingest/standards/hour.ts';
import type { Span } from '../../../ingest/standards/timeline.ts';

/** A reading as a test knows it; everything falls on whole seconds. */
export interface Known {
  readonly t: number;
  readonly v: number;
  readonly q: 'good' | 'suspect' | 'bad';
}

export interface Naive {
  count: number;
  min: number | null;
  mean: number | null;
  max: number | null;
  last: number | null;
  /** Seconds. */
  good: number;
  suspect: number;
  bad: number;
  missing: number;
}

/** Asks every single second of a span which reading held then, with no code of ours. */
export function naive(
  readings: readonly Known[],
  { span, holds, downtimes }: { span: Span; holds: readonly HoldLimit[]; downtimes: readonly Span[] },
): Naive {
  const sorted = [...readings].sort((a, b) => a.t - b.t);
  const found: Naive = {
    count: 0,
    min: null,
    mean: null,
    max: null,
    last: null,
    good: 0,
    suspect: 0,
    bad: 0,
    missing: 0,
  };
  let sum = 0;
  let next = 0;
  let newest: Known | undefined;
  for (let now = span.from; now < span.to; now += 1_000) {
    for (let one = sorted[next]; one !== undefined && one.t <= now; one = sorted[++next]) {
      newest = one;
      if (one.q === 'good' && one.t >= span.from) found.count += 1;
    }
    let hold = holds[0]?.hold ?? 0;
    for (const one of holds) if (newest !== undefined && one.from <= newest.t) hold = one.hold;
    const cutOff = downtimes.some(({ from }) => newest !== undefined && newest.t <= from && from <= now);
    if (newest === undefined || now - newest.t >= hold || cutOff) found.missing += 1;
    else {
      found[newest.q] += 1;
      if (newest.q !== 'good') continue;
      sum += newest.v;
      found.min = found.min === null ? newest.v : Math.min(found.min, newest.v);
      found.max = found.max === null ? newest.v : Math.max(found.max, newest.v);
      found.last = newest.v;
    }
  }
  found.mean = found.good === 0 ? null : sum / found.good;
  return found;
}
