import { decodeColumns } from './codec/block.ts';

/** Columns of a block, packed: what a chart needs of it. */
export interface DecodedBlock {
  /** ms within the hour, ascending. */
  readonly offsets: Uint32Array;
  readonly values: Float64Array;
  /** The two lowest bits are the quality. */
  readonly marks: Uint8Array;
}

interface Kept {
  /** What it was decoded from. */
  readonly data: Uint8Array;
  readonly block: DecodedBlock;
}

/**
 * Keeps blocks that were decoded last, `most` readings of them (13 bytes each): screens ask for the same hours again
 * and again. A block that was rewritten has other bytes, so that nobody has to tell of it.
 */
export function decodedBlocks(most: number) {
  const kept = new Map<string, Kept>();
  let held = 0;

  /** `key`: which block it is. @throws BlockUnreadable, and nothing else. */
  return (key: string, data: Uint8Array): DecodedBlock => {
    const known = kept.get(key);
    if (known !== undefined) {
      kept.delete(key);
      if (Buffer.compare(known.data, data) === 0) {
        kept.set(key, known);
        return known.block;
      }
      held -= known.block.values.length;
    }
    const { offsets, values, marks } = decodeColumns(data);
    const block = {
      offsets: Uint32Array.from(offsets),
      values: Float64Array.from(values),
      marks: Uint8Array.from(marks),
    };
    kept.set(key, { data, block });
    held += values.length;
    for (const [oldest, { block: old }] of kept) {
      if (held <= most) break;
      kept.delete(oldest);
      held -= old.values.length;
    }
    return block;
  };
}
