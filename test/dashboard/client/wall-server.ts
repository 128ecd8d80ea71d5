import { once } from 'node:events';
import helmet from '@fastify/helmet';
import Fastify from 'fastify';
import { Server } from 'socket.io';
import type { WallAnswer } from '../../../contract/access.ts';
import type { SiteDelta, SiteSnapshot } from '../../../contract/live.ts';
import { securityHeaders } from '../../../dashboard/server/headers.ts';
import { servePages } from '../../../dashboard/server/pages.ts';
import { SITE } from './sample-alarms.ts';
import { sampleSnapshot } from './sample-site.ts';

export const TOKEN = 'wall-token-of-the-test';
const COOKIE = 'wall=of-the-test';

export const TICKET: Extract<WallAnswer, { state: 'valid' }> = {
  state: 'valid',
  site: SITE,
  siteName: { zh: '曹庄矿', en: 'Caozhuang Mine' },
  name: '职工浴室门厅',
  layout: { areas: null, inches: 55, metres: 3 },
  expiresAt: null,
  version: '1.0.0',
};

/** What a wall meets: the pages under their real policy, `POST /api/wall`, and the live socket for its cookie alone. */
export async function startWallServer(options: { clientDir: string; port?: number; version?: string }) {
  const { clientDir, port = 0, version = TICKET.version } = options;
  const app = Fastify({ forceCloseConnections: true });
  const asked: string[] = [];
  const house = {
    answer: { ...TICKET, version } as WallAnswer,
    snapshot: sampleSnapshot(),
    beating: true,
    silent: false,
  };
  await app.register(helmet, securityHeaders(false));
  app.post('/api/wall', async (request, reply) => {
    asked.push(JSON.stringify(request.body));
    return reply.header('set-cookie', `${COOKIE}; Path=/; HttpOnly; SameSite=Strict`).send(house.answer);
  });
  await servePages(app, clientDir).then((pages) => app.setNotFoundHandler((_request, reply) => pages.send(reply)));

  const io = new Server(app.server, {
    serveClient: false,
    transports: ['websocket'],
    allowRequest(request, decide) {
      const isWall = new URL(request.url ?? '', 'http://x').searchParams.get('wall') === '1';
      decide(null, isWall && (request.headers.cookie ?? '').includes(COOKIE));
    },
  });
  let connections = 0;
  io.on('connection', (screen) => {
    connections += 1;
    screen.on('watch', (_request: unknown, answer: (answer: unknown) => void) => {
      if (house.silent) return;
      void screen.join('site');
      answer({ ok: true, snapshot: house.snapshot });
    });
  });
  const heart = setInterval(() => {
    if (!house.beating || house.silent) return;
    const { epoch, seq, at } = house.snapshot;
    house.snapshot = { ...house.snapshot, at: at + 1_000 };
    io.to('site').emit('tick', { epoch, site: SITE, seq, at: at + 1_000 });
  }, 1_000);
  await app.listen({ host: '127.0.0.1', port });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');

  return {
    house,
    asked,
    port: address.port,
    url: `http://127.0.0.1:${address.port}/wall#${TOKEN}`,
    connections: () => connections,
    /** What changed, also for those who ask later. */
    announce(change: Partial<SiteDelta> & Partial<Pick<SiteSnapshot, 'site'>>) {
      const before = house.snapshot;
      const replace = <T extends { id: string | number }>(all: readonly T[], changed: readonly T[] = []) =>
        all
          .map((each) => changed.find(({ id }) => id === each.id) ?? each)
          .concat(changed.filter(({ id }) => !all.some((each) => each.id === id)));
      house.snapshot = {
        ...before,
        seq: before.seq + 1,
        areas: replace(before.areas, change.areas),
        points: replace(before.points, change.points),
        devices: replace(before.devices, change.devices),
        alarms: replace(before.alarms, change.alarms).filter(({ state }) => state !== 'normal'),
      };
      const { epoch, seq, at } = house.snapshot;
      io.to('site').emit('delta', { epoch, site: SITE, seq, at, ...change });
    },
    bye() {
      io.emit('bye');
      io.disconnectSockets(true);
    },
    async close() {
      clearInterval(heart);
      io.engine.close();
      const closed = once(app.server, 'close');
      await app.close();
      await closed.catch(() => undefined);
    },
  };
}
