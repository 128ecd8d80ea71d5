import type { SeriesId } from '../../../contract/reading.ts';
import type { BucketsInput, PackedBuckets } from '../../history/buckets.ts';
import type { PackedReadings } from '../packed.ts';
import type { SpoiltBlock } from './stored.ts';

export interface BucketsQuery extends BucketsInput {
  readonly series: SeriesId;
  /** What the tail holds of the range, ascending, and the newest before it: they win over what is stored. */
  readonly recent: PackedReadings;
}

export interface BucketsRead {
  readonly buckets: PackedBuckets;
  readonly spoilt: readonly SpoiltBlock[];
}
