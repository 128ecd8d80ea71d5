import { lookup } from 'node:dns/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { DashboardListenError } from '../../../dashboard/server/listen-error.ts';
import { startDashboard } from '../../../dashboard/server/start.ts';
import { bench, cookieOf } from './doubles.ts';
import { rawScreen } from './raw-screen.ts';

test('it listens where it says', async () => {
  const dashboard = await startDashboard({ ...bench(), port: 0 });
  expect(dashboard.url).toBe(`http://127.0.0.1:${dashboard.port}`);
  expect((await fetch(`${dashboard.url}/healthz`)).status).toBe(200);
  await dashboard.close();
  await expect(fetch(`${dashboard.url}/healthz`)).rejects.toThrow('fetch failed');
});

test('a taken port is named, with what to do, and nothing is left running', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const on = bench();
  const refused = await startDashboard({ ...on, port }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(DashboardListenError);
  expect(refused).toMatchObject({ host: '127.0.0.1', port, code: 'EADDRINUSE' });
  expect(String(refused)).toContain(`127.0.0.1:${port}: another program uses that port. Stop it, or set HTTP_PORT`);
  expect(on.site.listeners).toBe(0);
  other.close();
});

test('an address that is not this machine’s is named', async () => {
  const refused = startDashboard({ ...bench({ host: '203.0.113.7' }), port: 0 });
  await expect(refused).rejects.toThrow('this machine has no such address. Set HTTP_HOST');
});

test('closing twice is closing once', async () => {
  const dashboard = await startDashboard({ ...bench(), port: 0 });
  await Promise.all([dashboard.close(), dashboard.close()]);
});

test('an answer that never comes holds up the closing for a bounded time only', async () => {
  const on = bench();
  const dashboard = await startDashboard({ ...on, port: 0 });
  const { promise: asked, resolve: noteAsked } = Promise.withResolvers<string>();
  on.site.ready = () => true;
  on.accounts.redeem = () => {
    noteAsked('asked');
    return new Promise(() => undefined);
  };
  const answer = fetch(`${dashboard.url}/api/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"token":"x"}',
  }).catch(() => 'cut off');
  await asked;
  let over = false;
  const closed = dashboard.close().then(() => (over = true));
  // Only the clock brings the end: there is no answer.
  while (!over) await on.clock.run(5_000);
  await closed;
  expect(await answer).toBe('cut off');
});

test('listening on localhost it serves both loopback addresses, live socket included', async () => {
  const on = bench({ host: 'localhost' });
  const dashboard = await startDashboard({ ...on, port: 0 });
  const addresses = (await lookup('localhost', { all: true })).map(({ address, family }) =>
    family === 6 ? `[${address}]` : address,
  );
  for (const address of addresses) {
    const url = `http://${address}:${dashboard.port}`;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const raw = await rawScreen(url, { origin: url, cookie: await cookieOf(on.accounts, 'viewer') });
    raw.socket.destroy();
  }
  await dashboard.close();
});
