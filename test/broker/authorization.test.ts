import mqttPacket, { type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { createAuthorizePublish } from '../../broker/authorization.ts';
import { DEFAULT_LIMITS } from '../../broker/limits.ts';
import { createSessions } from '../../broker/sessions.ts';
import { DrivenClock } from '../driven-clock.ts';
import { device, publishPacket, rawDevice, READINGS, recordIngress, startBench } from './bench.ts';

test.each([
  ['another device', 'fw/v1/north/door/readings', 'foreign_topic'],
  ['another site', 'fw/v1/south/boiler/readings', 'foreign_topic'],
  ['the broker’s own topics', '$SYS/broker/uptime', 'unknown_topic'],
  ['a leaf of no convention', 'fw/v1/north/boiler/commands', 'unknown_topic'],
  ['a topic with one level more', `${READINGS}/x`, 'unknown_topic'],
  ['another spelling', 'FW/v1/north/boiler/readings', 'unknown_topic'],
  ['a topic with a one-level wildcard', 'fw/v1/+/boiler/readings', 'unknown_topic'],
  ['a topic with a wildcard at its end', 'fw/v1/north/#', 'unknown_topic'],
  ['a hundred and one levels', '/'.repeat(100), 'unknown_topic'],
  ['names of Object.prototype', 'fw/v1/constructor/__proto__/readings', 'unknown_topic'],
  ['a topic that is refused by its stand-in', '$unusable', 'unknown_topic'],
])('a message for %s is acknowledged, reported and not handed on', async (_name, topic, reason) => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect();
  // Written by hand: mqtt-packet refuses to generate some of these topics.
  const plain = mqttPacket.generate(publishPacket(1, 'x', { topic: 'y'.repeat(Buffer.byteLength(topic)) }));
  plain.write(topic, plain.indexOf('yy'));
  raw.socket.write(plain);
  expect(await raw.expectPacket('puback')).toMatchObject({ messageId: 1 });
  expect(seen.refusals).toMatchObject([{ reason, detail: topic, clientId: 'north.boiler', username: 'north.boiler' }]);
  raw.send(publishPacket(2, 'next'));
  expect(await raw.expectPacket('puback')).toMatchObject({ messageId: 2 });
  expect(seen.texts()).toEqual(['next']);
});

test('an empty topic is answered in the same way', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.socket.write(Buffer.from([0x32, 5, 0, 0, 0, 9, 0x78]));
  expect(await raw.expectPacket('puback')).toMatchObject({ messageId: 9 });
  expect(seen.refusals).toMatchObject([{ reason: 'unknown_topic', detail: '' }]);
});

test('a refused QoS 2 message runs to its PUBCOMP', async () => {
  const { broker, seen } = await startBench();
  const client = await device(broker);
  await client.publishAsync('fw/v1/north/door/readings', 'x', { qos: 2 });
  expect(seen.refusals).toMatchObject([{ reason: 'foreign_topic' }]);
  expect(seen.messages).toEqual([]);
});

test('a refused message is answered in its turn', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(publishPacket(1, 'own'), publishPacket(2, 'foreign', { topic: 'fw/v1/north/door/readings' }));
  await seen.until(() => seen.refusals.length === 1 && seen.held.length === 1);
  seen.commitAll();
  expect(await raw.expectPacket('puback')).toMatchObject({ messageId: 1 });
  expect(await raw.expectPacket('puback')).toMatchObject({ messageId: 2 });
});

test('what a stranger typed is cut to 256 characters in the report', async () => {
  const { broker, seen } = await startBench();
  const client = await device(broker);
  await client.publishAsync('x'.repeat(5_000), 'x', { qos: 1 });
  expect(seen.refusals[0]?.detail).toBe('x'.repeat(256));
});

test.each(['#', '+/+', '$SYS/#', '$share/all/#', 'fw/v1/north/boiler/readings', 'fw/v1/north/boiler/#'])(
  'a subscription to %j fails with 0x80 and is reported',
  async (topic) => {
    const { broker, seen } = await startBench();
    const raw = rawDevice(broker);
    await raw.connect({ clean: false });
    raw.send({ cmd: 'subscribe', messageId: 3, subscriptions: [{ topic, qos: 1 }] });
    expect(await raw.expectPacket('suback')).toMatchObject({ messageId: 3, granted: [128] });
    expect(seen.refusals).toMatchObject([{ reason: 'subscription', detail: topic }]);
  },
);

test('nothing is ever delivered: no message, no retained one, none from a queue of an earlier session', async () => {
  const { broker, seen } = await startBench();
  const listener = rawDevice(broker);
  await listener.connect({ clientId: 'north.door', username: 'north.door', clean: false });
  const subscribe: Packet = { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] };
  listener.send(subscribe);
  await listener.expectPacket('suback');
  const client = await device(broker);
  for (const qos of [0, 1, 2] as const) await client.publishAsync(READINGS, 'kept?', { qos, retain: true });
  listener.send(subscribe, { cmd: 'pingreq' });
  await listener.expectPacket('suback');
  await listener.expectPacket('pingresp');
  listener.socket.destroy();
  await seen.until(() => seen.ends().length === 1);
  await client.publishAsync(READINGS, 'while away', { qos: 1, retain: true });

  const again = rawDevice(broker);
  expect(await again.connect({ clientId: 'north.door', username: 'north.door', clean: false })).toBe(0);
  again.send(subscribe, { cmd: 'pingreq' });
  await again.expectPacket('suback');
  await again.expectPacket('pingresp');
  expect(again.received).toEqual([]);
});

test('the retain flag is handed on, and an empty retained message is too', async () => {
  const { broker, seen } = await startBench();
  const client = await device(broker);
  await client.publishAsync('fw/v1/north/boiler/status', 'online', { qos: 1, retain: true });
  await client.publishAsync('fw/v1/north/boiler/status', '', { qos: 1, retain: true });
  expect(seen.messages.map(({ retain, payload }) => [retain, payload.length])).toEqual([
    [true, 6],
    [true, 0],
  ]);
});

test('a will that comes without its client is not published and stops nothing', async () => {
  const seen = recordIngress();
  const hook = createAuthorizePublish({
    clock: new DrivenClock(),
    ingress: seen.ingress,
    sessions: createSessions(),
    limits: DEFAULT_LIMITS,
    log: { info() {}, warn() {}, error() {} },
    connectionOf: () => undefined,
    storing: () => true,
  });
  const answer = await new Promise((resolve) => hook(null, publishPacket(1, 'offline'), resolve));
  expect(answer).toBeInstanceOf(Error);
  expect(seen.messages).toEqual([]);
});
