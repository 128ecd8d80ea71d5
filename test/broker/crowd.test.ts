import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DEFAULT_LIMITS } from '../../broker/limits.ts';
import { device, rawDevice, startBench, type Bench } from './bench.ts';
import { PATIENCE } from '../patience.ts';

const LIMITS = { ...DEFAULT_LIMITS, connections: 40, connectionsPerAddress: 20 };
const here = { localAddress: '127.0.0.1' };
const there = { localAddress: '127.0.0.2' };
const elsewhere = { localAddress: '127.0.0.3' };

/** Connections that say nothing. */
async function silent({ broker }: Bench, count: number, { localAddress }: { localAddress: string }) {
  const sockets = Array.from({ length: count }, () =>
    connect({ host: broker.host, port: broker.port, localAddress }).on('error', () => {}),
  );
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return sockets;
}

test('connections that say nothing keep no device out: the oldest makes room, one of its own where its address has all it may have', async () => {
  const bench = await startBench({ limits: LIMITS });
  const { broker, clock, seen } = bench;
  const old = await silent(bench, 20, there);
  const more = await silent(bench, 20, here);
  await vi.waitUntil(() => broker.connections() === 40, PATIENCE);
  clock.advance(1_000);
  expect(await rawDevice(broker, here).connect()).toBe(0);
  expect(await rawDevice(broker, elsewhere).connect({ clientId: 'north.door', username: 'north.door' })).toBe(0);
  expect(seen.refusals).toMatchObject([
    { reason: 'connect_timeout', address: '127.0.0.1' },
    { reason: 'connect_timeout', address: '127.0.0.2' },
  ]);
  expect(seen.ends()).toEqual([]);
  const open = [...old, ...more].filter(({ destroyed }) => !destroyed);
  expect(open.length).toBeGreaterThanOrEqual(38);
});

test('devices that have shown who they are make room for nobody, and neither does who has only just come', async () => {
  const bench = await startBench({ limits: { ...LIMITS, connectionsPerAddress: 2 } });
  const { broker, clock, seen } = bench;
  await device(broker, 'north.boiler');
  await device(broker, 'north.door');
  clock.advance(60_000);
  const third = rawDevice(broker, here);
  await third.closed;
  expect(seen.refusals).toMatchObject([{ reason: 'too_many_connections' }]);

  await silent(bench, 2, there);
  const fourth = rawDevice(broker, there);
  await fourth.closed;
  expect(seen.refusals.map(({ reason }) => reason)).toEqual(['too_many_connections', 'too_many_connections']);
  expect(seen.ends()).toEqual([]);
});
