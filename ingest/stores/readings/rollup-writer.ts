import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../sqlite/migrate.ts';
import type { RollupBatch, SeriesHour } from '../rollups.ts';
import { HOURS } from './codec/hours.ts';
import { hoursWriter } from './hours.ts';
import { rollupValues } from './rollup-rows.ts';
import type { SpoiltBlock } from './stored.ts';

const HOUR = 3_600_000;

export interface RollupWriter {
  /** Within the transaction that changes what an hour is computed from, or in one of its own. */
  mark(hours: readonly SeriesHour[]): void;
  note(hours: readonly SeriesHour[]): void;
  /** One transaction, durable on return; days of hours that could not be read are marked, and returned. */
  put(batches: readonly RollupBatch[]): readonly SpoiltBlock[];
  /** Marks the hours of days that cannot be read, in a transaction of its own: what was computed of them is lost. */
  again(days: readonly SpoiltBlock[]): void;
  /** Notes that readings before an hour are gone, of all series that had hours by then. */
  letGo(hour: number): void;
}

export function rollupWriter(db: DatabaseSync): RollupWriter {
  const change = db.prepare('INSERT OR REPLACE INTO changed_hour (series, hour) VALUES (?, ?)');
  const spoilt: SpoiltBlock[] = [];
  const putHours = hoursWriter(db, (day) => void spoilt.push(day));
  const extent = db.prepare('SELECT first, next FROM computed WHERE series = ?');
  const putDay = db.prepare('INSERT OR REPLACE INTO day VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const putComputed = db.prepare('INSERT OR REPLACE INTO computed VALUES (?, ?, ?)');
  const changeDay = db.prepare('INSERT OR REPLACE INTO changed_day (series, start_t, end_t) VALUES (?, ?, ?)');
  const strikeHour = db.prepare('DELETE FROM changed_hour WHERE id = ?');
  const strikeDay = db.prepare('DELETE FROM changed_day WHERE id = ?');

  const gone = db.prepare(`INSERT INTO let_go SELECT series, :hour FROM computed WHERE first < :hour
    ON CONFLICT (series) DO UPDATE SET hour = max(hour, excluded.hour)`);

  const mark = (hours: readonly SeriesHour[]) => {
    for (const { series, hour } of hours) change.run(series, hour);
  };
  /** Hours that were never computed have nothing to lose. */
  const markDays = (days: readonly SpoiltBlock[]) => {
    for (const { series, hour } of days) {
      const { first, next } = extent.get(series) ?? {};
      const from = Math.max(hour, Number(first ?? Infinity));
      for (let at = from; at < Math.min(hour + HOURS, Number(next ?? 0)); at += 1) change.run(series, at);
    }
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
    put(batches) {
      spoilt.length = 0;
      inTransaction(db, () => {
        batches.forEach(putOne);
        markDays(spoilt);
      });
      return [...spoilt];
    },
    again: (days) => inTransaction(db, () => markDays(days)),
    letGo: (hour) => void gone.run({ hour }),
  };
}
