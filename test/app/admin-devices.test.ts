import { afterAll, beforeAll, expect, test } from 'vitest';
import type { QuarantineEntry } from '../../contract/quarantine.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import type { StoredRefusal } from '../../ingest/stores/ledger/device-rows.ts';
import { adminBench, NOW } from './admin-deps.ts';

const name = { zh: '矿', en: 'Mine' };
const registry: SiteRegistry = {
  site: 'mine',
  name,
  timezone: 'Asia/Shanghai',
  areas: [],
  points: [],
  devices: [
    { id: 'probe', name },
    { id: 'lock', name },
  ],
  bindings: [],
};
const refusal: StoredRefusal = {
  key: 'a',
  reason: 'wrong_password',
  clientId: 'mine.probe',
  username: 'mine.probe',
  address: '10.20.4.18',
  detail: null,
  count: 38,
  firstAt: NOW - 60_000,
  lastAt: NOW,
};
const entry: QuarantineEntry = {
  site: 'mine',
  device: 'probe',
  topic: 'fw/v1/mine/probe/readings',
  receivedAt: NOW,
  scope: 'message',
  reason: { code: 'not_utf8', path: '$', detail: 'byte 6 starts no character' },
  payload: new Uint8Array([...Buffer.from('{"水'), 0xc4, 0xd0, 0x1b, 0x5b, 0x5c, 0x0a]),
  size: 12,
  keys: null,
};

let bench: Awaited<ReturnType<typeof adminBench>>;
beforeAll(async () => {
  bench = await adminBench();
  const event = { ...entry, device: 'lock', topic: 'fw/v1/mine/lock/events', payload: null, keys: ['na\u001bme'] };
  const stranger = {
    ...refusal,
    key: 'b',
    reason: 'unknown_client',
    username: 'x\u001b[2J\u202e',
    address: '10.0.0.9',
  } as const;
  const old = { ...refusal, key: 'c', address: '10.9.9.9', lastAt: NOW - 3 * 3_600_000 };
  await bench.ledger.commit({
    at: NOW,
    registry: [registry, { ...registry, site: 'north' }],
    refusals: [refusal, stranger, old].map((row) => ({ op: 'put', row })),
    quarantine: [entry, entry, event],
  });
});
afterAll(() => bench.remove());

test('refusals are listed with who, from where, why, how often and what to do; what strangers typed is harmless', async () => {
  const { code, out } = await bench.run(['refusals', 'mine']);
  expect(code).toBe(0);
  expect(out).toContain('×38  mine.probe  10.20.4.18  wrong_password');
  expect(out).toContain('device credential rotate');
  expect(out).toContain('x�[2J�  10.0.0.9  unknown_client');
  expect(out).not.toContain('10.9.9.9');
  expect(['\u001b', '\u202e'].filter((one) => out.includes(one))).toEqual([]);
});

test('another site sees strangers alone, and all sites each refusal once', async () => {
  expect((await bench.run(['refusals', 'north'])).out).not.toContain('mine.probe');
  expect((await bench.run(['refusals'])).out.match(/unknown_client/g)).toHaveLength(1);
  expect((await bench.run(['refusals', 'nowhere'])).code).toBe(1);
});

test('the quarantine is listed by device and reason', async () => {
  const { code, out } = await bench.run(['quarantine']);
  expect(code).toBe(0);
  expect(out).toContain('mine/probe readings  not_utf8  ×2  whole messages');
  expect(out).toContain('mine/lock events  not_utf8  ×1');
  expect(out).not.toContain('xc4');
});

test('of one device the newest entry is shown with its bytes, each that is no character escaped', async () => {
  const { out } = await bench.run(['quarantine', 'mine', '--device', 'probe']);
  expect(out).toContain('byte 6 starts no character');
  expect(out).toContain('    {"水\\xc4\\xd0\\x1b[\\\\\\x0a');
  const events = (await bench.run(['quarantine', 'mine', '--device', 'lock'])).out;
  expect(events).toContain('its keys: na�me');
  expect((await bench.run(['quarantine', 'north'])).out).toBe('Nothing is in quarantine.\n');
});
