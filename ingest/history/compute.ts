import type { SeriesId } from '../../contract/reading.ts';
import { hour, type HourReading } from '../standards/hour.ts';
import type { Span } from '../standards/timeline.ts';
import { newestBeforeOf, rangeOf, type ReadingSources } from '../stores/query.ts';
import type { StoredReading } from '../stores/readings/stored.ts';
import type { Rollup } from '../stores/rollups.ts';
import type { Frame } from './frames.ts';
import { HOUR } from './resolution.ts';

/** Readings that one step takes from a store: some ms of work on the thread of the line. */
const STEP = 5_000;
/** More of one hour are not looked at: this bounds a series gone wild. */
const MOST = 100_000;
/** Empty hours that one step computes at most. */
const STEP_HOURS = 240;

export interface ComputeOptions {
  readonly sources: ReadingSources;
  readonly series: SeriesId;
  /** By what a span is judged. */
  readonly frame: (span: Span) => Frame;
}

/** Any span, at once; for short ones. */
export async function computeSpan({ sources, series, frame }: ComputeOptions, span: Span): Promise<Rollup> {
  const carry = await newestBeforeOf(sources, series, span.from);
  const readings = await rangeOf(sources, { series, ...span, limit: MOST });
  return {
    ...span,
    ...hour({
      span,
      carry: carry === undefined ? null : hourReading(carry),
      readings: readings.map(hourReading),
      ...frame(span),
    }),
  };
}

/** Spans that one round asks a store for: others have their turn in between. */
const AT_ONCE = 32;
/** A value that may hold for longer (ms) is looked for by itself, not among all readings since then. */
const LOOK_BACK = HOUR;

/** Many short spans, each as by itself, with one question to the store for each. `reach`: how long a value may hold, ms. */
export async function computeSpans(
  { sources, series, frame }: ComputeOptions,
  { spans, reach }: { readonly spans: readonly Span[]; readonly reach: number },
): Promise<Rollup[]> {
  if (spans.length === 0) return [];
  const judged = frame({
    from: Math.min(...spans.map(({ from }) => from)),
    to: Math.max(...spans.map(({ to }) => to)),
  });
  const one = async (span: Span): Promise<Rollup> => {
    // Whatever was before that holds no more.
    const back = Math.min(reach, LOOK_BACK);
    const found = await rangeOf(sources, { series, from: span.from - back, to: span.to, limit: MOST });
    const first = found.findIndex(({ t }) => t >= span.from);
    const within = first === -1 ? [] : found.slice(first);
    const near = found[(first === -1 ? found.length : first) - 1];
    const carry = near ?? (reach > back ? await newestBeforeOf(sources, series, span.from) : undefined);
    return {
      ...span,
      ...hour({
        span,
        carry: carry === undefined ? null : hourReading(carry),
        readings: within.map(hourReading),
        ...cutTo(judged, span),
      }),
    };
  };
  const rows: Rollup[] = [];
  for (let at = 0; at < spans.length; at += AT_ONCE)
    rows.push(...(await Promise.all(spans.slice(at, at + AT_ONCE).map(one))));
  return rows;
}

/** Whole hours from `from` to before `to` (since 1970 UTC), step by step: others have their turn in between. */
export async function* computeHours(
  { sources, series, frame }: ComputeOptions,
  { from, to }: Span,
): AsyncGenerator<readonly Rollup[]> {
  const before = await newestBeforeOf(sources, series, from * HOUR);
  let carry = before === undefined ? null : hourReading(before);
  for (let start = from; start < to;) {
    const most = Math.min(to, start + STEP_HOURS);
    const { readings, end } = await readHours({ sources, series }, { from: start, to: most });
    const judged = frame({ from: start * HOUR, to: end * HOUR });
    const rows: Rollup[] = [];
    for (let at = start, next = 0; at < end; at += 1) {
      const span = { from: at * HOUR, to: (at + 1) * HOUR };
      const first = next;
      while ((readings[next]?.t ?? Infinity) < span.to) next += 1;
      const within = readings.slice(first, next);
      rows.push({ ...span, ...hour({ span, carry, readings: within, ...cutTo(judged, span) }) });
      carry = within.at(-1) ?? carry;
    }
    yield rows;
    start = end;
  }
}

/** The readings of as many whole hours as one step takes, at least of one. */
async function readHours(
  { sources, series }: Pick<ComputeOptions, 'sources' | 'series'>,
  { from, to }: Span,
): Promise<{ readings: readonly HourReading[]; end: number }> {
  const found = await rangeOf(sources, { series, from: from * HOUR, to: to * HOUR, limit: STEP + 1 });
  const last = found.at(-1);
  if (found.length <= STEP || last === undefined) return { readings: found.map(hourReading), end: to };
  const end = Math.floor(last.t / HOUR);
  if (end > from) return { readings: found.filter(({ t }) => t < end * HOUR).map(hourReading), end };
  const one = await rangeOf(sources, { series, from: from * HOUR, to: (from + 1) * HOUR, limit: MOST });
  return { readings: one.map(hourReading), end: from + 1 };
}

/** Limits of other times would cost time and give standards of which nothing is in force. */
function cutTo({ limits, ...rest }: Frame, span: Span): Frame {
  const inForce = limits.map((limit) => ({
    ...limit,
    inForce: limit.inForce.filter(({ from, to }) => from < span.to && to > span.from),
  }));
  return { ...rest, limits: inForce };
}

function hourReading({ t, value, quality }: StoredReading): HourReading {
  return { t, v: value, q: quality };
}
