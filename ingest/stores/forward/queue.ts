import type { SeriesId } from '../../../contract/reading.ts';
import type { Arrival, ArrivalSeq } from '../ledger/types.ts';
import { packArrival, RECEIVED, ROW, SEQ, SERIES, unpackReading, type PackedReadings } from '../packed.ts';
import type { Settlement, StoredReading } from '../readings/types.ts';

/** Rows of one chunk. */
const CHUNK = 4_096;

/** The oldest of what waits. */
export interface QueuedBatch {
  /** In the order of the log: what one message told of a point stays together, and becomes one line. */
  readonly settlements: readonly Settlement[];
  readonly count: number;
  readonly lastSeq: ArrivalSeq;
}

/** Arrivals that are not forwarded yet, in the order of the log. */
export interface ArrivalQueue {
  push(arrivals: readonly Arrival[]): void;
  /** At most `limit`; they stay until they are dropped. Undefined: none. */
  peek(limit: number): QueuedBatch | undefined;
  drop(count: number): void;
  size(): number;
  /** When the oldest was received, ms epoch. */
  oldestReceivedAt(): number | undefined;
}

/** Packed in chunks: after an hour of outage there are millions, and objects would have to be looked after one by one. */
export function createArrivalQueue(): ArrivalQueue {
  const chunks: PackedReadings[] = [];
  /** Rows of the first chunk that are done, and of the last that are taken. */
  let done = 0;
  let filled = CHUNK;
  let size = 0;

  const rowAt = (index: number): { chunk: PackedReadings | undefined; at: number } => {
    const row = done + index;
    return { chunk: chunks[Math.floor(row / CHUNK)], at: (row % CHUNK) * ROW };
  };

  return {
    push(arrivals) {
      for (const arrival of arrivals) {
        if (filled === CHUNK) {
          chunks.push(new Float64Array(CHUNK * ROW));
          filled = 0;
        }
        const last = chunks.at(-1);
        if (last !== undefined) packArrival(last, filled * ROW, arrival);
        filled += 1;
      }
      size += arrivals.length;
    },
    peek(limit) {
      const count = Math.min(limit, size);
      const settlements: { series: SeriesId; readings: StoredReading[] }[] = [];
      let lastSeq = 0;
      for (let index = 0; index < count; index += 1) {
        const { chunk, at } = rowAt(index);
        if (chunk === undefined) break;
        const series = chunk[at + SERIES] ?? 0;
        lastSeq = chunk[at + SEQ] ?? 0;
        const last = settlements.at(-1);
        if (last?.series === series) last.readings.push(unpackReading(chunk, at));
        else settlements.push({ series, readings: [unpackReading(chunk, at)] });
      }
      return count === 0 ? undefined : { settlements, count, lastSeq };
    },
    drop(count) {
      size -= count;
      done += count;
      const gone = Math.floor(done / CHUNK);
      chunks.splice(0, gone);
      done -= gone * CHUNK;
      if (chunks.length > 0) return;
      done = 0;
      filled = CHUNK;
    },
    size: () => size,
    oldestReceivedAt() {
      const { chunk, at } = rowAt(0);
      return size === 0 ? undefined : chunk?.[at + RECEIVED];
    },
  };
}
