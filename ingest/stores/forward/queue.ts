import type { SeriesId } from '../../../contract/reading.ts';
import type { ArrivalSeq } from '../arrival.ts';
import { RECEIVED, ROW, SEQ, SERIES, unpackReading, type PackedReadings } from '../packed.ts';
import type { Settlement, StoredReading } from '../readings/stored.ts';

/** Rows of one chunk. */
const CHUNK = 4_096;

/** The oldest of what waits. */
export interface QueuedBatch {
  /** In the order of the log: what one message told of a point stays together, and becomes one line. A copy each time. */
  rows(): PackedReadings;
  /** The same one by one, which costs more than to send it. */
  settlements(): readonly Settlement[];
  readonly count: number;
  readonly lastSeq: ArrivalSeq;
}

/** Arrivals that are not forwarded yet, in the order of the log. */
export interface ArrivalQueue {
  push(arrivals: PackedReadings): void;
  /** At most `limit` behind the first `skip`; they stay until they are dropped. Undefined: none. */
  peek(limit: number, skip?: number): QueuedBatch | undefined;
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
      for (let at = 0; at < arrivals.length;) {
        if (filled === CHUNK) {
          chunks.push(new Float64Array(CHUNK * ROW));
          filled = 0;
        }
        const part = arrivals.subarray(at, at + (CHUNK - filled) * ROW);
        chunks.at(-1)?.set(part, filled * ROW);
        filled += part.length / ROW;
        at += part.length;
      }
      size += arrivals.length / ROW;
    },
    peek(limit, skip = 0) {
      const count = Math.min(limit, size - skip);
      if (count <= 0) return undefined;
      const from = done + skip;
      // What is dropped meanwhile stays until the batch itself is let go.
      const kept = chunks.slice(Math.floor(from / CHUNK), Math.ceil((from + count) / CHUNK));
      const rows = () => copyOf(kept, from % CHUNK, count);
      const { chunk, at } = rowAt(skip + count - 1);
      return { rows, settlements: () => settlementsOf(rows()), count, lastSeq: chunk?.[at + SEQ] ?? 0 };
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

/** So many rows behind the first `skip` of these chunks. */
function copyOf(chunks: readonly PackedReadings[], skip: number, count: number): PackedReadings {
  const rows = new Float64Array(count * ROW);
  let [from, filled] = [skip * ROW, 0];
  for (const chunk of chunks) {
    const part = chunk.subarray(from, Math.min(chunk.length, from + rows.length - filled));
    rows.set(part, filled);
    filled += part.length;
    from = 0;
  }
  return rows;
}

function settlementsOf(rows: PackedReadings): Settlement[] {
  const settlements: { series: SeriesId; readings: StoredReading[] }[] = [];
  for (let at = 0; at < rows.length; at += ROW) {
    const series = rows[at + SERIES] ?? 0;
    const last = settlements.at(-1);
    if (last?.series === series) last.readings.push(unpackReading(rows, at));
    else settlements.push({ series, readings: [unpackReading(rows, at)] });
  }
  return settlements;
}
