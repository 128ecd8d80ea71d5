import { Type } from 'typebox';
import type { QuerySide } from '../../../contract/query.ts';
import { ProblemError, retryAfter } from '../problem.ts';
import type { TypedApp } from './types.ts';

const Health = Type.Object({ status: Type.Literal('ok') });

/** For supervisors and load balancers: alive, and ready to answer with what the ledger holds. */
export function healthRoutes(app: TypedApp, query: QuerySide): void {
  const answer = { status: 'ok' } as const;
  app.get(
    '/healthz',
    { config: { access: 'public' }, schema: { operationId: 'live', summary: 'Alive', response: { 200: Health } } },
    (_request, reply) => {
      reply.send(answer);
    },
  );
  app.get(
    '/readyz',
    { config: { access: 'public' }, schema: { operationId: 'ready', summary: 'Ready', response: { 200: Health } } },
    (_request, reply) => {
      if (!query.ready()) throw new ProblemError('not-ready', { headers: retryAfter(1_000) });
      reply.send(answer);
    },
  );
}
