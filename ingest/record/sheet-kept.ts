import { isDeepStrictEqual } from 'node:util';
import { EDITION, type SheetCell, type SheetContent, type SheetDay } from '../../contract/sheet.ts';
import type { Span } from '../standards/timeline.ts';
import type { Measured } from './measured.ts';
import { soFar, type SheetRows } from './sheet-days.ts';

const MINUTE = 60_000;

/** What of a register is told by readings, and cannot be told as exactly when they are gone. */
export type Told = Pick<SheetContent, 'days' | 'totals' | 'gaps' | 'moreGaps' | 'shortGaps'>;

interface KeptInput extends SheetRows {
  /** The newest version that is kept; null: none, or an older program kept it. */
  readonly kept: SheetContent | null;
  readonly now: number;
}

/**
 * Days of which readings were let go, as they were kept when those were there, as far as what is left bears it out: an
 * hour that somebody sent late afterwards stands as it is now.
 */
export function daysAsKept(days: readonly SheetDay[], { kept, now, water, air, exhaust }: KeptInput): SheetDay[] {
  const known = kept?.edition === EDITION ? kept.days.flatMap(({ shifts }) => shifts) : [];
  return days.map((day) => ({
    ...day,
    shifts: day.shifts.map((shift) => {
      const was = known.find(({ start, end }) => start === shift.start && end === shift.end);
      if (was === undefined) return shift;
      const span = soFar(shift, now);
      const cell = (of: Measured | null, made: SheetCell | null, once: SheetCell | null) => {
        const lost = minutesLost(of, span);
        return lost > 0 && made !== null && once !== null && bearsOut(made, once, lost) ? once : made;
      };
      const fansLost = exhaust.some((fan) => minutesLost(fan, span) > 0);
      const stood = typeof shift.exhaust === 'number' ? shift.exhaust : 0;
      return {
        ...shift,
        water: cell(water, shift.water, was.water),
        room: cell(air, shift.room, was.room),
        exhaust: fansLost && typeof was.exhaust === 'number' && was.exhaust >= stood ? was.exhaust : shift.exhaust,
      };
    }),
  }));
}

/** All the rest as it was kept, where the days are; null: they are not. */
export function toldAsKept(days: readonly SheetDay[], kept: SheetContent | null): Told | null {
  return kept?.edition === EDITION && isDeepStrictEqual(days, kept.days) ? kept : null;
}

/** Minutes of a shift of which it was known once what they held, begun ones counted. */
function minutesLost(measured: Measured | null, shift: Span): number {
  const remains = measured?.withoutReadings(shift) ?? [];
  const parts = remains.filter(({ from, to, hour }) => hour.good > 0 && to - from < hour.to - hour.from);
  return Math.ceil(parts.reduce((sum, { from, to }) => sum + to - from, 0) / MINUTE);
}

/** Whether what is told by whole hours is a part of what was told once. */
function bearsOut(hours: SheetCell, once: SheetCell, lost: number): boolean {
  const within = (part: number, all: number) => all >= part && all <= part + lost;
  const isWider = (part: string | null, all: string | null, sign: 1 | -1) =>
    part === null || (all !== null && Number(all) * sign >= Number(part) * sign);
  return (
    isWider(hours.low, once.low, -1) &&
    isWider(hours.high, once.high, 1) &&
    within(once.missingMinutes, hours.missingMinutes) &&
    (hours.outMinutes === null
      ? once.outMinutes === null
      : once.outMinutes !== null && within(hours.outMinutes, once.outMinutes))
  );
}
