import type { IncomingMessage } from 'node:http';
import type { WallLinks } from './access-ports.ts';
import type { Bearers, Program } from './bearers.ts';
import { arrivedSafely } from './https-only.ts';
import type { Doorway } from './origin.ts';
import type { Accounts } from './ports.ts';
import type { Proxies } from './proxies.ts';
import type { Session, Sessions } from './sessions.ts';
import type { WallCookie } from './wall-cookie.ts';
import type { WallScope } from './wall-rooms.ts';

/** Who sits at a live screen. */
export type Sitter =
  | { readonly kind: 'person'; readonly username: string; readonly session: string }
  | { readonly kind: 'program'; readonly id: number }
  | { readonly kind: 'wall'; readonly id: number };

export interface Seat {
  readonly sitter: Sitter;
  /** Screens with the same one share an allowance. */
  readonly key: string;
  /** Null: whatever site it asks for, with all it shows. */
  readonly scope: WallScope | null;
  stillGood(): boolean;
  /** It is there; noted of walls. */
  here(): void;
}

export type Refused = 'foreign host' | 'foreign origin' | 'not encrypted' | 'not signed in';

export interface SeatOptions {
  readonly doorway: Doorway;
  readonly proxies: Proxies;
  /** Only what came over HTTPS. */
  readonly httpsOnly: boolean;
  readonly parseCookie: (header: string) => Readonly<Record<string, string | undefined>>;
  readonly sessions: Sessions;
  readonly accounts: Accounts;
  readonly bearers: Bearers;
  readonly walls: WallLinks | undefined;
  readonly cookie: WallCookie;
}

export interface Seats {
  /** @throws ProblemError for a token that does not work. */
  admit(request: IncomingMessage): Seat | Refused;
  /** Of a person whose session goes on; null when it does not. */
  renew(session: string): Seat | null;
}

/**
 * Who may open the live socket: a person with a session, a program with a token, and, where the handshake says
 * `wall=1`, a wall with its cookie, whoever else is signed in in that browser.
 */
export function createSeats(options: SeatOptions): Seats {
  const { doorway, proxies, sessions, accounts, bearers, walls } = options;

  function admit(request: IncomingMessage): Seat | Refused {
    const { host, origin, authorization, cookie = '' } = request.headers;
    if (!doorway.knowsHost(host)) return 'foreign host';
    if (options.httpsOnly && !arrivedSafely(request, proxies)) return 'not encrypted';
    const asWall = saysWall(request);
    const program = asWall ? null : bearers.read(authorization, proxies.addressOf(request));
    if (program !== null) return programSeat(program);
    if (!doorway.admitsOrigin({ origin, host, hasCookie: true })) return 'foreign origin';
    const cookies = options.parseCookie(cookie);
    if (asWall) return wallSeat(options.cookie.read(cookies), proxies.addressOf(request)) ?? 'not signed in';
    const session = sessions.read(cookies);
    return session === null ? 'not signed in' : personSeat(session);
  }

  function personSeat({ token, user: { username, role } }: Session): Seat {
    const passwordHash = accounts.findUser(username)?.passwordHash;
    return {
      sitter: { kind: 'person', username, session: token },
      key: `session ${token}`,
      scope: null,
      stillGood() {
        const now = sessions.find(token);
        return (
          now !== null &&
          now.user.username === username &&
          now.user.role === role &&
          accounts.findUser(username)?.passwordHash === passwordHash
        );
      },
      here: () => undefined,
    };
  }

  function programSeat({ id }: Program): Seat {
    return {
      sitter: { kind: 'program', id },
      key: `token ${id}`,
      scope: null,
      stillGood: () => bearers.stillWorks(id),
      here: () => undefined,
    };
  }

  function wallSeat(token: string | null, address: string): Seat | null {
    const found = token === null ? undefined : walls?.find(token);
    if (found?.state !== 'valid' || walls === undefined) return null;
    const { id, site, layout } = found.wall;
    return {
      sitter: { kind: 'wall', id },
      key: `wall ${id}`,
      scope: { site, areas: layout.areas },
      stillGood: () => walls.stillWorks(id),
      here: () => walls.seen(id, address),
    };
  }

  return {
    admit,
    renew(token) {
      const session = sessions.find(token);
      return session === null ? null : personSeat(session);
    },
  };
}

function saysWall({ url = '' }: IncomingMessage): boolean {
  return URL.parse(url, 'http://localhost')?.searchParams.get('wall') === '1';
}
