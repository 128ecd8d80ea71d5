import { parentPort, type Transferable } from 'node:worker_threads';
import { isTransient, sqliteCode } from './errors.ts';
import type { Fault, ThreadReply, ThreadRequest } from './thread.ts';

export interface Service<Request, Result, Ready> {
  readonly ready: Ready;
  handle(request: Request): Result;
  /** Buffers of a result that change owner. */
  transfer?(result: Result): readonly Transferable[];
  close(): void;
}

/** The worker's end of a thread: opens, then answers requests in order, each failure as a fault. */
export function serve<Request, Result, Ready>(open: () => Service<Request, Result, Ready>): void {
  const port = parentPort;
  if (port === null) throw new Error('This script runs as a worker thread only.');
  const reply = (message: ThreadReply<Ready, Result>, transfer: readonly Transferable[] = []) =>
    port.postMessage(message, [...transfer]);
  let service: Service<Request, Result, Ready>;
  try {
    service = open();
  } catch (error) {
    reply({ kind: 'refused', fault: faultOf(error) });
    return;
  }
  port.on('message', ({ id, body }: ThreadRequest<Request>) => {
    if (body === null) {
      service.close();
      port.close();
      return;
    }
    try {
      const result = service.handle(body);
      reply({ kind: 'done', id, result }, service.transfer?.(result));
    } catch (error) {
      reply({ kind: 'failed', id, fault: faultOf(error) });
    }
  });
  reply({ kind: 'ready', ready: service.ready });
}

function faultOf(error: unknown): Fault {
  const code = sqliteCode(error);
  if (!(error instanceof Error)) {
    return { kind: 'Error', message: String(error), transient: false, sqliteCode: code, detail: {} };
  }
  const detail: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(error)) {
    if (typeof value === 'string' || typeof value === 'number') detail[key] = value;
  }
  return { kind: error.name, message: error.message, transient: isTransient(code), sqliteCode: code, detail };
}
