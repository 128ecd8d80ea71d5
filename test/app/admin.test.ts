import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { passwordHasher } from '../../dashboard/server/password.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import { parseCredentials } from '../../simulators/credentials.ts';
import { adminBench, goodPassword, NOW } from './admin-deps.ts';

const SITE: SiteRegistry = {
  site: 'north',
  name: { zh: '北矿', en: 'North mine' },
  timezone: 'Asia/Shanghai',
  areas: [{ id: 'bath', name: { zh: '浴室', en: 'Bath' } }],
  points: [
    { id: 'pool', area: 'bath', name: { zh: '大池', en: 'Pool' }, role: 'pool' },
    { id: 'door', area: 'bath', name: { zh: '门', en: 'Door' }, role: 'door' },
  ],
  devices: [
    { id: 'pool-1', name: { zh: '池温计', en: 'Pool sensor' } },
    { id: 'door-1', name: { zh: '门控', en: 'Door controller' } },
  ],
  bindings: [
    { device: 'pool-1', metric: 'water_temperature.deep', point: 'pool', interval: 60 },
    { device: 'door-1', metric: 'events', point: 'door', longestSilence: 3600 },
  ],
};

const HOUR = 3_600_000;

let bench: Awaited<ReturnType<typeof adminBench>>;
const eachOnNewLedger = () => {
  beforeEach(async () => {
    bench = await adminBench();
  });
  afterEach(() => bench.remove());
};
const allOnOneLedger = () => {
  beforeAll(async () => {
    bench = await adminBench();
  });
  afterAll(() => bench.remove());
};

const addSite = () => bench.ledger.commit({ at: NOW, registry: [SITE] });
const ADD = ['user', 'add', 'duty', '--role', 'operator', '--post', '后勤值班'];

describe('users', () => {
  eachOnNewLedger();
  test('a user is created with a password typed twice, and the password opens the account', async () => {
    const password = goodPassword();
    const { code, out, err } = await bench.run(ADD, { typed: [password, password] });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('User duty (operator, 后勤值班) was created');
    expect(out).not.toContain(password);
    const user = bench.reader.user('duty');
    expect(user).toMatchObject({ role: 'operator', post: '后勤值班' });
    expect(await passwordHasher().verify(password, user?.passwordHash)).toBe(true);
  });

  test('the password may come on standard input, with or without its line end', async () => {
    const password = goodPassword();
    await bench.run([...ADD, '--password-stdin'], { stdin: `${password}\n` });
    const user = bench.reader.user('duty');
    expect(await passwordHasher().verify(password, user?.passwordHash)).toBe(true);
  });

  test('a new password replaces the old one and ends the sessions', async () => {
    const [old, fresh] = [goodPassword(), goodPassword()];
    await bench.run(ADD, { typed: [old, old] });
    const session = {
      op: 'session.create',
      tokenHash: 'ab',
      username: 'duty',
      at: NOW,
      expiresAt: NOW + HOUR,
    } as const;
    await bench.ledger.commit({ at: NOW, accounts: [session] });
    expect(bench.reader.session('ab', NOW)).toBeDefined();
    const { code } = await bench.run(['user', 'password', 'duty'], { typed: [fresh, fresh] });
    expect(code).toBe(0);
    const user = bench.reader.user('duty');
    expect(await passwordHasher().verify(fresh, user?.passwordHash)).toBe(true);
    expect(await passwordHasher().verify(old, user?.passwordHash)).toBe(false);
    expect(bench.reader.session('ab', NOW)).toBeUndefined();
  });

  test('users are listed with role and post', async () => {
    const password = goodPassword();
    expect((await bench.run(['user', 'list'])).out).toContain('no users yet');
    await bench.run(ADD, { typed: [password, password] });
    await bench.run(['user', 'add', 'wall', '--role', 'viewer', '--post', '大屏'], { typed: [password, password] });
    expect((await bench.run(['user', 'list'])).out).toBe('duty  operator       后勤值班\nwall  viewer         大屏\n');
  });
});

describe('what ends', () => {
  eachOnNewLedger();
  const auditOf = (kind: string) =>
    bench.reader.audit({ limit: 10, changes: true }).filter((entry) => entry.kind === kind);
  const addUser = (username: string, role: string) =>
    bench.ledger.commit({
      at: NOW,
      accounts: [
        { op: 'user.create', username, post: 'x', role, passwordHash: '$argon2id$x', at: NOW },
        { op: 'session.create', tokenHash: `of-${username}`, username, at: NOW, expiresAt: NOW + HOUR },
      ],
    });

  test('a new role and a removal end the sessions, and the last administrator stays', async () => {
    await addUser('chief', 'administrator');
    await addUser('duty', 'operator');
    expect((await bench.run(['user', 'role', 'duty', 'viewer'])).out).toContain(
      'duty is viewer now, no longer operator',
    );
    expect(bench.reader.session('of-duty', NOW)).toBeUndefined();
    expect(auditOf('user.changed')).toMatchObject([
      { actor: 'admin', detail: { command: 'user role', username: 'duty', role: 'viewer', roleBefore: 'operator' } },
    ]);
    for (const argv of [
      ['user', 'remove', 'chief'],
      ['user', 'role', 'chief', 'viewer'],
    ]) {
      const { code, err } = await bench.run(argv);
      expect([code, err]).toEqual([1, expect.stringContaining('chief is the last administrator')]);
    }
    expect((await bench.run(['user', 'remove', 'duty'])).code).toBe(0);
    expect(bench.reader.people(NOW)).toMatchObject([{ username: 'chief', role: 'administrator', sessions: 1 }]);
    expect((await bench.run(['user', 'remove', 'duty'])).err).toContain('There is no user duty');
  });

  test('a token is shown once, listed and revoked', async () => {
    const made = await bench.run(['token', 'create', 'reporting', '--role', 'viewer', '--days', '30']);
    const [token = ''] = /[0-9a-z]{8}(-[0-9a-z]{8}){3}/.exec(made.out) ?? [];
    expect(bench.reader.token(bench.hashToken(token))).toMatchObject({ name: 'reporting', createdBy: 'admin' });
    const twice = await bench.run(['token', 'create', 'reporting', '--role', 'viewer', '--days', '1']);
    expect(twice.err).toContain('Choose another name');
    expect((await bench.run(['token', 'list'])).out).toMatch(
      /^ +1 {2}viewer +until 2026-12-25 +never used +reporting\n$/,
    );
    expect((await bench.run(['token', 'revoke', '1'])).code).toBe(0);
    expect((await bench.run(['token', 'revoke', '1'])).err).toContain('has ended already');
    expect((await bench.run(['token', 'list'])).out).toContain('revoked 2026-11-25');
    expect(auditOf('token.revoked')).toMatchObject([{ actor: 'admin', detail: { name: 'reporting' } }]);
  });

  test('a device whose credential is revoked has none; nor has one that the registry no longer lists', async () => {
    await addSite();
    await bench.run(['device', 'credential', 'create', 'north', 'pool-1']);
    await bench.run(['device', 'credential', 'create', 'north', 'door-1']);
    const working = (device: string) => bench.reader.credentials(`north.${device}`, NOW).length;
    expect([working('pool-1'), working('door-1')]).toEqual([1, 1]);
    expect((await bench.run(['device', 'credential', 'revoke', 'north', 'pool-1'])).code).toBe(0);
    expect([working('pool-1'), working('door-1')]).toEqual([0, 1]);
    expect((await bench.run(['device', 'credential', 'revoke', 'north', 'pool-1'])).err).toContain('nothing to revoke');
    const devices = SITE.devices.filter(({ id }) => id !== 'door-1');
    const bindings = SITE.bindings.filter(({ device }) => device !== 'door-1');
    await bench.ledger.commit({ at: NOW, registry: [{ ...SITE, devices, bindings }] });
    expect(working('door-1')).toBe(0);
    expect(bench.reader.audit({ limit: 1, changes: false })).toMatchObject([
      { kind: 'credential.revoked', actor: null, site: 'north', detail: { device: 'door-1', why: 'not_in_registry' } },
    ]);
    await addSite();
    expect(working('door-1')).toBe(0);
  });
});

describe('users that are refused', () => {
  allOnOneLedger();

  const good = goodPassword();
  const refused: readonly [string, string[], string[], 1 | 2, RegExp][] = [
    ['two passwords that differ', ADD, [good, goodPassword()], 1, /differ/],
    ['a short password', ADD, ['short', 'short'], 1, /12 to 256 characters/],
    ['a password that everybody tries', ADD, ['password1234', 'password1234'], 1, /tried first/],
    [
      'a password that is the user name',
      ['user', 'add', 'caozhuang-duty', '--role', 'viewer', '--post', 'x'],
      ['caozhuang-duty', 'caozhuang-duty'],
      1,
      /user name/,
    ],
    [
      'a role that does not exist',
      ['user', 'add', 'duty', '--role', 'root', '--post', 'x'],
      [good, good],
      2,
      /--role has to be one of viewer, operator, administrator/,
    ],
    ['no role', ['user', 'add', 'duty', '--post', 'x'], [good, good], 2, /--role/],
    ['no post', ['user', 'add', 'duty', '--role', 'viewer'], [good, good], 2, /--post has to be the duty post/],
    [
      'a post that steers the terminal',
      ['user', 'add', 'duty', '--role', 'viewer', '--post', 'x\u001b[2J'],
      [good, good],
      2,
      /--post/,
    ],
    [
      'a name with capitals',
      ['user', 'add', 'Duty', '--role', 'viewer', '--post', 'x'],
      [good, good],
      2,
      /NAME has to be/,
    ],
    ['no name', ['user', 'add', '--role', 'viewer', '--post', 'x'], [good, good], 2, /NAME is missing/],
    ['a password as an argument', [...ADD, '--password', good], [good, good], 2, /--password/],
    ['a word too many', [...ADD, 'extra'], [good, good], 2, /"extra" was not expected/],
    ['no terminal', ADD, [], 1, /no terminal/],
  ];
  test.each(refused)('%s is refused and nothing is created', async (_, argv, typed, status, message) => {
    const { code, out, err } = await bench.run(argv, { typed });
    expect(code).toBe(status);
    expect(err).toMatch(message);
    expect(err).not.toContain(good === argv.at(-1) ? '\0' : good);
    expect(out).toBe('');
    expect(bench.reader.users()).toEqual([]);
  });
});

describe('users that exist', () => {
  eachOnNewLedger();

  test('a name that is taken is refused with what to do', async () => {
    const password = goodPassword();
    await bench.run(ADD, { typed: [password, password] });
    const { code, err } = await bench.run(ADD, { typed: [password, password] });
    expect(code).toBe(1);
    expect(err).toContain('There is a user duty already');
  });

  test('a password for nobody is refused and names who there is', async () => {
    const password = goodPassword();
    await bench.run(ADD, { typed: [password, password] });
    const { code, err } = await bench.run(['user', 'password', 'dutty'], { typed: [password, password] });
    expect(code).toBe(1);
    expect(err).toContain('There is no user dutty. There are duty.');
  });
});

describe('device credentials', () => {
  eachOnNewLedger();
  beforeEach(addSite);

  const passwordIn = (text: string) => /Password {4}(\S+)/.exec(text)?.[1] ?? '';

  test('a credential is made, shown once, and kept as a hash only', async () => {
    const { code, out } = await bench.run(['device', 'credential', 'create', 'north', 'pool-1']);
    expect(code).toBe(0);
    const token = passwordIn(out);
    expect(bench.reader.credentials('north.pool-1', NOW)).toMatchObject([
      { site: 'north', device: 'pool-1', clientId: 'north.pool-1', tokenHash: bench.hashToken(token) },
    ]);
    expect(token.length).toBeGreaterThanOrEqual(26);
  });

  test('all devices without one get one each, as JSON that simulated devices can sign in with', async () => {
    await bench.run(['device', 'credential', 'create', 'north', 'pool-1']);
    const { code, out, err } = await bench.run(['device', 'credential', 'all', 'north']);
    expect(code).toBe(0);
    const { site, devices } = parseCredentials(out);
    expect({ site, devices: devices.map(({ device }) => device) }).toEqual({ site: 'north', devices: ['door-1'] });
    const [made] = devices;
    expect(bench.reader.credentials('north.door-1', NOW)).toMatchObject([
      { clientId: made?.clientId, tokenHash: bench.hashToken(made?.password ?? '') },
    ]);
    expect(err).not.toContain(made?.password);
    expect((await bench.run(['device', 'credential', 'all', 'north'])).err).toContain('nothing to make');
    expect((await bench.run(['device', 'credential', 'all', 'south'])).err).toContain('There is no site south');
  });

  test('with it comes a line that can be tried, with a value that the device is bound for', async () => {
    const { out } = await bench.run(['device', 'credential', 'create', 'north', 'pool-1']);
    expect(out).toContain(
      `mosquitto_pub -h 127.0.0.1 -p 1883 -i north.pool-1 -u north.pool-1 -P ${passwordIn(out)} -q 1 ` +
        `-t fw/v1/north/pool-1/readings -m '{"values":{"water_temperature.deep":42.3}}'`,
    );
  });

  test('a broker that listens everywhere on a free port is named so that the line can be completed', async () => {
    const argv = ['device', 'credential', 'create', 'north', 'pool-1'];
    const { out } = await bench.run(argv, { mqtt: { host: '0.0.0.0', port: 0 } });
    expect(out).toContain('mosquitto_pub -h 127.0.0.1 -p PORT -i');
  });

  test('for a device that tells events only, the line holds an event', async () => {
    const { out } = await bench.run(['device', 'credential', 'create', 'north', 'door-1']);
    expect(out).toContain(`-t fw/v1/north/door-1/events -m '{"id":"try-1","kind":"contact","open":false}'`);
  });

  test('a credential may be bound to another client id', async () => {
    await bench.run(['device', 'credential', 'create', 'north', 'pool-1', '--client-id', 'ESP32-A0:B1']);
    const [credential] = bench.reader.credentials('north.pool-1', NOW);
    expect(credential?.clientId).toBe('ESP32-A0:B1');
  });

  test('a rotation keeps the client id, and the old password until the overlap ends', async () => {
    await bench.run(['device', 'credential', 'create', 'north', 'pool-1', '--client-id', 'probe-7']);
    const { code, out } = await bench.run(['device', 'credential', 'rotate', 'north', 'pool-1', '--overlap', '2h'], {
      at: NOW + HOUR,
    });
    expect(code).toBe(0);
    expect(out).toContain('The old password works until 2026-11-25T07:00:00.000Z.');
    const during = bench.reader.credentials('north.pool-1', NOW + 3 * HOUR - 1);
    expect(during.map(({ clientId }) => clientId)).toEqual(['probe-7', 'probe-7']);
    const after = bench.reader.credentials('north.pool-1', NOW + 3 * HOUR);
    expect(after.map(({ tokenHash }) => tokenHash)).toEqual([bench.hashToken(passwordIn(out))]);
  });

  test.each([
    [[], 24 * HOUR],
    [['--overlap', '30m'], HOUR / 2],
    [['--overlap', '7d'], 7 * 24 * HOUR],
    [['--overlap', '0'], 0],
  ])('the overlap %j is kept to the millisecond', async (overlap, ms) => {
    await bench.run(['device', 'credential', 'create', 'north', 'pool-1']);
    await bench.run(['device', 'credential', 'rotate', 'north', 'pool-1', ...overlap]);
    expect(bench.reader.credentials('north.pool-1', NOW + ms)).toHaveLength(1);
    if (ms > 0) expect(bench.reader.credentials('north.pool-1', NOW + ms - 1)).toHaveLength(2);
  });

  test('a second credential is refused: the first would stop to be the only one without anybody noticing', async () => {
    await bench.run(['device', 'credential', 'create', 'north', 'pool-1']);
    const { code, err } = await bench.run(['device', 'credential', 'create', 'north', 'pool-1']);
    expect(code).toBe(1);
    expect(err).toContain('"device credential rotate north pool-1"');
  });
});

describe('device credentials that are refused', () => {
  allOnOneLedger();
  beforeAll(addSite);

  const refused: readonly [string, string[], 1 | 2, RegExp][] = [
    ['an unknown site', ['create', 'south', 'pool-1'], 1, /There is no site south. There is north\./],
    ['a misspelt device', ['create', 'north', 'pol-1'], 1, /no device pol-1. Did you mean pool-1\?/],
    ['a device unlike any', ['create', 'north', 'boiler'], 1, /Add it to the registry first/],
    ['a rotation without a credential', ['rotate', 'north', 'pool-1'], 1, /"device credential create north pool-1"/],
    ['a client id with a wildcard', ['create', 'north', 'pool-1', '--client-id', '#'], 2, /--client-id/],
    ['a client id that speaks to the shell', ['create', 'north', 'pool-1', '--client-id', '$(x)'], 2, /--client-id/],
    [
      'an overlap in words',
      ['rotate', 'north', 'pool-1', '--overlap', 'a day'],
      2,
      /--overlap has to be a time such as/,
    ],
    ['an overlap without a unit', ['rotate', 'north', 'pool-1', '--overlap', '24'], 2, /--overlap/],
    ['an overlap of two years', ['rotate', 'north', 'pool-1', '--overlap', '730d'], 2, /at most 365d/],
    ['a missing device', ['create', 'north'], 2, /DEVICE is missing/],
  ];
  test.each(refused)('%s is refused', async (_, argv, status, message) => {
    const { code, err } = await bench.run(['device', 'credential', ...argv]);
    expect(code).toBe(status);
    expect(err).toMatch(message);
    expect(bench.reader.credentials('north.pool-1', NOW)).toEqual([]);
  });
});

describe('commands', () => {
  allOnOneLedger();

  test.each([[[]], [['dance']], [['user']], [['user', 'rename', 'x']], [['device', 'credential']]])(
    '%j is answered with the usage and 2',
    async (argv) => {
      const { code, err } = await bench.run(argv);
      expect(code).toBe(2);
      expect(err).toContain('Usage: npm run admin --');
    },
  );

  test.each([[['help']], [['--help']], [['-h']]])('%j lists every command', async (argv) => {
    const { code, out } = await bench.run(argv);
    expect(code).toBe(0);
    for (const usage of [
      'user add',
      'user list',
      'user password',
      'credential create',
      'credential rotate',
      'registry export',
      'registry import',
    ]) {
      expect(out).toContain(usage);
    }
  });

  test('help for one command tells of that one alone', async () => {
    const { code, out } = await bench.run(['registry', 'import', '--help']);
    expect(code).toBe(0);
    expect(out).toContain('--dry-run');
    expect(out).not.toContain('user add');
  });
});
