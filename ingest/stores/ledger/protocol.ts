import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import type { PackedReadings } from '../packed.ts';
import type { LedgerBatch } from './types.ts';

/** Rows that one transaction deletes: commits of arrivals pass in between. */
export const DELETE_SLICE = 5_000;

export interface ExpireBefore {
  readonly events: number;
  readonly quarantine: number;
  readonly sessions: number;
  readonly ended: number;
  readonly diary: number;
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
  /** False while the reserve is given away. */
  readonly reserveKept: boolean;
}

/** Number of the newest batch of this writer that is in the file; 0: none. */
export interface WriterReady {
  readonly mark: number;
  readonly reserveKept: boolean;
}

const WriterData = Type.Object({
  file: Type.String(),
  /** Random, one per `openLedger`. */
  writer: Type.String(),
  /** Null: none. */
  reserve: Type.Union([Type.Object({ file: Type.String(), bytes: Type.Number() }), Type.Null()]),
});
export type WriterData = Static<typeof WriterData>;

/** What the writer's thread was started with. */
export function writerData(given: unknown): WriterData {
  if (!Check(WriterData, given)) throw new TypeError("The ledger's thread is told its file when it starts.");
  return given;
}
