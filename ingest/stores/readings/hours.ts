import type { DatabaseSync } from 'node:sqlite';
import type { SeriesId } from '../../../contract/reading.ts';
import { decodeFigures, decodeHours, encodeHours, FIGURES, HOURS, type HourRow } from './codec/hours.ts';
import { BlockUnreadable } from './codec/unreadable.ts';
import { WIDTH } from './rollup-rows.ts';
import type { SpoiltBlock } from './stored.ts';

const HOUR = 3_600_000;

const dayOf = (row: HourRow): number => Math.floor(Number(row[0]) / HOURS);

/** Told of a day that cannot be read. */
type OnSpoilt = (day: SpoiltBlock) => void;

/** Puts hours of a series into its days, in the place of those that are there, within the transaction of the caller. */
export function hoursWriter(db: DatabaseSync, onSpoilt: OnSpoilt) {
  const read = db.prepare('SELECT hours FROM day_of_hours WHERE series = ? AND day = ?');
  const put = db.prepare('INSERT OR REPLACE INTO day_of_hours (series, day, hours) VALUES (?, ?, ?)');
  return (series: SeriesId, rows: readonly HourRow[]): void => {
    for (const [day, those] of Map.groupBy(rows, dayOf)) {
      const hours = read.get(series, day)?.['hours'];
      const there = opened({ series, day, hours }, { decode: decodeHours, onSpoilt }) ?? [];
      const byHour = new Map([...there, ...those].map((row) => [Number(row[0]), row]));
      const all = [...byHour].sort(([one], [other]) => one - other).map(([, row]) => row);
      put.run(series, day, encodeHours(day, all));
    }
  };
}

interface HoursQuery {
  /** Hours since 1970, `to` not included. */
  readonly from: number;
  readonly to: number;
  readonly onSpoilt: OnSpoilt;
}

/** Hours of a range, ascending: `rows` with their standards, `figures` without, as rollups are packed. */
export function hoursReader(db: DatabaseSync) {
  const read = db.prepare('SELECT day, hours FROM day_of_hours WHERE series = ? AND day BETWEEN ? AND ? ORDER BY day');
  const days = (series: SeriesId, from: number, to: number) =>
    read.all(series, Math.floor(from / HOURS), Math.floor((to - 1) / HOURS));
  return {
    rows: (series: SeriesId, { from, to, onSpoilt }: HoursQuery): HourRow[] =>
      days(series, from, to)
        .flatMap(
          ({ day, hours }) => opened({ series, day: Number(day), hours }, { decode: decodeHours, onSpoilt }) ?? [],
        )
        .filter(([hour]) => Number(hour) >= from && Number(hour) < to),
    figures(series: SeriesId, { from, to, onSpoilt }: HoursQuery): Float64Array<ArrayBuffer> {
      const all = new Float64Array(Math.max(0, to - from) * WIDTH);
      let length = 0;
      for (const { day, hours } of days(series, from, to)) {
        const found = opened({ series, day: Number(day), hours }, { decode: decodeFigures, onSpoilt });
        if (found === undefined) continue;
        for (let at = 0; at < found.length; at += FIGURES) {
          const hour = found[at] ?? 0;
          if (hour < from || hour >= to) continue;
          all[length] = hour * HOUR;
          all[length + 1] = (hour + 1) * HOUR;
          for (let figure = 1; figure < FIGURES; figure += 1) all[length + 1 + figure] = found[at + figure] ?? NaN;
          length += WIDTH;
        }
      }
      return all.slice(0, length);
    },
  };
}

/** Undefined where a disk has spoilt them: of the rest there is everything. */
function opened<T>(
  { series, day, hours }: { series: SeriesId; day: number; hours: unknown },
  { decode, onSpoilt }: { decode: (day: number, bytes: Uint8Array) => T; onSpoilt: OnSpoilt },
): T | undefined {
  if (!(hours instanceof Uint8Array)) return undefined;
  try {
    return decode(day, hours);
  } catch (error) {
    if (!(error instanceof BlockUnreadable)) throw error;
    onSpoilt({ series, hour: day * HOURS, count: 0, reason: error.message, setAside: false, computed: true });
    return undefined;
  }
}
