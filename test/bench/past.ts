import { DatabaseSync } from 'node:sqlite';
import type { SiteRegistry } from '../../contract/registry.ts';
import type { PointMetric } from '../../ingest/history/frames.ts';
import type { History } from '../../ingest/history/history.ts';
import { startHistory } from '../../ingest/history/start.ts';
import { compileModel } from '../../ingest/line/model.ts';
import { newSeriesState } from '../../ingest/line/readings.ts';
import { keyOf } from '../../ingest/line/keys.ts';
import { createWorld } from '../../ingest/line/world.ts';
import { loadCatalogue } from '../../ingest/standards/catalogue.ts';
import { openStores, type Stores, type StoresOptions } from '../../ingest/stores/open.ts';
import type { Settlement, StoredReading } from '../../ingest/stores/readings/stored.ts';
import { createTail } from '../../ingest/stores/tail.ts';
import { DrivenClock } from '../driven-clock.ts';
import { packSettlements } from '../../ingest/stores/packed.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** Readings that one transaction takes, as when hours are settled behind the line. */
export const SLICE = 20_000;

interface PastOptions {
  readonly dir: string;
  readonly registry: SiteRegistry;
  /** The first one gets the number 1. */
  readonly series: readonly PointMetric[];
  /** ms epoch, a full hour: from here on something was measured. */
  readonly begin: number;
  readonly influx?: StoresOptions['influx'];
}

/** A data folder that gets a past: by the program's own stores, without the line in front of them. */
export interface Past {
  readonly stores: Stores;
  readonly history: History;
  settle(settlements: readonly Settlement[]): Promise<void>;
  /** Time goes on to this moment (ms epoch), and the hours and days before it are computed. */
  reach(moment: number): Promise<void>;
  close(): Promise<void>;
}

export async function openPast({ dir, registry, series, begin, influx }: PastOptions): Promise<Past> {
  const clock = new DrivenClock(begin);
  const stores = await openStores({ dataDir: dir, clock, influx });
  const rows = series.map(({ site, point, metric }, index) => {
    return { id: index + 1, site, owner: { kind: 'point' as const, id: point }, metric };
  });
  await stores.ledger.commit({ at: begin, registry: [registry], series: rows });
  const catalogue = loadCatalogue();
  const model = compileModel(registry, catalogue);
  stores.directory.learn(rows);
  stores.directory.locate((_, point) => model.points.get(point)?.area.id);
  const tail = createTail();
  const next = { nextSeriesId: rows.length + 1, nextArrivalSeq: 1, nextAlarmId: 1 };
  const world = createWorld({ started: clock.now(), tail, lastCommitAt: 0, ...next });
  world.models.set(registry.site, model);
  for (const row of rows)
    world.series.set(keyOf.pointSeries(row.site, row.owner.id, row.metric), newSeriesState(row, 0));
  world.merge('all');
  const { readings, reader, blocks } = stores;
  const memory = startHistory({
    ...{ world, clock, catalogue, reader, readings },
    rollups: blocks.rollups,
    retention: () => 730 * DAY,
    marksItself: influx === undefined,
    downSince: null,
    onError: (error) => {
      throw error;
    },
  });
  return {
    stores,
    history: memory.history,
    async settle(settlements) {
      await readings.settle(packSettlements(settlements));
      if (influx === undefined) return;
      // Our own store marks them itself.
      await blocks.rollups.note(
        settlements.flatMap(({ series: id, readings: all }) =>
          [...new Set(all.map(({ t }) => Math.floor(t / HOUR)))].map((hour) => ({ series: id, hour })),
        ),
      );
    },
    async reach(moment) {
      clock.advance(moment - clock.now().wall);
      await memory.computed(moment + HOUR);
    },
    async close() {
      await memory.close();
      await stores.close();
    },
  };
}

/** One hour of all these series, in transactions of a slice each; gives how many readings that were. */
export async function settleHour(
  past: Pick<Past, 'settle'>,
  { ids, at, every, took }: { ids: number[]; at: number; every: (id: number) => number; took: number[] },
): Promise<number> {
  let count = 0;
  const most = Math.floor(SLICE / (HOUR / every(ids.at(-1) ?? 1)));
  for (let first = 0; first < ids.length; first += most) {
    const settlements = ids.slice(first, first + most).map((id) => {
      return { series: id, readings: pool(id, { from: at, to: at + HOUR, every: every(id) }) };
    });
    const from = performance.now();
    await past.settle(settlements);
    took.push(performance.now() - from);
    count += settlements.reduce((sum, { readings }) => sum + readings.length, 0);
  }
  return count;
}

/** What a database holds, by a reader of its own: also what has not been moved into the file yet. */
export function bytesOf(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const row = db.prepare('SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size').get();
    return Number(row?.['n']);
  } finally {
    db.close();
  }
}

/** A pool that is heated in turns, measured to a tenth of a degree with a sensor's noise; `every` ms. */
export function pool(seed: number, span: { from: number; to: number; every: number }): StoredReading[] {
  const { from, to, every } = span;
  return Array.from({ length: Math.round((to - from) / every) }, (_, index) => {
    const t = from + index * every;
    const value = Math.round((43 + Math.sin(t / 1_700_000 + seed) + noise(t / 1_000 + seed * 7_919) * 0.15) * 10) / 10;
    // Networks and batches are no more regular than that.
    const receivedAt = t + 220 + Math.round(400 * noise(t / 1_000 + seed * 104_729));
    return { t, value, quality: 'good', reason: null, receivedAt, backfilled: false, claimedTime: null };
  });
}

/** From -0.5 to 0.5, the same for the same number. */
function noise(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296 - 0.5;
}
