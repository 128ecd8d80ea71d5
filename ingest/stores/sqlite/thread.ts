import { Worker, type Transferable } from 'node:worker_threads';

/** An error on its way between threads. `kind` is the error's name. */
export interface Fault {
  readonly kind: string;
  readonly message: string;
  readonly transient: boolean;
  readonly sqliteCode: number | null;
  /** What a typed error holds besides: its code, its file. */
  readonly detail: Readonly<Record<string, string | number>>;
}

export interface ThreadRequest<Request> {
  readonly id: number;
  /** Null: finish, close the file and end. */
  readonly body: Request | null;
}

export type ThreadReply<Ready, Result, Note = never> =
  | { readonly kind: 'ready'; readonly ready: Ready }
  | { readonly kind: 'note'; readonly note: Note }
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'done'; readonly id: number; readonly result: Result }
  | { readonly kind: 'failed'; readonly id: number; readonly fault: Fault };

export interface ThreadOptions<Ready, Note = never> {
  readonly script: URL;
  /** Handed to each start of the script. */
  readonly data: unknown;
  /** After each start, before any call is posted. */
  readonly onReady?: (ready: Ready) => void;
  /** What the script tells without being asked. */
  readonly onNote?: (note: Note) => void;
  readonly revive: (fault: Fault) => Error;
}

/** A worker thread that answers calls, in their order unless it takes its time with some. */
export interface Thread<Request, Result> {
  /** Resolves when the thread is there; starts it anew when it was lost. */
  started(): Promise<void>;
  /** Rejects with the revived fault; when the thread dies, everything pending is rejected, and the next call starts it anew. */
  call(body: Request, transfer?: readonly Transferable[]): Promise<Result>;
  /** Waits for the calls that are under way. */
  close(): Promise<void>;
}

interface Waiting<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

/** Resolves when the script says that it is ready; rejects with its refusal. */
export async function startThread<Request, Result, Ready = undefined, Note = never>(
  options: ThreadOptions<Ready, Note>,
): Promise<Thread<Request, Result>> {
  const pending = new Map<number, Waiting<Result>>();
  let nextId = 1;
  let closed = false;
  let worker: Worker | undefined;
  let starting: Promise<Worker> | undefined;

  const start = (): Promise<Worker> => {
    starting ??= new Promise<Worker>((resolve, reject) => {
      const thread = new Worker(options.script, { workerData: options.data });
      let over = false;
      const ended = (why: string) => {
        // An error is followed by the exit.
        if (over) return;
        over = true;
        const error = options.revive({
          kind: 'ThreadLost',
          message: why,
          transient: true,
          sqliteCode: null,
          detail: {},
        });
        starting = undefined;
        reject(error);
        if (worker !== thread) return;
        worker = undefined;
        const lost = [...pending.values()];
        pending.clear();
        for (const { reject: rejectCall } of lost) rejectCall(error);
      };
      thread.on('message', (reply: ThreadReply<Ready, Result, Note>) => {
        if (reply.kind === 'ready') {
          worker = thread;
          starting = undefined;
          options.onReady?.(reply.ready);
          resolve(thread);
        } else if (reply.kind === 'note') {
          options.onNote?.(reply.note);
        } else if (reply.kind === 'refused') {
          reject(options.revive(reply.fault));
        } else {
          const waiting = pending.get(reply.id);
          pending.delete(reply.id);
          if (reply.kind === 'done') waiting?.resolve(reply.result);
          else waiting?.reject(options.revive(reply.fault));
        }
      });
      thread.on('error', (error: Error) => ended(`The store's thread failed: ${error.message}`));
      thread.on('exit', () => ended("The store's thread ended."));
    });
    return starting;
  };

  const post = (thread: Worker, body: Request, transfer: readonly Transferable[] | undefined) =>
    new Promise<Result>((resolve, reject) => {
      const id = nextId++;
      pending.set(id, { resolve, reject });
      const request: ThreadRequest<Request> = { id, body };
      try {
        thread.postMessage(request, transfer ?? []);
      } catch (error) {
        pending.delete(id);
        const message = error instanceof Error ? error.message : String(error);
        reject(options.revive({ kind: 'NotSent', message, transient: false, sqliteCode: null, detail: {} }));
      }
    });

  const refuseClosed = () => {
    const message = 'The store is closed.';
    if (closed) throw options.revive({ kind: 'Closed', message, transient: false, sqliteCode: null, detail: {} });
  };

  await start();
  return {
    async started() {
      refuseClosed();
      if (worker === undefined) await start();
    },
    async call(body, transfer) {
      refuseClosed();
      return post(worker ?? (await start()), body, transfer);
    },
    async close() {
      closed = true;
      const thread = worker ?? (await starting?.catch(() => undefined));
      if (thread === undefined) return;
      const exit = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
      const last: ThreadRequest<Request> = { id: 0, body: null };
      thread.postMessage(last);
      await exit;
    },
  };
}
