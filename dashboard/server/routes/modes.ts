import { Type } from 'typebox';
import { Id } from '../../../contract/ids.ts';
import { HandMode, ModeBody } from '../../../contract/modes.ts';
import type { Desk, FieldsRefused, ModeRefusal } from '../../../contract/query.ts';
import { signedIn } from '../access.ts';
import { ProblemError, retryAfter } from '../problem.ts';
import { invalid } from '../validation.ts';
import { noSuch } from './sites.ts';
import type { TypedApp } from './types.ts';

const AreaParams = Type.Object({ site: Id, area: Id });

/** Modes of an area by hand: who may acknowledge what an area raises may say what it is there for just now. */
export function modeRoutes(app: TypedApp, { desk }: { desk: Desk }): void {
  app.put(
    '/sites/:site/areas/:area/mode',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'setMode',
        summary: 'Set the mode of an area from now on until a stated time; one that stands is ended by it',
        params: AreaParams,
        body: ModeBody,
        response: { 200: HandMode },
      },
    },
    async (request) => {
      const { user } = signedIn(request);
      return taken(await desk.modes.set({ ...request.params, body: request.body, user }));
    },
  );

  app.delete(
    '/sites/:site/areas/:area/mode',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'endMode',
        summary: 'End the mode that was set by hand: opening hours decide again; nothing is done where none stands',
        params: AreaParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { user } = signedIn(request);
      taken(await desk.modes.end({ ...request.params, user }));
      reply.code(204).send(null);
      return reply;
    },
  );
}

/** The answer, unless it is a refusal. */
function taken<T>(answer: T | FieldsRefused | ModeRefusal): T {
  if (!isRefusal(answer)) return answer;
  if ('fields' in answer) throw invalid([...answer.fields]);
  if (answer.refused === 'no_such_site') return noSuch('site');
  if (answer.refused === 'no_such_area') return noSuch('area');
  throw new ProblemError('not-storing', { detail: 'The mode is not changed. Try again.', headers: retryAfter(5_000) });
}

function isRefusal(answer: unknown): answer is FieldsRefused | ModeRefusal {
  return typeof answer === 'object' && answer !== null && ('fields' in answer || 'refused' in answer);
}
