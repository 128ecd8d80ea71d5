import type { SeriesId } from '../../../contract/reading.ts';
import { unpackReadings, type PackedReadings } from '../packed.ts';
import { DamagedFile, ForeignFile, NewerSchema, speaksOfDamage } from '../sqlite/errors.ts';
import { startThread, type Fault } from '../sqlite/thread.ts';
import { hourOf } from './codec/block.ts';
import type {
  ReaderRequest,
  ReaderResult,
  ReadingsRead,
  SettlerRequest,
  SettlerResult,
  StoreData,
} from './protocol.ts';
import { sqliteRollups } from './rollups.ts';
import type { Rollups } from '../rollups.ts';
import { spoiltReport } from './spoilt-report.ts';
import type { ReadingsStore } from './types.ts';
import type { SettleResult, SpoiltBlock, StoredReading } from './stored.ts';

/** The store could not do it; nothing of it was done. `transient`: it may pass later. */
export class ReadingsFailed extends Error {
  override readonly name = 'ReadingsFailed';
  readonly transient: boolean;
  constructor(message: string, transient: boolean) {
    super(message);
    this.transient = transient;
  }
}

/** Readings that one answer of the reading thread holds: others are served in between. */
const CHUNK = 8_192;

export interface SqliteReadingsOptions {
  readonly file: string;
  /** Told of each block that cannot be read: when a query first passes over it, and when it is set aside. */
  readonly onSpoilt?: (block: SpoiltBlock) => void;
}

/** The embedded store: readings, and the hours and days that are computed from them or from another store's. */
export interface SqliteReadings extends ReadingsStore {
  readonly rollups: Rollups;
}

/**
 * Opens the embedded store of readings: blocks per series and UTC hour in one SQLite file, written by one thread and
 * read by another. Rejects with NewerSchema, ForeignFile or DamagedFile, having changed nothing.
 */
export async function openSqliteReadings({ file, onSpoilt }: SqliteReadingsOptions): Promise<SqliteReadings> {
  const report = spoiltReport(onSpoilt);
  const data: StoreData = { file };
  const start = <Request, Result>(script: URL) =>
    startThread<Request, Result>({ script, data, revive: (fault) => revive(fault, file) });
  const settler = await start<SettlerRequest, SettlerResult>(new URL('./settler.worker.ts', import.meta.url));
  const reader = await start<ReaderRequest, ReaderResult>(new URL('./reader.worker.ts', import.meta.url)).catch(
    async (error: unknown) => {
      await settler.close();
      throw error;
    },
  );

  async function read<Kind extends ReaderResult['kind']>(
    kind: Kind,
    request: ReaderRequest,
  ): Promise<Extract<ReaderResult, { kind: Kind }>> {
    const result = await reader.call(request);
    if (!isOf(result, kind)) throw new TypeError(`The reading thread answered ${result.kind} instead of ${kind}.`);
    return result;
  }

  let letGo: ReadonlyMap<SeriesId, number> = new Map();
  /** Read back whenever it may have changed: whoever draws a chart has to know at once. */
  async function learnLetGo(): Promise<void> {
    const { all } = await read('letGo', { op: 'letGo' });
    letGo = new Map(all.map(({ series, hour }) => [series, hour]));
  }

  async function settle(rows: PackedReadings): Promise<SettleResult> {
    const { conflicts, duplicates, spoilt } = await settler.call({ op: 'settle', readings: rows }, [rows.buffer]);
    report(spoilt);
    return { conflicts, duplicates, spoilt: spoilt.length };
  }

  const close = async () => {
    // The writer last: it moves the WAL into the file when nobody else has it open.
    await reader.close();
    await settler.close();
  };
  await learnLetGo().catch(async (error: unknown) => {
    // A destroyed page stops no start: whoever asks for what lies there is told.
    if (error instanceof DamagedFile) return;
    await close();
    throw error;
  });
  return {
    rollups: sqliteRollups({
      async write(request) {
        report((await settler.call(request)).spoilt);
        if (request.op === 'letGo') await learnLetGo();
      },
      letGo: () => letGo,
      read,
      unreported: report,
    }),
    settle,
    async range({ series, from, to, limit }) {
      const found: StoredReading[] = [];
      for (let start: number | null = from; start !== null && found.length < limit;) {
        const chunk = Math.min(CHUNK, limit - found.length);
        const { readings, spoilt, next }: ReadingsRead = await read('readings', {
          op: 'range',
          series,
          from: start,
          to,
          limit: chunk,
        });
        report(spoilt);
        for (const reading of unpackReadings(readings)) found.push(reading);
        start = next;
      }
      return found;
    },
    async before(series, t) {
      const { readings, spoilt } = await read('readings', { op: 'before', series, t });
      report(spoilt);
      return unpackReadings(readings)[0];
    },
    async buckets(query) {
      const { buckets, spoilt } = await read('buckets', { op: 'buckets', query });
      report(spoilt);
      return buckets;
    },
    async expire(olderThan) {
      const hour = hourOf(olderThan);
      for (let after: number | null = -1; after !== null;) {
        const { next }: SettlerResult = await settler.call({ op: 'expire', hour, after });
        after = next;
      }
      await learnLetGo();
    },
    close,
  };
}

function isOf<Kind extends ReaderResult['kind']>(
  result: ReaderResult,
  kind: Kind,
): result is Extract<ReaderResult, { kind: Kind }> {
  return result.kind === kind;
}

function revive({ kind, message, transient, sqliteCode, detail }: Fault, file: string): Error {
  const { found = 0, known = 0 } = detail;
  if (kind === 'NewerSchema') return new NewerSchema(file, Number(found), Number(known));
  if (kind === 'ForeignFile') return new ForeignFile(file);
  if (speaksOfDamage(sqliteCode)) return new DamagedFile(file, message);
  return new ReadingsFailed(message, transient);
}
