import { expect, test } from 'vitest';
import { publishPacket, rawDevice, startBench } from './bench.ts';

const WILL = { topic: 'fw/v1/north/boiler/status', payload: Buffer.from('offline'), qos: 1, retain: true } as const;
const ids = Array.from({ length: 500 }, (_, i) => i + 1);

test('while nothing can be committed every message is still handed on and none is acknowledged', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(...ids.map((id) => publishPacket(id, `${id}`)));
  await seen.until(() => seen.messages.length === 40);
  broker.setStoring(false);
  await seen.until(() => seen.messages.length === 500);
  expect(seen.texts()).toEqual(ids.map(String));
  raw.send({ cmd: 'pingreq' });
  await raw.expectPacket('pingresp'); // and no PUBACK before it
});

test('after recovery the connection is closed as ours, the device sends again and is acknowledged', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  broker.setStoring(false);
  const raw = rawDevice(broker);
  await raw.connect({ will: WILL });
  raw.send(...ids.map((id) => publishPacket(id, `${id}`)));
  await seen.until(() => seen.messages.length === 500);
  broker.setStoring(true);
  await raw.closed;
  expect(seen.ends()).toEqual(['ours']);
  expect(seen.messages).toHaveLength(500); // no will
  seen.commitAll();

  const again = rawDevice(broker);
  await again.connect();
  again.send(...ids.map((id) => publishPacket(id, `${id}`, { dup: true })));
  for (const messageId of ids) expect(await again.expectPacket('puback')).toMatchObject({ messageId });
});

test('a connection with nothing unanswered outlives an outage', async () => {
  const { broker, seen } = await startBench();
  const raw = rawDevice(broker);
  await raw.connect();
  broker.setStoring(false);
  broker.setStoring(true);
  raw.send(publishPacket(1, 'x'));
  await raw.expectPacket('puback');
  expect(seen.ends()).toEqual([]);
});

test('a connection with QoS 0 only outlives it too, and its bound is free again', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  broker.setStoring(false);
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(...ids.map((id) => publishPacket(id, `${id}`, { qos: 0 })));
  await seen.until(() => seen.messages.length === 500);
  broker.setStoring(true);
  raw.send(...ids.slice(0, 40).map((id) => publishPacket(id, `${id}`, { qos: 0 })));
  await seen.until(() => seen.messages.length === 540);
  expect(seen.ends()).toEqual([]);
  expect(seen.held).toHaveLength(540);
});

test('messages committed during an outage after all are acknowledged', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(publishPacket(1, 'a'), publishPacket(2, 'b'));
  await seen.until(() => seen.held.length === 2);
  broker.setStoring(false);
  seen.commitAll();
  for (const messageId of [1, 2]) expect(await raw.expectPacket('puback')).toMatchObject({ messageId });
  broker.setStoring(true);
  raw.send({ cmd: 'pingreq' });
  await raw.expectPacket('pingresp');
});

test('a QoS 2 message let go is taken as new when it is sent again', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  broker.setStoring(false);
  const raw = rawDevice(broker);
  await raw.connect({ clean: false });
  raw.send(...ids.slice(0, 60).map((id) => publishPacket(id, `${id}`, { qos: 2 })));
  await seen.until(() => seen.messages.length === 60);
  broker.setStoring(true);
  await raw.closed;
  // The promises of what was let go never resolve.
  seen.held.length = 0;
  seen.commitAll();
  const again = rawDevice(broker);
  await again.connect({ clean: false });
  again.send(...ids.slice(0, 60).map((id) => publishPacket(id, `${id}`, { qos: 2, dup: true })));
  for (const id of ids.slice(0, 60)) expect(await again.expectPacket('pubrec')).toMatchObject({ messageId: id });
  expect(seen.messages).toHaveLength(120);
});

test('closing does not wait for commits while nothing can be committed', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  broker.setStoring(false);
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(publishPacket(1, 'x'));
  await seen.until(() => seen.held.length === 1);
  await broker.close();
  await raw.closed;
  expect(seen.ends()).toEqual(['ours']);
});

test('at most the bound waits for its answer during an outage; what was let go is asked for again', async () => {
  const { broker, seen } = await startBench();
  seen.hold();
  broker.setStoring(false);
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(...ids.map((id) => publishPacket(id, `${id}`)));
  await seen.until(() => seen.messages.length === 500);
  seen.commitAll();
  for (const messageId of ids.slice(0, 40)) expect(await raw.expectPacket('puback')).toMatchObject({ messageId });
  broker.setStoring(true);
  await raw.closed;
  expect(raw.received).toEqual([]);
  expect(seen.ends()).toEqual(['ours']);
});
