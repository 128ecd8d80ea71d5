import { Type } from 'typebox';
import {
  WallAnswer,
  WallBody,
  WallLinkBody,
  WallLinkCreated,
  WallLinkList,
  type WallLinkView,
} from '../../../contract/access.ts';
import { Id } from '../../../contract/ids.ts';
import type { QuerySide } from '../../../contract/query.ts';
import { signedIn } from '../access.ts';
import type { Wall, WallLinks } from '../access-ports.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { LiveScreens } from '../live.ts';
import { invalid } from '../validation.ts';
import type { WallCookie } from '../wall-cookie.ts';
import { noSuch } from './sites.ts';
import type { TypedApp } from './types.ts';

const SiteParams = Type.Object({ site: Id });
const WallParams = Type.Object({ site: Id, id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });
/** Attempts per address and minute: a control room full of walls may stand behind one. */
const rateLimit = { max: 120, timeWindow: 60_000 };

interface WallRouteOptions {
  readonly walls: WallLinks;
  readonly query: QuerySide;
  readonly live: Pick<LiveScreens, 'end' | 'watching'>;
  readonly cookie: WallCookie;
  readonly clock: Clock;
  readonly version: string;
}

/** Links for screens on walls, and the door through which such a screen comes. */
export function wallRoutes(app: TypedApp, options: WallRouteOptions): void {
  const { walls, query, live, cookie, clock, version } = options;
  const nameOf = (site: string) => query.sites().find(({ id }) => id === site)?.name;
  const known = (site: string): string => (nameOf(site) === undefined ? noSuch('site') : site);
  const view = ({ layout, ...wall }: Wall): WallLinkView => ({
    id: wall.id,
    site: wall.site,
    name: wall.name,
    layout,
    createdBy: wall.createdBy,
    createdAt: wall.createdAt,
    expiresAt: wall.expiresAt,
    reason: wall.reason,
    revokedAt: wall.revokedAt,
    watching: live.watching(wall.id),
    lastSeenAt: wall.lastSeenAt,
    lastAddress: wall.lastAddress,
  });

  app.get(
    '/sites/:site/walls',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'listWalls',
        summary: 'Links of walls that work, and those that ended within 30 days',
        params: SiteParams,
        response: { 200: WallLinkList },
      },
    },
    (request, reply) => {
      reply.send({ links: walls.list(known(request.params.site)).map(view) });
    },
  );

  app.post(
    '/sites/:site/walls',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'createWall',
        summary: 'Make a link for a wall; its token is shown this once',
        params: SiteParams,
        body: WallLinkBody,
        response: { 201: WallLinkCreated },
      },
    },
    async (request, reply) => {
      const site = known(request.params.site);
      checkWall(request.body, query.registry(site)?.areas.map(({ id }) => id) ?? []);
      const { token, wall } = await walls.create(site, request.body, signedIn(request).user.username);
      return reply.code(201).send({ token, view: view(wall) });
    },
  );

  app.delete(
    '/sites/:site/walls/:id',
    {
      config: { access: 'administrator' },
      schema: {
        operationId: 'revokeWall',
        summary: 'End the link of a wall at once',
        params: WallParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if ((await walls.revoke(request.params, signedIn(request).user.username)) === 'unknown') return noSuch('link');
      live.end((sitter) => sitter.kind === 'wall' && sitter.id === id);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/wall',
    {
      config: { access: 'public', rateLimit },
      schema: {
        operationId: 'openWall',
        summary: 'Show the token of a wall: its site, and the cookie with which it is watched',
        body: WallBody,
        response: { 200: WallAnswer },
      },
    },
    (request, reply) => {
      const found = walls.find(request.body.token);
      const siteName = found.state === 'valid' ? nameOf(found.wall.site) : undefined;
      if (found.state !== 'valid' || siteName === undefined) {
        cookie.clear(reply);
        reply.send({ state: found.state === 'valid' ? 'unknown' : found.state });
        return;
      }
      const { site, name, layout, expiresAt } = found.wall;
      cookie.set(reply, request.body.token, expiresAt === null ? null : expiresAt - clock.now().wall);
      reply.send({ state: 'valid', site, siteName, name, layout, expiresAt, version });
    },
  );
}

/** @throws ProblemError naming the field. */
function checkWall({ layout, days, reason }: WallLinkBody, areas: readonly string[]): void {
  const unknown = layout.areas?.find((area) => !areas.includes(area));
  if (unknown !== undefined) {
    throw invalid([{ field: 'layout.areas', message: `there is no area "${unknown}" at this site` }]);
  }
  if (days === null && reason === null) {
    throw invalid([{ field: 'reason', message: 'has to say why the link does not expire' }]);
  }
}
