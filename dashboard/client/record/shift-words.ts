import { type Shift, shiftKind, type ShiftChecks, type ShiftItem } from '../../../contract/record.ts';
import type { Words } from '../words/use-words.ts';

/** What may be chosen of each item, the usual first. */
export const OPTIONS: { readonly [Item in ShiftItem]: readonly NonNullable<ShiftChecks[Item]>[] } = {
  odour: ['none', 'present'],
  clarity: ['clear', 'cloudy'],
  showerFirst: ['kept', 'not_kept'],
  waterChange: ['none', 'top_up', 'full'],
  disinfection: ['done', 'not_done'],
};

export const UNCHECKED: ShiftChecks = {
  odour: null,
  clarity: null,
  showerFirst: null,
  waterChange: null,
  disinfection: null,
};

/** An opening window. */
export type Window = Pick<Shift, 'from' | 'to'>;

/** 早班, 中班, 夜班, as they are called among the windows of their area. */
export function shiftName({ from }: { from: string }, windows: readonly Window[], { t }: Pick<Words, 't'>): string {
  return t(`recordPage.shift.${shiftKind(from, windows)}`);
}

export function windowText({ from, to }: Pick<Shift, 'from' | 'to'>): string {
  return `${from}–${to}`;
}

export function itemText(item: ShiftItem, { t }: Pick<Words, 't'>): string {
  return t(`recordPage.item.${item}`);
}

/** What was seen; not checked says so. */
export function choiceText<Item extends ShiftItem>(
  item: Item,
  choice: ShiftChecks[Item],
  { t }: Pick<Words, 't'>,
): string {
  return choice === null ? t('recordPage.notChecked') : t(`recordPage.choice.${item}.${choice}`);
}
