import type { User } from '../../contract/account.ts';
import type { Clock } from '../../contract/clock.ts';
import type { ApiTokens } from './access-ports.ts';
import { ProblemError, retryAfter } from './problem.ts';
import { signInPace } from './sign-in-pace.ts';

/** A program that showed its API token. */
export interface Program {
  readonly id: number;
  /** `token:NAME`, as journals book what it does. */
  readonly user: User;
}

export interface Bearers {
  /** Null without a bearer token. @throws ProblemError for one that does not work, and for too many of those. */
  read(authorization: string | undefined, address: string): Program | null;
  stillWorks(id: number): boolean;
}

const SCHEME = /^Bearer +([A-Za-z0-9._~+/=-]{1,200}) *$/i;
const MOST_FAMILIAR = 1_000;

/** `Authorization: Bearer` (RFC 6750). Wrong tokens from one address are paced like sign-ins; one that works there goes on. */
export function bearers({ tokens, clock }: { tokens: ApiTokens | undefined; clock: Clock }): Bearers {
  const pace = signInPace(clock);
  const familiar = new Set<string>();

  function read(authorization: string | undefined, address: string): Program | null {
    if (authorization === undefined || !/^Bearer\b/i.test(authorization)) return null;
    const token = SCHEME.exec(authorization)?.[1];
    const found = token === undefined ? undefined : tokens?.find(token);
    const here = `${found?.id ?? ''} ${address}`;
    if (found === undefined || !familiar.has(here)) {
      const attempt = pace.attempt({ username: `bearer ${address}`, address });
      if (!attempt.allowed) throw new ProblemError('too-many-attempts', { headers: retryAfter(attempt.waitMs) });
      if (found === undefined) throw new ProblemError('token-invalid');
      attempt.succeeded();
      if (familiar.size >= MOST_FAMILIAR) familiar.clear();
      familiar.add(here);
    }
    tokens?.used(found.id);
    const { id, name, role } = found;
    return { id, user: { username: `token:${name}`, post: name, role } };
  }

  return { read, stillWorks: (id) => tokens?.stillWorks(id) ?? false };
}
