import type { LocalText } from '../../../contract/ids.ts';

export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Chinese first: only a browser that asks for English before Chinese gets English. */
export function preferredLanguage(wished: readonly string[]): Language {
  const first = wished.map((tag) => tag.toLowerCase()).find((tag) => tag.startsWith('zh') || tag.startsWith('en'));
  return first?.startsWith('en') === true ? 'en' : 'zh-CN';
}

export function localText(text: LocalText, language: Language): string {
  return language === 'en' ? text.en : text.zh;
}
