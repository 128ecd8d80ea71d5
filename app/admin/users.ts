import { Check } from 'typebox/value';
import { Password, Post, Username, type UserRole } from '../../contract/account.ts';
import { LedgerConflict } from '../../ingest/stores/ledger/types.ts';
import { readArguments } from './arguments.ts';
import { auditRow } from './audit-row.ts';
import { printable } from './printable.ts';
import { AdminError, AdminUsageError, type AdminDeps, type AdminLedger } from './ports.ts';

const ROLES: readonly UserRole[] = ['viewer', 'operator', 'administrator'];

export async function addUser(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const given = readArguments(argv, { words: ['NAME'], values: ['role', 'post'], flags: ['password-stdin'] });
  const username = readUsername(given.words[0] ?? '');
  const role = readRole('--role', given.value('role'));
  const post = given.value('post') ?? '';
  if (!Check(Post, post) || printable(post) !== post)
    throw new AdminUsageError('--post has to be the duty post, such as 后勤值班: 1 to 60 characters, not a name');

  await withLedger(deps, async ({ ledger, reader }) => {
    if (reader.user(username) !== undefined) throw userExists(username);
    const passwordHash = await deps.hashPassword(await readPassword(username, given.flag('password-stdin'), deps));
    const at = deps.now();
    const systemEvent = auditRow('user add', { at, kind: 'user.created', detail: { username, role } });
    const change = { op: 'user.create', username, post, role, passwordHash, at } as const;
    await ledger.commit({ at, accounts: [change], systemEvents: [systemEvent] }).catch((error: unknown) => {
      throw error instanceof LedgerConflict && error.code === 'user_exists' ? userExists(username) : error;
    });
  });
  deps.out(`User ${username} (${role}, ${post}) was created and can sign in now.\n`);
}

export async function setUserPassword(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const given = readArguments(argv, { words: ['NAME'], flags: ['password-stdin'] });
  const username = readUsername(given.words[0] ?? '');
  await withLedger(deps, async ({ ledger, reader }) => {
    if (reader.user(username) === undefined) throw noSuchUser(username, reader.users());
    const passwordHash = await deps.hashPassword(await readPassword(username, given.flag('password-stdin'), deps));
    const at = deps.now();
    await ledger.commit({
      at,
      accounts: [
        { op: 'user.password', username, passwordHash, at },
        { op: 'session.deleteOfUser', username },
      ],
      systemEvents: [auditRow('user password', { at, kind: 'user.changed', detail: { username, password: true } })],
    });
  });
  deps.out(`The password of ${username} was changed; everywhere this user was signed in, that has ended.\n`);
}

export async function setUserRole(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const given = readArguments(argv, { words: ['NAME', 'ROLE'] });
  const username = readUsername(given.words[0] ?? '');
  const role = readRole('ROLE', given.words[1]);
  const before = await withLedger(deps, async ({ ledger, reader }) => {
    const user = reader.user(username);
    if (user === undefined) throw noSuchUser(username, reader.users());
    if (user.role === role) return role;
    const at = deps.now();
    const detail = { username, role, roleBefore: user.role };
    await ledger
      .commit({
        at,
        accounts: [
          { op: 'user.change', username, role, at },
          { op: 'session.deleteOfUser', username },
        ],
        systemEvents: [auditRow('user role', { at, kind: 'user.changed', detail })],
      })
      .catch(explainUserConflict(username));
    return user.role;
  });
  deps.out(
    before === role
      ? `${username} is ${role} already: nothing to change.\n`
      : `${username} is ${role} now, no longer ${before}; everywhere this user was signed in, that has ended.\n`,
  );
}

export async function removeUser(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const username = readUsername(readArguments(argv, { words: ['NAME'] }).words[0] ?? '');
  await withLedger(deps, async ({ ledger, reader }) => {
    if (reader.user(username) === undefined) throw noSuchUser(username, reader.users());
    const at = deps.now();
    const systemEvents = [auditRow('user remove', { at, kind: 'user.removed', detail: { username } })];
    await ledger
      .commit({ at, accounts: [{ op: 'user.remove', username }], systemEvents })
      .catch(explainUserConflict(username));
  });
  deps.out(`User ${username} was removed; everywhere this user was signed in, that has ended.\n`);
}

function explainUserConflict(username: string) {
  return (error: unknown): never => {
    if (!(error instanceof LedgerConflict) || error.code !== 'last_administrator') throw error;
    const hint = 'Make another one first, with "user add" or "user role".';
    throw new AdminError(`${username} is the last administrator. ${hint} Nothing was changed.`, { cause: error });
  };
}

export function readRole(name: string, text: string | undefined): UserRole {
  const role = ROLES.find((known) => known === text);
  if (role === undefined) throw new AdminUsageError(`${name} has to be one of ${ROLES.join(', ')}`);
  return role;
}

export async function listUsers(argv: readonly string[], deps: AdminDeps): Promise<void> {
  readArguments(argv, { words: [] });
  await withLedger(deps, ({ reader }) => {
    const users = reader.users();
    if (users.length === 0) {
      deps.out('There are no users yet. Open the link that the first start printed, or create one with "user add".\n');
      return;
    }
    const width = Math.max(...users.map(({ username }) => username.length));
    for (const { username, role, post } of users)
      deps.out(`${username.padEnd(width)}  ${role.padEnd(13)}  ${printable(post)}\n`);
  });
}

/** Opens the ledger for one command and closes it, whatever comes. */
export async function withLedger<T>(deps: AdminDeps, run: (opened: AdminLedger) => T | Promise<T>): Promise<T> {
  const opened = await deps.openLedger();
  try {
    return await run(opened);
  } finally {
    await opened.close();
  }
}

function readUsername(text: string): string {
  if (Check(Username, text)) return text;
  throw new AdminUsageError(
    'NAME has to be 2 to 32 small letters, digits, dots, dashes or underscores, a letter or digit first',
  );
}

async function readPassword(username: string, fromStdin: boolean, deps: AdminDeps): Promise<string> {
  const password = fromStdin ? (await deps.readStdin()).replace(/\r?\n$/, '') : await askTwice(username, deps);
  if (!Check(Password, password))
    throw new AdminError('The password has to have 12 to 256 characters. Nothing was changed.');
  const weakness = deps.passwordWeakness(password, username);
  if (weakness !== null) throw new AdminError(`The password ${weakness}. Nothing was changed.`);
  return password;
}

async function askTwice(username: string, deps: AdminDeps): Promise<string> {
  const first = await deps.askPassword(`New password for ${username} (12 characters or more): `);
  const second = await deps.askPassword('The same again: ');
  if (first !== second) throw new AdminError('The two passwords differ. Nothing was changed.');
  return first;
}

function userExists(username: string): AdminError {
  return new AdminError(
    `There is a user ${username} already. Choose another name, or set a new password with "user password ${username}".`,
  );
}

function noSuchUser(username: string, users: readonly { username: string }[]): AdminError {
  const known =
    users.length === 0 ? 'There are none yet.' : `There are ${users.map((user) => user.username).join(', ')}.`;
  return new AdminError(`There is no user ${username}. ${known}`);
}
