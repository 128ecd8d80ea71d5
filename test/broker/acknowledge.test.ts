import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { connectPacket, device, publishPacket, rawDevice, READINGS, SECRET, startBench } from './bench.ts';

/** Everything sent before this is handled when its answer comes back. */
async function roundTrip(raw: ReturnType<typeof rawDevice>): Promise<void> {
  raw.send({ cmd: 'subscribe', messageId: 9_999, subscriptions: [{ topic: 'x', qos: 0 }] });
  await raw.expectPacket('suback');
}

test('a QoS 1 message is acknowledged after its commit and not before', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(publishPacket(7, '{"values":{}}'));
  await seen.until(() => seen.messages.length === 1);
  await roundTrip(raw); // the next packet on the wire is the SUBACK: there was no PUBACK before it
  seen.commitAll();
  expect(await raw.expectPacket('puback')).toMatchObject({ messageId: 7 });
  expect(seen.messages[0]).toMatchObject({
    topic: { site: 'north', device: 'boiler', leaf: 'readings' },
    qos: 1,
    retain: false,
    origin: 'publish',
  });
});

test('acknowledgements leave in order of arrival although the commits end in another order', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(...[1, 2, 3, 4, 5].map((id) => publishPacket(id, `${id}`)));
  await seen.until(() => seen.messages.length === 5);
  for (const index of [4, 2, 1, 3]) seen.held[index]?.resolve();
  await roundTrip(raw);
  seen.held[0]?.resolve();
  for (const messageId of [1, 2, 3, 4, 5]) expect(await raw.expectPacket('puback')).toMatchObject({ messageId });
});

test('a message that is never committed is never acknowledged, nor is any after it', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(publishPacket(1, 'lost'), publishPacket(2, 'kept'));
  await seen.until(() => seen.held.length === 2);
  seen.held[1]?.resolve();
  await roundTrip(raw);
  await roundTrip(raw);
  expect(raw.received).toEqual([]);
});

test('QoS 0 takes the same way and gets no acknowledgement', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(publishPacket(1, 'zero', { qos: 0 }), publishPacket(2, 'one'));
  expect(await raw.expectPacket('puback')).toMatchObject({ messageId: 2 });
  expect(seen.messages.map(({ qos }) => qos)).toEqual([0, 1]);
});

test('hundreds of messages pipelined behind CONNECT while commits are slow are all handed on, none lost', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const raw = rawDevice(broker);
  const ids = Array.from({ length: 400 }, (_, i) => i + 1);
  raw.send(connectPacket(), ...ids.map((id) => publishPacket(id, `${id}`)));
  expect((await raw.expectPacket('connack')).returnCode).toBe(0);
  await seen.until(() => seen.messages.length === 40);
  // At the bound nothing more is handed on; each commit lets one through.
  for (const id of ids) {
    await seen.until(() => seen.held.length >= id);
    expect(seen.messages.length).toBeLessThan(id + 40);
    seen.held[id - 1]?.resolve();
    expect(await raw.expectPacket('puback')).toMatchObject({ messageId: id });
  }
  expect(seen.texts()).toEqual(ids.map(String));
});

test('a hundred packets behind a CONNECT that is still being answered do not close the connection', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const raw = rawDevice(broker);
  raw.send(connectPacket(), ...Array.from({ length: 100 }, (): Packet => ({ cmd: 'pingreq' })), publishPacket(1, 'x'));
  expect((await raw.expectPacket('connack')).returnCode).toBe(0);
  for (let i = 0; i < 100; i++) await raw.expectPacket('pingresp');
  await seen.until(() => seen.held.length === 1);
  seen.commitAll();
  await raw.expectPacket('puback');
  expect(seen.refusals).toEqual([]);
});

test('messages of every QoS are handed on in the order in which they were sent', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  const levels = [1, 2, 0, 1, 2, 2, 1, 0, 0, 2, 1] as const;
  const sent = levels.map((qos, at) => publishPacket(at + 1, `${at}`, { qos }));
  raw.send(connectPacket(), ...sent);
  await seen.until(() => seen.messages.length === levels.length);
  expect(seen.messages.map(({ qos, payload }) => [qos, Buffer.from(payload).toString()])).toEqual(
    levels.map((qos, at) => [qos, `${at}`]),
  );
});

test('the bound counts bytes too, and lets one large message through', async () => {
  const { broker, seen } = await startBench({ limits: { inFlightBytes: 1_000 } });
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(publishPacket(1, 'x'.repeat(5_000)), publishPacket(2, 'y'));
  await seen.until(() => seen.messages.length === 1);
  await seen.until(() => seen.held.length === 1);
  seen.held[0]?.resolve();
  await raw.expectPacket('puback');
  await seen.until(() => seen.messages.length === 2);
});

test('a PINGREQ behind a held burst does not cost the session', async () => {
  const { broker, seen } = await startBench({ clock: systemClock() });
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect({
    keepalive: 1,
    will: { topic: 'fw/v1/north/boiler/status', payload: Buffer.from('offline'), qos: 1, retain: false },
  });
  raw.send(...Array.from({ length: 60 }, (_, i) => publishPacket(i + 1, `${i}`)), { cmd: 'pingreq' });
  await seen.until(() => seen.messages.length === 40);

  // A silent device with the same keepalive, connected later, is given up: more than 1.5 s have passed.
  const silent = rawDevice(broker);
  await silent.connect({ clientId: 'north.door', username: 'north.door', keepalive: 1 });
  await silent.closed;
  const later = rawDevice(broker);
  await later.connect({ clientId: 'north.door', username: 'north.door', keepalive: 1 });
  await later.closed;

  seen.commitAll();
  const answers = await Promise.all(Array.from({ length: 61 }, () => raw.next()));
  const acknowledged = answers.flatMap((packet) => (packet.cmd === 'puback' ? [packet.messageId] : []));
  expect(acknowledged).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  expect(answers.filter(({ cmd }) => cmd === 'pingresp')).toHaveLength(1);
  expect(seen.messages.filter(({ origin }) => origin === 'will')).toEqual([]);
});

test('a failure of ingest acknowledges nothing and closes the connection, which is no fault of the device', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(publishPacket(1, 'x'));
  await seen.until(() => seen.held.length === 1);
  seen.held[0]?.reject(new Error('worker gone'));
  await raw.closed;
  expect(raw.received).toEqual([]);
  await seen.until(() => seen.ends().length === 1);
  expect(seen.ends()).toEqual(['ours']);
});

test('a device that sends and hangs up at once loses nothing', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  const ids = Array.from({ length: 300 }, (_, i) => i + 1);
  raw.send(connectPacket(), ...ids.map((id) => publishPacket(id, `${id}`, { qos: 0 })), { cmd: 'disconnect' });
  raw.socket.end();
  await seen.until(() => seen.ends().length === 1);
  expect(seen.texts()).toEqual(ids.map(String));
  expect(seen.ends()).toEqual(['disconnect']);
});

test('QoS 2 has its PUBREC after the commit, and a copy before PUBREL is not handed on again', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(publishPacket(5, 'once', { qos: 2 }), publishPacket(5, 'once', { qos: 2, dup: true }));
  await seen.until(() => seen.messages.length === 1);
  await roundTrip(raw);
  seen.commitAll();
  await raw.expectPacket('pubrec');
  await raw.expectPacket('pubrec');
  raw.send(publishPacket(5, 'once', { qos: 2, dup: true }));
  await raw.expectPacket('pubrec');
  raw.send({ cmd: 'pubrel', messageId: 5 });
  await raw.expectPacket('pubcomp');
  expect(seen.texts()).toEqual(['once']);
  raw.send(publishPacket(5, 'once', { qos: 2 }));
  await raw.expectPacket('pubrec');
  expect(seen.texts()).toEqual(['once', 'once']);
});

test('QoS 2 holds over a reconnection: committed while the device was away, not handed on again', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const first = rawDevice(broker);
  await first.connect({ clean: false });
  first.send(publishPacket(5, 'once', { qos: 2 }));
  await seen.until(() => seen.messages.length === 1);
  first.socket.destroy();
  await seen.until(() => seen.ends().length === 1);
  seen.commitAll();
  const second = rawDevice(broker);
  await second.connect({ clean: false });
  second.send(publishPacket(5, 'once', { qos: 2, dup: true }));
  await second.expectPacket('pubrec');
  second.send({ cmd: 'pubrel', messageId: 5 });
  await second.expectPacket('pubcomp');
  expect(seen.texts()).toEqual(['once']);
});

test('another message under a QoS 2 identifier still open is not taken for its copy', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect({ clean: false });
  raw.send(publishPacket(1, 'before the reboot', { qos: 2 }));
  await raw.expectPacket('pubrec');
  raw.send(publishPacket(1, 'after the reboot', { qos: 2 }));
  await raw.expectPacket('pubrec');
  expect(seen.texts()).toEqual(['before the reboot', 'after the reboot']);
});

test('QoS 2 messages left without PUBREL end the session at a thousand', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(...Array.from({ length: 1_001 }, (_, i) => publishPacket(i + 1, `${i}`, { qos: 2 })));
  await raw.closed;
  expect(seen.refusals).toMatchObject([{ reason: 'protocol_error' }]);
});

test('an ordinary client publishes with every QoS', async () => {
  const { broker, seen } = await startBench();
  const client = await device(broker);
  for (const qos of [0, 1, 2] as const) await client.publishAsync(READINGS, `qos ${qos}`, { qos });
  await client.endAsync();
  await seen.until(() => seen.messages.length === 3);
  expect(seen.texts()).toEqual(['qos 0', 'qos 1', 'qos 2']);
});

const mosquitto = (process.env.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, 'mosquitto_pub')));

test.skipIf(!mosquitto).each(['0', '1', '2'])('mosquitto_pub delivers with QoS %s', async (qos) => {
  const { broker, seen } = await startBench();
  const name = 'north.boiler';
  const who = ['-h', broker.host, '-p', String(broker.port), '-i', name, '-u', name, '-P', SECRET];
  await promisify(execFile)('mosquitto_pub', [...who, '-t', READINGS, '-q', qos, '-m', '{"values":{}}']);
  await seen.until(() => seen.ends().length === 1);
  expect(seen.texts()).toEqual(['{"values":{}}']);
  expect(seen.ends()).toEqual(['disconnect']);
});

test('twenty devices at once get every acknowledgement', async () => {
  const accounts = { verify: (name: string) => ({ site: 'north', device: name.slice(6), clientId: name }) };
  const { broker, seen } = await startBench({ credentials: accounts });
  const devices = Array.from({ length: 20 }, (_, i) => `north.d${i}`);
  await Promise.all(
    devices.map(async (name) => {
      const client = await device(broker, name);
      const topic = `fw/v1/north/${name.slice(6)}/readings`;
      await Promise.all(Array.from({ length: 100 }, (_, i) => client.publishAsync(topic, `${i}`, { qos: 1 })));
      await client.endAsync();
    }),
  );
  expect(seen.messages).toHaveLength(2_000);
});
