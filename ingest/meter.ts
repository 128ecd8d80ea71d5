import type { Refusal } from '../contract/message.ts';
import type { ForwardedBatch } from './stores/forward/forwarder.ts';
import type { SentRecords } from './stores/forward/record-stream.ts';
import type { InfluxServer } from './stores/influx/types.ts';
import type { StoreState } from './line/tick.ts';
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
  /** A batch of readings was sent to a store outside, or could not be. */
  forwarded(batch: ForwardedBatch): void;
  forwardedRecords(sent: SentRecords): void;
  refused(reason: Refusal['reason']): void;
}

/** Where a store outside stands; sums since our start. */
export interface StoreLevels
  extends Omit<StoreState, 'state' | 'rejects' | 'rejectsRecords'>, Pick<InfluxServer, 'generation' | 'version'> {
  /** `invalid`: what answers does not speak as InfluxDB does; the line judges it as out of reach. */
  readonly state: StoreState['state'] | 'invalid';
  /** What it says of readings that it rejects, and of events and transitions; null: it takes all, as far as is known. */
  readonly rejects: string | null;
  readonly rejectsRecords: string | null;
  /** Batches of readings, by what became of them; all but `written` are sent again. */
  readonly batches: Readonly<Record<ForwardedBatch['result'], number>>;
  /** Readings that it took. */
  readonly readings: number;
  /** Readings that it rejected, each in the quarantine now. */
  readonly isolated: number;
  /** Readings older than what it keeps. */
  readonly tooOld: number;
  /** Events and transitions that it rejected, and those that were older than what it or the ledger keeps. */
  readonly recordsRejected: number;
  readonly recordsTooOld: number;
  /** Attempts that failed. */
  readonly failures: number;
  /** ms epoch; null: none yet. */
  readonly lastWriteAt: number | null;
  /** ms that it took to answer then. */
  readonly lastTook: number;
  /** Events and transitions of alarms that it does not hold yet. */
  readonly recordsWaiting: number;
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
  /** Arrivals that their store does not hold yet; with our own, rows of the log that are not trimmed. */
  readonly log: number;
  /** Readings that may wait for their store. */
  readonly logCap: number;
  /** Receipt of the oldest arrival that no store holds, ms epoch; null: there is none. */
  readonly oldestArrivalAt: number | null;
  /** Null: readings are kept in our own. */
  readonly store: StoreLevels | null;
  readonly alarms: readonly {
    readonly site: string;
    readonly priority: number;
    readonly state: string;
    readonly count: number;
  }[];
}
