import type { DatabaseSync } from 'node:sqlite';
import type { QuarantineReader } from './device-rows.ts';
import { readQuarantine, readQuarantineGroup } from './rows.ts';
import type { Row } from './parse.ts';
import { SLOT } from './write-quarantine.ts';

/** A group with so many newest and first entries says what its device does. */
const NEWEST_SHOWN = 20;
const FIRST_SHOWN = 5;
const GROUPS_SHOWN = 500;

export function quarantineReader(db: DatabaseSync): QuarantineReader {
  const groups = db.prepare(
    `SELECT * FROM quarantine_group WHERE site = ? AND closed_at IS NULL ORDER BY last_at DESC, id DESC LIMIT ${GROUPS_SHOWN}`,
  );
  const group = db.prepare(
    'SELECT * FROM quarantine_group WHERE site = ? AND device = ? AND topic = ? AND code = ? AND closed_at IS NULL',
  );
  const columns =
    'id, site, device, topic, received_at, scope, code, path, detail, substr(payload, 1, ?2) AS payload, size, keys';
  const some = (order: string, limit: number) =>
    db.prepare(
      `SELECT ${columns} FROM quarantine WHERE group_id = ?1 AND read_at IS NULL ORDER BY id ${order} LIMIT ${limit}`,
    );
  const newest = some('DESC', NEWEST_SHOWN);
  const first = some('ASC', FIRST_SHOWN);
  const counts = db.prepare(
    'SELECT slot, count FROM quarantine_count WHERE group_id = ? AND slot >= ? ORDER BY slot LIMIT 200',
  );
  const unread = db.prepare(
    'SELECT id, coalesce(length(payload), 0) AS bytes FROM quarantine WHERE group_id = ? AND read_at IS NULL ORDER BY id',
  );
  const entry = db.prepare('SELECT * FROM quarantine WHERE id = ? AND read_at IS NULL');
  const optional = <T>(row: Row | undefined, read: (row: Row) => T) => (row === undefined ? undefined : read(row));

  return {
    groups: (site) => groups.all(site).map(readQuarantineGroup),
    group: ({ site, device, topic, code }) => optional(group.get(site, device, topic, code), readQuarantineGroup),
    shown(id, cut) {
      const found = new Map(
        [...newest.all(id, cut), ...first.all(id, cut)].map((row) => [row['id'], readQuarantine(row)]),
      );
      return [...found.values()].sort((a, b) => b.id - a.id);
    },
    counts: (id, since) =>
      counts
        .all(id, Math.floor(since / SLOT))
        .map(({ slot, count }) => ({ from: Number(slot) * SLOT, count: Number(count) })),
    unread: (id) => unread.all(id).map((row) => ({ id: Number(row['id']), bytes: Number(row['bytes']) })),
    entry: (id) => optional(entry.get(id), readQuarantine),
  };
}
