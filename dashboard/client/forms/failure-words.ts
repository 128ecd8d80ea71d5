import { type Failure, statusOf } from '../call.ts';
import type { Words } from '../words/use-words.ts';

const WHY: Readonly<Record<number, string>> = {
  0: 'problem.unreachable',
  400: 'forms.why.checked',
  401: 'forms.why.signedOut',
  403: 'problem.forbidden',
  404: 'forms.why.gone',
  409: 'forms.why.conflict',
  429: 'forms.why.tooMany',
  503: 'forms.why.notStoring',
};

/** Why a request came to nothing, in the reader's language: a part of a sentence. */
export function failureWords(failure: Failure, { t }: Pick<Words, 't'>): string {
  if (problemKind(failure) === 'store-unreadable') return t('problem.unreadable');
  const status = statusOf(failure);
  const key = failure.kind === 'not_understood' ? undefined : WHY[status];
  return key === undefined ? t('problem.unexpected', { status }) : t(key);
}

/** Last part of the problem's `type`, such as `username-taken`; empty when the server gave none. */
export function problemKind(failure: Failure): string {
  return failure.kind === 'problem' ? (failure.problem.type.split(':').at(-1) ?? '') : '';
}
