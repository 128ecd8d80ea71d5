import { createHash } from 'node:crypto';
import type { Clock } from '../../../contract/clock.ts';
import type { SeriesId } from '../../../contract/reading.ts';
import { packSettlements, ROW, SERIES, unpackReadings, type PackedReadings } from '../packed.ts';
import type { Settlement, SettleResult, StoredReading } from '../readings/stored.ts';
import type { SeriesDirectory } from '../series-directory.ts';
import { startThread, type Fault } from '../sqlite/thread.ts';
import { bareUrl } from './failure.ts';
import type { InfluxRequest, InfluxResult, InfluxSettings, SeriesLabel } from './protocol.ts';
import { InfluxFailed, type InfluxServer, type InfluxStore, type InfluxTrouble, type Written } from './types.ts';

/** Readings that one query asks for. */
const CHUNK = 20_000;
/** Bytes from which on a body is compressed on its way to another machine. */
const GZIP_FROM = 1_000;
const WRITE_TIMEOUT = 30_000;
const READ_TIMEOUT = 10_000;

type Chosen = 'writeTimeout' | 'readTimeout' | 'gzipFrom';

export interface InfluxOptions {
  readonly settings: Omit<InfluxSettings, Chosen> & Partial<Pick<InfluxSettings, Chosen>>;
  readonly directory: Pick<SeriesDirectory, 'of'>;
  readonly clock: Clock;
  /** Told of each change in what is known about the server: its version, and what is wrong with it. */
  readonly onServer?: (server: InfluxServer) => void;
  /** Told when it could not be reached as we opened, in a sentence. */
  readonly onUnreached?: (why: string) => void;
}

/**
 * InfluxDB as the store of readings. Opens whether or not the server answers: it is looked for at once, and again with
 * each call until it is found. One thread does all of it, one write at a time.
 */
export async function openInfluxReadings(options: InfluxOptions): Promise<InfluxStore> {
  const { settings, directory, clock, onServer, onUnreached } = options;
  const gzipFrom = isHere(settings.url) ? null : GZIP_FROM;
  const data: InfluxSettings = { writeTimeout: WRITE_TIMEOUT, readTimeout: READ_TIMEOUT, gzipFrom, ...settings };
  /** Areas of the series whose names the thread has. */
  const told = new Map<SeriesId, string | null>();
  let closed = false;
  let server: InfluxServer = { generation: null, version: null, retention: null, problem: null };
  const thread = await startThread<InfluxRequest, InfluxResult, undefined, InfluxServer>({
    script: new URL('./influx.worker.ts', import.meta.url),
    data,
    onReady: () => told.clear(),
    onNote(news) {
      server = news;
      onServer?.(news);
    },
    revive,
  });

  function labelOf(series: SeriesId): SeriesLabel | undefined {
    const name = directory.of(series);
    return name === undefined ? undefined : { series, ...name };
  }

  /** Names that the thread lacks, or that changed. It is told before anybody else asks; one that is lost forgets them all. */
  function news(rows: PackedReadings): SeriesLabel[] {
    const labels: SeriesLabel[] = [];
    for (let at = 0; at < rows.length; at += ROW) {
      const series = rows[at + SERIES] ?? 0;
      const name = directory.of(series);
      if (name === undefined || told.get(series) === name.area) continue;
      told.set(series, name.area);
      labels.push({ series, ...name });
    }
    return labels;
  }

  async function send(readings: PackedReadings, attempt: number | null): Promise<Written> {
    await thread.started();
    const labels = news(readings);
    const now = clock.now().wall;
    return writtenOf(await thread.call({ op: 'write', readings, labels, now, attempt }, [readings.buffer]));
  }

  /** Conflicts and duplicates of readings that are there already are not seen: the server replaces without a word. */
  async function settle(rows: PackedReadings): Promise<SettleResult> {
    await send(rows, null);
    return { conflicts: 0, duplicates: 0, spoilt: 0 };
  }

  const write = (settlements: readonly Settlement[]) => send(packSettlements(settlements), null);

  // What somebody has to mend is told by a note; whoever calls next meets it too.
  thread.call({ op: 'look' }).catch((error: unknown) => {
    if (!closed && error instanceof InfluxFailed && error.trouble === 'unreachable') onUnreached?.(error.message);
  });

  return {
    target: targetOf(settings),
    server: () => server,
    write,
    forward: send,
    async record(records) {
      return writtenOf(await thread.call({ op: 'record', records, now: clock.now().wall }));
    },
    settle,
    async range({ series, from, to, limit }) {
      const label = labelOf(series);
      const found: StoredReading[] = [];
      if (label === undefined) return found;
      for (let start: number | null = from; start !== null && found.length < limit;) {
        const chunk = Math.min(CHUNK, limit - found.length);
        const result: InfluxResult = await thread.call({ op: 'range', label, from: start, to, limit: chunk });
        if (result.kind !== 'found') break;
        for (const reading of unpackReadings(result.readings)) found.push(reading);
        start = result.next;
      }
      return found;
    },
    async before(series, t) {
      const label = labelOf(series);
      if (label === undefined) return undefined;
      const result = await thread.call({ op: 'before', label, t });
      return result.kind === 'found' ? unpackReadings(result.readings)[0] : undefined;
    },
    /** The server forgets by the retention of its bucket or database. */
    expire: () => Promise.resolve(),
    close() {
      closed = true;
      return thread.close();
    },
  };
}

function writtenOf(result: InfluxResult): Written {
  if (result.kind === 'written') return result.written;
  throw new TypeError('The thread of InfluxDB answered something else.');
}

function targetOf({ url, org, bucket }: InfluxOptions['settings']): string {
  const name = `${bareUrl(url)} ${org ?? ''} ${bucket}`;
  return createHash('sha256').update(name).digest('hex').slice(0, 16);
}

function isHere(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

const TROUBLES: readonly InfluxTrouble[] = ['unreachable', 'busy', 'refused', 'invalid'];

function revive({ kind, message, detail }: Fault): Error {
  // A thread that was lost said nothing: what it was doing is to be done again.
  if (kind === 'ThreadLost' || kind === 'Closed') return new InfluxFailed(message, { trouble: 'unreachable' });
  const trouble = TROUBLES.find((known) => known === detail['trouble']) ?? 'invalid';
  const [status, retryAfter] = [detail['status'], detail['retryAfter']].map((value) =>
    typeof value === 'number' ? value : null,
  );
  return new InfluxFailed(message, { trouble, status: status ?? null, retryAfter: retryAfter ?? null });
}
