import type { Clock } from '../../../contract/clock.ts';
import { CommitFailed, type StoredUser } from './types.ts';

/** They end this long after the sign-in (ms) unless they could be stored meanwhile. */
export const UNSTORED_SESSION_MS = 3_600_000;
/** So many at once: whoever may sign in is known, and few people look after an outage. */
const MOST = 50;
/** Whether they can be stored by now is tried this often (ms), when one of them is used. */
const TRY_EVERY = 10_000;

interface UnstoredSession {
  readonly tokenHash: string;
  /** As the user was at the sign-in: with another password or role the session is over. */
  readonly user: StoredUser;
  /** ms epoch */
  readonly at: number;
  readonly expiresAt: number;
}

export interface StorableSession extends Pick<UnstoredSession, 'tokenHash' | 'at' | 'expiresAt'> {
  readonly username: string;
}

export interface UnstoredSessionsOptions {
  readonly reader: { user(username: string): StoredUser | undefined };
  readonly clock: Clock;
  readonly store: (session: StorableSession) => Promise<void>;
}

/**
 * Sessions of people who signed in while nothing could be committed: whoever is called because of that must see the
 * screens. They are of this process alone and short, and are stored once that goes again.
 */
export interface UnstoredSessions {
  /** @throws what the commit threw, where it was another failure or there are too many already */
  keep(failure: unknown, session: UnstoredSession): void;
  find(tokenHash: string): { readonly user: StoredUser; readonly expiresAt: number } | undefined;
  /** Resolves when it is not being stored any more: from then on it may be in the ledger. */
  close(tokenHash: string): Promise<void>;
}

export function createUnstoredSessions({ reader, clock, store }: UnstoredSessionsOptions): UnstoredSessions {
  const sessions = new Map<string, UnstoredSession>();
  let triedAt = -Infinity;
  let storing: Promise<void> = Promise.resolve();

  /** Whether its user is still the one who signed in. */
  function stands({ user, expiresAt }: UnstoredSession): boolean {
    const now = reader.user(user.username);
    const isSame = now !== undefined && now.passwordHash === user.passwordHash && now.role === user.role;
    return isSame && clock.now().wall < expiresAt;
  }

  function forgetEnded(): void {
    for (const [hash, session] of sessions) if (!stands(session)) sessions.delete(hash);
  }

  /** One after the other; what fails is tried again later. */
  async function storeAll(): Promise<void> {
    for (const session of [...sessions.values()]) {
      const { tokenHash, user, at, expiresAt } = session;
      if (!sessions.has(tokenHash) || !stands(session)) continue;
      await store({ tokenHash, username: user.username, at, expiresAt });
      sessions.delete(tokenHash);
    }
  }

  return {
    keep(failure, session) {
      forgetEnded();
      const isOutage = failure instanceof CommitFailed && failure.transient;
      if (!isOutage || sessions.size >= MOST) throw failure;
      sessions.set(session.tokenHash, session);
    },
    find(tokenHash) {
      const found = sessions.get(tokenHash);
      if (found === undefined) return undefined;
      forgetEnded();
      if (!sessions.has(tokenHash)) return undefined;
      const { mono } = clock.now();
      if (mono - triedAt >= TRY_EVERY) {
        triedAt = mono;
        storing = storeAll().catch(() => undefined);
      }
      return { user: reader.user(found.user.username) ?? found.user, expiresAt: found.expiresAt };
    },
    async close(tokenHash) {
      sessions.delete(tokenHash);
      await storing;
    },
  };
}
