import { Check } from 'typebox/value';
import { UserRole, type User } from '../../../contract/account.ts';
import type { Clock } from '../../../contract/clock.ts';
import { hashToken, newToken } from './tokens.ts';
import {
  LedgerConflict,
  type AccountChange,
  type Ledger,
  type LedgerReader,
  type StoredUser,
  type SystemEvent,
} from './types.ts';
import { createUnstoredSessions, UNSTORED_SESSION_MS, type StorableSession } from './unstored-sessions.ts';

/** Sessions end this long after the sign-in, used or not. */
export const SESSION_MS = 12 * 3_600_000;

export interface AccountsOptions {
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly reader: Pick<LedgerReader, 'user' | 'users' | 'session' | 'link'>;
  readonly key: Uint8Array;
  readonly clock: Clock;
}

/** Accounts, sessions and one-time links of the ledger, as the dashboard's server asks for them. */
export function accounts({ ledger, reader, key, clock }: AccountsOptions) {
  const now = () => clock.now().wall;
  const commit = (changes: readonly AccountChange[], systemEvents: readonly SystemEvent[] = []) =>
    ledger.commit({ at: now(), accounts: changes, systemEvents });
  const row = (kind: string, actor: string, detail: SystemEvent['detail'] = {}): SystemEvent => ({
    at: now(),
    site: null,
    kind,
    actor,
    detail,
  });

  const storeSession = (session: StorableSession) =>
    commit([{ op: 'session.create', ...session }], [{ ...row('session.opened', session.username), at: session.at }]);
  const unstored = createUnstoredSessions({ reader, clock, store: storeSession });

  return {
    findUser(username: string): (User & { readonly passwordHash: string }) | undefined {
      const stored = reader.user(username);
      return stored === undefined ? undefined : { ...userOf(stored), passwordHash: stored.passwordHash };
    },
    setupNeeded: (): boolean => !reader.users().some(({ role }) => role === 'administrator'),
    async setup(request: {
      token: string;
      username: string;
      post: string;
      passwordHash: string;
    }): Promise<'created' | 'link_invalid' | 'user_exists'> {
      const { token, username, post, passwordHash } = request;
      const tokenHash = hashToken(key, token);
      const at = now();
      if (reader.link(tokenHash, at)?.purpose !== 'setup') return 'link_invalid';
      return commit(
        [
          { op: 'link.use', tokenHash, at },
          { op: 'user.create', username, post, role: 'administrator', passwordHash, at },
        ],
        [row('user.created', username, { username, role: 'administrator', first: true })],
      ).then(() => 'created', refusal);
    },
    async redeem(token: string): Promise<User | 'link_invalid'> {
      const tokenHash = hashToken(key, token);
      const at = now();
      const link = reader.link(tokenHash, at);
      const stored = link?.purpose === 'sign_in' && link.username !== null ? reader.user(link.username) : undefined;
      if (stored === undefined) return 'link_invalid';
      return commit([{ op: 'link.use', tokenHash, at }]).then(
        () => userOf(stored),
        (error: unknown) => {
          refusal(error);
          return 'link_invalid';
        },
      );
    },
    async openSession(username: string): Promise<{ token: string; expiresAt: number }> {
      const token = newToken();
      const at = now();
      const tokenHash = hashToken(key, token);
      try {
        const expiresAt = at + SESSION_MS;
        await storeSession({ tokenHash, username, at, expiresAt });
        return { token, expiresAt };
      } catch (error) {
        const user = reader.user(username);
        if (user === undefined) throw error;
        const expiresAt = at + UNSTORED_SESSION_MS;
        unstored.keep(error, { tokenHash, user, at, expiresAt });
        return { token, expiresAt };
      }
    },
    session(token: string): { readonly user: User; readonly expiresAt: number } | undefined {
      const tokenHash = hashToken(key, token);
      const found = reader.session(tokenHash, now()) ?? unstored.find(tokenHash);
      return found === undefined ? undefined : { user: userOf(found.user), expiresAt: found.expiresAt };
    },
    async closeSession(token: string): Promise<void> {
      const tokenHash = hashToken(key, token);
      await unstored.close(tokenHash);
      const found = reader.session(tokenHash, now());
      if (found === undefined) return;
      await commit([{ op: 'session.delete', tokenHash }], [row('session.closed', found.user.username)]);
    },
  };
}

function userOf({ username, post, role }: StoredUser): User {
  if (!Check(UserRole, role)) throw new Error(`The user ${username} has the unknown role ${role}.`);
  return { username, post, role };
}

/** What a conflict means to somebody with a link; any other failure goes on. */
function refusal(error: unknown): 'link_invalid' | 'user_exists' {
  if (!(error instanceof LedgerConflict)) throw error;
  return error.code === 'link_used' ? 'link_invalid' : 'user_exists';
}
