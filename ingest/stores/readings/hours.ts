import type { DatabaseSync } from 'node:sqlite';
import type { SeriesId } from '../../../contract/reading.ts';
import { decodeHours, encodeHours, HOURS, type HourRow } from './codec/hours.ts';
import { BlockUnreadable } from './codec/unreadable.ts';
import type { SpoiltBlock } from './types.ts';

const dayOf = (row: HourRow): number => Math.floor(Number(row[0]) / HOURS);

/** Told of a day that cannot be read. */
type OnSpoilt = (day: SpoiltBlock) => void;

/** Puts hours of a series into its days, in the place of those that are there, within the transaction of the caller. */
export function hoursWriter(db: DatabaseSync, onSpoilt: OnSpoilt) {
  const read = db.prepare('SELECT hours FROM day_of_hours WHERE series = ? AND day = ?');
  const put = db.prepare('INSERT OR REPLACE INTO day_of_hours (series, day, hours) VALUES (?, ?, ?)');
  return (series: SeriesId, rows: readonly HourRow[]): void => {
    for (const [day, those] of Map.groupBy(rows, dayOf)) {
      const there = opened({ series, day, hours: read.get(series, day)?.['hours'] }, { texts: true, onSpoilt });
      const byHour = new Map([...there, ...those].map((row) => [Number(row[0]), row]));
      const all = [...byHour].sort(([one], [other]) => one - other).map(([, row]) => row);
      put.run(series, day, encodeHours(day, all));
    }
  };
}

/** Hours from `from` to before `to` (since 1970 UTC), ascending; `texts`: with their standards. */
export function hoursReader(db: DatabaseSync) {
  const read = db.prepare('SELECT day, hours FROM day_of_hours WHERE series = ? AND day BETWEEN ? AND ? ORDER BY day');
  return (
    series: SeriesId,
    { from, to, texts, onSpoilt }: { from: number; to: number; texts: boolean; onSpoilt: OnSpoilt },
  ): HourRow[] =>
    read
      .all(series, Math.floor(from / HOURS), Math.floor((to - 1) / HOURS))
      .flatMap(({ day, hours }) => opened({ series, day: Number(day), hours }, { texts, onSpoilt }))
      .filter(([hour]) => Number(hour) >= from && Number(hour) < to);
}

/** None where a disk has spoilt them: of the rest there is everything. */
function opened(
  { series, day, hours }: { series: SeriesId; day: number; hours: unknown },
  { texts, onSpoilt }: { texts: boolean; onSpoilt: OnSpoilt },
): HourRow[] {
  if (!(hours instanceof Uint8Array)) return [];
  try {
    return decodeHours(day, hours, { texts });
  } catch (error) {
    if (!(error instanceof BlockUnreadable)) throw error;
    onSpoilt({ series, hour: day * HOURS, count: 0, reason: error.message, setAside: false, computed: true });
    return [];
  }
}
