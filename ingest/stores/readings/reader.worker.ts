import { workerData, type Transferable } from 'node:worker_threads';
import { openForReading } from '../sqlite/migrate.ts';
import { serve } from '../sqlite/serve.ts';
import { blockBuckets } from './read-buckets.ts';
import { blockReader } from './read.ts';
import { rollupReader } from './rollup-reader.ts';
import { storeData, type ReaderRequest, type ReaderResult } from './protocol.ts';

serve<ReaderRequest, ReaderResult, undefined>(() => {
  const { file } = storeData(workerData);
  const db = openForReading(file);
  const blocks = blockReader(db);
  const buckets = blockBuckets(db);
  const rollups = rollupReader(db);

  function handle(request: ReaderRequest): ReaderResult {
    switch (request.op) {
      case 'range':
        return { kind: 'readings', ...blocks.range(request) };
      case 'before':
        return { kind: 'readings', ...blocks.before(request.series, request.t), next: null };
      case 'buckets':
        return { kind: 'buckets', ...buckets(request.query) };
      case 'rollups':
        return { kind: 'rollups', range: rollups.range(request.query) };
      case 'changed': {
        const { unit, before, limit } = request;
        return {
          kind: 'changed',
          hours: unit === 'hour' ? rollups.changed(before, limit) : [],
          days: unit === 'day' ? rollups.changedDays(before, limit) : [],
        };
      }
      case 'computed':
        return { kind: 'computed', all: rollups.computed() };
      case 'letGo':
        return { kind: 'letGo', all: rollups.letGo() };
    }
  }

  return { ready: undefined, handle, transfer: buffersOf, close: () => db.close() };
});

function buffersOf(result: ReaderResult): readonly Transferable[] {
  if (result.kind === 'readings') return [result.readings.buffer];
  if (result.kind === 'buckets') return [result.buckets.buffer];
  return result.kind === 'rollups' ? [result.range.packed.figures.buffer] : [];
}
