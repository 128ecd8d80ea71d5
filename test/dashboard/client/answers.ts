import type { BrowserContext, Route } from 'playwright-core';
import type { Problem } from '../../../contract/api.ts';

/** What a request asks for: `path` without `/api`, `body` as sent. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** Answers every request below one of the `prefixes` in the server's stead, once it was asked to. */
export async function answerInstead(
  context: BrowserContext,
  prefixes: readonly string[],
  answer: (asked: Asked) => Answered | Promise<Answered>,
): Promise<void> {
  const ours = (url: URL) =>
    prefixes.some((prefix) => url.pathname === `/api${prefix}` || url.pathname.startsWith(`/api${prefix}/`));
  await context.route(ours, async (route: Route) => {
    const request = route.request();
    const { pathname, searchParams } = new URL(request.url());
    const body: unknown = request.postData() === null ? null : request.postDataJSON();
    const { status, body: content } = await answer({
      method: request.method(),
      path: pathname.slice('/api'.length),
      query: searchParams,
      body,
    });
    const contentType = status < 400 ? 'application/json' : 'application/problem+json';
    await route.fulfill({ status, contentType, body: content === null ? '' : JSON.stringify(content) });
  });
}

export const ok = (body: unknown, status = 200): Answered => ({ status, body });
export const done: Answered = { status: 204, body: null };

export function refuse(status: number, kind: string, errors?: Problem['errors']): Answered {
  const problem: Problem = { type: `urn:facility-watch:problem:${kind}`, title: kind, status };
  return { status, body: errors === undefined ? problem : { ...problem, errors } };
}
