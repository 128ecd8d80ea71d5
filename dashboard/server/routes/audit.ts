import { AuditPage, AuditQuery } from '../../../contract/access.ts';
import type { AuditJournal } from '../access-ports.ts';
import type { TypedApp } from './types.ts';

const DEFAULT_PAGE = 100;

export function auditRoute(app: TypedApp, audit: AuditJournal): void {
  app.get(
    '/audit',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'getAudit',
        summary: 'Who changed what, newest first',
        querystring: AuditQuery,
        response: { 200: AuditPage },
      },
    },
    (request, reply) => {
      const { before, limit = DEFAULT_PAGE, changes = false } = request.query;
      reply.send(audit.page({ limit, changes, ...(before === undefined ? {} : { before }) }));
    },
  );
}
