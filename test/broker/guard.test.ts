import { duplexPair } from 'node:stream';
import mqttPacket from 'mqtt-packet';
import { expect, test } from 'vitest';
import { createGuard } from '../../broker/guard.ts';
import { DEFAULT_LIMITS } from '../../broker/limits.ts';
import { createRates } from '../../broker/rate.ts';
import { DrivenClock } from '../driven-clock.ts';
import { connectPacket, publishPacket, rawDevice, startBench } from './bench.ts';

const MIB = 1_048_576;

test('256 MB declared before CONNECT end the connection at once and take no memory', async () => {
  const { broker, seen } = await startBench();
  const before = process.memoryUsage().rss;
  const attackers = Array.from({ length: 20 }, () => rawDevice(broker));
  for (const { socket } of attackers) socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
  await Promise.all(attackers.map(({ closed }) => closed));
  expect(seen.refusals).toHaveLength(20);
  expect(seen.refusals[0]).toMatchObject({ reason: 'packet_too_large', clientId: null, username: null });
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * MIB);
});

test('a CONNECT over its limit is refused on its declaration', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  raw.send(connectPacket({ username: 'x'.repeat(20_000) }));
  await raw.closed;
  expect(seen.refusals).toMatchObject([{ reason: 'packet_too_large' }]);
});

test('a message of the largest size passes, one byte more ends the connection', async () => {
  const { broker, seen } = await startBench({ limits: { publishPacket: 300_000 } });
  const raw = rawDevice(broker);
  await raw.connect();
  const room = 300_000 - 2 - 27 - 2;
  raw.send(publishPacket(1, 'x'.repeat(room)));
  await raw.expectPacket('puback');
  expect(seen.messages[0]?.payload.length).toBe(room);
  raw.send(publishPacket(2, 'x'.repeat(room + 1)));
  await raw.closed;
  expect(seen.refusals).toMatchObject([{ reason: 'packet_too_large', clientId: 'north.boiler' }]);
});

test('a subscription list over the limit of control packets is refused', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect();
  const subscriptions = Array.from({ length: 2_000 }, (_, i) => ({ topic: `topic/${i}`, qos: 0 as const }));
  raw.send({ cmd: 'subscribe', messageId: 1, subscriptions });
  await raw.closed;
  expect(seen.refusals).toMatchObject([{ reason: 'packet_too_large' }]);
});

test('packets that drip in byte by byte are served like any other', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  const bytes = Buffer.concat([connectPacket(), publishPacket(1, 'slow')].map((packet) => mqttPacket.generate(packet)));
  for (const byte of bytes) await new Promise((resolve) => raw.socket.write(Buffer.from([byte]), resolve));
  expect((await raw.expectPacket('connack')).returnCode).toBe(0);
  await raw.expectPacket('puback');
  expect(seen.texts()).toEqual(['slow']);
});

test('a socket that says nothing, or half a CONNECT, is closed after the connect timeout', async () => {
  const { broker, clock, seen } = await startBench({ limits: { connectTimeout: 10_000 } });
  const silent = rawDevice(broker);
  const slow = rawDevice(broker);
  const connected = rawDevice(broker);
  await connected.connect();
  slow.socket.write(mqttPacket.generate(connectPacket()).subarray(0, 20));
  // A refused connection opened after theirs: the broker has accepted them by then.
  expect(await rawDevice(broker).connect({ username: 'nobody' })).toBe(4);
  clock.advance(9_999);
  expect(seen.refusals.map(({ reason }) => reason)).toEqual(['unknown_client']);
  clock.advance(1);
  await Promise.all([silent.closed, slow.closed]);
  expect(seen.refusals.map(({ reason }) => reason).slice(1)).toEqual(['connect_timeout', 'connect_timeout']);
  connected.send({ cmd: 'pingreq' });
  await connected.expectPacket('pingresp');
});

test.each([
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['a PUBLISH before CONNECT', mqttPacket.generate(publishPacket(1, 'x'))],
  ['a CONNECT of another protocol', Buffer.from([0x10, 10, 0, 4, 88, 88, 88, 88, 4, 2, 0, 60])],
  ['an empty CONNECT', Buffer.from([0x10, 0])],
])('%s ends the connection and is reported', async (_name, bytes) => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  raw.socket.write(bytes);
  await raw.closed;
  expect(seen.refusals).toMatchObject([{ reason: 'protocol_error' }]);
});

test.each([
  ['a second CONNECT', mqttPacket.generate(connectPacket())],
  ['random bytes', Buffer.from('ffffffffffffffff', 'hex')],
  ['a PUBLISH cut inside', Buffer.from([0x32, 4, 0, 1, 97, 0])],
  ['a PUBLISH with both QoS bits', Buffer.from([0x36, 5, 0, 1, 97, 0, 1])],
  ['a SUBSCRIBE without a filter', Buffer.from([0x82, 2, 0, 1])],
  ['a SUBSCRIBE cut inside', Buffer.from([0x82, 5, 0, 1, 0, 9, 97])],
])(
  '%s after CONNECT is a protocol error: reported, the connection lost, its neighbour served',
  async (_name, bytes) => {
    const { broker, seen } = await startBench();
    const neighbour = rawDevice(broker);
    await neighbour.connect({ clientId: 'north.door', username: 'north.door' });
    const raw = rawDevice(broker);
    await raw.connect();
    raw.socket.write(bytes);
    await raw.closed;
    await seen.until(() => seen.ends().length === 1);
    expect(seen.refusals).toMatchObject([{ reason: 'protocol_error', clientId: 'north.boiler' }]);
    expect(seen.ends()).toEqual(['lost']);
    neighbour.send(publishPacket(1, 'x', { topic: 'fw/v1/north/door/readings' }));
    await neighbour.expectPacket('puback');
  },
);

test('connections over the cap of one address are refused, and there is room again when one closes', async () => {
  const { broker, seen } = await startBench({ limits: { connectionsPerAddress: 1 } });
  const first = rawDevice(broker);
  await first.connect();
  await rawDevice(broker).closed;
  expect(seen.refusals).toMatchObject([{ reason: 'too_many_connections', address: '127.0.0.1' }]);
  first.send({ cmd: 'disconnect' });
  await first.closed;
  // Our end of its socket closes a moment after its own.
  const admitted = (): Promise<boolean> =>
    rawDevice(broker)
      .connect()
      .then(
        (code) => code === 0,
        () => false,
      );
  while (!(await admitted()));
});

test('a device that does not fetch what is written to it is read no further until it does', async () => {
  const [socket, peer] = duplexPair();
  const clock = new DrivenClock();
  const passed: Buffer[] = [];
  const guard = createGuard({
    socket,
    clock,
    limits: DEFAULT_LIMITS,
    connectWithin: DEFAULT_LIMITS.connectTimeout,
    owner: {
      bounded: () => true,
      refuseFinally: () => {},
      refreshKeepalive: () => {},
      rateHeld: () => {},
      published: ({ payload }) => passed.push(payload),
    },
  });
  guard.stream.on('data', (bytes: Buffer) => passed.push(bytes));
  peer.write(mqttPacket.generate(connectPacket()));
  while (passed.length < 1) await new Promise((resolve) => guard.stream.once('data', resolve));
  guard.ready(60, createRates(DEFAULT_LIMITS.rate, clock).of('north.boiler'));
  guard.stream.write(Buffer.alloc(200_000));
  peer.write(mqttPacket.generate(publishPacket(1, 'x')));
  await new Promise((resolve) => setImmediate(resolve));
  expect(passed).toHaveLength(1);
  peer.resume();
  while (passed.length < 2) await new Promise((resolve) => setImmediate(resolve));
  guard.stream.destroy();
});
