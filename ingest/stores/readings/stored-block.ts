import type { SQLOutputValue } from 'node:sqlite';
import { decodeBlock } from './codec/block.ts';
import { BlockUnreadable } from './codec/unreadable.ts';
import type { SpoiltBlock, StoredReading } from './types.ts';

type Opened =
  | { readonly readings: readonly StoredReading[]; readonly spoilt: null }
  | { readonly readings: readonly []; readonly spoilt: SpoiltBlock };

/** What a row of `block` (series, hour, count, data) holds, or why that cannot be told. */
export function openBlock(row: Readonly<Record<string, SQLOutputValue>>): Opened {
  const { series, hour, count, data } = row;
  if (typeof series !== 'number' || typeof hour !== 'number' || typeof count !== 'number')
    throw new BlockUnreadable('A row of readings.db names no hour of a series.');
  try {
    if (!(data instanceof Uint8Array)) throw new BlockUnreadable('A row of readings.db holds no block.');
    return { readings: decodeBlock(hour, data), spoilt: null };
  } catch (error) {
    if (!(error instanceof BlockUnreadable)) throw error;
    return { readings: [], spoilt: { series, hour, count, reason: error.message, setAside: false } };
  }
}
