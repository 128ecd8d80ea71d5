import type { DatabaseSync } from 'node:sqlite';
import { LedgerConflict, type AccountChange } from './types.ts';

/** An account change that names somebody unknown. */
export class UnknownUser extends Error {
  override readonly name = 'UnknownUser';
}

/** Applies the changes in their order. Throws LedgerConflict for a link that cannot be used or a name that is taken. */
export function accountWriter(db: DatabaseSync): (changes: readonly AccountChange[]) => void {
  const createUser = db.prepare(`INSERT INTO user VALUES (:username, :post, :role, :passwordHash, :at, :at)
    ON CONFLICT (username) DO NOTHING`);
  const setPassword = db.prepare(
    'UPDATE user SET password_hash = :passwordHash, password_at = :at WHERE username = :username',
  );
  const changeUser = db.prepare(`UPDATE user SET post = coalesce(:post, post), role = coalesce(:role, role),
      password_hash = coalesce(:passwordHash, password_hash), password_at = iif(:passwordHash IS NULL, password_at, :at)
    WHERE username = :username`);
  const removeUser = db.prepare('DELETE FROM user WHERE username = ?');
  const roleOf = db.prepare('SELECT role FROM user WHERE username = ?');
  const administrators = db.prepare("SELECT count(*) AS n FROM user WHERE role = 'administrator'");
  const createSession = db.prepare('INSERT INTO session VALUES (:tokenHash, :username, :at, :expiresAt)');
  const deleteSession = db.prepare('DELETE FROM session WHERE token_hash = ?');
  const deleteSessions = db.prepare('DELETE FROM session WHERE username = ? AND token_hash <> ?');
  const createLink = db.prepare('INSERT INTO link VALUES (:tokenHash, :purpose, :username, :at, :expiresAt, NULL)');
  // A setup link ends when there is an administrator, through whichever link.
  const spendLink = db.prepare(`UPDATE link SET used_at = :at
    WHERE token_hash = :tokenHash AND used_at IS NULL AND expires_at > :at
      AND (purpose <> 'setup' OR NOT EXISTS (SELECT 1 FROM user WHERE role = 'administrator'))`);
  const createCredential = db.prepare(
    'INSERT INTO credential VALUES (:tokenHash, :username, :clientId, :site, :device, :at, NULL)',
  );
  const expireOthers = db.prepare(`UPDATE credential
    SET expires_at = min(coalesce(expires_at, :expiresAt), :expiresAt)
    WHERE username = :username AND token_hash <> :keepTokenHash`);

  const revokeCredentials = db.prepare(`UPDATE credential SET expires_at = :at
    WHERE username = :username AND (expires_at IS NULL OR expires_at > :at)`);

  const known = (username: string): string => {
    const role = roleOf.get(username)?.['role'];
    if (typeof role === 'string') return role;
    throw new LedgerConflict('user_unknown', `There is no user ${username}.`);
  };
  /** Whoever was one may only cease to be while another one is there. */
  const keepOne = (before: string): void => {
    if (before !== 'administrator' || administrators.get()?.['n'] !== 0) return;
    const message = 'The last administrator has to stay one: make another first.';
    throw new LedgerConflict('last_administrator', message);
  };

  const apply = (change: AccountChange): void => {
    switch (change.op) {
      case 'user.change': {
        const { username, post = null, role = null, passwordHash = null, at } = change;
        const before = known(username);
        changeUser.run({ username, post, role, passwordHash, at });
        keepOne(before);
        return;
      }
      case 'user.remove': {
        const before = known(change.username);
        removeUser.run(change.username);
        keepOne(before);
        return;
      }
      case 'credential.revoke': {
        const { changes } = revokeCredentials.run({ username: change.username, at: change.at });
        if (changes === 0) throw new LedgerConflict('ended', 'No credential of it works any more.');
        return;
      }
      case 'user.create': {
        const { username, post, role, passwordHash, at } = change;
        const { changes } = createUser.run({ username, post, role, passwordHash, at });
        if (changes === 0)
          throw new LedgerConflict('user_exists', `The user name ${username} is taken: choose another.`);
        return;
      }
      case 'user.password': {
        const { username, passwordHash, at } = change;
        const { changes } = setPassword.run({ username, passwordHash, at });
        if (changes === 0) throw new UnknownUser(`There is no user ${username}: create it first.`);
        return;
      }
      case 'session.create': {
        const { tokenHash, username, at, expiresAt } = change;
        createSession.run({ tokenHash, username, at, expiresAt });
        return;
      }
      case 'session.delete':
        deleteSession.run(change.tokenHash);
        return;
      case 'session.deleteOfUser':
        deleteSessions.run(change.username, change.keepTokenHash ?? '');
        return;
      case 'link.create': {
        const { tokenHash, purpose, username, at, expiresAt } = change;
        createLink.run({ tokenHash, purpose, username, at, expiresAt });
        return;
      }
      case 'link.use': {
        const { changes } = spendLink.run({ tokenHash: change.tokenHash, at: change.at });
        if (changes === 0)
          throw new LedgerConflict('link_used', 'The link was used, has expired or is unknown: ask for a new one.');
        return;
      }
      case 'credential.create': {
        const { tokenHash, username, clientId, site, device, at } = change;
        createCredential.run({ tokenHash, username, clientId, site, device, at });
        return;
      }
      case 'credential.expireOthers': {
        const { username, keepTokenHash, expiresAt } = change;
        expireOthers.run({ username, keepTokenHash, expiresAt });
        return;
      }
    }
  };
  return (changes) => changes.forEach(apply);
}
