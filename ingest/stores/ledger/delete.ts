import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../sqlite/migrate.ts';
import { DELETE_SLICE, TRIM_SLICE, type ExpireBefore } from './protocol.ts';
import type { ArrivalSeq } from '../arrival.ts';

/** Deletes one slice of what is no longer kept; true: there is more. */
export interface Deleter {
  trim(upTo: number): boolean;
  expire(before: ExpireBefore): boolean;
}

/** `held`: the number from which on somebody else needs the log. */
export function deleter(db: DatabaseSync, held: () => ArrivalSeq): Deleter {
  const sliced = (table: string, condition: string) =>
    db.prepare(
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${condition} LIMIT ${DELETE_SLICE})`,
    );
  const oldest = db.prepare('SELECT min(last_seq) AS seq FROM arrivals');
  const arrivals = db.prepare('DELETE FROM arrivals WHERE last_seq <= ?');
  const trimmed = db.prepare('UPDATE head SET trimmed_seq = max(trimmed_seq, ?)');
  const events = sliced('event', 'received_at < ?');
  const quarantine = sliced('quarantine', 'received_at < ?');
  const deliveries = sliced('delivery', 'at < ?');
  const notifications = sliced('notification', 'at < ?');
  const groups = sliced('quarantine_group', 'last_at < ?');
  const sessions = sliced('session', 'expires_at < ?');
  const links = sliced('link', 'expires_at < ?');
  const credentials = sliced('credential', 'expires_at < ?');
  const tokens = sliced('api_token', 'coalesce(revoked_at, expires_at) < ?');
  const walls = sliced('wall', 'coalesce(revoked_at, expires_at) < ?');
  // Starts tell when nothing was recorded, as long as there are readings.
  const diary = sliced('system_event', "at < ? AND kind <> 'started'");

  return {
    trim(upTo) {
      const upToHeld = Math.min(upTo, held() - 1);
      return inTransaction(db, () => {
        const first = Number(oldest.get()?.['seq'] ?? upToHeld);
        const end = Math.min(upToHeld, first + TRIM_SLICE);
        trimmed.run(end);
        arrivals.run(end);
        return end < upToHeld;
      });
    },
    expire: (before) =>
      inTransaction(db, () => {
        const counts = [
          events.run(before.events).changes,
          deliveries.run(before.events).changes,
          notifications.run(before.events).changes,
          quarantine.run(before.quarantine).changes,
          groups.run(before.quarantine).changes,
          sessions.run(before.sessions).changes,
          links.run(before.sessions).changes,
          credentials.run(before.sessions).changes,
          tokens.run(before.ended).changes,
          walls.run(before.ended).changes,
          diary.run(before.diary).changes,
        ];
        return counts.includes(DELETE_SLICE);
      }),
  };
}
