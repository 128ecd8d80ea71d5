import { Type } from 'typebox';
import {
  ChannelBody,
  ChannelChange,
  ChannelList,
  ChannelOrderBody,
  ChannelTest,
  ChannelView,
} from '../../../contract/channel.ts';
import { Id } from '../../../contract/ids.ts';
import { signedIn } from '../access.ts';
import type { ChannelRefusal, Channels } from '../ports.ts';
import { ProblemError, retryAfter } from '../problem.ts';
import { invalid } from '../validation.ts';
import { noSuch } from './sites.ts';
import type { TypedApp } from './types.ts';

const SiteParams = Type.Object({ site: Id });
const ChannelParams = Type.Object({ site: Id, id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });
/** Tests per address and minute: a robot that is asked too often mutes itself, for real alarms too. */
const rateLimit = { max: 5, timeWindow: 60_000 };

/** Webhooks and group robots of a site: where its alarms go besides the screens. */
export function channelRoutes(app: TypedApp, channels: Channels): void {
  app.get(
    '/sites/:site/channels',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'listChannels',
        summary: 'Channels in their order, and how each does',
        params: SiteParams,
        response: { 200: ChannelList },
      },
    },
    (request, reply) => {
      reply.send(orProblem(channels.list(request.params.site)));
    },
  );

  app.post(
    '/sites/:site/channels',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'createChannel',
        summary: 'Add a channel; address and secret are never shown again',
        params: SiteParams,
        body: ChannelBody,
        response: { 201: ChannelView },
      },
    },
    async (request, reply) => {
      const created = await channels.create(request.params.site, request.body, signedIn(request).user.username);
      return reply.code(201).send(orProblem(created));
    },
  );

  app.patch(
    '/sites/:site/channels/:id',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'changeChannel',
        summary: 'Change a channel; a new address takes a new secret along',
        params: ChannelParams,
        body: ChannelChange,
        response: { 200: ChannelView },
      },
    },
    async (request) => {
      const { site, id } = request.params;
      return orProblem(
        await channels.change(site, { id, change: request.body, actor: signedIn(request).user.username }),
      );
    },
  );

  app.delete(
    '/sites/:site/channels/:id',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'deleteChannel',
        summary: 'Remove a channel; what waits for it goes to the next one',
        params: ChannelParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { site, id } = request.params;
      const refusal = await channels.remove(site, id, signedIn(request).user.username);
      if (refusal !== null) orProblem(refusal);
      return reply.code(204).send(null);
    },
  );

  app.put(
    '/sites/:site/channels/order',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'orderChannels',
        summary: 'Set the order in which channels stand in for each other',
        params: SiteParams,
        body: ChannelOrderBody,
        response: { 200: ChannelList },
      },
    },
    async (request) =>
      orProblem(await channels.order(request.params.site, request.body, signedIn(request).user.username)),
  );

  app.post(
    '/sites/:site/channels/:id/test',
    {
      config: { access: 'administrator', rateLimit },
      schema: {
        operationId: 'testChannel',
        summary: 'Send a test as a real alarm is sent, and tell what was answered',
        params: ChannelParams,
        response: { 200: ChannelTest },
      },
    },
    async (request) => orProblem(await channels.test(request.params.site, request.params.id)),
  );
}

function orProblem<T extends object>(answer: T | ChannelRefusal): T {
  if (!isRefusal(answer)) return answer;
  switch (answer.refused) {
    case 'invalid':
      throw invalid([...answer.errors]);
    case 'no_such_site':
      return noSuch('site');
    case 'no_such_channel':
      return noSuch('channel');
    case 'not_storing':
      throw new ProblemError('not-storing', { detail: 'Nothing was changed. Try again.', headers: retryAfter(5_000) });
  }
}

function isRefusal(answer: object): answer is ChannelRefusal {
  return 'refused' in answer;
}
