import type { LocationQuery } from 'vue-router';
import { SPANS, spanOf, type View } from './view.ts';

/** What a link to a chart says: the range, and the points that lie over it. */
export interface Address {
  /** Null: so long up to now, going on with what comes. */
  readonly view: View | null;
  /** ms */
  readonly span: number;
  /** Ids of points. */
  readonly others: readonly string[];
}

const SHORTEST = 60_000;
const LONGEST = 10 * 366 * 86_400_000;

/** What cannot be read counts as not said. */
export function readAddress({ from, to, span, with: others }: LocationQuery, most: number): Address {
  const view = { from: numberOf(from), to: numberOf(to) };
  const isView = view.from >= 0 && view.to <= 8_640_000_000_000_000 && isSpan(spanOf(view));
  const asked = numberOf(span);
  const names = typeof others === 'string' ? others.split(',').filter((id) => id !== '') : [];
  return {
    view: isView ? view : null,
    span: isView ? spanOf(view) : isSpan(asked) ? asked : SPANS.d1,
    others: [...new Set(names)].slice(0, most),
  };
}

/** The usual day up to now needs no words. */
export function writeAddress({ view, span, others }: Address): Record<string, string> {
  return {
    ...(view === null ? {} : { from: String(Math.round(view.from)), to: String(Math.round(view.to)) }),
    ...(view === null && span !== SPANS.d1 ? { span: String(Math.round(span)) } : {}),
    ...(others.length === 0 ? {} : { with: others.join(',') }),
  };
}

const numberOf = (text: LocationQuery[string] | undefined): number =>
  typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : NaN;
const isSpan = (ms: number): boolean => ms >= SHORTEST && ms <= LONGEST;
