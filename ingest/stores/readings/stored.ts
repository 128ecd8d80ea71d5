import type { Quality, QualityReason, SeriesId } from '../../../contract/reading.ts';

/** A stored reading of one series. `t` is the source time (ms epoch), the key within its series. */
export interface StoredReading {
  readonly t: number;
  readonly value: number;
  readonly quality: Quality;
  readonly reason: QualityReason | null;
  readonly receivedAt: number;
  readonly backfilled: boolean;
  readonly claimedTime: number | null;
}

/** Everything of one series that arrived and has not been settled; in arrival order: a later one of equal `t` replaces. */
export interface Settlement {
  readonly series: SeriesId;
  readonly readings: readonly StoredReading[];
}

export interface SettleResult {
  /** Readings of one time that came with another value and replaced it. */
  readonly conflicts: number;
  /** Readings that were there already, to the bit. */
  readonly duplicates: number;
  /** Blocks that could not be read and were set aside; what was settled stands in new ones. */
  readonly spoilt: number;
}

/** A block that cannot be read: its readings are missing from whatever asks for them. */
export interface SpoiltBlock {
  readonly series: SeriesId;
  /** Hours since 1970 UTC. */
  readonly hour: number;
  /** Readings that it is said to hold. */
  readonly count: number;
  readonly reason: string;
  /** True: moved into the table `spoilt_block`, bytes and all. False: a query passed over it. */
  readonly setAside: boolean;
  /** No readings but what was computed of a UTC day from `hour` on: it is computed again from readings that are kept. */
  readonly computed?: true;
}
