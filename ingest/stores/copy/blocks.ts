import type { SeriesId } from '../../../contract/reading.ts';
import { unpackReadings } from '../packed.ts';
import { blockReader } from '../readings/read.ts';
import { READINGS_SCHEMA } from '../readings/schema.ts';
import { openForReading, readVersion } from '../sqlite/migrate.ts';
import type { CopySource } from './copy.ts';

/**
 * What readings.db holds, read beside a system that goes on writing it: settled blocks alone, by a connection that
 * cannot write, in statements of a few ms. What is in the log of arrivals still reaches its store by itself.
 * @throws NewerSchema, ForeignFile
 */
export function openBlocks(file: string): CopySource & { close(): void } {
  const db = openForReading(file);
  readVersion(db, file, READINGS_SCHEMA);
  const blocks = blockReader(db);
  // The bytes themselves would have to be read for a better mark; a rewritten block changes its count, times or size.
  const days = db.prepare(`SELECT hour / 24 AS day, sum(count) AS count,
      group_concat(hour || ':' || count || ':' || first_t || ':' || last_t || ':' || length(data), ' ') AS mark
    FROM block WHERE series = ? GROUP BY day ORDER BY day`);
  return {
    days: (series: SeriesId) =>
      Promise.resolve(
        days
          .all(series)
          .map(({ day, count, mark }) => ({ day: Number(day), count: Number(count), mark: String(mark) })),
      ),
    read(series, from, to) {
      const found = [];
      for (let start: number | null = from; start !== null;) {
        const part = blocks.range({ series, from: start, to, limit: Infinity });
        if (part.spoilt[0] !== undefined) throw new Error(`A block of ${new Date(from).toISOString()} cannot be read.`);
        found.push(...unpackReadings(part.readings));
        start = part.next;
      }
      return Promise.resolve(found);
    },
    close: () => db.close(),
  };
}
