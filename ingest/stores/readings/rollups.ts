import type { RollupRange, Rollups } from '../rollups.ts';
import type { ReaderRequest, ReaderResult, SettlerRequest } from './protocol.ts';
import type { PackedRange } from './rollup-reader.ts';
import { unpackRollups } from './rollup-rows.ts';

/** The threads of readings.db as the rollups use them. */
export interface RollupThreads {
  write(request: SettlerRequest): Promise<void>;
  read<Kind extends ReaderResult['kind']>(
    kind: Kind,
    request: ReaderRequest,
  ): Promise<Extract<ReaderResult, { kind: Kind }>>;
}

export function sqliteRollups({ write, read }: RollupThreads): Rollups {
  return {
    note: (hours) => write({ op: 'note', hours }),
    put: (batches) => write({ op: 'put', batches }),
    changed: async (before, limit) => (await read('changed', { op: 'changed', unit: 'hour', before, limit })).hours,
    changedDays: async (before, limit) => (await read('changed', { op: 'changed', unit: 'day', before, limit })).days,
    async computed() {
      const { all } = await read('computed', { op: 'computed' });
      return new Map(all.map(({ series, first, next }) => [series, { first, next }]));
    },
    hours: async (query) =>
      unpackRange((await read('rollups', { op: 'rollups', query: { ...query, unit: 'hour' } })).range),
    days: async (query) =>
      unpackRange((await read('rollups', { op: 'rollups', query: { ...query, unit: 'day' } })).range),
  };
}

function unpackRange({ packed, computed, changed, changedDays }: PackedRange): RollupRange {
  return { rows: unpackRollups(packed), computed: computed ?? undefined, changed, changedDays };
}
