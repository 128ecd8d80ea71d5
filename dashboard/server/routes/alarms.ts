import { Type } from 'typebox';
import { AcknowledgeResult } from '../../../contract/alarm.ts';
import { AcknowledgeBody, AlarmHistory, AlarmHistoryQuery, JournalEntry } from '../../../contract/api.ts';
import { Id } from '../../../contract/ids.ts';
import type { Desk, QuerySide } from '../../../contract/query.ts';
import { signedIn } from '../access.ts';
import { ProblemError, retryAfter } from '../problem.ts';
import { noSuch } from './sites.ts';
import type { TypedApp } from './types.ts';

const AlarmParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });
const DEFAULT_PAGE = 100;

export function alarmRoutes(app: TypedApp, { query, desk }: { query: QuerySide; desk: Desk }): void {
  app.get(
    '/sites/:site/alarms/history',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getAlarmHistory',
        summary: 'Alarms that are over, newest first',
        params: Type.Object({ site: Id }),
        querystring: AlarmHistoryQuery,
        response: { 200: AlarmHistory },
      },
    },
    async (request) => {
      const { before, limit = DEFAULT_PAGE } = request.query;
      const page = before === undefined ? { limit } : { before, limit };
      return (await query.alarmHistory(request.params.site, page)) ?? noSuch('site');
    },
  );

  app.get(
    '/alarms/:id/journal',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getJournal',
        summary: 'The course of one alarm',
        params: AlarmParams,
        response: { 200: Type.Array(JournalEntry) },
      },
    },
    async (request) => [...((await query.journal(request.params.id)) ?? noSuch('alarm'))],
  );

  app.post(
    '/alarms/:id/acknowledge',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'acknowledge',
        summary: 'Take an alarm over; answers who was first when somebody was',
        params: AlarmParams,
        body: AcknowledgeBody,
        response: { 200: AcknowledgeResult },
      },
      // A note is optional, and so is the body that would hold it.
      preValidation: (request: { body: unknown }, _reply, done) => {
        request.body ??= {};
        done();
      },
    },
    async (request) => {
      const note = request.body.note?.trim() ?? '';
      const answer = await desk.acknowledge({
        alarm: request.params.id,
        user: signedIn(request).user,
        note: note === '' ? null : note,
      });
      if (!('refused' in answer)) return answer;
      if (answer.refused === 'no_such_alarm') return noSuch('alarm');
      throw new ProblemError('not-storing', {
        detail: 'The alarm is not acknowledged. Try again.',
        headers: retryAfter(5_000),
      });
    },
  );
}
