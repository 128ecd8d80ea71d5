import fc from 'fast-check';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { createFramer, type WirePacket } from '../../broker/framer.ts';
import { readPublish, UNUSABLE_TOPIC, withTopic } from '../../broker/publish-packet.ts';
import { connectPacket, publishPacket } from './bench.ts';

const LIMITS = { controlPacket: 1_024, publishPacket: 65_536 };
const CONNECT_BYTES = mqttPacket.generate(connectPacket());

function read(chunks: Iterable<Buffer>, limits = LIMITS) {
  const framer = createFramer(limits);
  const packets: WirePacket[] = [];
  for (const chunk of chunks) {
    const fault = framer.push(chunk, (packet) => packets.push(packet));
    if (fault !== undefined) return { packets, fault };
  }
  return { packets, fault: undefined };
}

function cut(bytes: Buffer, borders: readonly number[]): Buffer[] {
  const inside = [...new Set(borders.map((border) => border % bytes.length))].sort((a, b) => a - b);
  return [0, ...inside].map((from, i) => bytes.subarray(from, inside[i] ?? bytes.length));
}

const anyPacket = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 65_535 }), fc.uint8Array({ maxLength: 20_000 }))
    .map(([id, payload]): Packet => publishPacket(id, Buffer.from(payload))),
  fc.constant<Packet>({ cmd: 'pingreq' }),
  fc.constant<Packet>({ cmd: 'pubrel', messageId: 7 }),
);

test('packets come out the same however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(anyPacket, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 30 }), (packets, borders) => {
      const whole = [CONNECT_BYTES, ...packets.map((packet) => mqttPacket.generate(packet))];
      const { packets: found, fault } = read(cut(Buffer.concat(whole), borders));
      expect(fault).toBeUndefined();
      expect(found.map(({ bytes }) => bytes.toString('hex'))).toEqual(whole.map((bytes) => bytes.toString('hex')));
    }),
    { numRuns: 200 },
  );
});

test('packets come out the same when they drip in byte by byte', () => {
  const whole = [
    CONNECT_BYTES,
    mqttPacket.generate({ cmd: 'pingreq' }),
    mqttPacket.generate(publishPacket(1, 'x'.repeat(9_000))),
  ];
  const bytes = Buffer.concat(whole);
  const { packets } = read(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)));
  expect(packets.map((packet) => packet.bytes.toString('hex'))).toEqual(whole.map((one) => one.toString('hex')));
});

test('no bytes whatever make the framer throw', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(fc.uint8Array({ maxLength: 300 })), (connected, chunks) => {
      read([...(connected ? [CONNECT_BYTES] : []), ...chunks.map((chunk) => Buffer.from(chunk))]);
    }),
  );
});

test.each([
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a TLS handshake', Buffer.from([0x16, 3, 1, 2, 0])],
  ['a PUBLISH before CONNECT', mqttPacket.generate(publishPacket(1, 'x'))],
  ['a second CONNECT', Buffer.concat([CONNECT_BYTES, CONNECT_BYTES])],
  ['a packet that only a broker sends', Buffer.concat([CONNECT_BYTES, Buffer.from([0x20, 2, 0, 0])])],
  ['a reserved packet type', Buffer.concat([CONNECT_BYTES, Buffer.from([0xf0, 0])])],
  ['a SUBSCRIBE with wrong flags', Buffer.concat([CONNECT_BYTES, Buffer.from([0x80, 2, 0, 1])])],
  ['a length of five bytes', Buffer.concat([CONNECT_BYTES, Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1])])],
])('%s is a protocol error', (_name, bytes) => {
  expect(read([bytes]).fault?.reason).toBe('protocol_error');
});

test('a declared length over the limit is refused before any of it has come', () => {
  const declared = Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]);
  expect(read([declared]).fault).toEqual({
    reason: 'packet_too_large',
    detail: '268435455 bytes declared, 1024 allowed',
  });
});

test('a limit itself is allowed, one byte more is not', () => {
  const publish = (size: number): Buffer => mqttPacket.generate(publishPacket(1, 'x'.repeat(size - 2 - 27 - 2)));
  expect(read([CONNECT_BYTES, publish(LIMITS.publishPacket)]).fault).toBeUndefined();
  expect(read([CONNECT_BYTES, publish(LIMITS.publishPacket + 1)]).fault?.reason).toBe('packet_too_large');
});

function framed(bytes: Buffer): WirePacket {
  const packet = read([CONNECT_BYTES, bytes]).packets[1];
  if (packet === undefined) throw new Error('no packet');
  return packet;
}

test.each([
  ['both QoS bits', Buffer.from([0x36, 5, 0, 1, 97, 0, 1])],
  ['no topic', Buffer.from([0x30, 1, 0])],
  ['a topic longer than the packet', Buffer.from([0x30, 3, 0, 9, 97])],
  ['no room for its identifier', Buffer.from([0x32, 4, 0, 1, 97, 0])],
  ['identifier 0', Buffer.from([0x32, 5, 0, 1, 97, 0, 0])],
])('a PUBLISH with %s is at fault', (_name, bytes) => {
  expect(readPublish(framed(bytes), null)).toHaveProperty('fault');
});

test.each(['', 'a/+/b', '#', 'a#', '/'.repeat(100)])('the topic %j is one that no broker may take', (topic) => {
  const name = Buffer.from(topic);
  const packet = framed(Buffer.concat([Buffer.from([0x30, name.length + 2, 0, name.length]), name]));
  expect(readPublish(packet, null)).toMatchObject({ topic, usable: false });
});

test('a PUBLISH is read alike whether its topic was met before or not, and as a parser of packets reads it', () => {
  const ascii = fc.constantFrom('a', 'a/b', 'fw/v1/north/boiler/readings');
  const message = fc.record({
    topic: fc.oneof(ascii, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })),
    payload: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    retain: fc.boolean(),
    dup: fc.boolean(),
    messageId: fc.integer({ min: 1, max: 65_535 }),
  });
  fc.assert(
    fc.property(message, ascii, ({ topic, payload, qos, retain, dup, messageId }, usual) => {
      fc.pre(!/[\0+#]/.test(topic) && topic.isWellFormed());
      const bytes = mqttPacket.generate({ cmd: 'publish', topic, payload, qos, retain, dup, messageId });
      const read = { topic, qos, retain, messageId: qos === 0 ? 0 : messageId, usable: true, bytes: bytes.length };
      for (const known of [null, usual]) expect(readPublish(framed(bytes), known)).toEqual({ ...read, payload });
    }),
  );
});

test('a PUBLISH keeps everything but its topic when that is replaced', () => {
  const original = publishPacket(515, 'x'.repeat(200), { topic: 'a/#', qos: 2, dup: true, retain: true });
  const raw = mqttPacket.generate({ ...original, topic: 'a/b' });
  const replaced = withTopic(framed(raw), UNUSABLE_TOPIC);
  expect(replaced).toEqual(mqttPacket.generate({ ...original, topic: UNUSABLE_TOPIC }));
});
