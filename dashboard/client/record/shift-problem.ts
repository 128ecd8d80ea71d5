import { RECORDED_LATE, type Shift, type ShiftKey } from '../../../contract/record.ts';

const DAY = 86_400_000;

/** Why nothing can be recorded of a shift: it has not begun, was too long ago, or there is none that starts so. */
export type ShiftProblem = 'future' | 'late' | 'unknown';

/** `shifts`: those of the last days that have begun, as the server tells them; `today`: the site's local day. */
export function shiftProblem(
  { day, from }: ShiftKey,
  { shifts, today }: { readonly shifts: readonly Shift[]; readonly today: string },
): ShiftProblem | null {
  const age = (Date.parse(today) - Date.parse(day)) / DAY;
  if (Number.isNaN(age)) return 'unknown';
  if (age < 0) return 'future';
  if (age > RECORDED_LATE) return 'late';
  if (!shifts.some((one) => one.from === from)) return 'unknown';
  if (shifts.some((one) => one.day === day && one.from === from)) return null;
  // Of a day before those that are told the start has to do; of today it has not begun.
  if (age === 0) return 'future';
  return shifts.some((one) => one.day <= day) ? 'unknown' : null;
}
