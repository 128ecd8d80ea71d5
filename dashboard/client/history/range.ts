import { minuteTime, localDate } from '../format/time.ts';
import type { View } from './view.ts';

const DAY = 86_400_000;

/** `2026-11-28T14:05` as the site's clocks show it, which is what a field for date and time holds. */
export function fieldTime(at: number, zone: string): string {
  return `${localDate(at, zone)}T${minuteTime(at, zone)}`;
}

/** The moment (ms epoch) at which the site's clocks show what a field holds; null: it holds none. */
export function momentOf(field: string, offset: (at: number) => number): number | null {
  const [, year, month, day, hour = '0', minute = '0'] =
    /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?)?$/.exec(field) ?? [];
  if (year === undefined) return null;
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
  return local - offset(local - offset(local));
}

/** The local day of a field, as far as it has come; null: it holds none, or has not begun. */
export function dayOf(field: string, { offset, now }: { offset: (at: number) => number; now: number }): View | null {
  const from = momentOf(field, offset);
  if (from === null || from >= now) return null;
  // Counted on the site's clocks: a day on which they change is shorter or longer.
  const local = Math.round((from + offset(from)) / DAY) * DAY + DAY;
  return { from, to: Math.min(now, local - offset(local - offset(local))) };
}

export type RangeProblem = 'incomplete' | 'reversed' | 'future' | 'short';

/** Less is not drawn (ms). */
const SHORTEST = 60_000;

/** The range of two fields, cut off now; or what is wrong with it. */
export function rangeOf(
  { from, to }: { readonly from: string; readonly to: string },
  { offset, now }: { offset: (at: number) => number; now: number },
): View | RangeProblem {
  const [start, end] = [momentOf(from, offset), momentOf(to, offset)];
  if (start === null || end === null) return 'incomplete';
  if (start >= end) return 'reversed';
  if (start >= now) return 'future';
  const view = { from: start, to: Math.min(end, now) };
  return view.to - view.from < SHORTEST ? 'short' : view;
}
