import type { DatabaseSync } from 'node:sqlite';
import type { SeriesId } from '../../../contract/reading.ts';
import { BlockUnreadable } from './codec/bytes.ts';
import { decodeBlock, hourOf } from './codec/block.ts';
import { READ_BLOCKS } from './protocol.ts';
import type { StoredReading } from './types.ts';

export interface BlockReader {
  /** The first readings of a range, at most `limit`; `next`: where it goes on, null when that was all. */
  range(query: { series: SeriesId; from: number; to: number; limit: number }): {
    readings: StoredReading[];
    next: number | null;
  };
  before(series: SeriesId, t: number): StoredReading | undefined;
}

/** Each statement is finished before its blocks are decoded. */
export function blockReader(db: DatabaseSync): BlockReader {
  const blocks = db.prepare(
    `SELECT hour, data FROM block WHERE series = ? AND hour BETWEEN ? AND ? ORDER BY hour LIMIT ${READ_BLOCKS}`,
  );
  const newest = db.prepare(
    'SELECT hour, data FROM block WHERE series = ? AND hour <= ? AND first_t < ? ORDER BY hour DESC LIMIT 1',
  );

  return {
    range({ series, from, to, limit }) {
      const readings: StoredReading[] = [];
      if (!(from < to) || limit < 1) return { readings, next: null };
      const rows = blocks.all(series, hourOf(from), hourOf(to));
      for (const row of rows) {
        for (const reading of blockOf(row)) {
          if (reading.t < from) continue;
          if (reading.t >= to) return { readings, next: null };
          if (readings.length === limit) return { readings, next: reading.t };
          readings.push(reading);
        }
      }
      const last = rows.at(-1)?.['hour'];
      return { readings, next: rows.length < READ_BLOCKS || typeof last !== 'number' ? null : startOf(last + 1) };
    },
    before(series, t) {
      const row = newest.get(series, hourOf(t), t);
      return row === undefined ? undefined : blockOf(row).findLast((reading) => reading.t < t);
    },
  };
}

const startOf = (hour: number): number => hour * 3_600_000;

function blockOf({ hour, data }: Record<string, unknown>): StoredReading[] {
  if (typeof hour !== 'number' || !(data instanceof Uint8Array))
    throw new BlockUnreadable('A row of readings.db holds no block.');
  return decodeBlock(hour, data);
}
