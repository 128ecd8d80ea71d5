import type { DatabaseSync } from 'node:sqlite';
import type { ModeChange } from './mode-rows.ts';

/** Applies the changes in their order. Part of the transaction that writes them. */
export function modeWriter(db: DatabaseSync): (changes: readonly ModeChange[]) => void {
  const put = db.prepare(`INSERT INTO area_mode
    (site, area, since, until, mode, reason, account, post, ended_at, ended_by, end_post)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site, area, since) DO UPDATE SET
    ended_at = excluded.ended_at, ended_by = excluded.ended_by, end_post = excluded.end_post`);
  const raise = db.prepare('UPDATE head SET mode_revision = mode_revision + 1');

  return (changes) => {
    for (const { site, area, since, until, mode, reason, account, post, ended } of changes)
      put.run(
        ...([site, area, since, until, mode, reason, account, post] as const),
        ...([ended?.at ?? null, ended?.by ?? null, ended?.post ?? null] as const),
      );
    if (changes.length > 0) raise.run();
  };
}
