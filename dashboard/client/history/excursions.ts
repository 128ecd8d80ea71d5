import type { Priority, Side } from '../../../contract/alarm.ts';
import type { HistoryAnswer, HistorySeries, LimitView } from '../../../contract/history.ts';
import { middle, type Dot } from './spans.ts';

/** Where values were beyond one limit while it was in force: dots of a line that lies on the limit elsewhere. */
export interface Excursion {
  readonly side: Side;
  readonly limit: number;
  readonly priority: Priority;
  readonly dots: readonly Dot[];
}

type Place = Pick<Excursion, 'side' | 'limit' | 'priority'>;

/**
 * What is filled between curve and limit. By the least and the greatest of each bucket, so that no excursion is lost in
 * a mean, and only of buckets that lie within a time in which the limit was in force: what was outside of it is no
 * breach. The most severe comes last.
 */
export function excursionsOf(
  answer: HistoryAnswer,
  series: HistorySeries,
  limits: readonly LimitView[],
): readonly Excursion[] {
  const byPlace = Map.groupBy(limits, ({ side, limit, priority }) => `${side}|${limit}|${priority}`);
  return [...byPlace.values()]
    .flatMap((same): Excursion[] => {
      const [first] = same;
      if (first === undefined) return [];
      const place = { side: first.side, limit: first.limit, priority: first.priority };
      const spans = same.flatMap(({ inForce }) => inForce).sort((a, b) => a.from - b.from);
      const dots = spans.flatMap((span) => dotsOf(answer, series, { ...place, ...span }));
      return dots.some(([, value]) => value !== null && value !== place.limit) ? [{ ...place, dots }] : [];
    })
    .sort((a, b) => b.priority - a.priority);
}

function dotsOf(
  { edges }: HistoryAnswer,
  series: HistorySeries,
  { side, limit, from, to }: Place & { readonly from: number; readonly to: number },
): Dot[] {
  const dots: Dot[] = [];
  let before: { readonly at: number; readonly value: number } | null = null;
  const farthest = side === 'low' ? series.min : series.max;
  const beyond = (value: number) => (side === 'low' ? Math.min(value, limit) : Math.max(value, limit));
  /** Held to the edge of its bucket, and broken off there. */
  const end = (edge: number) => {
    if (before !== null) dots.push([edge, beyond(before.value)], [edge, null]);
    before = null;
  };
  let last = from;
  for (let index = 0; index + 1 < edges.length; index += 1) {
    const [start, stop] = [edges[index] ?? 0, edges[index + 1] ?? 0];
    if (start < from || stop > to) continue;
    const value = farthest[index] ?? null;
    if (value === null) {
      end(start);
      continue;
    }
    const at = middle(edges, index);
    if (before === null) dots.push([start, beyond(value)]);
    else {
      const { at: earlier, value: was }: { at: number; value: number } = before;
      // Where the line between two values meets the limit.
      if (was !== value && (was - limit) * (value - limit) < 0)
        dots.push([earlier + ((limit - was) / (value - was)) * (at - earlier), limit]);
    }
    dots.push([at, beyond(value)]);
    before = { at, value };
    last = stop;
  }
  end(last);
  return dots;
}
