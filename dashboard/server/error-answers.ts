import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { plainProblem, ProblemError, retryAfter, sendProblem } from './problem.ts';
import type { Problem } from '../../contract/api.ts';
import { PasswordQueueFull } from './password.ts';

/** Own words for what Fastify refuses: its messages may quote the request. */
const REQUEST_ERRORS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty; send a JSON object.',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is larger than this address takes.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send the body as application/json.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as its Content-Length says.',
};

/** Every error leaves as a problem document that says nothing about the inside. */
export function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error: unknown, request, reply) => {
    if (error instanceof ProblemError) {
      return sendProblem(reply.headers(error.headers), error.problem);
    }
    if (error instanceof PasswordQueueFull) {
      const busy = new ProblemError('busy', { detail: 'Too many people sign in at once. Try again.' });
      return sendProblem(reply.headers(retryAfter(2_000)), busy.problem);
    }
    // The rooms behind share no class with this one.
    if (error instanceof Error && error.name === 'CommitFailed') {
      log.error({ err: error, reqId: request.id, route: request.routeOptions.url }, 'a change could not be stored');
      const unstored = new ProblemError('not-storing', { detail: 'Nothing was changed. Try again.' });
      return sendProblem(reply.headers(retryAfter(5_000)), unstored.problem);
    }
    if (error instanceof Error && (error.name === 'InfluxFailed' || error.name === 'ReadingsFailed')) {
      log.warn({ err: error, reqId: request.id, route: request.routeOptions.url }, 'readings could not be read');
      const unreadable = new ProblemError('store-unreadable', { detail: 'What is stored is not lost. Try again.' });
      return sendProblem(reply.headers(retryAfter(5_000)), unreadable.problem);
    }
    const problem = requestProblem(error) ?? unexpected(request.id);
    if (problem.status >= 500) {
      log.error({ err: error, reqId: request.id, route: request.routeOptions.url }, 'request failed');
    }
    return sendProblem(reply, problem);
  });
}

function requestProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return undefined;
  if (error.statusCode < 400 || error.statusCode > 499) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // Node's JSON parser says where it stopped, with a piece of the text.
  const detail = error instanceof SyntaxError ? REQUEST_ERRORS['FST_ERR_CTP_INVALID_JSON_BODY'] : REQUEST_ERRORS[code];
  return plainProblem(error.statusCode, detail);
}

function unexpected(request: string): Problem {
  return plainProblem(500, `This went wrong on the server. Its log says more under ${request}.`);
}
