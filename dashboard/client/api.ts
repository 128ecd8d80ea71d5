import { type Static, type TSchema, Type } from 'typebox';
import { Check } from 'typebox/value';
import { AcknowledgeResult } from '../../contract/alarm.ts';
import {
  type AcknowledgeBody,
  JournalEntry,
  type LinkBody,
  OpenHour,
  Problem,
  SessionView,
  type SetupBody,
  type SignInBody,
  SiteSummary,
} from '../../contract/api.ts';

/** `unreachable`: no answer; `not_understood`: an answer of another version, or not ours. */
export type Failure =
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'not_understood'; readonly status: number };

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

interface Call<Schema extends TSchema> {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly answer: Schema;
}

const Anything = Type.Unknown();

export const api = {
  session: () => call('/api/session', { answer: SessionView }),
  signIn: (body: SignInBody) => call('/api/session', { method: 'POST', body, answer: Anything }),
  signOut: () => call('/api/session', { method: 'DELETE', answer: Anything }),
  setup: (body: SetupBody) => call('/api/setup', { method: 'POST', body, answer: Anything }),
  enter: (body: LinkBody) => call('/api/link', { method: 'POST', body, answer: Anything }),
  sites: () => call('/api/sites', { answer: Type.Array(SiteSummary) }),
  acknowledge: (alarm: number, body: AcknowledgeBody) =>
    call(`/api/alarms/${alarm}/acknowledge`, { method: 'POST', body, answer: AcknowledgeResult }),
  journal: (alarm: number) => call(`/api/alarms/${alarm}/journal`, { answer: Type.Array(JournalEntry) }),
  openHour: (site: string, point: string) =>
    call(`/api/sites/${encodeURIComponent(site)}/points/${encodeURIComponent(point)}/hour`, {
      answer: Type.Array(OpenHour),
    }),
};

async function call<Schema extends TSchema>(
  path: string,
  { method = 'GET', body, answer }: Call<Schema>,
): Promise<Answer<Static<Schema>>> {
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
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
