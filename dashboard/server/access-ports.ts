import type { UserRole } from '../../contract/account.ts';
import type {
  ApiTokenBody,
  ApiTokenView,
  AuditPage,
  UserView,
  WallLayout,
  WallLinkBody,
} from '../../contract/access.ts';

// What administrators change, and what programs and walls show. `main.ts` supplies it. Every change is committed
// together with its row of the audit journal; `by` is who asked for it.

type PersonOutcome = 'done' | 'user_exists' | 'user_unknown' | 'last_administrator';
type Revoked = 'done' | 'ended' | 'unknown';

export interface People {
  list(): readonly UserView[];
  create(
    user: { username: string; post: string; role: UserRole; passwordHash: string },
    by: string,
  ): Promise<PersonOutcome>;
  /** A new role or password ends the user's sessions, but for the one of the token `keepSession`. */
  change(
    username: string,
    change: { post?: string | undefined; role?: UserRole | undefined; passwordHash?: string | undefined },
    options: { by: string; keepSession?: string | undefined },
  ): Promise<PersonOutcome>;
  remove(username: string, by: string): Promise<PersonOutcome>;
}

export interface ApiTokens {
  /** One that works now. */
  find(token: string): { readonly id: number; readonly name: string; readonly role: UserRole } | undefined;
  stillWorks(id: number): boolean;
  /** Cheap: not committed at once. */
  used(id: number): void;
  list(): readonly ApiTokenView[];
  create(
    body: ApiTokenBody,
    by: string,
  ): Promise<{ readonly token: string; readonly view: ApiTokenView } | 'name_taken'>;
  revoke(id: number, by: string): Promise<Revoked>;
}

export interface Wall {
  readonly id: number;
  readonly site: string;
  readonly name: string;
  readonly layout: WallLayout;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly reason: string | null;
  readonly revokedAt: number | null;
  readonly lastSeenAt: number | null;
  readonly lastAddress: string | null;
}

export interface WallLinks {
  find(
    token: string,
  ): { readonly state: 'valid'; readonly wall: Wall } | { readonly state: 'expired' | 'revoked' | 'unknown' };
  stillWorks(id: number): boolean;
  /** A screen with this link is connected. Cheap: not committed at once. */
  seen(id: number, address: string): void;
  list(site: string): readonly Wall[];
  create(site: string, body: WallLinkBody, by: string): Promise<{ readonly token: string; readonly wall: Wall }>;
  revoke(which: { site: string; id: number }, by: string): Promise<Revoked>;
}

/** A range of history that somebody took away as a file. */
export interface HandedOut {
  readonly site: string;
  /** `point/metric`, with commas between them. */
  readonly series: string;
  /** ms epoch. */
  readonly from: number;
  readonly to: number;
  readonly rows: string;
}

export interface AuditJournal {
  /** Counted and written together with others, so that guessing does not fill the disk. */
  signInRefused(username: string): void;
  /** Resolves when it is durable: nothing is handed out without it. */
  exported(what: HandedOut, by: string): Promise<void>;
  page(page: { before?: number; limit: number; changes: boolean }): AuditPage;
}

/** Without it the server has sessions only: no routes for users, tokens, walls and the journal. */
export interface AccessPorts {
  readonly people: People;
  readonly tokens: ApiTokens;
  readonly walls: WallLinks;
  readonly audit: AuditJournal;
}
