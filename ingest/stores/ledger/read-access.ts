import type { DatabaseSync } from 'node:sqlite';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { UserRole } from '../../../contract/account.ts';
import { AuditEntry, WallLayout } from '../../../contract/access.ts';
import type { AccessReader, StoredPerson, StoredToken, StoredWall } from './access.ts';
import { json, parse, type Row } from './parse.ts';

const number = Type.Union([Type.Number(), Type.Null()]);
const text = Type.Union([Type.String(), Type.Null()]);

const person = Compile(
  Type.Object({
    username: Type.String(),
    post: Type.String(),
    role: Type.String(),
    createdAt: Type.Number(),
    passwordAt: Type.Number(),
    sessions: Type.Integer(),
  }),
);
const token = Compile(
  Type.Object({
    id: Type.Integer(),
    name: Type.String(),
    role: UserRole,
    createdBy: Type.String(),
    createdAt: Type.Number(),
    expiresAt: Type.Number(),
    revokedAt: number,
    lastUsedAt: number,
  }),
);
const wall = Compile(
  Type.Object({
    id: Type.Integer(),
    site: Type.String(),
    name: Type.String(),
    layout: WallLayout,
    createdBy: Type.String(),
    createdAt: Type.Number(),
    expiresAt: number,
    reason: text,
    revokedAt: number,
    lastSeenAt: number,
    lastAddress: text,
  }),
);
const entry = Compile(AuditEntry);

/** What the partial index of changes holds, in its words. */
const CHANGES = "actor IS NOT NULL AND kind NOT IN ('session.opened', 'session.closed')";

export function accessReader(db: DatabaseSync): AccessReader {
  const people = db.prepare(`SELECT *, (SELECT count(*) FROM session
      WHERE session.username = user.username AND expires_at > ?) AS sessions
    FROM user ORDER BY username`);
  const tokenByHash = db.prepare('SELECT * FROM api_token WHERE token_hash = ?');
  const tokenById = db.prepare('SELECT * FROM api_token WHERE id = ?');
  const tokens = db.prepare(`SELECT * FROM api_token
    WHERE (revoked_at IS NULL AND expires_at > :now) OR coalesce(revoked_at, expires_at) > :since ORDER BY id DESC`);
  const wallByHash = db.prepare('SELECT * FROM wall WHERE token_hash = ?');
  const wallById = db.prepare('SELECT * FROM wall WHERE id = ?');
  const walls = db.prepare(`SELECT * FROM wall WHERE site = :site
    AND ((revoked_at IS NULL AND coalesce(expires_at > :now, 1)) OR coalesce(revoked_at, expires_at) > :since)
    ORDER BY id DESC`);
  const all = db.prepare('SELECT * FROM system_event WHERE id < ? ORDER BY id DESC LIMIT ?');
  // What was taken away is told in the journal, but changed nothing.
  const changes = db.prepare(`SELECT * FROM system_event
    WHERE id < ? AND ${CHANGES} AND kind <> 'history.exported' ORDER BY id DESC LIMIT ?`);

  return {
    people: (now) => people.all(now).map(readPerson),
    token: (hash) => optional(tokenByHash.get(hash), readToken),
    tokenById: (id) => optional(tokenById.get(id), readToken),
    tokens: (now, since) => tokens.all({ now, since }).map(readToken),
    wall: (hash) => optional(wallByHash.get(hash), readWall),
    wallById: (id) => optional(wallById.get(id), readWall),
    walls: (site, now, since) => walls.all({ site, now, since }).map(readWall),
    audit: ({ before = Number.MAX_SAFE_INTEGER, limit, changes: only }) =>
      (only ? changes : all).all(before, limit).map(readEntry),
  };
}

const readPerson = (row: Row): StoredPerson =>
  parse(person, 'user', {
    username: row['username'],
    post: row['post'],
    role: row['role'],
    createdAt: row['created_at'],
    passwordAt: row['password_at'],
    sessions: row['sessions'],
  });

const readToken = (row: Row): StoredToken =>
  parse(token, 'api_token', {
    id: row['id'],
    name: row['name'],
    role: row['role'],
    createdBy: row['created_by'],
    createdAt: row['created_at'],
    expiresAt: row['expires_at'],
    revokedAt: row['revoked_at'],
    lastUsedAt: row['last_used_at'],
  });

const readWall = (row: Row): StoredWall =>
  parse(wall, 'wall', {
    id: row['id'],
    site: row['site'],
    name: row['name'],
    layout: json(row['layout']),
    createdBy: row['created_by'],
    createdAt: row['created_at'],
    expiresAt: row['expires_at'],
    reason: row['reason'],
    revokedAt: row['revoked_at'],
    lastSeenAt: row['last_seen_at'],
    lastAddress: row['last_address'],
  });

const readEntry = (row: Row): AuditEntry =>
  parse(entry, 'system_event', {
    id: row['id'],
    at: row['at'],
    site: row['site'],
    kind: row['kind'],
    actor: row['actor'],
    detail: json(row['detail']),
  });

function optional<T>(row: Row | undefined, read: (row: Row) => T): T | undefined {
  return row === undefined ? undefined : read(row);
}
