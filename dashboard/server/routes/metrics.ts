import { Type } from 'typebox';
import type { Metrics } from '../ports.ts';
import type { TypedApp } from './types.ts';

/** For Prometheus: scraped with an API token. */
export function metricsRoute(app: TypedApp, metrics: Metrics): void {
  app.get(
    '/metrics',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getMetrics',
        summary: "What the system does and where it stands, in Prometheus' text format",
        produces: ['text/plain'],
        response: { 200: Type.String() },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  );
}
