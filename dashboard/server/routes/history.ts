import { Type } from 'typebox';
import {
  CourseAnswer,
  CourseQuery,
  ExportQuery,
  HistoryAnswer,
  HistoryQuery,
  type HistoryQueries,
} from '../../../contract/history.ts';
import { Id } from '../../../contract/ids.ts';
import type { QuerySide } from '../../../contract/query.ts';
import { signedIn } from '../access.ts';
import type { AuditJournal } from '../access-ports.ts';
import { csvOf } from '../csv.ts';
import { invalid } from '../validation.ts';
import { noSuch } from './sites.ts';
import type { TypedApp } from './types.ts';

/** ms: no site is older, and no answer takes longer for it. */
const LONGEST = 20 * 366 * 86_400_000;

export function historyRoutes(
  app: TypedApp,
  {
    history,
    query,
    audit,
  }: {
    history: HistoryQueries;
    query: Pick<QuerySide, 'registry'>;
    /** Told of every file that is handed out; absent where there is no journal. */
    audit: Pick<AuditJournal, 'exported'> | undefined;
  },
): void {
  app.get(
    '/sites/:site/history',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getHistory',
        summary: 'Least, mean, greatest and last values of any range, in as many buckets as a chart is wide',
        params: Type.Object({ site: Id }),
        querystring: HistoryQuery,
        response: { 200: HistoryAnswer },
      },
    },
    async (request) => {
      const { series, from, to, pixels } = request.query;
      refuseRange(from, to);
      const asked = { series: namesOf(series), from, to, ...(pixels === undefined ? {} : { pixels }) };
      return (await history.chart(request.params.site, asked)) ?? noSuch('point');
    },
  );

  app.get(
    '/sites/:site/points/:point/course',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getCourse',
        summary: 'What belongs around the values of a range: limits of that time, alarms, sensors, compliance',
        params: Type.Object({ site: Id, point: Id }),
        querystring: CourseQuery,
        response: { 200: CourseAnswer },
      },
    },
    async (request) => {
      const { site, point } = request.params;
      refuseRange(request.query.from, request.query.to);
      return (await history.course(site, point, request.query)) ?? noSuch('point');
    },
  );

  app.get(
    '/sites/:site/history.csv',
    {
      // A look at the head alone takes nothing away, and would still stand in the journal.
      exposeHeadRoute: false,
      config: { access: 'viewer' },
      schema: {
        operationId: 'exportHistory',
        summary: 'A range as CSV: readings, hours or local days',
        params: Type.Object({ site: Id }),
        querystring: ExportQuery,
      },
    },
    async (request, reply) => {
      const { site } = request.params;
      const { series, from, to, rows: kind = 'readings', lang: language = 'zh' } = request.query;
      refuseRange(from, to);
      const registry = query.registry(site) ?? noSuch('site');
      const rows = history.rows(site, { series: namesOf(series), from, to, rows: kind }) ?? noSuch('point');
      await audit?.exported({ site, series, from, to, rows: kind }, signedIn(request).user.username);
      const day = (t: number) =>
        Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(registry.timezone).toPlainDate().toString();
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${site}_${day(from)}_${day(to)}_${kind}.csv"`)
        .send(csvOf({ registry, rows, kind, language }));
    },
  );
}

function namesOf(list: string): { point: string; metric: string }[] {
  return list.split(',').map((entry) => {
    const [point = '', metric = ''] = entry.split('/');
    return { point, metric };
  });
}

function refuseRange(from: number, to: number): void {
  if (from >= to) throw invalid([{ field: 'from', message: 'must be earlier than "to"' }]);
  if (to - from > LONGEST) throw invalid([{ field: 'to', message: 'must be at most 20 years after "from"' }]);
}
