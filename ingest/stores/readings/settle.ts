import type { DatabaseSync } from 'node:sqlite';
import type { SeriesId } from '../../../contract/reading.ts';
import { ROW, SERIES, unpackReading, type PackedReadings } from '../packed.ts';
import { inTransaction } from '../sqlite/migrate.ts';
import { encodeBlock, hourOf } from './codec/block.ts';
import { mergeHour } from './merge.ts';
import { EXPIRE_SLICE, type SettlerResult } from './protocol.ts';
import { openBlock } from './stored-block.ts';
import { rollupWriter } from './rollup-writer.ts';
import type { SpoiltBlock, StoredReading } from './types.ts';

export type Settlements = Omit<SettlerResult, 'next'>;

const NOTHING = { readings: [], spoilt: null };

/** Writes blocks. One transaction each, durable on return. */
export interface Settler {
  settle(packed: PackedReadings): Settlements;
  /** Deletes hours before `hour` of some series after `after`; returns the last of them, null when it is through. */
  expire(hour: number, after: SeriesId): SeriesId | null;
}

export function settler(db: DatabaseSync): Settler {
  const read = db.prepare('SELECT series, hour, count, data FROM block WHERE series = ? AND hour = ?');
  const put = db.prepare(`INSERT INTO block (series, hour, first_t, last_t, count, data) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (series, hour) DO UPDATE SET
      first_t = excluded.first_t, last_t = excluded.last_t, count = excluded.count, data = excluded.data`);
  const nextSeries = db.prepare('SELECT min(series) AS series FROM block WHERE series > ?');
  const forget = db.prepare('DELETE FROM block WHERE series = ? AND hour < ?');
  const keepSpoilt = db.prepare(`INSERT INTO spoilt_block (series, hour, count, reason, data)
    SELECT series, hour, count, ?, data FROM block WHERE series = ? AND hour = ?`);
  const remove = db.prepare('DELETE FROM block WHERE series = ? AND hour = ?');
  const forgetSpoilt = db.prepare('DELETE FROM spoilt_block WHERE hour < ?');

  const rollups = rollupWriter(db);

  const setAside = (block: SpoiltBlock): SpoiltBlock => {
    keepSpoilt.run(block.reason, block.series, block.hour);
    remove.run(block.series, block.hour);
    return { ...block, setAside: true };
  };

  const settleHour = (series: SeriesId, hour: number, arriving: readonly StoredReading[]): Settlements => {
    const row = read.get(series, hour);
    const { readings: stored, spoilt } = row === undefined ? NOTHING : openBlock(row);
    const aside = spoilt === null ? [] : [setAside(spoilt)];
    const { readings, changed, conflicts, duplicates } = mergeHour(stored, arriving);
    const first = readings[0];
    const last = readings.at(-1);
    if (changed && first !== undefined && last !== undefined) {
      put.run(series, hour, first.t, last.t, readings.length, encodeBlock(hour, readings));
      // In the same transaction: what the hour was computed from is another now.
      rollups.mark([{ series, hour }]);
    }
    return { conflicts, duplicates, spoilt: aside };
  };

  return {
    settle(packed) {
      const sum = { conflicts: 0, duplicates: 0 };
      const spoilt: SpoiltBlock[] = [];
      inTransaction(db, () => {
        for (const [series, hours] of bySeriesAndHour(packed)) {
          for (const [hour, arriving] of hours) {
            const settled = settleHour(series, hour, arriving);
            sum.conflicts += settled.conflicts;
            sum.duplicates += settled.duplicates;
            spoilt.push(...settled.spoilt);
          }
        }
      });
      return { ...sum, spoilt };
    },
    expire(hour, after) {
      return inTransaction(db, () => {
        let series = after;
        for (let count = 0; count < EXPIRE_SLICE; count += 1) {
          const found = nextSeries.get(series)?.['series'];
          if (typeof found !== 'number') {
            forgetSpoilt.run(hour);
            return null;
          }
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
