import mqttPacket from 'mqtt-packet';
import { expect, test } from 'vitest';
import { connectPacket, publishPacket, rawDevice, READINGS, SECRET, startBench } from './bench.ts';

/** Statements of MQTT 3.1.1 by their number; those with a room of their own are in the files beside. */

const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};
const packet = (first: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([first, body.length]), body]);
};
const id = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const connecting = (flags: number, fields: Buffer[], level = 4): Buffer =>
  packet(0x10, text('MQTT'), Buffer.from([level, flags, 0, 60]), ...fields);
const NAME = text('north.boiler');
const PASSWORD = text(SECRET);

test.each([
  ['a reserved connect flag [MQTT-3.1.2-3]', connecting(0xc3, [NAME, NAME, PASSWORD])],
  ['a will QoS without a will [MQTT-3.1.2-13]', connecting(0xca, [NAME, NAME, PASSWORD])],
  ['a will QoS of 3 [MQTT-3.1.2-14]', connecting(0xde, [NAME, text(READINGS), text('x'), NAME, PASSWORD])],
  ['will retain without a will [MQTT-3.1.2-15]', connecting(0xe2, [NAME, NAME, PASSWORD])],
  ['reserved flags of CONNECT [MQTT-2.2.2-2]', Buffer.concat([Buffer.from([0x11]), connecting(0xc2, []).subarray(1)])],
  ['a client id that is no UTF-8 [MQTT-1.5.3-1]', connecting(0xc2, [text(Buffer.from([0xc3, 0x28])), NAME, PASSWORD])],
  ['a client id with U+0000 [MQTT-1.5.3-2]', connecting(0xc2, [text('north.boi\0ler'), NAME, PASSWORD])],
  ['a user name with U+0000 [MQTT-1.5.3-2]', connecting(0xc2, [NAME, text('north.boiler\0'), PASSWORD])],
  [
    'a will topic with U+0000 [MQTT-1.5.3-2]',
    connecting(0xce, [NAME, text(`${READINGS}\0`), text('x'), NAME, PASSWORD]),
  ],
])('a CONNECT with %s is closed without being let in', async (_name, bytes) => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  raw.socket.write(bytes);
  await raw.closed;
  expect(seen.refusals).toMatchObject([{ reason: 'protocol_error' }]);
  expect(seen.changes).toEqual([]);
});

test('a password without a user name is refused [MQTT-3.1.2-22]', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  raw.socket.write(connecting(0x42, [NAME, PASSWORD]));
  expect((await raw.expectPacket('connack')).returnCode).toBe(4);
  await raw.closed;
  expect(seen.refusals).toMatchObject([{ reason: 'no_credentials' }]);
});

test('a will may hold any bytes', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  raw.socket.write(connecting(0xce, [NAME, text(READINGS), text(Buffer.from([0, 0xff, 0xc3])), NAME, PASSWORD]));
  expect((await raw.expectPacket('connack')).returnCode).toBe(0);
  raw.socket.destroy();
  await seen.until(() => seen.ends().length === 1);
  expect(seen.messages.map(({ payload }) => [...payload])).toEqual([[0, 0xff, 0xc3]]);
});

test.each([3, 4])('level %i is spoken', async (level) => {
  const { broker } = await startBench();
  const raw = rawDevice(broker);
  const protocolId = level === 3 ? 'MQIsdp' : 'MQTT';
  expect(await raw.connect({ protocolVersion: level === 3 ? 3 : 4, protocolId })).toBe(0);
});

test.each([
  ['a topic that is no UTF-8 [MQTT-1.5.3-1]', packet(0x32, text(Buffer.from([0x66, 0xc3, 0x28])), id(1))],
  ['a topic with a surrogate [MQTT-1.5.3-1]', packet(0x32, text(Buffer.from([0x66, 0xed, 0xa0, 0x80])), id(1))],
  ['a topic with U+0000 [MQTT-1.5.3-2]', packet(0x32, text(`${READINGS}\0`), id(1))],
  ['packet identifier 0 in a PUBLISH [MQTT-2.3.1-1]', packet(0x32, text(READINGS), id(0))],
  ['QoS 3 [MQTT-3.3.1-4]', packet(0x36, text(READINGS), id(1))],
  ['packet identifier 0 in a SUBSCRIBE [MQTT-2.3.1-1]', packet(0x82, id(0), text('x'), Buffer.from([0]))],
  ['packet identifier 0 in an UNSUBSCRIBE [MQTT-2.3.1-1]', packet(0xa2, id(0), text('x'))],
  ['a SUBSCRIBE with QoS 3 [MQTT-3.8.3-4]', packet(0x82, id(1), text('x'), Buffer.from([3]))],
  ['a SUBSCRIBE of nothing [MQTT-3.8.3-3]', packet(0x82, id(1))],
  ['a filter with U+0000 [MQTT-1.5.3-2]', packet(0x82, id(1), text('a\0b'), Buffer.from([0]))],
  ['an UNSUBSCRIBE of nothing [MQTT-3.10.3-2]', packet(0xa2, id(1))],
  ['an UNSUBSCRIBE of what is no UTF-8 [MQTT-1.5.3-1]', packet(0xa2, id(1), text(Buffer.from([0xff])))],
  ['a second CONNECT [MQTT-3.1.0-2]', mqttPacket.generate(connectPacket())],
  ['reserved flags of SUBSCRIBE [MQTT-3.8.1-1]', packet(0x80, id(1), text('x'), Buffer.from([0]))],
  ['reserved flags of UNSUBSCRIBE [MQTT-3.10.1-1]', packet(0xa0, id(1), text('x'))],
  ['reserved flags of PUBREL [MQTT-3.6.1-1]', packet(0x60, id(1))],
  ['reserved flags of PUBACK [MQTT-2.2.2-2]', packet(0x41, id(1))],
  ['reserved flags of PINGREQ [MQTT-2.2.2-2]', packet(0xc1)],
  ['reserved flags of DISCONNECT [MQTT-3.14.1-1]', packet(0xe1)],
  ['a CONNACK, which servers send', packet(0x20, id(0))],
  ['a SUBACK, which servers send', packet(0x90, id(1), Buffer.from([0]))],
  ['a PINGRESP, which servers send', packet(0xd0)],
  ['packet type 0', packet(0x00)],
  ['packet type 15', packet(0xf0)],
  ['a Remaining Length of five bytes [MQTT-2.2.3]', Buffer.from([0x32, 0xff, 0xff, 0xff, 0xff, 0x01])],
])('%s closes the connection and is reported', async (_name, bytes) => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.socket.write(bytes);
  await raw.closed;
  await seen.until(() => seen.ends().length === 1);
  expect(raw.received).toEqual([]);
  expect(seen.refusals).toMatchObject([{ reason: 'protocol_error', clientId: 'north.boiler' }]);
  expect(seen.messages).toEqual([]);
  expect(seen.ends()).toEqual(['lost']);
});

test('a PINGREQ has its PINGRESP [MQTT-3.12.4-1], an UNSUBSCRIBE its UNSUBACK, subscribed or not [MQTT-3.10.4-5]', async () => {
  const { broker } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect({ clean: false });
  raw.send({ cmd: 'pingreq' }, { cmd: 'unsubscribe', messageId: 7, unsubscriptions: ['a/b', '#'] });
  await raw.expectPacket('pingresp');
  expect(await raw.expectPacket('unsuback')).toMatchObject({ messageId: 7 });
});

test('a SUBACK has a code for each filter, in order [MQTT-3.8.4-5]', async () => {
  const { broker } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect();
  const subscriptions = ['a', 'b/#', '$share/g/c'].map((topic) => ({ topic, qos: 1 as const }));
  raw.send({ cmd: 'subscribe', messageId: 7, subscriptions });
  expect(await raw.expectPacket('suback')).toMatchObject({ messageId: 7, granted: [128, 128, 128] });
});

test('acknowledgements nobody asked for are ignored, and a PUBREL for nothing has its PUBCOMP', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(
    { cmd: 'puback', messageId: 9 },
    { cmd: 'pubrec', messageId: 9 },
    { cmd: 'pubcomp', messageId: 9 },
    { cmd: 'pubrel', messageId: 9 },
    publishPacket(1, 'x'),
  );
  const answers = new Set([(await raw.next()).cmd, (await raw.next()).cmd, (await raw.next()).cmd]);
  expect(answers).toEqual(new Set(['pubrel', 'pubcomp', 'puback']));
  expect(seen.ends()).toEqual([]);
});

test('session present is said of a session that was kept and of no other [MQTT-3.2.2-1 to 3.2.2-4]', async () => {
  const { broker, seen } = await startBench();
  const present = async (options: Parameters<typeof connectPacket>[0]): Promise<unknown> => {
    const raw = rawDevice(broker);
    raw.send(connectPacket(options));
    const { returnCode, sessionPresent } = await raw.expectPacket('connack');
    const ended = seen.ends().length;
    raw.socket.destroy();
    if (returnCode === 0) await seen.until(() => seen.ends().length > ended);
    return sessionPresent;
  };
  expect(await present({ clean: false })).toBe(false);
  expect(await present({ clean: false })).toBe(true);
  expect(await present({ clean: false, password: Buffer.from('wrong') })).toBe(false);
  expect(await present({ clean: false })).toBe(true);
  expect(await present({ clean: true })).toBe(false);
  expect(await present({ clean: false })).toBe(false);
  expect(await present({ clean: false, protocolVersion: 3, protocolId: 'MQIsdp' })).toBe(false);
});
