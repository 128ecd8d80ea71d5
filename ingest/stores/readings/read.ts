import type { DatabaseSync } from 'node:sqlite';
import type { SeriesId } from '../../../contract/reading.ts';
import { hourOf } from './codec/block.ts';
import { READ_BLOCKS } from './protocol.ts';
import { openBlock } from './stored-block.ts';
import type { SpoiltBlock, StoredReading } from './types.ts';

/** Blocks that cannot be read are passed over and named in `spoilt`. */
export interface BlockReader {
  /** The first readings of a range, at most `limit`; `next`: where it goes on, null when that was all. */
  range(query: { series: SeriesId; from: number; to: number; limit: number }): {
    readings: StoredReading[];
    spoilt: SpoiltBlock[];
    next: number | null;
  };
  before(series: SeriesId, t: number): { found: StoredReading | undefined; spoilt: SpoiltBlock[] };
}

/** Each statement is finished before its blocks are decoded. */
export function blockReader(db: DatabaseSync): BlockReader {
  const blocks = db.prepare(
    `SELECT series, hour, count, data FROM block WHERE series = ? AND hour BETWEEN ? AND ? ORDER BY hour LIMIT ${READ_BLOCKS}`,
  );
  const newest = db.prepare(
    'SELECT series, hour, count, data FROM block WHERE series = ? AND hour <= ? AND first_t < ? ORDER BY hour DESC LIMIT 1',
  );

  return {
    range({ series, from, to, limit }) {
      const readings: StoredReading[] = [];
      const spoilt: SpoiltBlock[] = [];
      if (!(from < to) || limit < 1) return { readings, spoilt, next: null };
      const rows = blocks.all(series, hourOf(from), hourOf(to));
      for (const row of rows) {
        const block = openBlock(row);
        if (block.spoilt !== null) spoilt.push(block.spoilt);
        for (const reading of block.readings) {
          if (reading.t < from) continue;
          if (reading.t >= to) return { readings, spoilt, next: null };
          if (readings.length === limit) return { readings, spoilt, next: reading.t };
          readings.push(reading);
        }
      }
      const last = rows.at(-1)?.['hour'];
      const more = rows.length === READ_BLOCKS && typeof last === 'number';
      return { readings, spoilt, next: more ? startOf(last + 1) : null };
    },
    before(series, t) {
      const spoilt: SpoiltBlock[] = [];
      for (let hour = hourOf(t); ;) {
        const row = newest.get(series, hour, t);
        if (row === undefined) return { found: undefined, spoilt };
        const block = openBlock(row);
        if (block.spoilt === null) return { found: block.readings.findLast((reading) => reading.t < t), spoilt };
        spoilt.push(block.spoilt);
        hour = block.spoilt.hour - 1;
      }
    },
  };
}

const startOf = (hour: number): number => hour * 3_600_000;
