import { DatabaseSync } from 'node:sqlite';
import type { Settlement } from '../../ingest/stores/readings/stored.ts';
import { bytesOf } from './past.ts';

/** The same readings as an ordinary table with an index, as durable as ours, and the query that a chart would make. */
export function plainRows(file: string) {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec(
    'CREATE TABLE reading (series INTEGER, t INTEGER, value REAL, quality INTEGER, PRIMARY KEY (series, t)) WITHOUT ROWID',
  );
  const put = db.prepare('INSERT INTO reading VALUES (?, ?, ?, 0)');
  const select = db.prepare(`SELECT t / CAST(? AS INTEGER) AS bucket, count(*), min(value), avg(value), max(value)
    FROM reading WHERE series = ? AND t >= ? AND t < ? GROUP BY bucket`);
  return {
    /** One transaction. */
    insert(settlements: readonly Settlement[]) {
      db.exec('BEGIN');
      for (const { series, readings } of settlements) for (const { t, value } of readings) put.run(series, t, value);
      db.exec('COMMIT');
    },
    chart: ({ series, from, to, pixels }: { series: number; from: number; to: number; pixels: number }) =>
      select.all(Math.ceil((to - from) / pixels), series, from, to),
    bytes: () => bytesOf(file),
    close: () => db.close(),
  };
}
