import { Type } from 'typebox';
import { SiteSummary } from '../../../contract/api.ts';
import { Id } from '../../../contract/ids.ts';
import { SiteSnapshot } from '../../../contract/live.ts';
import type { QuerySide } from '../../../contract/query.ts';
import { SiteRegistry } from '../../../contract/registry.ts';
import { ProblemError } from '../problem.ts';
import type { TypedApp } from './types.ts';

const SiteParams = Type.Object({ site: Id });

export function siteRoutes(app: TypedApp, query: QuerySide): void {
  app.get(
    '/sites',
    {
      config: { access: 'viewer' },
      schema: { operationId: 'listSites', summary: 'All sites', response: { 200: Type.Array(SiteSummary) } },
    },
    (_request, reply) => {
      reply.send([...query.sites()]);
    },
  );

  app.get(
    '/sites/:site/snapshot',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getSnapshot',
        summary: 'Everything a live page shows, at one moment',
        params: SiteParams,
        response: { 200: SiteSnapshot },
      },
    },
    (request, reply) => {
      reply.send(query.snapshot(request.params.site) ?? noSuch('site'));
    },
  );

  app.get(
    '/sites/:site/registry',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'getRegistry',
        summary: 'Areas, points, devices and bindings',
        params: SiteParams,
        response: { 200: SiteRegistry },
      },
    },
    (request, reply) => {
      reply.send(query.registry(request.params.site) ?? noSuch('site'));
    },
  );
}

export function noSuch(what: string): never {
  throw new ProblemError('no-such-thing', { detail: `There is no such ${what}.` });
}
