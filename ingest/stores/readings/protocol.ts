import type { PackedReadings } from '../packed.ts';
import type { SeriesId } from '../../../contract/reading.ts';
import type { ChangedDay, ChangedHour, Computed, RollupBatch, RollupQuery, SeriesHour } from '../rollups.ts';
import type { BucketsQuery, BucketsRead } from './buckets-query.ts';
import type { PackedRange } from './rollup-reader.ts';
import type { SettleResult, SpoiltBlock } from './stored.ts';

export interface StoreData {
  readonly file: string;
}

/** What a thread of the store was started with. */
export function storeData(given: unknown): StoreData {
  if (typeof given !== 'object' || given === null || !('file' in given) || typeof given.file !== 'string')
    throw new TypeError('A thread of the readings store is told its file when it starts.');
  return { file: given.file };
}

/** Series whose old hours one transaction deletes: settlements pass in between. */
export const EXPIRE_SLICE = 200;
/** Blocks that one read takes from the file: a transaction of a few ms, which never keeps the WAL from being reset. */
export const READ_BLOCKS = 64;

export type SettlerRequest =
  | { readonly op: 'settle'; readonly readings: PackedReadings }
  /** Deletes hours before `hour` of the next series after `after`. */
  | { readonly op: 'expire'; readonly hour: number; readonly after: SeriesId }
  | { readonly op: 'note'; readonly hours: readonly SeriesHour[] }
  | { readonly op: 'put'; readonly batches: readonly RollupBatch[] }
  /** Another store has let go what is before `hour`. */
  | { readonly op: 'letGo'; readonly hour: number }
  /** Days of hours that a query could not read. */
  | { readonly op: 'again'; readonly days: readonly SpoiltBlock[] };

export interface SettlerResult extends Omit<SettleResult, 'spoilt'> {
  readonly spoilt: readonly SpoiltBlock[];
  /** Where an expiry goes on; null: it is through. */
  readonly next: SeriesId | null;
}

export type ReaderRequest =
  | {
      readonly op: 'range';
      readonly series: SeriesId;
      readonly from: number;
      readonly to: number;
      readonly limit: number;
    }
  | { readonly op: 'before'; readonly series: SeriesId; readonly t: number }
  | { readonly op: 'buckets'; readonly query: BucketsQuery }
  | {
      readonly op: 'rollups';
      readonly query: RollupQuery & { readonly unit: 'hour' | 'day'; readonly reach: number };
    }
  | { readonly op: 'changed'; readonly unit: 'hour' | 'day'; readonly before: number; readonly limit: number }
  | { readonly op: 'computed' }
  | { readonly op: 'letGo' };

export type ReaderResult =
  | ({ readonly kind: 'readings' } & ReadingsRead)
  | ({ readonly kind: 'buckets' } & BucketsRead)
  | { readonly kind: 'rollups'; readonly range: PackedRange }
  | { readonly kind: 'changed'; readonly hours: readonly ChangedHour[]; readonly days: readonly ChangedDay[] }
  /** Hours since which readings are there, of series of which older ones were let go. */
  | { readonly kind: 'letGo'; readonly all: readonly SeriesHour[] }
  | { readonly kind: 'computed'; readonly all: readonly (Computed & { readonly series: SeriesId })[] };

export interface ReadingsRead {
  readonly readings: PackedReadings;
  readonly spoilt: readonly SpoiltBlock[];
  /** Where a range goes on; null: it is through. */
  readonly next: number | null;
}
