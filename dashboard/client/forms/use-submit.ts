import { nextTick, ref, type Ref, shallowRef } from 'vue';
import type { Answer, Failure } from '../call.ts';
import type { Words } from '../words/use-words.ts';
import { failureWords } from './failure-words.ts';
import { type FieldError, refusedFields } from './field-errors.ts';

interface SubmitOptions {
  readonly words: Words;
  /** The fields that the form shows; an error at another one is said above the form. */
  readonly fields: readonly string[];
  /** What would be right in a field, in the reader's language. */
  readonly fieldWords: (field: string) => string;
  /** Own words for a refusal as a whole, and the field that it is about; null: the usual ones. */
  readonly refusal?: (failure: Failure) => { readonly text: string; readonly field?: string } | null;
  /** Where to look for the first wrong field, which gets the focus. */
  readonly form: Readonly<Ref<HTMLElement | null>>;
}

/** One form's way to the server: busy while it is under way, and each error at its field. */
export function useSubmit({ words, fields, fieldWords, refusal, form }: SubmitOptions) {
  const busy = ref(false);
  const trouble = ref('');
  const wrong = shallowRef<ReadonlyMap<string, FieldError>>(new Map());

  function mark(errors: ReadonlyMap<string, string | null>): void {
    wrong.value = new Map([...errors].map(([field, said]) => [field, { text: fieldWords(field), said }]));
    const elsewhere = [...errors].filter(([field]) => !fields.includes(field));
    const rest = elsewhere.map(([field, said]) => `${field} ${said ?? ''}`.trim());
    trouble.value = [words.t('forms.check'), ...rest].join(' · ');
    focusFirst();
  }

  function focusFirst(): void {
    void nextTick(() => form.value?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  }

  function say(failure: Failure): void {
    const refused = refusedFields(failure);
    const own = refusal?.(failure) ?? null;
    if (own?.field !== undefined) {
      wrong.value = new Map([[own.field, { text: own.text, said: null }]]);
      trouble.value = words.t('forms.check');
      focusFirst();
    } else if (refused.size > 0) mark(refused);
    else trouble.value = own?.text ?? words.t('forms.failed', { why: failureWords(failure, words) });
  }

  return {
    busy,
    trouble,
    wrong,
    /** Marks fields before anything is sent. */
    refuse: (names: readonly string[]) => mark(new Map(names.map((name) => [name, null]))),
    /** The answer's value; null when it came to nothing, which is then said. */
    async send<T>(request: () => Promise<Answer<T>>): Promise<{ readonly value: T } | null> {
      busy.value = true;
      trouble.value = '';
      wrong.value = new Map();
      const answer = await request();
      busy.value = false;
      if (answer.ok) return { value: answer.value };
      say(answer.failure);
      return null;
    },
  };
}
