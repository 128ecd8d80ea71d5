import type { Mutant } from '../mutant.ts';

const ACCESS = 'test/dashboard/server/access.test.ts';
const TOKENS = 'test/dashboard/server/tokens.test.ts';
const USERS = 'test/dashboard/server/users.test.ts';
const WALLS = 'test/dashboard/server/walls.test.ts';
const VIEW = 'test/dashboard/server/wall-view.test.ts';
const PROXIES = 'test/dashboard/server/proxies.test.ts';

export const ACCESS_FAULTS: readonly Mutant[] = [
  {
    name: 'unstored-session-outlives-its-password',
    breaks: 'a new password ends the sessions that could not be stored too',
    edits: [
      {
        file: 'ingest/stores/ledger/unstored-sessions.ts',
        from: 'now.passwordHash === user.passwordHash && now.role',
        to: 'now.role',
      },
    ],
    tests: ['test/ingest/stores/ledger/accounts.test.ts'],
  },
  {
    name: 'unstored-session-comes-back',
    breaks: 'who signed out while nothing could be stored is out for good, and who did not is in the journal',
    edits: [
      {
        file: 'ingest/stores/ledger/unstored-sessions.ts',
        from: '      sessions.delete(tokenHash);\n      await storing;',
        to: '      await storing;',
      },
    ],
    tests: ['test/integration/held-ledger.test.ts'],
  },
  {
    name: 'tokens-have-every-role',
    breaks: 'a token may do what its role may',
    edits: [
      {
        file: 'dashboard/server/bearers.ts',
        from: 'user: { username: `token:${name}`, post: name, role } };',
        to: "user: { username: `token:${name}`, post: name, role: role === 'viewer' ? 'administrator' : role } };",
      },
    ],
    tests: [ACCESS],
  },
  {
    name: 'tokens-manage-tokens',
    breaks: 'no token prolongs itself or makes users',
    edits: [
      {
        file: 'dashboard/server/access.ts',
        from: "if (peopleOnly && request.session === null) throw new ProblemError('people-only');",
        to: 'void peopleOnly;',
      },
    ],
    tests: [ACCESS],
  },
  {
    name: 'expired-token-works',
    breaks: 'a token ends in time',
    edits: [
      {
        file: 'ingest/stores/ledger/api-tokens.ts',
        from: 'token !== undefined && token.revokedAt === null && token.expiresAt > now();',
        to: 'token !== undefined && token.revokedAt === null && now() > 0;',
      },
    ],
    tests: [TOKENS],
  },
  {
    name: 'revoked-token-works',
    breaks: 'a revoked token ends at once',
    edits: [
      {
        file: 'ingest/stores/ledger/api-tokens.ts',
        from: 'token !== undefined && token.revokedAt === null &&',
        to: 'token !== undefined &&',
      },
    ],
    tests: [TOKENS],
  },
  {
    name: 'wrong-tokens-are-not-paced',
    breaks: 'guessing a token is slowed',
    edits: [
      {
        file: 'dashboard/server/bearers.ts',
        from: 'username: `bearer ${address}`, address',
        to: 'username: `bearer ${Math.random()}`, address',
      },
    ],
    tests: [TOKENS],
  },
  {
    name: 'anybody-is-a-proxy',
    breaks: 'forwarded headers count from named proxies alone',
    edits: [
      {
        file: 'dashboard/server/proxies.ts',
        from: "return isIP(plain) !== 0 && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');",
        to: 'return isIP(plain) !== 0 && isIPv6(plain) !== null;',
      },
    ],
    tests: [PROXIES, 'test/dashboard/server/https.test.ts'],
  },
  {
    name: 'the-proxy-can-be-passed-by',
    breaks: 'behind a named HTTPS proxy nothing crosses the network in clear',
    edits: [
      {
        file: 'dashboard/server/https-only.ts',
        from: 'if (!proxies.trusts(peer)) return isLoopback(peer);',
        to: 'if (!proxies.trusts(peer)) return isLoopback(peer) || peer !== undefined;',
      },
    ],
    tests: [PROXIES, 'test/dashboard/server/https.test.ts'],
  },
  {
    name: 'wall-names-people',
    breaks: 'a wall is sent no user name',
    edits: [{ file: 'dashboard/server/wall-view.ts', from: "by: '', note: null", to: 'note: null' }],
    tests: [VIEW, WALLS],
  },
  {
    name: 'wall-shows-notes',
    breaks: 'a wall is sent no note',
    edits: [{ file: 'dashboard/server/wall-view.ts', from: "by: '', note: null", to: "by: ''" }],
    tests: [VIEW, WALLS],
  },
  {
    name: 'wall-reads-other-sites',
    breaks: 'a wall has one site',
    edits: [
      {
        file: 'dashboard/server/live.ts',
        from: "if (scope !== null && scope.site !== request.site) return { ok: false, problem: 'unknown_site' };",
        to: '',
      },
    ],
    tests: [WALLS],
  },
  {
    name: 'wall-miscounts-deltas',
    breaks: 'a wall of some areas counts every delta',
    edits: [
      {
        file: 'dashboard/server/wall-view.ts',
        from: 'const { areas, points, devices, alarms, ...rest } = delta;',
        to: 'const { areas, points, devices, alarms, ...all } = delta;\n  const rest = { ...all, seq: all.seq - 1 };',
      },
    ],
    tests: [VIEW, WALLS],
  },
  {
    name: 'wall-shows-every-area',
    breaks: 'a wall of some areas shows no others',
    edits: [
      {
        file: 'dashboard/server/wall-view.ts',
        from: 'view === null || concerns(alarm, view)',
        to: 'view === null || concerns(alarm, view) || alarm.id > 0',
      },
    ],
    tests: [VIEW, WALLS],
  },
  {
    name: 'revoked-wall-stays',
    breaks: 'a revoked link drops its screens',
    edits: [
      {
        file: 'ingest/stores/ledger/wall-links.ts',
        from: "if (wall.revokedAt !== null) return 'revoked';",
        to: '',
      },
    ],
    tests: [WALLS],
  },
  {
    name: 'changed-user-keeps-the-screens',
    breaks: 'a new role or password drops screens at once',
    edits: [
      {
        file: 'dashboard/server/routes/users.ts',
        from: 'if (passwordHash !== undefined || (role !== undefined && role !== before.role)) dropScreens(username);',
        to: 'void before;',
      },
    ],
    tests: [USERS],
  },
  {
    name: 'changed-user-keeps-the-sessions',
    breaks: 'a new role or password ends sessions',
    edits: [
      {
        file: 'ingest/stores/ledger/people.ts',
        from: '...(newRole === undefined && passwordHash === undefined ? [] : [ending]),',
        to: '...(at() > 0 ? [] : [ending]),',
      },
    ],
    tests: [USERS],
  },
  {
    name: 'last-administrator-goes',
    breaks: 'the last administrator stays one',
    edits: [
      {
        file: 'ingest/stores/ledger/write-accounts.ts',
        from: "if (before !== 'administrator' || administrators.get()?.['n'] !== 0) return;",
        to: "if (before !== '' || administrators.get()?.['n'] !== 0) return;",
      },
    ],
    tests: [USERS, 'test/app/admin.test.ts'],
  },
  {
    name: 'refused-names-are-kept',
    breaks: 'what is typed into the wrong field is not kept',
    edits: [
      {
        file: 'ingest/stores/ledger/diary.ts',
        from: 'reader.user(username) === undefined ? null : username;',
        to: "reader.user(username) === undefined && username === '' ? null : username;",
      },
    ],
    tests: [USERS],
  },
  {
    name: 'device-outlives-its-registry',
    breaks: 'a device that was taken away has no credential',
    edits: [
      {
        file: 'ingest/stores/ledger/write-credentials.ts',
        from: 'end.run({ site, at });',
        to: 'void [end, at];',
      },
    ],
    tests: ['test/app/admin.test.ts'],
  },
];
