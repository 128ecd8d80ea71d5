import type { DatabaseSync } from 'node:sqlite';
import type { SeriesId } from '../../../contract/reading.ts';
import { ROW, TIME, type PackedReadings } from '../packed.ts';
import { hourOf } from './codec/block.ts';
import { joined } from './merge.ts';
import { READ_BLOCKS, type ReadingsRead } from './protocol.ts';
import { openBlock } from './stored-block.ts';
import type { SpoiltBlock } from './stored.ts';

/** Blocks that cannot be read are passed over and named in `spoilt`. */
export interface BlockReader {
  /** The first readings of a range, at most `limit`; `next`: where it goes on, null when that was all. */
  range(query: { series: SeriesId; from: number; to: number; limit: number }): ReadingsRead;
  /** One reading, or none. */
  before(series: SeriesId, t: number): Omit<ReadingsRead, 'next'>;
}

/** Each statement is finished before its blocks are decoded. */
export function blockReader(db: DatabaseSync): BlockReader {
  const blocks = db.prepare(`SELECT series, hour, count, last_t, data FROM block
    WHERE series = ? AND hour BETWEEN ? AND ? AND last_t >= ? ORDER BY hour, part LIMIT ${READ_BLOCKS}`);
  const newest = db.prepare(`SELECT series, hour, count, first_t, data FROM block
    WHERE series = ? AND hour <= ? AND first_t < ? ORDER BY hour DESC, part DESC LIMIT 1`);

  return {
    range({ series, from, to, limit }) {
      const spoilt: SpoiltBlock[] = [];
      if (!(from < to) || limit < 1) return { readings: joined([]), spoilt, next: null };
      const pieces: PackedReadings[] = [];
      let left = limit;
      const rows = blocks.all(series, hourOf(from), hourOf(to), from);
      for (const row of rows) {
        const block = openBlock(row);
        if (block.spoilt !== null) spoilt.push(block.spoilt);
        const [start, end] = [firstFrom(block.rows, from), firstFrom(block.rows, to)];
        const stop = Math.min(end, start + left * ROW);
        pieces.push(block.rows.subarray(start, stop));
        left -= (stop - start) / ROW;
        if (stop < end) return { readings: joined(pieces), spoilt, next: block.rows[stop + TIME] ?? null };
        if (end < block.rows.length) return { readings: joined(pieces), spoilt, next: null };
      }
      const last = rows.at(-1)?.['last_t'];
      const more = rows.length === READ_BLOCKS && typeof last === 'number';
      return { readings: joined(pieces), spoilt, next: more ? last + 1 : null };
    },
    before(series, t) {
      const spoilt: SpoiltBlock[] = [];
      for (let time = t; ;) {
        const row = newest.get(series, hourOf(time), time);
        if (row === undefined) return { readings: joined([]), spoilt };
        const block = openBlock(row);
        if (block.spoilt === null) {
          const end = firstFrom(block.rows, t);
          return { readings: block.rows.slice(Math.max(0, end - ROW), end), spoilt };
        }
        spoilt.push(block.spoilt);
        time = Number(row['first_t']);
      }
    },
  };
}

/** Where the first row stands that is not before a time; the length when all are. */
function firstFrom(rows: PackedReadings, t: number): number {
  let [low, high] = [0, rows.length / ROW];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle * ROW + TIME] ?? 0) < t) low = middle + 1;
    else high = middle;
  }
  return low * ROW;
}
