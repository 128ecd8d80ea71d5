import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { bucketer, type Bucketer } from '../../history/buckets.ts';
import { MARKS, ROW, TIME, VALUE, type PackedReadings } from '../packed.ts';
import { BlockUnreadable } from './codec/unreadable.ts';
import { decodedBlocks } from './decoded-blocks.ts';
import { READ_BLOCKS } from './protocol.ts';
import type { SpoiltBlock } from './stored.ts';
import type { BucketsQuery, BucketsRead } from './buckets-query.ts';

const HOUR = 3_600_000;
const QUALITY = 3;
/** Readings whose blocks are kept decoded: 24 hours of a hundred series at 10 s, 13 MB. */
const KEPT = 1_000_000;

/** Sums up blocks where they are read: of half a million readings only the sums leave the thread. */
export function blockBuckets(db: DatabaseSync): (query: BucketsQuery) => BucketsRead {
  const blocks = db.prepare(
    `SELECT hour, part, count, last_t, data FROM block
      WHERE series = ? AND hour BETWEEN ? AND ? AND last_t >= ? ORDER BY hour, part LIMIT ${READ_BLOCKS}`,
  );
  const before = db.prepare(
    `SELECT hour, part, count, first_t, data FROM block
      WHERE series = ? AND hour <= ? AND first_t < ? ORDER BY hour DESC, part DESC LIMIT 1`,
  );

  const decoded = decodedBlocks(KEPT);

  return ({ series, recent, ...input }) => {
    const [from, to] = [input.edges[0] ?? 0, input.edges[input.edges.length - 1] ?? 0];
    const spoilt: SpoiltBlock[] = [];
    const merged = merging(bucketer(input), recent);
    const open = (row: Readonly<Record<string, SQLOutputValue>>) => {
      const { hour, part, count, data } = row;
      if (typeof hour !== 'number' || !(data instanceof Uint8Array)) return undefined;
      try {
        return { start: hour * HOUR, ...decoded(`${series}|${hour}|${Number(part)}`, data) };
      } catch (error) {
        if (!(error instanceof BlockUnreadable)) throw error;
        spoilt.push({ series, hour, count: Number(count), reason: error.message, setAside: false });
        return undefined;
      }
    };

    for (let time = from; ;) {
      const row = before.get(series, Math.floor(time / HOUR), time);
      if (row === undefined) break;
      const block = open(row);
      const carried = block === undefined ? -1 : firstFrom(block.offsets, from - block.start) - 1;
      if (block !== undefined && carried >= 0) {
        merged.add(block.start + (block.offsets[carried] ?? 0), block.values[carried] ?? 0, block.marks[carried] ?? 0);
        break;
      }
      time = Number(row['first_t']);
    }
    const last = Math.floor((to - 1) / HOUR);
    for (let time = from; time < to;) {
      const rows = blocks.all(series, Math.floor(time / HOUR), last, time);
      for (const row of rows) {
        const block = open(row);
        if (block === undefined) continue;
        const { start, offsets, values, marks } = block;
        const end = Math.min(offsets.length, firstFrom(offsets, to - start));
        for (let at = firstFrom(offsets, from - start); at < end; at += 1)
          merged.add(start + (offsets[at] ?? 0), values[at] ?? 0, marks[at] ?? 0);
      }
      if (rows.length < READ_BLOCKS) break;
      time = Number(rows.at(-1)?.['last_t']) + 1;
    }
    return { buckets: merged.finish(), spoilt };
  };
}

/** The first place that is not before an offset; their number: all are. */
function firstFrom(offsets: Uint32Array, offset: number): number {
  if (offset <= 0) return 0;
  let [low, high] = [0, offsets.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts the tail's readings in at their times, in the place of stored ones of the same time. */
export function merging(into: Bucketer, recent: PackedReadings): Bucketer {
  let at = 0;
  const passTo = (t: number) => {
    for (; at < recent.length && (recent[at + TIME] ?? 0) < t; at += ROW) {
      into.add(recent[at + TIME] ?? 0, recent[at + VALUE] ?? 0, (recent[at + MARKS] ?? 0) & QUALITY);
    }
  };
  return {
    add(t, value, marks) {
      if (at < recent.length) passTo(t);
      if (recent[at + TIME] !== t) into.add(t, value, marks & QUALITY);
    },
    finish() {
      passTo(Infinity);
      return into.finish();
    },
  };
}
