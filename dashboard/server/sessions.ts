import type { FastifyReply } from 'fastify';
import type { User } from '../../contract/account.ts';
import type { Clock } from '../../contract/clock.ts';
import type { Accounts } from './ports.ts';

export interface Session {
  readonly token: string;
  readonly user: User;
  /** ms epoch */
  readonly expiresAt: number;
}

export interface Sessions {
  /** Name of the cookie. */
  readonly cookie: string;
  /** Null without a cookie and for sessions that are closed or over. */
  read(cookies: Readonly<Record<string, string | undefined>>): Session | null;
  /** Looks again at a session that was good before. */
  find(token: string): Session | null;
  /** Opens a session of the user's and gives its cookie to the browser. */
  open(reply: FastifyReply, user: User): Promise<void>;
  close(reply: FastifyReply, session: Session | null): Promise<void>;
}

/**
 * Sessions are rows behind `Accounts`; the browser holds a random token that scripts cannot read. Over HTTPS the
 * cookie is bound to this host by its `__Host-` prefix; browsers drop such a cookie over plain HTTP, which then has
 * a plain name.
 */
export function sessionCookies(options: { accounts: Accounts; clock: Clock; secure: boolean }): Sessions {
  const { accounts, clock, secure } = options;
  const name = secure ? '__Host-fw_session' : 'fw_session';
  const attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;

  const find = (token: string): Session | null => {
    const found = accounts.session(token);
    if (found === undefined || found.expiresAt <= clock.now().wall) return null;
    return { token, user: publicUser(found.user), expiresAt: found.expiresAt };
  };

  return {
    cookie: name,
    find,
    read(cookies) {
      const token = cookies[name];
      return token === undefined || token === '' || token.length > 200 ? null : find(token);
    },
    async open(reply, user) {
      const { token, expiresAt } = await accounts.openSession(user.username);
      const maxAge = Math.max(0, Math.floor((expiresAt - clock.now().wall) / 1000));
      reply.setCookie(name, token, { ...attributes, maxAge });
    },
    async close(reply, session) {
      if (session !== null) await accounts.closeSession(session.token);
      reply.clearCookie(name, attributes);
    },
  };
}

/** Just what the contract shows of a user: rows carry a password's hash. */
export function publicUser({ username, post, role }: User): User {
  return { username, post, role };
}
