import type { Refusal } from '../contract/message.ts';
import type { Settled } from './stores/consumer.ts';
import type { LedgerBatch } from './stores/ledger/types.ts';

/**
 * `stored`: committed, and acknowledged after it. `not_stored`: judged and shown, but let go. `offender`: its commit
 * failed on this message alone, which went to quarantine.
 */
export type MessageOutcome = 'stored' | 'not_stored' | 'offender';

/** Told what the line does, as it does it; everything here is called often and has to cost next to nothing. */
export interface Meter {
  /** A message is through; `took` in ms from its receipt to its commit, or to its being let go. */
  message(outcome: MessageOutcome, took: number): void;
  /** A batch is durable; `took` in ms, `items` that it was judged from. */
  commit(commit: { readonly took: number; readonly items: number; readonly batch: LedgerBatch }): void;
  commitFailed(): void;
  settled(settled: Settled): void;
  refused(reason: Refusal['reason']): void;
}

/** Where ingest stands now. */
export interface IngestLevels {
  /** False while nothing can be committed. */
  readonly storing: boolean;
  /** `reserve`: the disk is full, and what is committed lives on the space kept back. */
  readonly room: 'ample' | 'reserve';
  /** Items that wait to be judged. */
  readonly queued: number;
  /** Readings in memory that no store holds yet. */
  readonly tail: number;
  /** Rows of the log of arrivals that are not trimmed. */
  readonly log: number;
  /** Receipt of the oldest arrival that no store holds, ms epoch; null: there is none. */
  readonly oldestArrivalAt: number | null;
  readonly alarms: readonly {
    readonly site: string;
    readonly priority: number;
    readonly state: string;
    readonly count: number;
  }[];
}
