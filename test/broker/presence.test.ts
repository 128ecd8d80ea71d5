import { once } from 'node:events';
import { expect, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { startBroker } from '../../broker/broker.ts';
import { BrokerListenError } from '../../broker/listen.ts';
import { credentials, device, publishPacket, rawDevice, recordIngress, startBench, type Recorder } from './bench.ts';

const WILL = { topic: 'fw/v1/north/boiler/status', payload: Buffer.from('offline'), qos: 1, retain: true } as const;

const wills = (seen: Recorder): string[] =>
  seen.messages.filter(({ origin }) => origin === 'will').map(({ payload }) => Buffer.from(payload).toString());

test('a connection is reported when it is established and when it ends in order', async () => {
  const { broker, seen } = await startBench();
  const client = await device(broker, 'north.boiler', { will: WILL });
  const who = { site: 'north', device: 'boiler', connection: 1 };
  expect(seen.changes).toMatchObject([{ kind: 'connected', address: '127.0.0.1', ...who }]);
  await client.endAsync();
  await seen.until(() => seen.changes.length === 2);
  expect(seen.changes[1]).toMatchObject({ kind: 'ended', end: 'disconnect', ...who });
  expect(wills(seen)).toEqual([]);
});

test('a broken connection is lost, and its will comes before the report', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect({ will: WILL });
  raw.socket.destroy();
  await seen.until(() => seen.ends().length === 1);
  expect(seen.ends()).toEqual(['lost']);
  expect(seen.messages).toMatchObject([{ origin: 'will', retain: true, qos: 1, topic: { leaf: 'status' } }]);
  expect(wills(seen)).toEqual(['offline']);
});

test('a connection that falls silent for one and a half keepalives is lost, and its will is handed on', async () => {
  const { broker, seen } = await startBench({ clock: systemClock() });
  const raw = rawDevice(broker);
  await raw.connect({ keepalive: 1, will: WILL });
  await raw.closed;
  await seen.until(() => seen.ends().length === 1);
  expect(seen.ends()).toEqual(['lost']);
  expect(wills(seen)).toEqual(['offline']);
  expect(seen.refusals).toEqual([]);
});

test('a protocol error is a lost connection, and its will is handed on', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect({ will: WILL });
  raw.socket.write(Buffer.from([0, 0]));
  await seen.until(() => seen.ends().length === 1);
  expect(seen.ends()).toEqual(['lost']);
  expect(wills(seen)).toEqual(['offline']);
});

test('a takeover ends the former connection as ours, before the new one is reported, without its will', async () => {
  const { broker, seen } = await startBench();
  const former = rawDevice(broker);
  await former.connect({ will: WILL });
  const next = rawDevice(broker);
  expect(await next.connect({ will: WILL })).toBe(0);
  await former.closed;
  await seen.until(() => seen.changes.length === 3);
  expect(seen.changes).toMatchObject([
    { kind: 'connected', connection: 1 },
    { kind: 'ended', connection: 1, end: 'ours' },
    { kind: 'connected', connection: 2 },
  ]);
  expect(wills(seen)).toEqual([]);
  next.send(publishPacket(1, 'still served'));
  await next.expectPacket('puback');
});

test('what the former connection had waiting is committed, and its late answers disturb nobody', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const former = rawDevice(broker);
  await former.connect();
  former.send(publishPacket(1, 'a'));
  await seen.until(() => seen.held.length === 1);
  const next = rawDevice(broker);
  await next.connect();
  seen.commitAll();
  next.send(publishPacket(2, 'b'));
  expect(await next.expectPacket('puback')).toMatchObject({ messageId: 2 });
  expect(seen.refusals).toEqual([]);
});

test('a refused stranger with the name of a device does not end its connection', async () => {
  const { broker, seen } = await startBench();
  const client = rawDevice(broker);
  await client.connect();
  expect(await rawDevice(broker).connect({ password: Buffer.from('wrong') })).toBe(4);
  client.send(publishPacket(1, 'x'));
  await client.expectPacket('puback');
  expect(seen.ends()).toEqual([]);
});

test('a device can be disconnected by us, as after its credential was revoked', async () => {
  const { broker, seen } = await startBench();
  const client = rawDevice(broker);
  await client.connect({ will: WILL });
  broker.disconnect({ site: 'north', device: 'boiler' });
  await client.closed;
  expect(seen.ends()).toEqual(['ours']);
  expect(wills(seen)).toEqual([]);
});

test('closing answers what is being committed, ends every connection as ours and publishes no will', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect({ will: WILL });
  const idle = rawDevice(broker);
  await idle.connect({ clientId: 'north.door', username: 'north.door' });
  const unknown = rawDevice(broker);
  await once(unknown.socket, 'connect');
  raw.send(publishPacket(1, 'last'));
  await seen.until(() => seen.held.length === 1);
  const closed = broker.close();
  const late = rawDevice(broker);
  await late.closed; // refused: the broker has been closing for a while
  seen.commitAll();
  await raw.expectPacket('puback');
  await Promise.all([closed, raw.closed, idle.closed, unknown.closed]);
  expect(seen.ends()).toEqual(['ours', 'ours']);
  expect(wills(seen)).toEqual([]);
});

test('closing does not wait for ever for a commit that never comes', async () => {
  const { broker, clock, seen } = await startBench({ limits: { closeGrace: 2_000 } });
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(publishPacket(1, 'stuck'));
  await seen.until(() => seen.held.length === 1);
  const closed = broker.close();
  clock.advance(2_000);
  await closed;
  await raw.closed;
  expect(raw.received).toEqual([]);
});

test('port 0 takes a free port; a port in use is refused with a sentence that says what to do', async () => {
  const { broker, clock } = await startBench();
  const { port } = broker;
  expect(port).toBeGreaterThan(0);
  const log = { info() {}, warn() {}, error() {} };
  const attempt = startBroker({ port, clock, credentials, ingress: recordIngress().ingress, log });
  await expect(attempt).rejects.toThrow(BrokerListenError);
  await expect(attempt).rejects.toThrow(
    `The MQTT port 127.0.0.1:${port} is in use by another program: stop that one, or set MQTT_PORT to another port`,
  );
});
