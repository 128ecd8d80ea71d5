import type { User, UserRole } from '../../contract/account.ts';

export interface AccountWithPassword extends User {
  /** PHC string of argon2id. */
  readonly passwordHash: string;
}

/**
 * Accounts, sessions and one-time links as the server needs them; `main.ts` supplies it. Tokens are given in clear and
 * kept as HMAC. Where nothing can be committed a change rejects with an error that is called `CommitFailed`: 503.
 */
export interface Accounts {
  findUser(username: string): AccountWithPassword | undefined;
  /** True until the first administrator exists. */
  setupNeeded(): boolean;
  /** Creates the administrator and uses up the link in one commit. */
  setup(request: {
    token: string;
    username: string;
    post: string;
    passwordHash: string;
  }): Promise<'created' | 'link_invalid' | 'user_exists'>;
  /** Uses up a sign-in link. */
  redeem(token: string): Promise<User | 'link_invalid'>;
  openSession(username: string): Promise<{ token: string; expiresAt: number }>;
  session(token: string): { readonly user: User; readonly expiresAt: number } | undefined;
  closeSession(token: string): Promise<void>;
}

export const ROLE_RANK: Record<UserRole, number> = { viewer: 1, operator: 2, administrator: 3 };

/** What `GET /metrics` answers. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** PEM. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The certificate of HTTPS as it is now, and word of each new one. */
export interface CertificateSource {
  current(): Certificate;
  onReplaced(listener: (certificate: Certificate) => void): void;
}
