import type { DatabaseSync } from 'node:sqlite';
import { ROW, type PackedReadings } from '../packed.ts';
import { runWriter } from './write-runs.ts';

/** Readings moved at a time: an outage may have left some millions. */
const AT_A_TIME = 100_000;

/** Migration 10: the log of one row a reading becomes runs. */
export function moveArrivals(db: DatabaseSync): void {
  const select = db.prepare(
    `SELECT seq, series, source_time, value, quality | (backfilled << 2) | (reason << 3), received_at, claimed_time
     FROM arrival WHERE seq > ? ORDER BY seq LIMIT ${AT_A_TIME}`,
    { returnArrays: true },
  );
  const append = runWriter(db);
  for (let after = 0; ;) {
    const rows = select.all(after);
    if (rows.length === 0) break;
    const packed: PackedReadings = new Float64Array(rows.length * ROW);
    rows.forEach((row, index) => {
      const columns = Object.values(row);
      packed.set(
        columns.map((value) => (value === null ? NaN : Number(value))),
        index * ROW,
      );
    });
    after = append(packed);
  }
  db.exec('DROP TABLE arrival');
}
