import { argon2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { passwordHasher, PasswordQueueFull } from '../../../dashboard/server/password.ts';
import { passwordWeakness } from '../../../dashboard/server/password-rules.ts';

const hasher = passwordHasher();

test('a hash is a PHC string of argon2id with 19 MiB and 2 passes', async () => {
  const phc = await hasher.hash('correct horse battery');
  expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
});

test('the tag in the hash is argon2id of the password with the salt in the hash', async () => {
  const [, , , , salt = '', tag] = (await hasher.hash('correct horse battery')).split('$');
  const again = argon2Sync('argon2id', {
    message: 'correct horse battery',
    nonce: Buffer.from(salt, 'base64'),
    parallelism: 1,
    tagLength: 32,
    memory: 19_456,
    passes: 2,
  });
  expect(tag).toBe(again.toString('base64').replace('=', ''));
});

test('the same password never has the same hash twice', async () => {
  expect(await hasher.hash('correct horse battery')).not.toBe(await hasher.hash('correct horse battery'));
});

test('the right password is accepted and any other is not', async () => {
  const phc = await hasher.hash('correct horse battery');
  expect(await hasher.verify('correct horse battery', phc)).toBe(true);
  expect(await hasher.verify('correct horse batterY', phc)).toBe(false);
});

test('a password is the same whether its accents came composed or not', async () => {
  const phc = await hasher.hash('Brühwürfel-12');
  expect(await hasher.verify('Bru\u0308hwu\u0308rfel-12', phc)).toBe(true);
});

test.each([
  ['an absent hash', undefined],
  ['an empty one', ''],
  ['another scheme', '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'],
  ['argon2i', '$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz'],
  ['one that would take 900 MiB', '$argon2id$v=19$m=921600,t=2,p=1$c2FsdHNhbHRzYWx0$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz'],
])('no password fits %s', async (_what, phc) => {
  expect(await hasher.verify('correct horse battery', phc)).toBe(false);
});

test('an unknown user costs a hash as well: with the queue full, it is refused like any other', async () => {
  const small = passwordHasher({ atOnce: 1, waiting: 0 });
  const first = small.verify('x', undefined);
  await expect(small.verify('x', undefined)).rejects.toThrow(PasswordQueueFull);
  expect(await first).toBe(false);
});

test('beyond its queue it refuses, and serves again once the queue is empty', async () => {
  const small = passwordHasher({ atOnce: 1, waiting: 1 });
  const outcomes = await Promise.allSettled([small.hash('a'), small.hash('b'), small.hash('c')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  await expect(small.hash('d')).resolves.toContain('$argon2id$');
});

test.each([
  ['123456789012', 'chen'],
  ['Password1234', 'chen'],
  ['AAAAAAAAAAAA', 'chen'],
  ['ababababababab', 'chen'],
  ['bathhouse-duty', 'bathhouse-duty'],
  ['zhangzhang12', 'zhang'],
])('%s is refused as a password of %s', (password, username) => {
  expect(passwordWeakness(password, username)).toMatch(/choose another/);
});

test.each(['correct horse battery', '后勤值班室的门是蓝色的吗', 'zhang keeps the water warm'])(
  '"%s" is taken',
  (password) => {
    expect(passwordWeakness(password, 'zhang')).toBeNull();
  },
);
