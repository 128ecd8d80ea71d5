import { StorageView } from '../../../contract/storage.ts';
import type { TypedApp } from './types.ts';

/** Where storing stands, for those who look after the system. */
export function storageRoute(app: TypedApp, storage: () => StorageView): void {
  app.get(
    '/storage',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'getStorage',
        summary: 'How what comes in is stored, and what waits for its store',
        response: { 200: StorageView },
      },
    },
    (_request, reply) => {
      reply.send(storage());
    },
  );
}
