import type { Shift } from '../../contract/record.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import type { Exhaust, SheetCell, SheetContent, SheetDay } from '../../contract/sheet.ts';
import type { Span } from '../standards/timeline.ts';
import { totalOf } from './cell.ts';
import { cellOfShift, cellOfShifts, type Measured } from './measured.ts';

/** What is measured of a sheet, each of it as far as there is any. */
export interface SheetRows {
  readonly water: Measured | null;
  readonly air: Measured | null;
  readonly exhaust: readonly Measured[];
}

/** What of a shift has passed. */
export function soFar({ start, end }: { readonly start: number; readonly end: number }, now: number): Span {
  return { from: start, to: Math.min(end, now) };
}

export function daysOf(
  input: SheetRows & {
    registry: SiteRegistry;
    days: { from: string; to: string };
    shifts: readonly Shift[];
    now: number;
    heating: readonly Span[];
  },
): SheetDay[] {
  const { registry, days, shifts, now, water, air, exhaust, heating } = input;
  const byDay = Map.groupBy(shifts, ({ day }) => day);
  return [...datesOf(days)].map((date) => {
    const noon = Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: registry.timezone, plainTime: '12:00' });
    const at = noon.epochMilliseconds;
    return {
      day: date,
      heating: heating.some(({ from, to }) => at >= from && at < to),
      shifts: (byDay.get(date) ?? []).map(({ from, to, start, end }) => {
        const span = soFar({ start, end }, now);
        return {
          ...{ from, to, start, end },
          water: cellOfShift(water, span),
          room: cellOfShift(air, span),
          exhaust: exhaustOf(exhaust.map((fan) => cellOfShift(fan, span))),
        };
      }),
    };
  });
}

/** One for each window of the day, and the last for all of them. */
export function totalsOf(
  input: SheetRows & { now: number; days: readonly SheetDay[]; windows: number },
): SheetContent['totals'] {
  const { now, days, windows } = input;
  const begun = days.flatMap(({ shifts }) => shifts.map((shift, column) => ({ shift, column })));
  const total = (measured: Measured | null, column: number | null): SheetCell | null => {
    if (measured === null) return null;
    const spans = begun
      .filter((one) => (column === null || one.column === column) && one.shift.start < now)
      .map(({ shift }) => soFar(shift, now));
    const whole = cellOfShifts(measured, spans);
    return whole === null ? null : totalOf(whole, spans.map((span) => cellOfShift(measured, span)).filter(isThere));
  };
  return [...Array.from({ length: windows }, (_, index) => index), null].map((column) => ({
    water: total(input.water, column),
    room: total(input.air, column),
    exhaust: exhaustOf(input.exhaust.map((fan) => total(fan, column))),
  }));
}

/** What fans did, from the cells of each; null: there is none, or nothing is known of any. */
export function exhaustOf(fans: readonly (SheetCell | null)[]): Exhaust | null {
  const judged = fans.filter(isThere).filter(({ outMinutes }) => outMinutes !== null);
  if (judged.every(({ low }) => low === null)) return null;
  const stood = Math.max(...judged.map(({ outMinutes }) => outMinutes ?? 0));
  return stood === 0 && judged.some(({ compliance }) => compliance === 'insufficient') ? 'insufficient' : stood;
}

const isThere = (cell: SheetCell | null): cell is SheetCell => cell !== null;

function* datesOf({ from, to }: { from: string; to: string }): Iterable<string> {
  for (let date = Temporal.PlainDate.from(from); date.toString() <= to; date = date.add({ days: 1 }))
    yield date.toString();
}
