import type {
  ChannelBody,
  ChannelChange,
  ChannelList,
  ChannelOrderBody,
  ChannelTest,
  ChannelView,
} from '../../contract/channel.ts';
import type { User } from '../../contract/account.ts';

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

/** Why nothing was done; `invalid` names the fields. */
export type ChannelRefusal =
  | { readonly refused: 'no_such_site' | 'no_such_channel' | 'not_storing' }
  | { readonly refused: 'invalid'; readonly errors: readonly { field: string; message: string }[] };

/** Webhooks and group robots of the sites. `actor`: who changes it, for the audit. Answers leave after the commit. */
export interface Channels {
  list(site: string): ChannelList | ChannelRefusal;
  create(site: string, body: ChannelBody, actor: string): Promise<ChannelView | ChannelRefusal>;
  change(
    site: string,
    request: { id: number; change: ChannelChange; actor: string },
  ): Promise<ChannelView | ChannelRefusal>;
  remove(site: string, id: number, actor: string): Promise<ChannelRefusal | null>;
  order(site: string, body: ChannelOrderBody, actor: string): Promise<ChannelList | ChannelRefusal>;
  test(site: string, id: number): Promise<ChannelTest | ChannelRefusal>;
}
