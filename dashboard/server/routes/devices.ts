import { Type } from 'typebox';
import {
  BindBody,
  BindPreview,
  QuarantineItems,
  QuarantineList,
  QuarantineSelection,
  RefusalList,
  RetryAnswer,
  UnboundList,
} from '../../../contract/devices.ts';
import { Id } from '../../../contract/ids.ts';
import type { Desk, DeviceRefusal, FieldsRefused, QuerySide } from '../../../contract/query.ts';
import { signedIn } from '../access.ts';
import { ProblemError, retryAfter } from '../problem.ts';
import { invalid } from '../validation.ts';
import { noSuch } from './sites.ts';
import type { TypedApp } from './types.ts';

const SiteParams = Type.Object({ site: Id });

/** Why a device does not appear, and what can be done about it. */
export function deviceRoutes(app: TypedApp, { query, desk }: { query: QuerySide; desk: Desk }): void {
  app.get(
    '/sites/:site/refusals',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'getRefusals',
        summary: 'What the broker refused in the last two hours; every text was typed by a stranger',
        params: SiteParams,
        response: { 200: RefusalList },
      },
    },
    (request, reply) => {
      reply.send(query.devices.refusals(request.params.site) ?? noSuch('site'));
    },
  );

  app.get(
    '/sites/:site/unbound',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getUnbound',
        summary: 'Metrics that devices report and no point is fed by',
        params: SiteParams,
        response: { 200: UnboundList },
      },
    },
    async (request) => (await query.devices.unbound(request.params.site)) ?? noSuch('site'),
  );

  app.post(
    '/sites/:site/bindings/preview',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'previewBinding',
        summary: 'The limits that a binding would bring, and how the value stands to them; changes nothing',
        params: SiteParams,
        body: BindBody,
        response: { 200: BindPreview },
      },
    },
    (request, reply) => {
      reply.send(taken(query.devices.preview(request.params.site, request.body) ?? noSuch('site')));
    },
  );

  app.post(
    '/sites/:site/bindings',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'bind',
        summary: 'Bind a metric to a point; what fed it before ends at that moment',
        params: SiteParams,
        body: BindBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { user } = signedIn(request);
      taken(await desk.devices.bind({ site: request.params.site, body: request.body, user }));
      reply.code(204).send(null);
      return reply;
    },
  );

  app.get(
    '/sites/:site/quarantine',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'getQuarantine',
        summary: 'What devices sent that could not be used, a row for each device, topic and reason',
        params: SiteParams,
        response: { 200: QuarantineList },
      },
    },
    (request, reply) => {
      reply.send(query.devices.quarantine(request.params.site) ?? noSuch('site'));
    },
  );

  app.get(
    '/sites/:site/quarantine/items',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'getQuarantineItems',
        summary: 'The newest and the first entries of one row, with their bytes',
        params: SiteParams,
        querystring: QuarantineSelection,
        response: { 200: QuarantineItems },
      },
    },
    (request, reply) => {
      reply.send(query.devices.quarantineItems(request.params.site, request.query) ?? noSuch('site'));
    },
  );

  app.post(
    '/sites/:site/quarantine/retry',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'retryQuarantine',
        summary: 'Read the entries of a row again as they would be read today, and store what is usable as backfill',
        params: SiteParams,
        body: QuarantineSelection,
        response: { 200: RetryAnswer },
      },
    },
    async (request) => {
      const { user } = signedIn(request);
      return taken(await desk.devices.retry({ site: request.params.site, selection: request.body, user }));
    },
  );

  app.post(
    '/sites/:site/quarantine/discard',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'discardQuarantine',
        summary: 'Take a row out of the list',
        params: SiteParams,
        body: QuarantineSelection,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { user } = signedIn(request);
      taken(await desk.devices.discard({ site: request.params.site, selection: request.body, user }));
      reply.code(204).send(null);
      return reply;
    },
  );
}

/** The answer, unless it is a refusal. */
function taken<T>(answer: T | FieldsRefused | DeviceRefusal): T {
  if (isRefusal(answer)) {
    if ('fields' in answer) throw invalid([...answer.fields]);
    if (answer.refused === 'no_such_site') return noSuch('site');
    throw new ProblemError('not-storing', {
      detail: 'Nothing was changed, or not all of it. Try again.',
      headers: retryAfter(5_000),
    });
  }
  return answer;
}

function isRefusal(answer: unknown): answer is FieldsRefused | DeviceRefusal {
  return typeof answer === 'object' && answer !== null && ('fields' in answer || 'refused' in answer);
}
