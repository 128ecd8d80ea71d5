import { workerData } from 'node:worker_threads';
import { openForWriting } from '../sqlite/migrate.ts';
import { serve } from '../sqlite/serve.ts';
import { rollupWriter } from './rollup-writer.ts';
import { storeData, type SettlerRequest, type SettlerResult } from './protocol.ts';
import { READINGS_SCHEMA } from './schema.ts';
import { settler } from './settle.ts';

serve<SettlerRequest, SettlerResult, undefined>(() => {
  const { file } = storeData(workerData);
  const db = openForWriting(file, READINGS_SCHEMA);
  const blocks = settler(db);
  const rollups = rollupWriter(db);
  const nothing = { conflicts: 0, duplicates: 0, spoilt: [], next: null };
  return {
    ready: undefined,
    handle(request) {
      if (request.op === 'settle') return { ...blocks.settle(request.readings), next: null };
      if (request.op === 'expire') return { ...nothing, next: blocks.expire(request.hour, request.after) };
      if (request.op === 'put') return { ...nothing, spoilt: rollups.put(request.batches) };
      if (request.op === 'note') rollups.note(request.hours);
      else if (request.op === 'letGo') rollups.letGo(request.hour);
      else rollups.again(request.days);
      return nothing;
    },
    close: () => db.close(),
  };
});
