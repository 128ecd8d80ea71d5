import { parentPort, type Transferable } from 'node:worker_threads';
import { isTransient, sqliteCode } from './errors.ts';
import type { Fault, ThreadReply, ThreadRequest } from './thread.ts';

export interface Service<Request, Result, Ready> {
  readonly ready: Ready;
  /** May take its time: what it promises is answered when it is there, and others meanwhile. */
  handle(request: Request): Result | Promise<Result>;
  /** Buffers of a result that change owner. */
  transfer?(result: Result): readonly Transferable[];
  /** Leaves nothing behind that keeps the thread alive; waits for what is under way. */
  close(): void | Promise<void>;
}

/**
 * The worker's end of a thread: opens, then answers requests, each failure as a fault. `tell` sends a note that nobody
 * asked for; it comes before the answer to whatever is under way.
 */
export function serve<Request, Result, Ready>(
  open: (tell: (note: unknown) => void) => Service<Request, Result, Ready>,
): void {
  const port = parentPort;
  if (port === null) throw new Error('This script runs as a worker thread only.');
  const reply = (message: ThreadReply<Ready, Result, unknown>, transfer: readonly Transferable[] = []) =>
    port.postMessage(message, [...transfer]);
  let service: Service<Request, Result, Ready>;
  try {
    service = open((note) => reply({ kind: 'note', note }));
  } catch (error) {
    reply({ kind: 'refused', fault: faultOf(error) });
    return;
  }
  port.on('message', ({ id, body }: ThreadRequest<Request>) => {
    if (body === null) {
      const closing = service.close();
      if (closing === undefined) port.close();
      else void closing.finally(() => port.close());
      return;
    }
    const done = (result: Result) => reply({ kind: 'done', id, result }, service.transfer?.(result));
    const failed = (error: unknown) => reply({ kind: 'failed', id, fault: faultOf(error) });
    try {
      const result = service.handle(body);
      if (result instanceof Promise) void result.then(done).catch(failed);
      else done(result);
    } catch (error) {
      failed(error);
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
