import { RECORDED_LATE, type ShiftKey, type ShiftList } from '../../../contract/record.ts';
import { localMinute } from '../format/time.ts';

const DAY = 86_400_000;

/** Why nothing can be recorded of a shift: it has not begun, was too long ago or before anybody watched, or is none. */
export type ShiftProblem = 'future' | 'late' | 'before' | 'unknown';

/** `list`: shifts of the last days that have begun, as the server tells them; `today`: the site's local day. */
export function shiftProblem(
  { day, from }: ShiftKey,
  { list, today, zone }: { readonly list: ShiftList; readonly today: string; readonly zone: string },
): ShiftProblem | null {
  const { shifts, windows, since } = list;
  const age = (Date.parse(today) - Date.parse(day)) / DAY;
  if (Number.isNaN(age)) return 'unknown';
  if (age < 0) return 'future';
  if (age > RECORDED_LATE) return 'late';
  const window = windows.find((one) => one.from === from);
  if (window === undefined) return 'unknown';
  if (shifts.some((one) => one.day === day && one.from === from)) return null;
  if (since !== null && endOf(day, window) <= localMinute(since, zone)) return 'before';
  // Of a day before those that are told the start has to do; of today it has not begun.
  if (age === 0) return 'future';
  return shifts.some((one) => one.day <= day) ? 'unknown' : null;
}

/** Local time at which a shift of a day ends, `2026-11-25 01:00`: those that cross midnight on the day after. */
function endOf(day: string, { from, to }: ShiftList['windows'][number]): string {
  const last = to > from ? day : new Date(Date.parse(day) + DAY).toISOString().slice(0, 10);
  return `${last} ${to}`;
}
