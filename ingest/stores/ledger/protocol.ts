import type { PackedReadings } from '../packed.ts';
import type { LedgerBatch } from './types.ts';

/** Rows that one transaction deletes: commits of arrivals pass in between. */
export const DELETE_SLICE = 5_000;
/** Readings that are settled: each slice is a commit, and a flood leaves hundreds of thousands. */
export const TRIM_SLICE = 50_000;

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

export interface WriterData {
  readonly file: string;
  /** Random, one per `openLedger`. */
  readonly writer: string;
  /** Null: none. */
  readonly reserve: { readonly file: string; readonly bytes: number } | null;
}

/** What the writer's thread was started with. Looked at by hand: the thread does without schemas, which take 15 MB. */
export function writerData(given: unknown): WriterData {
  if (!isWriterData(given)) throw new TypeError("The ledger's thread is told its file when it starts.");
  return given;
}

function isWriterData(given: unknown): given is WriterData {
  if (!isRecord(given)) return false;
  const { file, writer, reserve } = given;
  const isReserve = reserve === null || (isRecord(reserve) && isText(reserve['file']) && isNumber(reserve['bytes']));
  return isText(file) && isText(writer) && isReserve;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
