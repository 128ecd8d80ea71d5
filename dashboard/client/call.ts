import type { Static, TSchema } from 'typebox';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { Problem } from '../../contract/api.ts';

/** `unreachable`: no answer; `not_understood`: an answer of another version, or not ours. */
export type Failure =
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'not_understood'; readonly status: number };

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

interface Call<Schema extends TSchema> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly answer: Schema;
  /** Gives up, which counts as no answer. */
  readonly signal?: AbortSignal;
}

/** For answers whose content nobody looks at. */
export const Anything = Type.Unknown();

/** One request; the answer is parsed by the contract. Never rejects. */
export async function call<Schema extends TSchema>(
  path: string,
  { method = 'GET', body, answer, signal }: Call<Schema>,
): Promise<Answer<Static<Schema>>> {
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch {
    return { ok: false, failure: { kind: 'unreachable' } };
  }
  const content: unknown = response.status === 204 ? null : await response.json().catch(() => undefined);
  if (response.ok && Check(answer, content)) return { ok: true, value: content };
  if (!response.ok && Check(Problem, content)) return { ok: false, failure: { kind: 'problem', problem: content } };
  return { ok: false, failure: { kind: 'not_understood', status: response.status } };
}

/** HTTP status of a failure; 0 without an answer. */
export function statusOf(failure: Failure): number {
  if (failure.kind === 'problem') return failure.problem.status;
  return failure.kind === 'not_understood' ? failure.status : 0;
}
