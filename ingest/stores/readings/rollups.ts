import type { SeriesId } from '../../../contract/reading.ts';
import type { RollupRange, Rollups } from '../rollups.ts';
import type { ReaderRequest, ReaderResult, SettlerRequest } from './protocol.ts';
import type { PackedRange } from './rollup-reader.ts';
import { unpackRollups } from './rollup-rows.ts';
import type { SpoiltBlock } from './stored.ts';

/** The threads of readings.db as the rollups use them. */
export interface RollupThreads {
  write(request: SettlerRequest): Promise<void>;
  /** Those of them that nobody was told of yet; told by now. */
  unreported(days: readonly SpoiltBlock[]): readonly SpoiltBlock[];
  read<Kind extends ReaderResult['kind']>(
    kind: Kind,
    request: ReaderRequest,
  ): Promise<Extract<ReaderResult, { kind: Kind }>>;
  /** Since which hour (since 1970 UTC) readings are there, of series of which older ones were let go. */
  letGo(): ReadonlyMap<SeriesId, number>;
}

const HOUR = 3_600_000;

export function sqliteRollups({ write, read, letGo, unreported }: RollupThreads): Rollups {
  /** What cannot be read is marked first, so that whoever asks knows which hours to compute, and the next one has them. */
  async function range(query: Extract<ReaderRequest, { op: 'rollups' }>['query']): Promise<RollupRange> {
    const { range: found } = await read('rollups', { op: 'rollups', query });
    const days = unreported(found.spoilt);
    if (days.length === 0) return unpackRange(found);
    await write({ op: 'again', days });
    return unpackRange((await read('rollups', { op: 'rollups', query })).range);
  }

  return {
    note: (hours) => write({ op: 'note', hours }),
    put: (batches) => write({ op: 'put', batches }),
    changed: async (before, limit) => (await read('changed', { op: 'changed', unit: 'hour', before, limit })).hours,
    changedDays: async (before, limit) => (await read('changed', { op: 'changed', unit: 'day', before, limit })).days,
    async computed() {
      const { all } = await read('computed', { op: 'computed' });
      return new Map(all.map(({ series, first, next }) => [series, { first, next }]));
    },
    hours: (query) => range({ ...query, unit: 'hour' }),
    days: (query) => range({ ...query, unit: 'day' }),
    readingsSince: (series) => (letGo().get(series) ?? -Infinity) * HOUR,
    letGo: (before) => write({ op: 'letGo', hour: Math.floor(before / HOUR) }),
  };
}

function unpackRange({ packed, computed, changed, changedDays }: PackedRange): RollupRange {
  return { rows: unpackRollups(packed), computed: computed ?? undefined, changed, changedDays };
}
