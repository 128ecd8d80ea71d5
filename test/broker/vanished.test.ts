import { duplexPair } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { createGuard } from '../../broker/guard.ts';
import { DEFAULT_LIMITS } from '../../broker/limits.ts';
import { createRates } from '../../broker/rate.ts';
import { DrivenClock } from '../driven-clock.ts';
import { connectPacket, publishPacket, rawDevice, startBench } from './bench.ts';

test('a device that vanished without a word while its messages were held is lost after they are through', async () => {
  const { broker, seen } = await startBench({ clock: systemClock() });
  seen.hold();
  const raw = rawDevice(broker);
  await raw.connect({ keepalive: 1 });
  raw.send(...Array.from({ length: 60 }, (_, i) => publishPacket(i + 1, `${i}`)));
  await seen.until(() => seen.messages.length === 40);
  expect(seen.ends()).toEqual([]);
  seen.commitAll();
  await raw.closed;
  await seen.until(() => seen.ends().length === 1);
  expect(seen.messages).toHaveLength(60);
  expect(seen.ends()).toEqual(['lost']);
});

test('a message that drips in without end keeps no session alive: it is lost after one and a half keepalives', async () => {
  const { broker, seen } = await startBench({ clock: systemClock() });
  const raw = rawDevice(broker);
  await raw.connect({ keepalive: 1 });
  const bytes = mqttPacket.generate(publishPacket(1, 'x'.repeat(100_000)));
  for (let at = 0; !raw.socket.destroyed && at < bytes.length; at++) {
    await new Promise((resolve) => raw.socket.write(bytes.subarray(at, at + 1), resolve));
    // The drip's pace: as fast as it can, a quick machine has sent all of it before the keepalive is over.
    await setTimeout(2);
  }
  await seen.until(() => seen.ends().length === 1);
  expect(seen.ends()).toEqual(['lost']);
  expect(seen.messages).toEqual([]);
});

test('a device that fetches nothing is not kept alive by what it sends: none of it is looked at', async () => {
  const [socket, peer] = duplexPair();
  const clock = new DrivenClock();
  let refreshed = 0;
  const passed: Buffer[] = [];
  const guard = createGuard({
    socket,
    clock,
    limits: DEFAULT_LIMITS,
    connectWithin: DEFAULT_LIMITS.connectTimeout,
    owner: {
      bounded: () => true,
      refuseFinally: () => {},
      refreshKeepalive: () => refreshed++,
      rateHeld: () => {},
      published: ({ payload }) => passed.push(payload),
    },
  });
  guard.stream.on('data', (bytes: Buffer) => passed.push(bytes));
  peer.write(mqttPacket.generate(connectPacket()));
  while (passed.length < 1) await new Promise((resolve) => guard.stream.once('data', resolve));
  guard.ready(60, createRates(DEFAULT_LIMITS.rate, clock).of('north.boiler'));
  guard.stream.write(Buffer.alloc(200_000));
  const subscribe: Packet = { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 0 }] };
  const packets: Packet[] = [{ cmd: 'pingreq' }, subscribe, publishPacket(1, 'x')];
  for (const packet of packets) peer.write(mqttPacket.generate(packet));
  await clock.run(600_000, 10_000);
  expect(passed).toHaveLength(1);
  expect(refreshed).toBe(0);
  guard.stream.destroy();
});
