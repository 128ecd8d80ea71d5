import { expect, test } from 'vitest';
import { connectPacket, device, rawDevice, SECRET, startBench } from './bench.ts';

const FOREIGN_WILL = {
  topic: 'fw/v1/north/door/status',
  payload: Buffer.from('offline'),
  qos: 1,
  retain: true,
} as const;

test.each([
  ['without credentials', { username: undefined, password: undefined }, 4, 'no_credentials'],
  ['without a password', { password: undefined }, 4, 'no_credentials'],
  ['with an unknown user name', { username: 'north.nobody' }, 4, 'unknown_client'],
  ['with a wrong password', { password: Buffer.from('wrong') }, 4, 'wrong_password'],
  ['with another client id than its credential', { clientId: 'north.door' }, 2, 'client_id_mismatch'],
  ['with a client id of zero length', { clientId: '' }, 2, 'client_id_mismatch'],
  ['with keepalive switched off', { keepalive: 0 }, 5, 'keepalive_required'],
  ['with a keepalive of hours', { keepalive: 7_200 }, 5, 'keepalive_required'],
  ['with a will to a foreign topic', { will: FOREIGN_WILL }, 5, 'foreign_topic'],
  ['with a will to a topic of no convention', { will: { ...FOREIGN_WILL, topic: 'tele/x/LWT' } }, 5, 'unknown_topic'],
] as const)('a CONNECT %s is refused and reported', async (_name, options, code, reason) => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  expect(await raw.connect(options)).toBe(code);
  await raw.closed;
  expect(seen.refusals.map((refusal) => refusal.reason)).toEqual([reason]);
  expect(seen.refusals[0]).toMatchObject({ address: '127.0.0.1' });
  expect(seen.changes).toEqual([]);
});

test('a client id of zero length is refused without a clean session too [MQTT-3.1.3-8]', async () => {
  const { broker } = await startBench();
  const raw = rawDevice(broker);
  // mqtt-packet refuses to write such a packet.
  const bytes = Buffer.concat([
    Buffer.from([0x10, 0, 0, 4]),
    Buffer.from('MQTT'),
    Buffer.from([4, 0xc0, 0, 60, 0, 0, 0, 12]),
    Buffer.from('north.boiler'),
    Buffer.from([0, SECRET.length]),
    Buffer.from(SECRET),
  ]);
  bytes[1] = bytes.length - 2;
  raw.socket.write(bytes);
  expect((await raw.expectPacket('connack')).returnCode).toBe(2);
});

test('the secret is never part of what is reported', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect({ clientId: 'other' });
  expect(JSON.stringify(seen.refusals)).not.toContain(SECRET);
});

test.each([
  ['constructor', 'north.odd'],
  ['__proto__', 'north.odder'],
])('a credential may name the client id %j', async (clientId, username) => {
  const { broker, seen } = await startBench();
  const client = await device(broker, username, { clientId });
  await client.publishAsync(`fw/v1/north/${username.slice(6)}/readings`, '{}', { qos: 1 });
  expect(seen.messages).toHaveLength(1);
  await client.endAsync();
  await seen.until(() => seen.ends().length === 1);
});

test('a stranger called constructor is refused and hurts nobody', async () => {
  const { broker, seen } = await startBench();
  for (const clientId of ['constructor', '__proto__', 'toString']) {
    expect(await rawDevice(broker).connect({ clientId, username: clientId })).toBe(4);
  }
  const client = await device(broker);
  await client.publishAsync('fw/v1/north/boiler/readings', '{}', { qos: 1 });
  expect(seen.messages).toHaveLength(1);
});

test('MQTT 5 gets the code for an unacceptable protocol, and a reason in the report', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  raw.send(connectPacket({ protocolVersion: 5 }));
  expect((await raw.expectPacket('connack')).returnCode).toBe(1);
  await raw.closed;
  expect(seen.refusals).toMatchObject([{ reason: 'protocol_error', clientId: 'north.boiler' }]);
  expect(seen.refusals[0]?.detail).toContain('3.1.1');
});

test('MQTT 3.1 may connect with a client id of more than 23 characters', async () => {
  const long = `north.${'x'.repeat(40)}`;
  const { broker, seen } = await startBench({
    credentials: { verify: () => ({ site: 'north', device: 'x'.repeat(40), clientId: long }) },
  });
  const raw = rawDevice(broker);
  expect(await raw.connect({ protocolId: 'MQIsdp', protocolVersion: 3, clientId: long, username: long })).toBe(0);
  expect(seen.refusals).toEqual([]);
});

test('a refusal reaches a device that has already sent more behind its CONNECT: no reset takes it away', async () => {
  const { broker } = await startBench();
  const raw = rawDevice(broker);
  const errors: Error[] = [];
  raw.socket.on('error', (error) => errors.push(error));
  raw.send(connectPacket({ username: 'nobody' }));
  raw.socket.write(Buffer.alloc(2_000_000, Buffer.from([0xc0, 0])));
  expect((await raw.expectPacket('connack')).returnCode).toBe(4);
  await raw.closed;
  expect(errors).toEqual([]);
});
