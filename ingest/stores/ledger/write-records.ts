import type { DatabaseSync } from 'node:sqlite';
import type { ShiftRecordChange } from './shift-rows.ts';
import { LedgerConflict } from './types.ts';

/** Applies the changes in their order. */
export function shiftRecordWriter(db: DatabaseSync): (changes: readonly ShiftRecordChange[]) => void {
  const corrected = db.prepare('SELECT 1 AS yes FROM shift_record WHERE corrects = ? AND key <> ?');
  const add = db.prepare(`INSERT INTO shift_record
    (key, site, area, day, window_from, window_to, at, account, post, checks, note, corrects, reason)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`);
  const review = db.prepare(
    'UPDATE shift_record SET reviewed_at = ?, reviewed_by = ?, review_post = ? WHERE id = ? AND reviewed_at IS NULL',
  );

  return (changes) => {
    for (const change of changes) {
      if (change.op === 'review') {
        review.run(change.at, change.by, change.post, change.id);
        continue;
      }
      const { key, site, area, day, from, to, at, account, post, checks, note, corrects, reason } = change.record;
      if (corrects !== null && corrected.get(corrects, key) !== undefined)
        throw new LedgerConflict('corrected_before', `The record ${corrects} was corrected before.`);
      add.run(key, site, area, day, from, to, at, account, post, JSON.stringify(checks), note, corrects, reason);
    }
  };
}
