import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { CredentialStore } from '../../../../broker/ports.ts';
import type { Accounts } from '../../../../dashboard/server/ports.ts';
import { accounts as accountsOf } from '../../../../ingest/stores/ledger/accounts.ts';
import { hashToken, newToken, sameHash, serverKey } from '../../../../ingest/stores/ledger/tokens.ts';
import { CommitFailed } from '../../../../ingest/stores/ledger/types.ts';
import { openStores } from '../../../../ingest/stores/open.ts';
import { DrivenClock } from '../../../driven-clock.ts';
import { temporaryFolder } from '../fixtures/rows.ts';

const HOUR = 3_600_000;

async function open() {
  const dataDir = temporaryFolder();
  const clock = new DrivenClock();
  const stores = await openStores({ dataDir, clock });
  onTestFinished(() => stores.close());
  const accounts: Accounts = stores.accounts;
  const credentials: Required<CredentialStore> = stores.credentials;
  const now = () => clock.now().wall;
  return {
    ...stores,
    dataDir,
    clock,
    accounts,
    credentials,
    now,
    async link(purpose: 'setup' | 'sign_in', username: string | null = null) {
      const token = newToken();
      const tokenHash = hashToken(stores.key, token);
      await stores.ledger.commit({
        at: now(),
        accounts: [{ op: 'link.create', tokenHash, purpose, username, at: now(), expiresAt: now() + HOUR }],
      });
      return token;
    },
    async credential(device: string, token: string) {
      const username = `mine.${device}`;
      const change = {
        op: 'credential.create',
        username,
        clientId: username,
        site: 'mine',
        device,
        at: now(),
      } as const;
      await stores.ledger.commit({ at: now(), accounts: [{ ...change, tokenHash: hashToken(stores.key, token) }] });
    },
  };
}

const admin = { username: 'admin', post: '信息中心', passwordHash: '$argon2id$x' };

test('a setup link makes the first administrator once, and every other setup link ends with it', async () => {
  const { accounts, link } = await open();
  const [one, two] = [await link('setup'), await link('setup')];
  expect(accounts.setupNeeded()).toBe(true);
  expect(await accounts.setup({ token: 'guess', ...admin })).toBe('link_invalid');
  const outcomes = await Promise.all([
    accounts.setup({ token: one, ...admin }),
    accounts.setup({ token: two, ...admin, username: 'other' }),
    accounts.setup({ token: one, ...admin, username: 'third' }),
  ]);
  expect(outcomes).toEqual(['created', 'link_invalid', 'link_invalid']);
  expect(accounts.setupNeeded()).toBe(false);
  expect(accounts.findUser('admin')).toEqual({ ...admin, role: 'administrator' });
  expect(accounts.findUser('other')).toBeUndefined();
  expect(await accounts.setup({ token: two, ...admin, username: 'other' })).toBe('link_invalid');
});

test('a setup that picks a taken name says so and leaves the link as it was', async () => {
  const { accounts, ledger, link, now } = await open();
  await ledger.commit({ at: now(), accounts: [{ op: 'user.create', ...admin, role: 'viewer', at: now() }] });
  const token = await link('setup');
  expect(await accounts.setup({ token, ...admin })).toBe('user_exists');
  expect(await accounts.setup({ token, ...admin, username: 'chief' })).toBe('created');
});

test('a sign-in link opens one session for its user, is no setup link, and ends in time', async () => {
  const { accounts, clock, link } = await open();
  await accounts.setup({ token: await link('setup'), ...admin });
  const token = await link('sign_in', 'admin');
  expect(await accounts.setup({ token, ...admin, username: 'other' })).toBe('link_invalid');
  const outcomes = await Promise.all([accounts.redeem(token), accounts.redeem(token)]);
  expect(outcomes).toEqual([{ username: 'admin', post: '信息中心', role: 'administrator' }, 'link_invalid']);
  const late = await link('sign_in', 'admin');
  const nobodys = await link('sign_in', 'nobody');
  expect(await accounts.redeem(nobodys)).toBe('link_invalid');
  clock.advance(HOUR);
  expect(await accounts.redeem(late)).toBe('link_invalid');
});

test('a session ends after twelve hours whatever happens in it, or when it is closed', async () => {
  const { accounts, clock, now, link } = await open();
  await accounts.setup({ token: await link('setup'), ...admin });
  const first = await accounts.openSession('admin');
  const second = await accounts.openSession('admin');
  expect(first.expiresAt).toBe(now() + 12 * HOUR);
  expect(accounts.session(first.token)).toEqual({
    user: { username: 'admin', post: '信息中心', role: 'administrator' },
    expiresAt: first.expiresAt,
  });
  expect(accounts.session(`${first.token}x`)).toBeUndefined();
  await accounts.closeSession(second.token);
  expect(accounts.session(second.token)).toBeUndefined();
  clock.advance(12 * HOUR - 1);
  expect(accounts.session(first.token)).toBeDefined();
  clock.advance(1);
  expect(accounts.session(first.token)).toBeUndefined();
});

test('a sign-in that cannot be stored lasts an hour, as long as its user is the same, and not without end', async () => {
  const { ledger, reader, key, clock, now, link, accounts: stored } = await open();
  await stored.setup({ token: await link('setup'), ...admin });
  const away = new CommitFailed('database is locked', { transient: true, sqliteCode: 5 });
  const state: { failure: CommitFailed | undefined } = { failure: away };
  const commit: typeof ledger.commit = (batch) =>
    state.failure === undefined ? ledger.commit(batch) : Promise.reject(state.failure);
  const { openSession, session } = accountsOf({ ledger: { commit }, reader, key, clock });
  const change = (to: object) =>
    ledger.commit({ at: now(), accounts: [{ op: 'user.change', username: 'admin', at: now(), ...to }] });

  const passing = await openSession('admin');
  expect(passing.expiresAt).toBe(now() + HOUR);
  expect(session(passing.token)).toMatchObject({ user: { role: 'administrator' }, expiresAt: passing.expiresAt });
  clock.advance(HOUR);
  expect(session(passing.token)).toBeUndefined();

  const before = await openSession('admin');
  await change({ passwordHash: '$argon2id$y' });
  expect(session(before.token)).toBeUndefined();

  // Nobody fills the memory with them, and what is wrong with a batch is no outage.
  const all = await Promise.all(Array.from({ length: 50 }, () => openSession('admin')));
  await expect(openSession('admin')).rejects.toBe(away);
  state.failure = new CommitFailed('datatype mismatch', { transient: false, sqliteCode: 20 });
  clock.advance(HOUR);
  await expect(openSession('admin')).rejects.toBe(state.failure);
  expect(all.map(({ token }) => session(token))).toEqual(all.map(() => undefined));
});

test('no token stands in any file of the data folder', async () => {
  const { accounts, dataDir, link, credential } = await open();
  const setup = await link('setup');
  await accounts.setup({ token: setup, ...admin });
  const { token } = await accounts.openSession('admin');
  const secret = newToken();
  await credential('pool1', secret);
  const files = ['ledger.db', 'ledger.db-wal'].map((name) => readFileSync(join(dataDir, name), 'latin1')).join('');
  expect(files).toContain('mine.pool1');
  for (const value of [setup, token, secret]) expect(files).not.toContain(value);
});

test('a device is known by its secret; an unknown name and a wrong secret are told apart', async () => {
  const { credentials, credential } = await open();
  await credential('pool1', 'secret-one');
  await credential('pool2', 'secret-two');
  const verify = (username: string, secret: string) => credentials.verify(username, Buffer.from(secret));
  expect(verify('mine.pool1', 'secret-one')).toMatchObject({ site: 'mine', device: 'pool1', clientId: 'mine.pool1' });
  for (const wrong of ['secret-two', '', 'secret-on', 'secret-one '])
    expect(verify('mine.pool1', wrong)).toBe('wrong_password');
  expect(verify('mine.pool3', 'secret-one')).toBe('unknown_client');
});

test('in a rotation both secrets work until the overlap ends, then only the new one', async () => {
  const { credentials, credential, ledger, key, clock, now } = await open();
  await credential('pool1', 'old');
  await credential('pool1', 'new');
  const keepTokenHash = hashToken(key, 'new');
  const others = { op: 'credential.expireOthers', username: 'mine.pool1', keepTokenHash } as const;
  await ledger.commit({ at: now(), accounts: [{ ...others, expiresAt: now() + HOUR }] });
  await ledger.commit({ at: now(), accounts: [{ ...others, expiresAt: now() + 2 * HOUR }] });
  const verify = (secret: string) => typeof credentials.verify('mine.pool1', Buffer.from(secret)) === 'object';
  expect([verify('old'), verify('new')]).toEqual([true, true]);
  clock.advance(HOUR);
  expect([verify('old'), verify('new')]).toEqual([false, true]);
});

test('what was verified stays valid until its own secret runs out, whatever becomes of the others', async () => {
  const { credentials, credential, ledger, key, now } = await open();
  const handleOf = (secret: string): string => {
    const verified = credentials.verify('mine.pool1', Buffer.from(secret));
    return typeof verified === 'string' ? verified : (verified.handle ?? '');
  };
  await credential('pool1', 'old');
  const old = handleOf('old');
  await credential('pool1', 'new');
  const fresh = handleOf('new');
  expect([old, fresh].map((handle) => credentials.stillValid(handle))).toEqual([true, true]);
  const keepTokenHash = hashToken(key, 'new');
  const expiry = { op: 'credential.expireOthers', username: 'mine.pool1', keepTokenHash, expiresAt: now() } as const;
  await ledger.commit({ at: now(), accounts: [expiry] });
  expect([old, fresh].map((handle) => credentials.stillValid(handle))).toEqual([false, true]);
  expect(credentials.stillValid('wrong_password')).toBe(false);
  expect([old, fresh].join()).not.toMatch(/\b(old|new)\b/);
});

test('tokens are 160 random bits that nobody mistypes, and hashes compare as text does', () => {
  const tokens = new Set(Array.from({ length: 500 }, newToken));
  expect(tokens.size).toBe(500);
  for (const token of tokens) expect(token).toMatch(/^[0-9a-hjkmnp-tv-z]{8}(-[0-9a-hjkmnp-tv-z]{8}){3}$/);
  const key = Buffer.alloc(32, 7);
  const hash = hashToken(key, 'one');
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(sameHash(hash, hashToken(key, Buffer.from('one')))).toBe(true);
  expect(sameHash(hash, hashToken(key, 'two'))).toBe(false);
  expect(sameHash(hash, hash.slice(2))).toBe(false);
  expect(hashToken(Buffer.alloc(32, 8), 'one')).not.toBe(hash);
});

test("the server's key is made once, for its owner only, and a damaged one is refused", () => {
  const folder = temporaryFolder();
  const key = serverKey(folder);
  expect(key).toHaveLength(32);
  expect(Buffer.from(serverKey(folder)).equals(Buffer.from(key))).toBe(true);
  expect(statSync(join(folder, 'server.key')).mode & 0o777).toBe(0o600);
  const other = join(folder, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'server.key'), 'short');
  expect(() => serverKey(other)).toThrow(/not a key of 32 bytes/);
});
