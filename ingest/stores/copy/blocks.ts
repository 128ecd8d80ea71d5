import { createHash } from 'node:crypto';
import type { SeriesId } from '../../../contract/reading.ts';
import { unpackReadings } from '../packed.ts';
import { blockReader } from '../readings/read.ts';
import { READINGS_SCHEMA } from '../readings/schema.ts';
import { openForReading, readVersion } from '../sqlite/migrate.ts';
import type { CopySource } from './copy.ts';

const HOUR = 3_600_000;

export interface Blocks extends CopySource {
  /** The end of the newest hour of these series, ms epoch. */
  end(series: readonly SeriesId[]): number;
  close(): void;
}

/**
 * What readings.db holds, read beside a system that goes on writing it: settled blocks alone, by a connection that
 * cannot write, in statements of a few ms. What is in the log of arrivals still reaches its store by itself.
 * @throws NewerSchema, ForeignFile
 */
export function openBlocks(file: string): Blocks {
  const db = openForReading(file);
  readVersion(db, file, READINGS_SCHEMA);
  const blocks = blockReader(db);
  const days = db.prepare('SELECT DISTINCT hour / 24 AS day FROM block WHERE series = ? ORDER BY day');
  const ofDay = db.prepare('SELECT data FROM block WHERE series = ? AND hour BETWEEN ? AND ? ORDER BY hour, part');
  const lastHour = db.prepare('SELECT max(hour) AS hour FROM block WHERE series = ?');

  /** Of the bytes: a corrected value may leave count, times and size as they were. */
  function markOf(series: SeriesId, day: number): string {
    const hash = createHash('sha256');
    for (const { data } of ofDay.iterate(series, day * 24, day * 24 + 23))
      if (data instanceof Uint8Array) hash.update(data);
    return hash.digest('hex');
  }

  return {
    days: (series: SeriesId) =>
      Promise.resolve(days.all(series).map(({ day }) => ({ day: Number(day), mark: markOf(series, Number(day)) }))),
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
    end: (series) => Math.max(0, ...series.map((one) => (Number(lastHour.get(one)?.['hour'] ?? -1) + 1) * HOUR)),
    close: () => db.close(),
  };
}
