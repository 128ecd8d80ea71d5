import type { Sheet, SheetShift } from '../../../contract/sheet.ts';
import { changedFigures, figureText, type Figure } from '../../words/figures.ts';
import type { RegisterWords } from '../../words/register.ts';

/** What of a shift has changed since its month was first looked at or given out: each figure with what it was at first. */
export type ChangedShift = ReadonlyMap<Figure, string>;

export interface ChangedShifts {
  of(day: string, shift: Pick<SheetShift, 'from'>, what: 'water' | 'room'): ChangedShift | undefined;
  /** What is said of its exhaust has changed. */
  hasStood(day: string, shift: Pick<SheetShift, 'from'>): boolean;
  /** Its figures have changed, or what somebody recorded of it was corrected. */
  isRevised(day: string, shift: Pick<SheetShift, 'from'>): boolean;
}

export function changedShifts({ changes, records }: Sheet, words: RegisterWords): ChangedShifts {
  const found = new Map<string, Map<Figure, string>>();
  const keyOf = (day: string, from: string, what: string) => `${day} ${from} ${what}`;
  for (const change of changes) {
    if (change.kind !== 'figures') continue;
    const key = keyOf(change.day, change.from, change.what);
    const shift = found.get(key) ?? new Map<Figure, string>();
    found.set(key, shift);
    for (const figure of changedFigures(change.was, change.now, words.texts))
      if (!shift.has(figure)) shift.set(figure, change.was === null ? '' : figureText(change.was, figure, words.texts));
  }
  const corrected = new Set(
    records.filter(({ correctedBy }) => correctedBy !== null).map(({ day, from }) => keyOf(day, from, '')),
  );
  const stood = new Set(changes.flatMap((one) => (one.kind === 'exhaust' ? [keyOf(one.day, one.from, '')] : [])));
  const of: ChangedShifts['of'] = (day, { from }, what) => found.get(keyOf(day, from, what));
  return {
    of,
    hasStood: (day, { from }) => stood.has(keyOf(day, from, '')),
    isRevised: (day, shift) =>
      stood.has(keyOf(day, shift.from, '')) ||
      [of(day, shift, 'water'), of(day, shift, 'room')].some((one) => (one?.size ?? 0) > 0) ||
      corrected.has(keyOf(day, shift.from, '')),
  };
}
