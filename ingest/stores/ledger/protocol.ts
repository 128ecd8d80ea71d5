import type { PackedReadings } from '../packed.ts';
import type { LedgerBatch } from './types.ts';

/** Rows that one transaction deletes: commits of arrivals pass in between. */
export const DELETE_SLICE = 5_000;

export interface ExpireBefore {
  readonly events: number;
  readonly quarantine: number;
  readonly sessions: number;
}

export type WriterRequest =
  | {
      readonly op: 'commit';
      readonly number: number;
      readonly batch: Omit<LedgerBatch, 'arrivals'>;
      readonly arrivals: PackedReadings;
    }
  | { readonly op: 'trim'; readonly upTo: number }
  | { readonly op: 'expire'; readonly before: ExpireBefore };

export interface WriterResult {
  /** A slice was full: ask again. */
  readonly more: boolean;
}

/** Number of the newest batch of this writer that is in the file; 0: none. */
export interface WriterReady {
  readonly mark: number;
}

export interface WriterData {
  readonly file: string;
  /** Random, one per `openLedger`. */
  readonly writer: string;
}
