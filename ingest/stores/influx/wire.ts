import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { InfluxDB, setLogger, type SendOptions, type Transport, type WriteApi } from '@influxdata/influxdb-client';
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
  write(lines: string, precision: 'ms' | 'ns'): Promise<void>;
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
  const inner = new InfluxDB(connection(writing)).transport;
  let signal: AbortSignal | undefined;
  const writer = new InfluxDB({ ...connection(writing), transport: aborting(inner, () => signal) });
  let api: { ms: WriteApi; ns: WriteApi } | undefined;

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

  function writeApi(target: Parameters<Wire['writeTo']>[0], precision: 'ms' | 'ns'): WriteApi {
    const [org, bucket] = 'path' in target ? ['', ''] : [target.org, target.bucket];
    const made = writer.getWriteApi(org, bucket, precision, {
      // One record is a whole body; nothing is sent but by hand, nothing is tried again behind our back.
      batchSize: 2,
      maxBatchBytes: Number.MAX_SAFE_INTEGER,
      flushInterval: 0,
      maxRetries: 0,
      writeFailed: (error) => Promise.reject(error),
      ...(settings.gzipFrom === null ? {} : { gzipThreshold: settings.gzipFrom }),
    });
    if ('path' in target) made.path = `${target.path}&precision=${precision}`;
    return made;
  }

  return {
    write(lines, precision) {
      return within(settings.writeTimeout, async (abort) => {
        const to = api?.[precision];
        if (to === undefined) throw new Error('nobody said where lines go');
        signal = abort;
        to.writeRecord(lines);
        await to.flush();
      });
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
      api = { ms: writeApi(target, 'ms'), ns: writeApi(target, 'ns') };
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

/** The library gives a write no signal: without one a server that never answers holds its connection for ever. */
function aborting(inner: Transport, signal: () => AbortSignal | undefined): Transport {
  return {
    chunkCombiner: inner.chunkCombiner,
    request: (...given) => inner.request(...given),
    iterate: (...given) => inner.iterate(...given),
    send(path, body, options, callbacks) {
      const current = signal();
      const more: SendOptions = current === undefined ? options : { ...options, signal: current };
      inner.send(path, body, more, callbacks);
    },
  };
}
