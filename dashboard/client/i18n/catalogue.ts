import { createI18n } from 'vue-i18n';
import type { Language } from '../format/language.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** Both languages, complete; the messages are plain texts, so nothing is compiled by eval. */
export function createCatalogue(language: Language) {
  return createI18n({
    legacy: false,
    locale: language,
    fallbackLocale: 'zh-CN',
    messages: { 'zh-CN': zh, en },
  });
}
