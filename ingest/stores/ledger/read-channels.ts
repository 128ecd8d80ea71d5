import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { ChannelBody, Delivery } from '../../../contract/channel.ts';
import type { ChannelReader, StoredChannel, UnroutedIntent, WaitingDelivery } from './channels.ts';
import { LedgerDamaged, type Row } from './parse.ts';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const What = Type.Enum(['raised', 'raised_again', 'returned', 'acknowledged']);

const Channel = Compile(
  Type.Intersect([
    Type.Omit(ChannelBody, ['address', 'secret'], { additionalProperties: true }),
    Type.Object({
      id: Type.Integer(),
      site: Type.String(),
      address: Type.String(),
      signed: Type.Boolean(),
      status: Type.Object({
        failures: Type.Integer(),
        failedSince: nullable(Type.Number()),
        failingSince: nullable(Type.Number()),
        since: nullable(Type.Number()),
        lastDelivered: nullable(Delivery),
        failure: nullable(Delivery),
      }),
    }),
  ]),
);
const Intent = Compile(
  Type.Object({ id: Type.Integer(), site: Type.String(), alarm: Type.Integer(), what: What, at: Type.Number() }),
);
const Waiting = Compile(
  Type.Object({
    id: Type.Integer(),
    notification: Type.Integer(),
    site: Type.String(),
    channel: Type.Integer(),
    alarm: Type.Integer(),
    what: What,
    at: Type.Number(),
    via: nullable(Type.Integer()),
    message: nullable(Type.String()),
    attempts: Type.Integer(),
    uncertain: Type.Boolean(),
    beginningLost: Type.Boolean(),
  }),
);

const WAITING = `SELECT d.*, EXISTS (SELECT 1 FROM delivery AS e
    WHERE e.alarm = d.alarm AND e.channel = d.channel AND e.outcome = 'refused' AND e.what LIKE 'raised%') AS lost
  FROM delivery AS d WHERE outcome IS NULL`;

export function channelReader(db: DatabaseSync): ChannelReader {
  const channels = db.prepare('SELECT * FROM channel ORDER BY site, place, id');
  const lastId = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'channel'");
  const unrouted = db.prepare('SELECT * FROM notification WHERE recipients IS NULL ORDER BY id LIMIT ?');
  const toldOf = db.prepare('SELECT DISTINCT channel FROM delivery WHERE alarm = ?');
  const waiting = db.prepare(`${WAITING} AND d.channel = ? AND d.via IS NULL ORDER BY d.id LIMIT ?`);
  const handed = db.prepare(`${WAITING} AND d.via = ? ORDER BY d.id LIMIT ?`);
  const waitingCount = db.prepare('SELECT count(*) AS n FROM delivery WHERE channel = ? AND outcome IS NULL');
  const deliveredBy = db.prepare(
    "SELECT 1 FROM delivery WHERE notification = ? AND outcome = 'delivered' AND ended_by = ?",
  );
  const sentSince = db.prepare(`SELECT min(ended_at) AS at FROM delivery
    WHERE site = ? AND outcome = 'delivered' AND ended_at > ? AND ended_by = ? GROUP BY message ORDER BY at`);
  const counts = db.prepare(`SELECT count(DISTINCT message) AS delivered,
      count(DISTINCT CASE WHEN ended_by <> channel THEN message END) AS diverted
    FROM delivery WHERE site = ? AND outcome = 'delivered' AND ended_at >= ?`);
  const diverted = db.prepare(`SELECT count(DISTINCT message) AS n FROM delivery
    WHERE site = ? AND outcome = 'delivered' AND ended_at >= ? AND channel = ? AND ended_by <> channel`);

  return {
    channels: () => channels.all().map(readChannel),
    lastChannelId: () => Number(lastId.get()?.['seq'] ?? 0),
    unrouted: (limit) => unrouted.all(limit).map(readIntent),
    toldOf: (alarm) => toldOf.all(alarm).map(({ channel }) => Number(channel)),
    waiting: (channel, limit) => waiting.all(channel, limit).map(readWaiting),
    handed: (channel, limit) => handed.all(channel, limit).map(readWaiting),
    waitingCount: (channel) => Number(waitingCount.get(channel)?.['n'] ?? 0),
    deliveredBy: (channel, notifications) =>
      new Set(notifications.filter((id) => deliveredBy.get(id, channel) !== undefined)),
    sentSince: (site, channel, since) => sentSince.all(site, since, channel).map(({ at }) => Number(at)),
    deliveredSince(site, since) {
      const row = counts.get(site, since);
      return { delivered: Number(row?.['delivered'] ?? 0), diverted: Number(row?.['diverted'] ?? 0) };
    },
    divertedSince: (site, channel, since) => Number(diverted.get(site, since, channel)?.['n'] ?? 0),
  };
}

function readChannel(row: Row): StoredChannel {
  const { sealed } = row;
  const channel: unknown = {
    id: row['id'],
    site: row['site'],
    kind: row['kind'],
    name: row['name'],
    address: row['address'],
    signed: row['signed'] === 1,
    priority: row['priority'],
    areas: json(row['areas']),
    language: row['language'],
    enabled: row['enabled'] === 1,
    status: json(row['status']),
  };
  if (!Channel.Check(channel) || !(sealed instanceof Uint8Array)) throw damaged('channel');
  return { ...channel, sealed };
}

function readIntent(row: Row): UnroutedIntent {
  const intent: unknown = { ...row };
  if (!Intent.Check(intent)) throw damaged('notification');
  const { id, site, alarm, what, at } = intent;
  return { id, site, alarm, what, at };
}

function readWaiting(row: Row): WaitingDelivery {
  const { uncertain, lost, ...rest } = row;
  const waiting: unknown = { ...rest, uncertain: uncertain === 1, beginningLost: lost === 1 };
  if (!Waiting.Check(waiting)) throw damaged('delivery');
  return waiting;
}

function json(value: SQLOutputValue | undefined): unknown {
  if (typeof value !== 'string') return null;
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new LedgerDamaged('a row holds JSON that cannot be read', { cause });
  }
}

function damaged(table: string): LedgerDamaged {
  return new LedgerDamaged(`the table ${table} holds a row that cannot be read`);
}
