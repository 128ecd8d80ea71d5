import { expect, test } from 'vitest';
import type { Refusal } from '../../../contract/message.ts';
import { createRefusalBook, REFUSALS_SHOWN } from '../../../ingest/live/refusal-book.ts';

const DEVICES = new Set(['probe', 'gateway', ...Array.from({ length: 1_000 }, (_, index) => `room${index}`)]);
const registered = {
  site: (site: string) => site === 'mine' || site === 'north',
  device: (site: string, device: string) => site === 'mine' && DEVICES.has(device),
};

function bench() {
  const book = createRefusalBook(registered, []);
  let wall = 1_000_000_000;
  const refuse = (username: string | null, { address = '10.0.0.1', ...rest }: Partial<Refusal> = {}) => {
    wall += 1;
    const base = { reason: 'wrong_password', clientId: username, username, detail: null } as const;
    book.note({ ...base, address, at: { wall, mono: wall }, ...rest });
  };
  return { book, refuse, shown: (site = 'mine', later = 0) => book.shown(site, wall + later) };
}

test('the same client, address and reason are one row, with how often, since when and what was tried last', () => {
  const { refuse, shown } = bench();
  refuse('mine.probe');
  refuse('mine.probe');
  refuse('mine.probe', { address: '10.0.0.2' });
  refuse('mine.probe', { reason: 'foreign_topic', detail: 'fw/v1/mine/gateway/readings' });
  expect(shown().map(({ reason, address, count, device }) => [reason, address, count, device])).toEqual([
    ['foreign_topic', '10.0.0.1', 1, 'probe'],
    ['wrong_password', '10.0.0.2', 1, 'probe'],
    ['wrong_password', '10.0.0.1', 2, 'probe'],
  ]);
  const [, , first] = shown();
  expect((first?.lastAt ?? 0) - (first?.firstAt ?? 0)).toBe(1);
});

test('a site sees those that name it and those that name none, never those of another', () => {
  const { refuse, shown } = bench();
  refuse('mine.probe');
  refuse('north.pump');
  refuse(null, { reason: 'no_credentials' });
  refuse('admin');
  expect(shown('mine').map(({ username }) => username)).toEqual(['admin', null, 'mine.probe']);
  expect(shown('north').map(({ username }) => username)).toEqual(['admin', null, 'north.pump']);
});

test('what kept a device from connecting is over when it connects; what it may not publish stays', () => {
  const { book, refuse, shown } = bench();
  refuse('mine.probe');
  refuse('mine.probe', { reason: 'keepalive_required' });
  refuse('mine.probe', { reason: 'foreign_topic' });
  refuse('mine.probe', { reason: 'identity_conflict' });
  refuse('mine.gateway');
  book.connected('mine', 'probe');
  expect(shown().map(({ reason, device }) => [reason, device])).toEqual([
    ['wrong_password', 'gateway'],
    ['identity_conflict', 'probe'],
    ['foreign_topic', 'probe'],
  ]);
});

test('two hours later nothing is left', () => {
  const { book, refuse, shown } = bench();
  refuse('mine.probe');
  expect(shown('mine', REFUSALS_SHOWN)).toHaveLength(1);
  expect(shown('mine', REFUSALS_SHOWN + 1)).toEqual([]);
  book.changes(1_000_000_000);
  expect(book.changes(1_000_000_001 + REFUSALS_SHOWN + 1)).toMatchObject([{ op: 'drop' }]);
});

test('a stranger with thousands of names and a network of addresses pushes no device out and takes a few rows', () => {
  const { refuse, shown } = bench();
  refuse('mine.probe');
  for (let name = 0; name < 5_000; name += 1) {
    refuse(`name${name}`, { reason: 'unknown_client' });
    refuse(`mine.none${name}`, { reason: 'unknown_client', address: `2001:db8::${name.toString(16)}` });
  }
  const rows = shown();
  expect(rows.length).toBeLessThanOrEqual(25);
  expect(rows.filter(({ device }) => device === 'probe')).toHaveLength(1);
  // What is no longer told apart is counted all the same.
  expect(rows.filter(({ username }) => username === null).map(({ count }) => count)).toEqual([4_990, 4_990]);
});

test('thousands of addresses with thousands of names leave the rows of devices alone, and end at a bound', () => {
  const { refuse, shown } = bench();
  refuse('mine.probe');
  for (let name = 0; name < 5_000; name += 1)
    refuse(`name${name}`, { address: `10.${name >> 8}.${name & 255}.1`, reason: 'unknown_client' });
  expect(shown().length).toBeLessThanOrEqual(201);
  expect(shown().at(-1)).toMatchObject({ device: 'probe' });
});

test('a device that is tried from everywhere pushes out itself alone', () => {
  const { refuse, shown } = bench();
  refuse('mine.gateway');
  for (let address = 0; address < 1_000; address += 1)
    refuse('mine.probe', { address: `10.1.${address >> 8}.${address & 255}` });
  expect(shown().filter(({ device }) => device === 'gateway')).toHaveLength(1);
  expect(shown().filter(({ device }) => device === 'probe')).toHaveLength(8);
});

test('names are cut and made whole text: a stranger chooses them', () => {
  const { refuse, shown } = bench();
  refuse(`\ud800${'x'.repeat(10_000)}`, { detail: '\udc00'.repeat(10_000) });
  const [row] = shown();
  expect(row?.username).toHaveLength(128);
  expect(row?.username?.isWellFormed()).toBe(true);
  expect(row?.detail).toHaveLength(256);
});

test('what the ledger did not take comes again, and nothing that is the same comes twice', () => {
  const { book, refuse } = bench();
  refuse('mine.probe');
  const changes = book.changes(1_000_000_001);
  expect(changes).toMatchObject([{ op: 'put', row: { username: 'mine.probe' } }]);
  expect(book.changes(1_000_000_001)).toEqual([]);
  book.changesLost(changes);
  expect(book.changes(1_000_000_001)).toEqual(changes);
  book.connected('mine', 'probe');
  expect(book.changes(1_000_000_001)).toMatchObject([{ op: 'drop' }]);
});
