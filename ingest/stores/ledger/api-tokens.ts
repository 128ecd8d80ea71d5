import type { UserRole } from '../../../contract/account.ts';
import type { ApiTokenView } from '../../../contract/access.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AccessReader, StoredToken } from './access.ts';
import type { Sightings } from './sightings.ts';
import { hashToken, newToken } from './tokens.ts';
import { LedgerConflict, type Ledger } from './types.ts';

const DAY = 86_400_000;
const LISTED_AFTER_END = 30 * DAY;
const MINUTE = 60_000;

export interface ApiTokensOptions {
  readonly ledger: Pick<Ledger, 'commit'>;
  readonly reader: Pick<AccessReader, 'token' | 'tokenById' | 'tokens'>;
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly seen: Sightings;
}

/** What programs show instead of a session. */
export function apiTokens({ ledger, reader, key, clock, seen }: ApiTokensOptions) {
  const now = () => clock.now().wall;
  const works = (token: StoredToken | undefined): token is StoredToken =>
    token !== undefined && token.revokedAt === null && token.expiresAt > now();

  return {
    /** One that works now. */
    find(token: string): { readonly id: number; readonly name: string; readonly role: UserRole } | undefined {
      const found = reader.token(hashToken(key, token));
      return works(found) ? { id: found.id, name: found.name, role: found.role } : undefined;
    },
    stillWorks: (id: number): boolean => works(reader.tokenById(id)),
    /** Noted to the minute, and committed with the next others. */
    used(id: number): void {
      const at = now() - (now() % MINUTE);
      const last = seen.waiting('token.used', id);
      if (last?.at !== at) seen.note({ op: 'token.used', id, at });
    },
    list: (): readonly ApiTokenView[] =>
      reader
        .tokens(now(), now() - LISTED_AFTER_END)
        .map((token) => view(token, seen.waiting('token.used', token.id)?.at)),
    async create(
      { name, role, days }: { name: string; role: UserRole; days: number },
      by: string,
    ): Promise<{ readonly token: string; readonly view: ApiTokenView } | 'name_taken'> {
      const token = newToken();
      const tokenHash = hashToken(key, token);
      const at = now();
      const expiresAt = at + days * DAY;
      try {
        await ledger.commit({
          at,
          access: [{ op: 'token.create', tokenHash, name, role, createdBy: by, at, expiresAt }],
          systemEvents: [{ at, site: null, kind: 'token.created', actor: by, detail: { name, role, days } }],
        });
      } catch (error) {
        if (error instanceof LedgerConflict && error.code === 'name_taken') return 'name_taken';
        throw error;
      }
      const stored = reader.token(tokenHash);
      if (stored === undefined) throw new Error('The token that was just committed is not in the ledger.');
      return { token, view: view(stored) };
    },
    async revoke(id: number, by: string): Promise<'done' | 'ended' | 'unknown'> {
      const found = reader.tokenById(id);
      if (found === undefined) return 'unknown';
      const at = now();
      const { name } = found;
      const systemEvents = [{ at, site: null, kind: 'token.revoked', actor: by, detail: { name } }];
      return ledger.commit({ at, access: [{ op: 'token.revoke', id, at }], systemEvents }).then(done, ended);
    },
  };
}

/** One that was revoked ended then. */
function view(
  { id, name, role, createdBy, createdAt, expiresAt, revokedAt, lastUsedAt }: StoredToken,
  usedAt?: number,
): ApiTokenView {
  const lastUsed = usedAt === undefined ? lastUsedAt : Math.max(usedAt, lastUsedAt ?? 0);
  return { id, name, role, createdBy, createdAt, expiresAt: revokedAt ?? expiresAt, lastUsedAt: lastUsed };
}

const done = () => 'done' as const;

/** What a revocation that came too late means; any other failure goes on. */
export function ended(error: unknown): 'ended' {
  if (error instanceof LedgerConflict && error.code === 'ended') return 'ended';
  throw error;
}
