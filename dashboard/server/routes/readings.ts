import { Type } from 'typebox';
import { OpenHour, RangeAnswer, RangeQuery } from '../../../contract/api.ts';
import { Id } from '../../../contract/ids.ts';
import type { QuerySide } from '../../../contract/query.ts';
import { invalid } from '../validation.ts';
import { noSuch } from './sites.ts';
import type { TypedApp } from './types.ts';

const PointParams = Type.Object({ site: Id, point: Id });

export function readingRoutes(app: TypedApp, query: QuerySide): void {
  app.get(
    '/sites/:site/points/:point/readings',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getReadings',
        summary: 'Raw readings of one metric, oldest first',
        params: PointParams,
        querystring: RangeQuery,
        response: { 200: RangeAnswer },
      },
    },
    async (request) => {
      const { site, point } = request.params;
      if (request.query.from > request.query.to) {
        throw invalid([{ field: 'from', message: 'must not be later than "to"' }]);
      }
      return (await query.range(site, point, request.query)) ?? noSuch('point');
    },
  );

  app.get(
    '/sites/:site/points/:point/hour',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getOpenHour',
        summary: 'The hour that is still open: figures and compliance, per metric',
        params: PointParams,
        response: { 200: Type.Array(OpenHour) },
      },
    },
    async (request) => {
      const { site, point } = request.params;
      return [...((await query.openHour(site, point)) ?? noSuch('point'))];
    },
  );
}
