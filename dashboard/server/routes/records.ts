import { Type } from 'typebox';
import { Id } from '../../../contract/ids.ts';
import type { RecordBook } from '../../../contract/query.ts';
import {
  ShiftList,
  ShiftRecord,
  ShiftRecordBody,
  ShiftRecordList,
  ShiftRecordQuery,
} from '../../../contract/record.ts';
import { signedIn } from '../access.ts';
import { ProblemError } from '../problem.ts';
import { invalid } from '../validation.ts';
import { noSuch } from './sites.ts';
import type { TypedApp } from './types.ts';

const AreaParams = Type.Object({ site: Id, area: Id });
const RecordParams = Type.Object({
  site: Id,
  area: Id,
  id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});

/** What people record of a shift. People only: a record is signed by a duty post. */
export function recordRoutes(app: TypedApp, book: RecordBook): void {
  app.get(
    '/sites/:site/areas/:area/shifts',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getShifts',
        summary: 'Shifts of the last seven days that have begun, newest first',
        params: AreaParams,
        response: { 200: ShiftList },
      },
    },
    async (request) => {
      const { site, area } = request.params;
      return (await book.shifts(site, area)) ?? noSuch('area');
    },
  );

  app.get(
    '/sites/:site/areas/:area/records',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getShiftRecords',
        summary: 'What people recorded of the shifts of some days, with what was corrected',
        params: AreaParams,
        querystring: ShiftRecordQuery,
        response: { 200: ShiftRecordList },
      },
    },
    (request, reply) => {
      const { user } = signedIn(request);
      reply.send({ records: [...(book.records(request.params, request.query, user) ?? noSuch('area'))] });
    },
  );

  app.post(
    '/sites/:site/areas/:area/records',
    {
      config: { access: 'operator', peopleOnly: true },
      schema: {
        operationId: 'recordShift',
        summary: 'Hand in what was seen in a shift, or a correction of it',
        params: AreaParams,
        body: ShiftRecordBody,
        response: { 201: ShiftRecord },
      },
    },
    async (request, reply) => {
      const { user } = signedIn(request);
      const answer = await book.record(request.params, request.body, user);
      if (typeof answer === 'object' && 'fields' in answer) throw invalid([...answer.fields]);
      reply.code(201).send(taken(answer));
      return reply;
    },
  );

  app.post(
    '/sites/:site/areas/:area/records/:id/review',
    {
      config: { access: 'operator', peopleOnly: true },
      schema: {
        operationId: 'reviewShiftRecord',
        summary: 'Sign a record that somebody else made',
        params: RecordParams,
        response: { 200: ShiftRecord },
      },
    },
    async (request) => {
      const { user } = signedIn(request);
      return taken(await book.review(request.params, request.params.id, user));
    },
  );
}

type Refused = 'no_such_area' | 'no_such_record' | 'own_record' | 'corrected_before';

function taken<T extends object>(answer: T | Refused): T {
  switch (answer) {
    case 'no_such_area':
      return noSuch('area');
    case 'no_such_record':
      return noSuch('record');
    case 'own_record':
      throw new ProblemError('own-record');
    case 'corrected_before':
      throw new ProblemError('corrected-before', { detail: 'Look at the newer record and correct that one.' });
    default:
      return answer;
  }
}
