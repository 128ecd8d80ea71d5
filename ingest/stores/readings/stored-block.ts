import type { SQLOutputValue } from 'node:sqlite';
import type { PackedReadings } from '../packed.ts';
import { decodeRows } from './codec/block.ts';
import { BlockUnreadable } from './codec/unreadable.ts';
import type { SpoiltBlock } from './stored.ts';

interface Opened {
  /** Ascending in time; none when it is spoilt. */
  readonly rows: PackedReadings;
  readonly spoilt: SpoiltBlock | null;
}

/** Never handed to another thread: an empty buffer, too, changes owner. */
export const NO_ROWS: PackedReadings = new Float64Array(0);

/** What a row of `block` (series, hour, count, data) holds, or why that cannot be told. */
export function openBlock(row: Readonly<Record<string, SQLOutputValue>>): Opened {
  const { series, hour, count, data } = row;
  if (typeof series !== 'number' || typeof hour !== 'number' || typeof count !== 'number')
    throw new BlockUnreadable('A row of readings.db names no hour of a series.');
  try {
    if (!(data instanceof Uint8Array)) throw new BlockUnreadable('A row of readings.db holds no block.');
    return { rows: decodeRows(hour, data), spoilt: null };
  } catch (error) {
    if (!(error instanceof BlockUnreadable)) throw error;
    return { rows: NO_ROWS, spoilt: { series, hour, count, reason: error.message, setAside: false } };
  }
}
