import { SHIFT_ITEMS, type ShiftChecks, type ShiftItem } from '../../contract/record.ts';
import type { Exhaust, SheetCell } from '../../contract/sheet.ts';
import type { RegisterTexts } from './register.ts';

/** In the order of the files' columns. */
export const FIGURES = [
  ...(['low', 'mean', 'high', 'compliance', 'coverage', 'outMinutes', 'excursions'] as const),
  ...(['missingMinutes', 'scaldMinutes'] as const),
];
export type Figure = (typeof FIGURES)[number];

/** One figure as it is printed: `/` is not judged, and nothing stands where nothing was measured. */
export function figureText(cell: SheetCell, figure: Figure, { sheet }: RegisterTexts): string {
  switch (figure) {
    case 'compliance':
      if (cell.compliance === 'not_judged') return '/';
      return cell.compliance === 'insufficient' ? sheet.insufficient : cell.compliance;
    case 'outMinutes':
    case 'excursions':
    case 'scaldMinutes': {
      const count = cell[figure];
      return count === null ? '/' : String(count);
    }
    default:
      return String(cell[figure] ?? '');
  }
}

/** Minutes that a fan stood; `/`: there is none, or nothing is known of it. */
export function exhaustText(exhaust: Exhaust | null, { sheet }: RegisterTexts): string {
  if (exhaust === null) return '/';
  return exhaust === 'insufficient' ? sheet.insufficient : String(exhaust);
}

/** Figures of a cell that differ from what they were. */
export function changedFigures(was: SheetCell | null, now: SheetCell | null, texts: RegisterTexts): Figure[] {
  const textOf = (cell: SheetCell | null, figure: Figure) => (cell === null ? '' : figureText(cell, figure, texts));
  return FIGURES.filter((figure) => textOf(was, figure) !== textOf(now, figure));
}

/** What was seen; not checked says so. */
export function choiceText(item: ShiftItem, checks: ShiftChecks, { record }: RegisterTexts): string {
  const choices: Readonly<Record<string, string>> = record.choice[item];
  const choice = checks[item];
  return choice === null ? record.notChecked : (choices[choice] ?? choice);
}

/** Items that two records of one shift tell differently. */
export function changedItems(was: ShiftChecks, now: ShiftChecks): ShiftItem[] {
  return SHIFT_ITEMS.filter((item) => was[item] !== now[item]);
}
