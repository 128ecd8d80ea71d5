import type { UserRole } from '../../../contract/account.ts';
import type { ApiTokenView, AuditEntry, WallLayout } from '../../../contract/access.ts';

/** Changes of what programs and walls may do; part of a batch. */
export type AccessChange =
  /** Fails the commit when a token that still works has the name: the journal calls tokens by it. */
  | {
      readonly op: 'token.create';
      readonly tokenHash: string;
      readonly name: string;
      readonly role: UserRole;
      readonly createdBy: string;
      readonly at: number;
      readonly expiresAt: number;
    }
  /** Fails the commit when it has ended already. */
  | { readonly op: 'token.revoke'; readonly id: number; readonly at: number }
  | { readonly op: 'token.used'; readonly id: number; readonly at: number }
  | {
      readonly op: 'wall.create';
      readonly tokenHash: string;
      readonly site: string;
      readonly name: string;
      readonly layout: WallLayout;
      readonly createdBy: string;
      readonly at: number;
      readonly expiresAt: number | null;
      readonly reason: string | null;
    }
  /** Fails the commit when it has ended already. */
  | { readonly op: 'wall.revoke'; readonly id: number; readonly at: number }
  | { readonly op: 'wall.seen'; readonly id: number; readonly at: number; readonly address: string };

export interface StoredToken extends ApiTokenView {
  readonly revokedAt: number | null;
}

export interface StoredWall {
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

export interface StoredPerson {
  readonly username: string;
  readonly post: string;
  readonly role: string;
  readonly createdAt: number;
  readonly passwordAt: number;
  /** Sessions that have not expired. */
  readonly sessions: number;
}

/** Short reads of who may do what, and who did. */
export interface AccessReader {
  people(now: number): readonly StoredPerson[];
  /** Whatever its state. */
  token(tokenHash: string): StoredToken | undefined;
  tokenById(id: number): StoredToken | undefined;
  /** Those that still work at `now` (ms epoch) or ended after `endedSince`, newest first. */
  tokens(now: number, endedSince: number): readonly StoredToken[];
  wall(tokenHash: string): StoredWall | undefined;
  wallById(id: number): StoredWall | undefined;
  walls(site: string, now: number, endedSince: number): readonly StoredWall[];
  /** Newest first. `changes`: only what people and programs changed. */
  audit(page: { before?: number; limit: number; changes: boolean }): readonly AuditEntry[];
}
