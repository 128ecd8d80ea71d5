import type { LocalText } from '../../contract/ids.ts';
import { shiftKind } from '../../contract/record.ts';
import type { Sheet } from '../../contract/sheet.ts';
import { record as recordEn } from './en/record.ts';
import { sheetFile as fileEn } from './en/sheet-file.ts';
import { sheet as sheetEn } from './en/sheet.ts';
import { record as recordZh } from './zh/record.ts';
import { sheetFile as fileZh } from './zh/sheet-file.ts';
import { sheet as sheetZh } from './zh/sheet.ts';

/** What the register says, in both languages: the page, the paper and the files have their words from here. */
const TEXTS = {
  zh: { record: recordZh, sheet: sheetZh, file: fileZh },
  en: { record: recordEn, sheet: sheetEn, file: fileEn },
} as const;

export type RegisterLanguage = keyof typeof TEXTS;
export type RegisterTexts = (typeof TEXTS)[RegisterLanguage];

/** The words for one register. */
export interface RegisterWords {
  readonly texts: RegisterTexts;
  readonly between: string;
  local(text: LocalText): string;
  shift(from: string): string;
  /** `2026-11-09 23:40` in the site's zone. */
  minute(at: number): string;
}

export function registerWords(
  { windows, timezone }: Pick<Sheet, 'windows' | 'timezone'>,
  language: RegisterLanguage,
): RegisterWords {
  const texts = TEXTS[language];
  const clock = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  });
  return {
    texts,
    between: language === 'zh' ? '，' : ', ',
    local: (text) => text[language],
    shift: (from) => texts.record.shift[shiftKind(from, windows)],
    minute: (at) => clock.format(at),
  };
}

/** A text of the catalogues with its gaps filled. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap));
}
