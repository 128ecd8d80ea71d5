import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpError, InfluxDB, setLogger, type SendOptions, type Transport } from '@influxdata/influxdb-client';
import type { InfluxSettings } from './protocol.ts';
import { failureOf, type Answered } from './failure.ts';

/** Sockets for queries: a page asks for several charts at once. */
const READERS = 4;

type Headers = Answered['headers'];

export interface Asked {
  readonly body: unknown;
  readonly headers: Headers;
}

/** What passes between us and the server. Everything that fails is an InfluxFailed, or an Answered of 400, 413 or 422. */
export interface Wire {
  /** Sends lines in one request; resolves when the server has them durably. */
  write(lines: Uint8Array | string, precision: 'ms' | 'ns'): Promise<void>;
  /** Asks, and takes the JSON of the answer; undefined where there is none. */
  ask(path: string, options?: { method?: 'GET' | 'POST'; body?: unknown; timeout?: number }): Promise<Asked>;
  /** Where lines go from now on: the path of a write without its precision, of InfluxDB 1; else organisation and bucket. */
  writeTo(target: { readonly path: string } | { readonly org: string; readonly bucket: string }): void;
  /** Gives up what is under way, and leaves no connection behind. */
  close(): void;
}

/** Opens no connection yet. Writes have one of their own, so that no query holds them up, nor they a query. */
export function openWire(settings: InfluxSettings): Wire {
  // The library's own words about a failure would go to the console, with lines in them.
  setLogger({ error: () => {}, warn: () => {} });
  const underWay = new Set<AbortController>();
  const secure = settings.url.startsWith('https:');
  const agentOf = (maxSockets: number) => new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets });
  const writing = agentOf(1);
  const reading = agentOf(READERS);
  const connection = (agent: HttpAgent | HttpsAgent) => ({
    url: settings.url,
    ...(settings.token === null ? {} : { token: settings.token }),
    headers: basic(settings),
    // The library's time-out is one of the socket alone, and leaves the request open: ours is for all of an answer.
    timeout: 0,
    transportOptions: { agent },
  });
  const reader = new InfluxDB(connection(reading)).transport;
  const writer = new InfluxDB(connection(writing)).transport;
  let writePath: string | undefined;

  async function within<T>(timeout: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    underWay.add(abort);
    const waited = { late: false };
    const timer = setTimeout(() => {
      waited.late = true;
      abort.abort();
    }, timeout);
    try {
      return await work(abort.signal);
    } catch (error) {
      throw failureOf(error, { url: settings.url, late: waited.late ? timeout : null });
    } finally {
      clearTimeout(timer);
      underWay.delete(abort);
    }
  }

  return {
    write(lines, precision) {
      const path = writePath;
      if (path === undefined) return Promise.reject(new Error('nobody said where lines go'));
      // The library's own way to write looks at each character, compresses whatever it is told, and takes no signal.
      const options = {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        ...(settings.gzipFrom === null ? {} : { gzipThreshold: settings.gzipFrom }),
      };
      return within(settings.writeTimeout, (signal) =>
        sent(writer, `${path}&precision=${precision}`, { lines, options: { ...options, signal } }),
      );
    },
    ask(path, { method = 'GET', body, timeout = settings.readTimeout } = {}) {
      return within(timeout, async (abort) => {
        let headers: Headers = {};
        const options = { method, signal: abort, headers: { accept: 'application/json' } };
        const answer: unknown = await reader.request(path, body ?? '', options, (got) => void (headers = got));
        return { body: answer, headers };
      });
    },
    writeTo(target) {
      writePath = 'path' in target ? target.path : `/api/v2/write?${new URLSearchParams(target).toString()}`;
    },
    close() {
      for (const abort of underWay) abort.abort();
      writing.destroy();
      reading.destroy();
    },
  };
}

function basic({ token, username, password }: InfluxSettings): Record<string, string> {
  if (token !== null || username === null) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
}

/** What the library does with a body, by more than its types say: it makes a Buffer of it, and a text is one more copy. */
interface BytesTransport {
  send(path: string, body: Uint8Array | string, ...rest: [SendOptions, Parameters<Transport['send']>[3]]): void;
}

/** Resolves when the server has them durably; another answer than 204 (3.x: 201) takes nothing, whatever it is. */
function sent(
  transport: BytesTransport,
  path: string,
  { lines, options }: { lines: Uint8Array | string; options: SendOptions },
): Promise<void> {
  return new Promise((resolve, reject) => {
    let [headers, status]: [Headers, number | undefined] = [{}, undefined];
    transport.send(path, lines, options, {
      responseStarted: (got, code) => ([headers, status] = [got, code]),
      error: reject,
      complete() {
        if (status === 204 || status === 201) resolve();
        else reject(new HttpError(status ?? 0, 'no 204', undefined, undefined, undefined, undefined, headers));
      },
    });
  });
}
