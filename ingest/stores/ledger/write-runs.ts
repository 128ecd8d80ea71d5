import type { DatabaseSync } from 'node:sqlite';
import { ROW, SEQ, type PackedReadings } from '../packed.ts';
import { encodeArrivals } from './arrival-block.ts';

/** Readings that one row of the log takes at most. */
const RUN = 8_192;

/** Appends readings to the log, in the order of their seq; the highest seq, 0: none. */
export function runWriter(db: DatabaseSync): (packed: PackedReadings) => number {
  const insert = db.prepare('INSERT INTO arrivals VALUES (?, ?, ?, ?)');
  const next = db.prepare(
    'SELECT last_seq - count + 1 AS first FROM arrivals WHERE last_seq >= ? ORDER BY last_seq LIMIT 1',
  );
  return (packed) => {
    const rows = packed.length / ROW;
    let highest = 0;
    let from = 0;
    while (from < rows) {
      const to = endOfRun(packed, from, rows);
      const [first, last] = [seqOf(packed, from), seqOf(packed, to - 1)];
      // No reading is in the log twice.
      const behind = next.get(first)?.['first'];
      if (typeof behind === 'number' && behind <= last) throw new RangeError(`The log holds arrival ${last} already.`);
      const { columns, checksum } = encodeArrivals(packed, from, to);
      insert.run(last, to - from, columns, checksum);
      highest = Math.max(highest, last);
      from = to;
    }
    return highest;
  };
}

/** The row behind the last one that follows `from` without a gap. */
function endOfRun(packed: PackedReadings, from: number, rows: number): number {
  const end = Math.min(rows, from + RUN);
  let to = from + 1;
  while (to < end && seqOf(packed, to) === seqOf(packed, to - 1) + 1) to += 1;
  return to;
}

const seqOf = (packed: PackedReadings, row: number): number => packed[row * ROW + SEQ] ?? 0;
