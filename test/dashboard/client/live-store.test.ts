import { createServer } from 'node:http';
import { once } from 'node:events';
import { Server } from 'socket.io';
import { expect, onTestFinished, test, vi } from 'vitest';
import { watch } from 'vue';
import { openLive } from '../../../dashboard/client/live/store.ts';
import { SITE } from './sample-alarms.ts';
import { sampleSnapshot } from './sample-site.ts';

/** A real socket whose server lives in another year than this computer. */
async function serverAt(at: number): Promise<Server> {
  const http = createServer();
  const io = new Server(http, { serveClient: false, transports: ['websocket'] });
  io.on('connection', (screen) => {
    screen.on('watch', (_request: unknown, answer: (answer: unknown) => void) =>
      answer({ ok: true, snapshot: { ...sampleSnapshot(), at } }),
    );
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(async () => {
    vi.unstubAllGlobals();
    await io.close();
  });
  const address = http.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  vi.stubGlobal('location', {
    protocol: 'http:',
    hostname: '127.0.0.1',
    host: `127.0.0.1:${address.port}`,
    port: `${address.port}`,
  });
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => setImmediate(draw));
  return io;
}

test('the time by which ages are counted is the time of the server, whatever this computer believes', async () => {
  const at = Date.UTC(2001, 0, 1);
  const io = await serverAt(at);
  const live = openLive({ site: SITE, onBye: () => {}, stillSignedIn: () => Promise.resolve(true) });
  onTestFinished(() => live.close());
  const reached = (time: number) =>
    new Promise<void>((resolve) => {
      watch(live.stoppedAt, (stopped) => stopped === time && resolve(), { immediate: true, flush: 'sync' });
    });
  await reached(at);
  expect(new Date(live.now.value).getUTCFullYear()).toBe(2001);
  // Each tick sets it anew.
  const { epoch, seq } = sampleSnapshot();
  io.emit('tick', { epoch, site: SITE, seq, at: Date.UTC(2003, 5, 1) });
  await reached(Date.UTC(2003, 5, 1));
  expect(new Date(live.now.value).getUTCFullYear()).toBe(2003);
});
