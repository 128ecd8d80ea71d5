import { expect, test } from 'vitest';
import { rawDevice, startBench, credentials as accounts } from './bench.ts';

const WILL = { topic: 'fw/v1/north/boiler/status', payload: Buffer.from('offline'), qos: 1, retain: true } as const;

/** Credentials of which some can be revoked. */
function revocable() {
  const revoked = new Set<string>();
  const broken = { is: false };
  return {
    revoked,
    broken,
    credentials: {
      verify(username: string, password: Uint8Array) {
        if (broken.is) throw new Error('database disk image is malformed');
        const verified = revoked.has(username) ? 'unknown_client' : accounts.verify(username, password);
        return typeof verified === 'string' ? verified : { ...verified, handle: username };
      },
      stillValid(handle: string) {
        if (broken.is) throw new Error('database disk image is malformed');
        return !revoked.has(handle);
      },
    },
  };
}

test('a connection is closed as ours within ten seconds after its credential was revoked; its neighbours stay', async () => {
  const { revoked, credentials } = revocable();
  const { broker, clock, seen } = await startBench({ credentials });
  const names = ['north.lock', 'north.boiler', 'north.door'];
  const [lock, boiler, door] = await Promise.all(
    names.map(async (name) => {
      const raw = rawDevice(broker);
      const will = name === 'north.boiler' ? { will: WILL } : {};
      expect(await raw.connect({ clientId: name, username: name, ...will })).toBe(0);
      return raw;
    }),
  );
  clock.advance(60_000);
  expect(seen.ends()).toEqual([]);
  revoked.add('north.boiler');
  clock.advance(10_000);
  await boiler?.closed;
  expect(seen.changes.slice(3)).toMatchObject([{ kind: 'ended', device: 'boiler', end: 'ours' }]);
  expect(seen.messages).toEqual([]); // no will
  for (const raw of [lock, door]) {
    raw?.send({ cmd: 'pingreq' });
    await raw?.expectPacket('pingresp');
  }
  expect(await rawDevice(broker).connect()).toBe(4);
});

test('credentials that cannot be read close nothing and let nobody in, and the broker goes on', async () => {
  const { broken, credentials } = revocable();
  const { broker, clock, seen } = await startBench({ credentials });
  const raw = rawDevice(broker);
  await raw.connect();
  broken.is = true;
  clock.advance(20_000);
  expect(await rawDevice(broker).connect({ clientId: 'north.door', username: 'north.door' })).toBe(3);
  expect(seen.ends()).toEqual([]);
  broken.is = false;
  expect(await rawDevice(broker).connect({ clientId: 'north.door', username: 'north.door' })).toBe(0);
});
