import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../sqlite/migrate.ts';
import type { RollupBatch, SeriesHour } from '../rollups.ts';
import { hoursWriter } from './hours.ts';
import { rollupValues } from './rollup-rows.ts';

const HOUR = 3_600_000;

export interface RollupWriter {
  /** Within the transaction that changes what an hour is computed from, or in one of its own. */
  mark(hours: readonly SeriesHour[]): void;
  note(hours: readonly SeriesHour[]): void;
  /** One transaction, durable on return. */
  put(batches: readonly RollupBatch[]): void;
}

export function rollupWriter(db: DatabaseSync): RollupWriter {
  const change = db.prepare('INSERT OR REPLACE INTO changed_hour (series, hour) VALUES (?, ?)');
  const putHours = hoursWriter(db);
  const putDay = db.prepare('INSERT OR REPLACE INTO day VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const putComputed = db.prepare('INSERT OR REPLACE INTO computed VALUES (?, ?, ?)');
  const changeDay = db.prepare('INSERT OR REPLACE INTO changed_day (series, start_t, end_t) VALUES (?, ?, ?)');
  const strikeHour = db.prepare('DELETE FROM changed_hour WHERE id = ?');
  const strikeDay = db.prepare('DELETE FROM changed_day WHERE id = ?');

  const mark = (hours: readonly SeriesHour[]) => {
    for (const { series, hour } of hours) change.run(series, hour);
  };
  function putOne(batch: RollupBatch): void {
    const { series, hours = [], days = [], computed, changedDays = [], doneHours = [], doneDays = [] } = batch;
    putHours(
      series,
      hours.map((row) => [row.from / HOUR, ...rollupValues(row)]),
    );
    for (const row of days) putDay.run(series, row.from, row.to, ...rollupValues(row));
    if (computed !== undefined) putComputed.run(series, computed.first, computed.next);
    for (const { from, to } of changedDays) changeDay.run(series, from, to);
    for (const id of doneHours) strikeHour.run(id);
    for (const id of doneDays) strikeDay.run(id);
  }

  return {
    mark,
    note: (hours) => inTransaction(db, () => mark(hours)),
    put: (batches) => inTransaction(db, () => batches.forEach(putOne)),
  };
}
