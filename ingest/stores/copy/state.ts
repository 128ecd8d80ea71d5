import { DatabaseSync } from 'node:sqlite';
import type { SeriesId } from '../../../contract/reading.ts';

/** How far copies went, in a file that can be deleted at any time: the next copy then looks at everything again. */
export interface CopyState {
  /** Whether a day was copied and checked as its source is now. */
  isDone(series: SeriesId, day: number, mark: string): boolean;
  done(series: SeriesId, day: number, result: { mark: string; count: number; checksum: string }): void;
  close(): void;
}

/** `direction`: what is copied where, in words that change when either end is another. */
export function openCopyState(file: string, direction: string): CopyState {
  const db = new DatabaseSync(file, { timeout: 2_500 });
  db.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS copied (
      direction  TEXT NOT NULL,
      series     INTEGER NOT NULL,
      -- Days since 1970 UTC.
      day        INTEGER NOT NULL,
      mark       TEXT NOT NULL,
      count      INTEGER NOT NULL,
      checksum   TEXT NOT NULL,
      PRIMARY KEY (direction, series, day)
    ) STRICT, WITHOUT ROWID`);
  const find = db.prepare('SELECT mark FROM copied WHERE direction = ? AND series = ? AND day = ?');
  const put = db.prepare('INSERT OR REPLACE INTO copied VALUES (?, ?, ?, ?, ?, ?)');
  return {
    isDone: (series, day, mark) => find.get(direction, series, day)?.['mark'] === mark,
    done: (series, day, { mark, count, checksum }) => void put.run(direction, series, day, mark, count, checksum),
    close: () => db.close(),
  };
}
