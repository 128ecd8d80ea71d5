import { workerData } from 'node:worker_threads';
import { packReadings } from '../packed.ts';
import { openForReading } from '../sqlite/migrate.ts';
import { serve } from '../sqlite/serve.ts';
import { blockReader } from './read.ts';
import { storeData, type ReaderRequest, type ReaderResult } from './protocol.ts';

serve<ReaderRequest, ReaderResult, undefined>(() => {
  const { file } = storeData(workerData);
  const db = openForReading(file);
  const blocks = blockReader(db);
  return {
    ready: undefined,
    handle(request) {
      if (request.op === 'range') {
        const { readings, spoilt, next } = blocks.range(request);
        return { readings: packReadings(readings), spoilt, next };
      }
      const { found, spoilt } = blocks.before(request.series, request.t);
      return { readings: packReadings(found === undefined ? [] : [found]), spoilt, next: null };
    },
    transfer: ({ readings }) => [readings.buffer],
    close: () => db.close(),
  };
});
