import type { DatabaseSync } from 'node:sqlite';
import type { SeriesId } from '../../../contract/reading.ts';
import { ROW, SERIES, unpackReading, type PackedReadings } from '../packed.ts';
import { inTransaction } from '../sqlite/migrate.ts';
import { decodeBlock, encodeBlock, hourOf } from './codec/block.ts';
import { mergeHour } from './merge.ts';
import { EXPIRE_SLICE } from './protocol.ts';
import type { SettleResult, StoredReading } from './types.ts';

/** Writes blocks. One transaction each, durable on return. */
export interface Settler {
  settle(packed: PackedReadings): SettleResult;
  /** Deletes hours before `hour` of some series after `after`; returns the last of them, null when it is through. */
  expire(hour: number, after: SeriesId): SeriesId | null;
}

export function settler(db: DatabaseSync): Settler {
  const read = db.prepare('SELECT data FROM block WHERE series = ? AND hour = ?');
  const put = db.prepare(`INSERT INTO block (series, hour, first_t, last_t, count, data) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (series, hour) DO UPDATE SET
      first_t = excluded.first_t, last_t = excluded.last_t, count = excluded.count, data = excluded.data`);
  const nextSeries = db.prepare('SELECT min(series) AS series FROM block WHERE series > ?');
  const forget = db.prepare('DELETE FROM block WHERE series = ? AND hour < ?');

  const settleHour = (series: SeriesId, hour: number, arriving: readonly StoredReading[]): SettleResult => {
    const data = read.get(series, hour)?.['data'];
    const stored = data instanceof Uint8Array ? decodeBlock(hour, data) : [];
    const { readings, changed, conflicts, duplicates } = mergeHour(stored, arriving);
    const first = readings[0];
    const last = readings.at(-1);
    if (changed && first !== undefined && last !== undefined) {
      put.run(series, hour, first.t, last.t, readings.length, encodeBlock(hour, readings));
    }
    return { conflicts, duplicates };
  };

  return {
    settle(packed) {
      const sum = { conflicts: 0, duplicates: 0 };
      inTransaction(db, () => {
        for (const [series, hours] of bySeriesAndHour(packed)) {
          for (const [hour, arriving] of hours) {
            const { conflicts, duplicates } = settleHour(series, hour, arriving);
            sum.conflicts += conflicts;
            sum.duplicates += duplicates;
          }
        }
      });
      return sum;
    },
    expire(hour, after) {
      return inTransaction(db, () => {
        let series = after;
        for (let count = 0; count < EXPIRE_SLICE; count += 1) {
          const found = nextSeries.get(series)?.['series'];
          if (typeof found !== 'number') return null;
          series = found;
          forget.run(series, hour);
        }
        return series;
      });
    },
  };
}

function bySeriesAndHour(packed: PackedReadings): Map<SeriesId, Map<number, StoredReading[]>> {
  const grouped = new Map<SeriesId, Map<number, StoredReading[]>>();
  for (let at = 0; at < packed.length; at += ROW) {
    const series = packed[at + SERIES] ?? 0;
    const reading = unpackReading(packed, at);
    const hour = hourOf(reading.t);
    const hours = grouped.get(series) ?? new Map<number, StoredReading[]>();
    grouped.set(series, hours);
    const arriving = hours.get(hour);
    if (arriving === undefined) hours.set(hour, [reading]);
    else arriving.push(reading);
  }
  return grouped;
}
