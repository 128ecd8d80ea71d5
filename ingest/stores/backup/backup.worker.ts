import { serve } from '../sqlite/serve.ts';
import { copyDatabase, inspectDatabase, type Inspection } from './database.ts';
import type { BackupRequest } from './thread.ts';

serve<BackupRequest, Inspection, undefined>(() => ({
  ready: undefined,
  handle: (request) => (request.op === 'copy' ? copyDatabase(request) : inspectDatabase(request.name, request.file)),
  close: () => {},
}));
