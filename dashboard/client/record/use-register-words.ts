import { computed, type ComputedRef } from 'vue';
import type { Sheet } from '../../../contract/sheet.ts';
import { registerWords, type RegisterWords } from '../../words/register.ts';
import { useWords } from '../words/use-words.ts';

/** The words that page, paper and files of a register have in common. */
export function useRegisterWords(sheet: () => Sheet): ComputedRef<RegisterWords> {
  const { language } = useWords();
  return computed(() => registerWords(sheet(), language.value === 'en' ? 'en' : 'zh'));
}
