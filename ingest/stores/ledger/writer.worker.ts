import { workerData } from 'node:worker_threads';
import { openForWriting } from '../sqlite/migrate.ts';
import { serve } from '../sqlite/serve.ts';
import { deleter } from './delete.ts';
import type { WriterData, WriterReady, WriterRequest, WriterResult } from './protocol.ts';
import { LEDGER_SCHEMA } from './schema.ts';
import { batchWriter } from './write-batch.ts';

const NO_MORE: WriterResult = { more: false };

serve<WriterRequest, WriterResult, WriterReady>(() => {
  const { file, writer }: WriterData = workerData;
  const db = openForWriting(file, LEDGER_SCHEMA);
  const batches = batchWriter(db, writer);
  const remove = deleter(db);
  return {
    ready: { mark: batches.mark() },
    handle(request) {
      switch (request.op) {
        case 'commit':
          batches.write(request);
          return NO_MORE;
        case 'trim':
          return { more: remove.trim(request.upTo) };
        case 'expire':
          return { more: remove.expire(request.before) };
      }
    },
    close: () => db.close(),
  };
});
