import { shiftKind } from '../../../contract/record.ts';
import type { Sheet, SheetCell, SheetDay, SheetGap, SheetShift } from '../../../contract/sheet.ts';
import { formatLimit } from '../format/number.ts';
import type { Words } from '../words/use-words.ts';
import type { ChangedShifts } from './sheet-changes.ts';
import type { Window } from './shift-words.ts';

/** `①`; beyond fifty the number in brackets. */
export function circled(n: number): string {
  if (n >= 1 && n <= 20) return String.fromCodePoint(0x245f + n);
  if (n >= 21 && n <= 35) return String.fromCodePoint(0x3250 + n - 20);
  return n >= 36 && n <= 50 ? String.fromCodePoint(0x32b0 + n - 35) : `(${n})`;
}

export const ARROWS = { low: '↓', high: '↑' } as const;

/** The text of compliance as it is printed: `/` is not judged. */
export function complianceText({ compliance }: SheetCell, { t }: Pick<Words, 't'>): string {
  if (compliance === 'not_judged') return '/';
  return compliance === 'insufficient' ? t('sheetPage.insufficient') : compliance;
}

export function outText({ outMinutes }: SheetCell): string {
  return outMinutes === null ? '/' : String(outMinutes);
}

/** Something that somebody has to look at: bold on the page, in print and in greyscale. */
export function isRemarkable({ compliance, outMinutes }: SheetCell): boolean {
  return compliance === 'insufficient' || (outMinutes ?? 0) > 0;
}

export type SheetRow = 'water' | 'room';

/** What there is a point of has a row: water above the room. */
export function rowsOf(sheet: Pick<Sheet, SheetRow>): SheetRow[] {
  return (['water', 'room'] as const).filter((what) => sheet[what] !== null);
}

/** The gap of a row that stands in the place of its figures: none is known. `rows`: over how many of them. */
export interface WholeGap {
  readonly gap: SheetGap;
  readonly minutes: number;
  readonly rows: number;
}

/**
 * What stands in the place of figures in each row of a shift; `covered`: the gap above it stands for this one too, which
 * has the same one or measures nothing.
 */
export function wholeGaps(
  shift: SheetShift,
  { day, gaps, rows }: { day: string; gaps: readonly SheetGap[]; rows: readonly SheetRow[] },
): Partial<Record<SheetRow, WholeGap | 'covered'>> {
  const found = (what: SheetRow): WholeGap | undefined => {
    const cell = shift[what];
    const gap = gaps.find((one) => one.day === day && one.from === shift.from && one.what === what);
    return cell === null || cell.low !== null || gap === undefined
      ? undefined
      : { gap, minutes: cell.missingMinutes, rows: 1 };
  };
  const water = rows.includes('water') ? found('water') : undefined;
  const room = rows.includes('room') ? found('room') : undefined;
  const isOne =
    water !== undefined &&
    rows.length > 1 &&
    (shift.room === null || (room?.gap.reason === water.gap.reason && room.minutes === water.minutes));
  if (isOne) return { water: { ...water, rows: 2 }, room: 'covered' };
  return { ...(water === undefined ? {} : { water }), ...(room === undefined ? {} : { room }) };
}

/** The day on which measuring began, where the month had begun before. */
function beginning({ days }: Sheet): string | undefined {
  const shifts = days.flatMap(({ day, shifts: all }) => all.map((shift) => ({ day, shift })));
  const first = shifts.findIndex(({ shift }) => shift.water !== null || shift.room !== null);
  return first > 0 ? shifts[first]?.day : undefined;
}

/** What happened on a day, short: alarms by their number, gaps, what was changed later, the beginning of the season. */
export function remarks(
  day: SheetDay,
  before: SheetDay | undefined,
  { sheet, changed, words }: { sheet: Sheet; changed: ChangedShifts; words: Words },
): string[] {
  const { t } = words;
  const found: string[] = [];
  if (before !== undefined && day.heating !== before.heating)
    found.push(t(day.heating ? 'sheetPage.heatingBegins' : 'sheetPage.heatingEnds'));
  if (day.day === beginning(sheet)) found.push(t('sheetPage.measuringBegins'));
  for (const shift of day.shifts) {
    const alarms = sheet.alarms.filter((alarm) => alarm.day === day.day && alarm.from === shift.from);
    const gaps = sheet.gaps.filter((gap) => gap.day === day.day && gap.from === shift.from);
    const parts = [
      ...alarms.map(({ n, side }) => `${circled(n)}${side === null ? '' : ARROWS[side]}`),
      ...(gaps.length === 0 ? [] : [t('sheetPage.gapMark')]),
      ...(changed.isRevised(day.day, shift) ? [t('sheetPage.changes.mark')] : []),
    ];
    if (parts.length > 0) found.push(`${shiftShort(shift, sheet.windows, words)} ${parts.join(' ')}`);
  }
  const between = sheet.alarms.filter((alarm) => alarm.day === day.day && alarm.from === null);
  if (between.length > 0) found.push(between.map(({ n }) => circled(n)).join(' '));
  return found;
}

/** 早, 中, 夜. */
export function shiftShort({ from }: { from: string }, windows: readonly Window[], { t }: Pick<Words, 't'>): string {
  return t(`recordPage.shiftShort.${shiftKind(from, windows)}`);
}

/** `40.0–48.0 ℃` or `≥ 25 ℃`. */
export function limitText(standard: { low: number | null; high: number | null }, { t, unit }: Words): string {
  const named = {
    unit: unit('water_temperature'),
    low: standard.low === null ? '' : formatLimit(standard.low),
    high: standard.high === null ? '' : formatLimit(standard.high),
  };
  if (standard.low !== null && standard.high !== null) return t('value.bandBoth', named);
  return standard.low !== null ? t('value.bandLow', named) : t('value.bandHigh', named);
}
