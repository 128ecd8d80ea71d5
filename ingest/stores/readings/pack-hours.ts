import type { DatabaseSync } from 'node:sqlite';
import { encodeHours, HOURS, type HourRow } from './codec/hours.ts';

/** Moves hours that were kept in rows of their own into rows of a day, to the bit; `hour` goes. */
export function packHours(db: DatabaseSync): void {
  const rows = db.prepare(`SELECT series, hour, count, min, max, mean, last, good, suspect, bad, standards
    FROM hour ORDER BY series, hour`);
  rows.setReturnArrays(true);
  const put = db.prepare('INSERT INTO day_of_hours (series, day, hours) VALUES (?, ?, ?)');
  let [series, day] = [NaN, NaN];
  let waiting: HourRow[] = [];
  const flush = () => {
    if (waiting.length > 0) put.run(series, day, encodeHours(day, waiting));
    waiting = [];
  };
  for (const row of rows.iterate() as Iterable<unknown> as Iterable<HourRow>) {
    const [ofSeries, hour] = [Number(row[0]), Number(row[1])];
    const ofDay = Math.floor(hour / HOURS);
    if (ofSeries !== series || ofDay !== day) flush();
    [series, day] = [ofSeries, ofDay];
    waiting.push(row.slice(1));
  }
  flush();
  db.exec('DROP TABLE hour');
}
