import type { DatabaseSync } from 'node:sqlite';
import type { SheetVersionChange } from './sheet-rows.ts';

/** Applies the changes in their order. */
export function sheetVersionWriter(db: DatabaseSync): (changes: readonly SheetVersionChange[]) => void {
  const keep = db.prepare(`INSERT INTO sheet_version (site, area, point, month, number, checksum, kept_at, content)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const issue = db.prepare(`UPDATE sheet_version
    SET issued_at = ?, issued_account = ?, issued_post = ?, issued_as = ?
    WHERE site = ? AND area = ? AND point = ? AND month = ? AND number = ? AND issued_at IS NULL`);

  return (changes) => {
    for (const change of changes) {
      if (change.op === 'keep') {
        const { site, area, point, month, number, checksum, keptAt, content } = change.version;
        keep.run(site, area, point, month, number, checksum, keptAt, content);
        continue;
      }
      const { place, number, issued } = change;
      const { site, area, point, month } = place;
      issue.run(issued.at, issued.by, issued.post, issued.as, site, area, point, month, number);
    }
  };
}
