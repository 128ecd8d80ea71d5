import { Type } from 'typebox';
import { ApiTokenBody, ApiTokenCreated, ApiTokenList } from '../../../contract/access.ts';
import { signedIn } from '../access.ts';
import type { ApiTokens } from '../access-ports.ts';
import type { LiveScreens } from '../live.ts';
import { ProblemError } from '../problem.ts';
import { noSuch } from './sites.ts';
import type { TypedApp } from './types.ts';

const TokenParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });

/** Tokens of programs: managed by people only, so that none prolongs itself. */
export function tokenRoutes(app: TypedApp, { tokens, live }: { tokens: ApiTokens; live: Pick<LiveScreens, 'end'> }) {
  app.get(
    '/tokens',
    {
      config: { access: 'administrator', peopleOnly: true },
      schema: {
        operationId: 'listTokens',
        summary: 'API tokens that work, and those that ended within 30 days',
        response: { 200: ApiTokenList },
      },
    },
    (_request, reply) => {
      reply.send({ tokens: [...tokens.list()] });
    },
  );

  app.post(
    '/tokens',
    {
      config: { access: 'administrator', peopleOnly: true },
      schema: {
        operationId: 'createToken',
        summary: 'Make an API token; it is shown this once',
        body: ApiTokenBody,
        response: { 201: ApiTokenCreated },
      },
    },
    async (request, reply) => {
      const created = await tokens.create(request.body, signedIn(request).user.username);
      if (created === 'name_taken') {
        throw new ProblemError('name-taken', { detail: 'Journals name a token by it: each has one of its own.' });
      }
      return reply.code(201).send(created);
    },
  );

  app.delete(
    '/tokens/:id',
    {
      config: { access: 'administrator', peopleOnly: true },
      schema: {
        operationId: 'revokeToken',
        summary: 'End an API token at once',
        params: TokenParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const outcome = await tokens.revoke(id, signedIn(request).user.username);
      if (outcome === 'unknown') return noSuch('token');
      live.end((sitter) => sitter.kind === 'program' && sitter.id === id);
      return reply.code(204).send(null);
    },
  );
}
