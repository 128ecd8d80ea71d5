import type { Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { createRates } from '../../broker/rate.ts';
import { DrivenClock } from '../driven-clock.ts';
import { publishPacket, rawDevice, startBench } from './bench.ts';

const ids = Array.from({ length: 30 }, (_, i) => i + 1);

test('an allowance is used up by a burst, comes back with time, and never grows past the burst', () => {
  const clock = new DrivenClock();
  const allowance = createRates({ perSecond: 4, burst: 3 }, clock).of('a');
  const takeAll = (): number => {
    let taken = 0;
    for (; allowance.wait() === 0; taken++) allowance.take();
    return taken;
  };
  expect(takeAll()).toBe(3);
  expect(allowance.wait()).toBe(250);
  clock.advance(249);
  expect(allowance.wait()).toBe(1);
  clock.advance(1);
  expect(takeAll()).toBe(1);
  clock.advance(3_600_000);
  expect(takeAll()).toBe(3);
});

test('a device over its rate is held and told of once a minute; nothing is lost, and its neighbour is not held', async () => {
  const { broker, clock, seen } = await startBench({ limits: { rate: { perSecond: 10, burst: 5 } } });
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(...ids.map((id) => publishPacket(id, `${id}`)));
  await seen.until(() => seen.refusals.length === 1 && seen.messages.length === 5);
  expect(seen.texts()).toEqual(ids.slice(0, 5).map(String));
  expect(seen.refusals).toMatchObject([{ reason: 'rate_held', clientId: 'north.boiler', address: '127.0.0.1' }]);

  const neighbour = rawDevice(broker);
  await neighbour.connect({ clientId: 'north.door', username: 'north.door' });
  neighbour.send(publishPacket(1, 'door', { topic: 'fw/v1/north/door/readings' }));
  await neighbour.expectPacket('puback');
  expect(seen.texts()).toHaveLength(6);

  await clock.run(2_500, 100);
  for (const messageId of ids) expect(await raw.expectPacket('puback')).toMatchObject({ messageId });
  expect(seen.texts().filter((text) => text !== 'door')).toEqual(ids.map(String));
  expect(seen.refusals).toHaveLength(1);
  expect(seen.ends()).toEqual([]);

  clock.advance(60_000);
  raw.send(...ids.map((id) => publishPacket(id, `${id}`)));
  await seen.until(() => seen.refusals.length === 2);
});

test('a new connection of the same credential goes on with what the former one left', async () => {
  const { broker, clock, seen } = await startBench({ limits: { rate: { perSecond: 10, burst: 5 } } });
  const first = rawDevice(broker);
  await first.connect();
  first.send(...ids.slice(0, 5).map((id) => publishPacket(id, `${id}`)), { cmd: 'disconnect' });
  await first.closed;
  const second = rawDevice(broker);
  await second.connect();
  second.send(publishPacket(6, '6'));
  await seen.until(() => seen.refusals.length === 1);
  expect(second.received).toEqual([]);
  clock.advance(100);
  await second.expectPacket('puback');
});

const unasked: readonly [string, Packet, Packet['cmd']][] = [
  ['SUBSCRIBE', { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 0 }] }, 'suback'],
  ['UNSUBSCRIBE', { cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['x'] }, 'unsuback'],
  ['PINGREQ', { cmd: 'pingreq' }, 'pingresp'],
];
test.each(unasked)('%s counts too: no packet is free', async (_name, packet, answer) => {
  const { broker, clock, seen } = await startBench({ limits: { rate: { perSecond: 10, burst: 2 } } });
  const raw = rawDevice(broker);
  await raw.connect();
  raw.send(packet, packet, packet);
  await seen.until(() => seen.refusals.some(({ reason }) => reason === 'rate_held'));
  await raw.expectPacket(answer);
  await raw.expectPacket(answer);
  expect(raw.received).toEqual([]);
  clock.advance(100);
  await raw.expectPacket(answer);
});

test('being held does not cost the session although its PINGREQ waits for longer than its keepalive', async () => {
  const limits = { rate: { perSecond: 0.4, burst: 1 } };
  const { broker, seen } = await startBench({ clock: systemClock(), limits });
  const raw = rawDevice(broker);
  await raw.connect({ keepalive: 1 });
  raw.send(publishPacket(1, '1'), publishPacket(2, '2')); // the second waits 2.5 s
  await raw.expectPacket('puback');
  await raw.expectPacket('puback');
  expect(seen.texts()).toEqual(['1', '2']);
  expect(seen.ends()).toEqual([]);
});
