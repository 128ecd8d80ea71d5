import type { Shift, ShiftChecks, ShiftItem } from '../../../contract/record.ts';
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

/** 早班, 中班, 夜班 by the hour at which it starts; `to` tells the whole day from a night. */
export function shiftName({ from, to }: { from: string; to?: string }, { t }: Pick<Words, 't'>): string {
  if (from === '00:00' && to === '24:00') return t('recordPage.shift.day');
  const hour = Number(from.slice(0, 2));
  if (hour >= 4 && hour < 12) return t('recordPage.shift.early');
  return hour >= 12 && hour < 20 ? t('recordPage.shift.late') : t('recordPage.shift.night');
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
