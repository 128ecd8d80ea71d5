import { Type, type Static } from 'typebox';
import { Password, Post, UserRole, Username } from './account.ts';
import { EpochMs, Id, LocalText } from './ids.ts';

const strict = { additionalProperties: false };
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const Label = Type.String({ minLength: 1, maxLength: 60 });

export const UserView = Type.Object({
  username: Username,
  post: Post,
  role: UserRole,
  createdAt: EpochMs,
  passwordAt: EpochMs,
  /** Sessions open now. */
  sessions: Type.Integer(),
});
export type UserView = Static<typeof UserView>;
export const UserList = Type.Object({ users: Type.Array(UserView) });
export type UserList = Static<typeof UserList>;

export const UserBody = Type.Object({ username: Username, post: Post, role: UserRole, password: Password }, strict);
export type UserBody = Static<typeof UserBody>;
/** A new role or password ends all sessions of the user; their screens close. The last administrator stays one. */
export const UserChange = Type.Partial(Type.Object({ post: Post, role: UserRole, password: Password }), strict);
export type UserChange = Static<typeof UserChange>;

/** One's own password. All sessions but the one that asks end. */
export const OwnPasswordBody = Type.Object(
  { current: Type.String({ minLength: 1, maxLength: 256 }), password: Password },
  strict,
);
export type OwnPasswordBody = Static<typeof OwnPasswordBody>;

/** For programs: sent as `Authorization: Bearer …`. */
export const ApiTokenView = Type.Object({
  id: Type.Integer(),
  name: Label,
  role: UserRole,
  createdBy: Type.String(),
  createdAt: EpochMs,
  expiresAt: EpochMs,
  /** To the minute; null: never. */
  lastUsedAt: nullable(EpochMs),
});
export type ApiTokenView = Static<typeof ApiTokenView>;
/** Those that still work, and those that ended within 30 days. */
export const ApiTokenList = Type.Object({ tokens: Type.Array(ApiTokenView) });
export type ApiTokenList = Static<typeof ApiTokenList>;
/** Nobody makes a token of a role above their own. */
export const ApiTokenBody = Type.Object(
  { name: Label, role: UserRole, days: Type.Integer({ minimum: 1, maximum: 366 }) },
  strict,
);
export type ApiTokenBody = Static<typeof ApiTokenBody>;
/** The token is shown this once. */
export const ApiTokenCreated = Type.Object({ token: Type.String(), view: ApiTokenView });
export type ApiTokenCreated = Static<typeof ApiTokenCreated>;

/** A screen on a wall: what its link shows, and how large. */
export const WallLayout = Type.Object(
  {
    /** Null: all areas of the site. */
    areas: nullable(Type.Array(Id, { minItems: 1, maxItems: 1_000, uniqueItems: true })),
    /** Diagonal of the screen, inches. */
    inches: Type.Number({ minimum: 20, maximum: 120 }),
    /** Distance it is read from, metres. */
    metres: Type.Number({ minimum: 1, maximum: 12 }),
  },
  strict,
);
export type WallLayout = Static<typeof WallLayout>;

export const WallLinkBody = Type.Object(
  {
    name: Label,
    layout: WallLayout,
    /** Null: it does not expire, and `reason` says why. */
    days: nullable(Type.Integer({ minimum: 1, maximum: 366 })),
    reason: nullable(Type.String({ minLength: 1, maxLength: 200 })),
  },
  strict,
);
export type WallLinkBody = Static<typeof WallLinkBody>;

export const WallLinkView = Type.Object({
  id: Type.Integer(),
  site: Id,
  name: Label,
  layout: WallLayout,
  createdBy: Type.String(),
  createdAt: EpochMs,
  expiresAt: nullable(EpochMs),
  reason: nullable(Type.String()),
  revokedAt: nullable(EpochMs),
  /** Screens that show it now. */
  watching: Type.Integer(),
  /** Null: never opened. */
  lastSeenAt: nullable(EpochMs),
  lastAddress: nullable(Type.String()),
});
export type WallLinkView = Static<typeof WallLinkView>;
/** Ended ones stay listed for 30 days. */
export const WallLinkList = Type.Object({ links: Type.Array(WallLinkView) });
export type WallLinkList = Static<typeof WallLinkList>;
/** `token` goes behind the `#` of `/wall`, where no server and no log sees it. It is shown this once. */
export const WallLinkCreated = Type.Object({ token: Type.String(), view: WallLinkView });
export type WallLinkCreated = Static<typeof WallLinkCreated>;

/** `POST /api/wall`: a screen shows its token and gets the cookie with which it watches its site, and nothing else. */
export const WallBody = Type.Object({ token: Type.String({ minLength: 1, maxLength: 100 }) }, strict);
export type WallBody = Static<typeof WallBody>;
export const WallAnswer = Type.Union([
  Type.Object({
    state: Type.Enum(['valid']),
    site: Id,
    siteName: LocalText,
    name: Label,
    layout: WallLayout,
    expiresAt: nullable(EpochMs),
    /** Of the program: a screen loads itself anew when it changes. */
    version: Type.String(),
  }),
  /** Said on the wall in these words. */
  Type.Object({ state: Type.Enum(['expired', 'revoked', 'unknown']) }),
]);
export type WallAnswer = Static<typeof WallAnswer>;

/** One line of the audit journal: who changed what, when. */
export const AuditEntry = Type.Object({
  id: Type.Integer(),
  at: EpochMs,
  site: nullable(Id),
  /** Such as `user.created`, `token.revoked`, `registry.changed`, `started`. */
  kind: Type.String(),
  /** User name, `token:NAME`, or `admin` for the command line; null: the system itself. */
  actor: nullable(Type.String()),
  detail: Type.Record(Type.String(), nullable(Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
});
export type AuditEntry = Static<typeof AuditEntry>;
export const AuditQuery = Type.Object(
  {
    before: Type.Optional(Type.Integer({ minimum: 1 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    /** Only what people and programs changed, not what the system noted of itself. */
    changes: Type.Optional(Type.Boolean()),
  },
  strict,
);
export type AuditQuery = Static<typeof AuditQuery>;
/** Newest first. `next`: the `before` of the page that follows; null at the end. */
export const AuditPage = Type.Object({ entries: Type.Array(AuditEntry), next: nullable(Type.Integer()) });
export type AuditPage = Static<typeof AuditPage>;

/** What an operator accepted and every administrator keeps seeing. */
export const LastingWarning = Type.Enum(['plain_mqtt', 'plain_http']);
export type LastingWarning = Static<typeof LastingWarning>;
