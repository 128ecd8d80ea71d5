import type { DatabaseSync } from 'node:sqlite';
import type { QuarantineEntry } from '../../../contract/quarantine.ts';
import type { QuarantineChange, RefusalChange } from './device-rows.ts';

/** Entries of one group that are kept: its first ones, and the newest, whatever came in between. */
export const FIRST_KEPT = 100;
export const NEWEST_KEPT = 400;
/** Bytes of payloads that one group keeps; a quarter of it at most are the first ones'. */
export const GROUP_BYTES = 4 * 1024 * 1024;
const FIRST_BYTES = GROUP_BYTES / 4;

export const SLOT = 600_000;
/** Counts per ten minutes are kept for a day. */
const SLOTS_KEPT = 144;

export interface QuarantineWriter {
  entries(rows: readonly QuarantineEntry[]): void;
  changes(changes: readonly QuarantineChange[]): void;
  refusals(changes: readonly RefusalChange[]): void;
}

/** What could not be used, counted always, kept within bounds: a device that sends garbage each second fills no disk. */
export function quarantineWriter(db: DatabaseSync): QuarantineWriter {
  const count = db.prepare(`INSERT INTO quarantine_group
      (site, device, topic, code, scope, content_kept, first_at, last_at, seen)
      VALUES (:site, :device, :topic, :code, :scope, :kept, :at, :at, 1)
    ON CONFLICT (site, device, topic, code) WHERE closed_at IS NULL DO UPDATE SET
      seen = seen + 1, first_at = min(first_at, :at), last_at = max(last_at, :at), scope = min(scope, :scope),
      content_kept = max(content_kept, :kept)
    RETURNING id, seen, kept, bytes`);
  const slot = db.prepare(
    'INSERT INTO quarantine_count VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count',
  );
  const forget = db.prepare('DELETE FROM quarantine_count WHERE group_id = ? AND slot <= ?');
  const insert = db.prepare(`INSERT INTO quarantine
    (site, device, topic, received_at, scope, code, path, detail, payload, size, keys, group_id, is_first)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const oldest = db.prepare(`DELETE FROM quarantine
    WHERE id = (SELECT id FROM quarantine WHERE group_id = ? AND is_first = 0 ORDER BY id LIMIT 1)
    RETURNING coalesce(length(payload), 0) AS bytes`);
  const markRead = db.prepare(
    'UPDATE quarantine SET read_at = ? WHERE id = ? AND read_at IS NULL RETURNING group_id AS id',
  );
  const countRead = db.prepare('UPDATE quarantine_group SET read = min(seen, read + 1) WHERE id = ?');
  const close = db.prepare('UPDATE quarantine_group SET closed_at = ? WHERE id = ? AND closed_at IS NULL');
  const closeIfRead = db.prepare(
    'UPDATE quarantine_group SET closed_at = ? WHERE id = ? AND closed_at IS NULL AND read >= seen',
  );
  const putRefusal = db.prepare('INSERT OR REPLACE INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const dropRefusal = db.prepare('DELETE FROM refusal WHERE key = ?');

  function add({ site, device, topic, receivedAt, scope, reason, payload, size, keys }: QuarantineEntry): void {
    const { code, path, detail } = reason;
    const counted = count.get({ site, device, topic, code, scope, kept: Number(payload !== null), at: receivedAt });
    const group = numberOf(counted?.['id']);
    const now = Math.floor(receivedAt / SLOT);
    if (numberOf(slot.get(group, now)?.['count']) === 1) forget.run(group, now - SLOTS_KEPT);

    const length = payload?.length ?? 0;
    let rows = numberOf(counted?.['kept']) + 1;
    let bytes = numberOf(counted?.['bytes']) + length;
    const isFirst = numberOf(counted?.['seen']) <= FIRST_KEPT && bytes <= FIRST_BYTES;
    // Room is made before: the one that comes now is never the one that goes.
    while (rows > FIRST_KEPT + NEWEST_KEPT || bytes > GROUP_BYTES) {
      const gone = oldest.get(group);
      if (gone === undefined) break;
      rows -= 1;
      bytes -= numberOf(gone['bytes']);
    }
    const names = keys === null ? null : JSON.stringify(keys);
    insert.run(
      site,
      device,
      topic,
      receivedAt,
      scope,
      code,
      path,
      detail,
      payload,
      size,
      names,
      group,
      Number(isFirst),
    );
  }

  function readAfterAll(ids: readonly number[], at: number): void {
    const groups = new Set<number>();
    for (const id of ids) {
      const marked = markRead.get(at, id);
      if (marked === undefined) continue;
      const group = numberOf(marked['id']);
      countRead.run(group);
      groups.add(group);
    }
    for (const group of groups) closeIfRead.run(at, group);
  }

  return {
    entries: (rows) => rows.forEach(add),
    changes(changes) {
      for (const change of changes) {
        if (change.op === 'read') readAfterAll(change.ids, change.at);
        else close.run(change.at, change.group);
      }
    },
    refusals(changes) {
      for (const change of changes) {
        if (change.op === 'drop') {
          dropRefusal.run(change.key);
          continue;
        }
        const { key, reason, clientId, username, address, detail, count: times, firstAt, lastAt } = change.row;
        putRefusal.run(key, reason, clientId, username, address, detail, times, firstAt, lastAt);
      }
    },
  };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
