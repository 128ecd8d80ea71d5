import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { QuarantineEntry } from '../../../../contract/quarantine.ts';
import type { SiteRegistry } from '../../../../contract/registry.ts';
import { openLedger, openLedgerReader } from '../../../../ingest/stores/ledger/index.ts';
import { temporaryFolder } from '../fixtures/rows.ts';

const AT = Date.UTC(2026, 10, 25, 4);
const KEY = { site: 'mine', device: 'probe', topic: 'fw/v1/mine/probe/readings', code: 'not_json' };
const audit = { at: AT, site: 'mine', kind: 'quarantine.discarded', actor: 'duty', detail: {} };

function entry(changes: Partial<QuarantineEntry> = {}): QuarantineEntry {
  const { code: _, ...key } = KEY;
  const reason = { code: 'not_json', path: '$', detail: 'the payload is not JSON' } as const;
  const payload = new Uint8Array(Buffer.from('{'));
  return { ...key, receivedAt: AT, scope: 'message', reason, payload, size: 1, keys: null, ...changes };
}

async function bench() {
  const file = join(temporaryFolder(), 'ledger.db');
  const ledger = await openLedger({ file });
  const reader = openLedgerReader({ file });
  onTestFinished(async () => {
    reader.close();
    await ledger.close();
  });
  return { ledger, reader, group: () => reader.quarantine.group(KEY) };
}

test('a device that sends garbage for days is counted to the last one, and keeps its first and its newest', async () => {
  const { ledger, reader, group } = await bench();
  for (let day = 0; day < 4; day += 1) {
    const quarantine = Array.from({ length: 500 }, (_, index) => {
      const number = day * 500 + index;
      return entry({ receivedAt: AT + number * 60_000, payload: new Uint8Array(Buffer.from(`{${number}`)), size: 9 });
    });
    await ledger.commit({ at: AT, quarantine });
  }
  const found = group();
  expect(found).toMatchObject({ count: 2_000, firstAt: AT, lastAt: AT + 1_999 * 60_000, scope: 'message' });
  const kept = reader.quarantine.unread(found?.id ?? 0);
  expect(kept).toHaveLength(500);
  const shown = reader.quarantine.shown(found?.id ?? 0, 16).map(({ payload }) => Buffer.from(payload ?? []).toString());
  expect(shown.slice(0, 2)).toEqual(['{1999', '{1998']);
  expect(shown.slice(-2)).toEqual(['{1', '{0']);
  const counts = reader.quarantine.counts(found?.id ?? 0, AT + 1_999 * 60_000 - 86_400_000);
  expect(counts.length).toBeLessThanOrEqual(145);
  expect(counts.at(-1)?.count).toBe(10);
});

test('large payloads of one group stay within its bytes', async () => {
  const { ledger, reader, group } = await bench();
  const payload = new Uint8Array(65_536);
  for (let round = 0; round < 4; round += 1)
    await ledger.commit({ at: AT, quarantine: Array.from({ length: 50 }, () => entry({ payload, size: 65_536 })) });
  const kept = reader.quarantine.unread(group()?.id ?? 0);
  expect(kept.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(4 * 1024 * 1024);
  expect(kept.length).toBeGreaterThan(30);
  expect(group()?.count).toBe(200);
});

test('what could be read leaves the group, and the last one takes the group along; its audit stands in the same commit', async () => {
  const { ledger, reader, group } = await bench();
  await ledger.commit({ at: AT, quarantine: [entry(), entry()] });
  const [first, second] = reader.quarantine.unread(group()?.id ?? 0);
  const read = (id: number | undefined) =>
    ledger.commit({
      at: AT,
      quarantineChanges: [{ change: { op: 'read', ids: [id ?? 0], at: AT }, audit }],
    });
  await read(first?.id);
  expect(group()?.count).toBe(1);
  await read(first?.id);
  expect(group()?.count).toBe(1);
  await read(second?.id);
  expect(reader.quarantine.groups('mine')).toEqual([]);
});

test('a discarded group is gone from the list, and the next entry of its kind begins another', async () => {
  const { ledger, reader, group } = await bench();
  await ledger.commit({ at: AT, quarantine: [entry(), entry()] });
  const id = group()?.id ?? 0;
  await ledger.commit({ at: AT, quarantineChanges: [{ change: { op: 'discard', group: id, at: AT }, audit }] });
  expect(group()).toBeUndefined();
  await ledger.commit({ at: AT, quarantine: [entry()] });
  expect(group()).toMatchObject({ count: 1 });
  expect(group()?.id).not.toBe(id);
  await ledger.expire({ events: 0, quarantine: AT + 1, sessions: 0, ended: 0, diary: 0 });
  expect(reader.quarantine.groups('mine')).toEqual([]);
});

test('a registry that was changed by another since it was read is not overwritten, and nothing of the commit stays', async () => {
  const { ledger, reader } = await bench();
  const registry: SiteRegistry = {
    site: 'mine',
    name: { zh: '矿', en: 'Mine' },
    timezone: 'Asia/Shanghai',
    areas: [],
    points: [],
    devices: [],
    bindings: [],
  };
  await ledger.commit({ at: AT, registry: [registry] });
  const { revision = 0 } = reader.registryOf('mine') ?? {};
  const theirs = { ...registry, name: { zh: '别人', en: 'Theirs' } };
  const mine = { ...registry, name: { zh: '我的', en: 'Mine too' } };
  await ledger.commit({ at: AT, registry: [theirs] });
  const change = { registry: mine, revision, audits: [audit] };
  await expect(ledger.commit({ at: AT, registryChanges: [change], quarantine: [entry()] })).rejects.toMatchObject({
    name: 'RegistryChanged',
  });
  expect(reader.registryOf('mine')?.registry).toEqual(theirs);
  expect(reader.quarantine.groups('mine')).toEqual([]);
  await ledger.commit({
    at: AT,
    registryChanges: [{ ...change, revision: reader.registryOf('mine')?.revision ?? 0 }],
  });
  expect(reader.registryOf('mine')?.registry).toEqual(mine);
});
