import type { PackedBuckets } from '../../history/buckets.ts';
import type { PackedReadings } from '../packed.ts';
import type { BucketsQuery } from './buckets-query.ts';
import type { SeriesId } from '../../../contract/reading.ts';
import type { SettleResult, StoredReading } from './stored.ts';

/** The consumer of the log of arrivals. One contract suite, each implementation passes it. */
export interface ReadingsStore {
  /**
   * Takes rows over, those of one series and hour one after the other in the order of their arrival. Idempotent; resolves
   * when all of it is durable.
   */
  settle(rows: PackedReadings): Promise<SettleResult>;
  /** Settled readings with from ≤ t < to, ascending, at most `limit`; what cannot be read is passed over and reported. */
  range(query: { series: SeriesId; from: number; to: number; limit: number }): Promise<readonly StoredReading[]>;
  /** The newest settled reading before a time; undefined: none. */
  before(series: SeriesId, t: number): Promise<StoredReading | undefined>;
  /**
   * Sums up a range where the readings lie, those of the tail in their places; absent: the store has no quicker way than
   * to hand them all over.
   */
  readonly buckets?: (query: BucketsQuery) => Promise<PackedBuckets>;
  /** Forgets readings older than this (ms epoch), by whole hours. */
  expire(olderThan: number): Promise<void>;
  close(): Promise<void>;
}
