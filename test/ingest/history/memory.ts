import type { SiteRegistry } from '../../../contract/registry.ts';
import { startHistory, type HistoryMemory } from '../../../ingest/history/start.ts';
import { compileModel } from '../../../ingest/line/model.ts';
import { newSeriesState } from '../../../ingest/line/readings.ts';
import { keyOf } from '../../../ingest/line/keys.ts';
import { createWorld } from '../../../ingest/line/world.ts';
import { loadCatalogue } from '../../../ingest/standards/catalogue.ts';
import type { Arrival } from '../../../ingest/stores/arrival.ts';
import type { Stores } from '../../../ingest/stores/open.ts';
import type { ReadingsStore } from '../../../ingest/stores/readings/types.ts';
import type { Rollups } from '../../../ingest/stores/rollups.ts';
import { createTail, type Tail } from '../../../ingest/stores/tail.ts';
import { DrivenClock } from '../../driven-clock.ts';
import type { Known } from './naive.ts';
import { packArrivals, ROW, SEQ } from '../../../ingest/stores/packed.ts';

const CATALOGUE = loadCatalogue();

export interface MemoryOptions {
  readonly stores: Stores;
  readonly registry: SiteRegistry;
  /** A number of its own for the one series of each history. */
  readonly series: number;
  readonly point: string;
  readonly metric: string;
  readonly now: number;
  /** Stands between the roller and its file. */
  readonly rollups?: (real: Rollups) => Rollups;
  readonly readings?: (real: ReadingsStore) => ReadingsStore;
}

/** The system's memory of one series on real stores, without the line in front of it. */
export interface Memory {
  readonly clock: DrivenClock;
  arrive(readings: readonly Known[]): void;
  /** Moves what arrived so far into blocks; `hours`: only so many of them. */
  settle(hours?: number): Promise<void>;
  due(): Promise<void>;
  readonly history: HistoryMemory['history'];
  /** The same data after a crash: what was not settled is in the log still. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export function startMemory(options: MemoryOptions): Memory {
  const { stores, registry, series, point, metric, now } = options;
  const { site } = registry;
  const clock = new DrivenClock(now);
  let seq = 0;
  /** As the log of arrivals holds it. */
  let log: Arrival[] = [];
  let tail: Tail;
  let memory: HistoryMemory;

  function start(): void {
    tail = createTail();
    for (const arrival of log) tail.append(packArrivals([arrival]));
    const next = { nextSeriesId: series + 1, nextArrivalSeq: seq + 1, nextAlarmId: 1 };
    const world = createWorld({ started: clock.now(), tail, lastCommitAt: 0, ...next });
    world.models.set(site, compileModel(registry, CATALOGUE));
    const row = { id: series, site, owner: { kind: 'point' as const, id: point }, metric };
    world.series.set(keyOf.pointSeries(site, point, metric), newSeriesState(row, 0));
    world.merge('all');
    memory = startHistory({
      world,
      clock,
      catalogue: CATALOGUE,
      reader: stores.reader,
      readings: options.readings?.(stores.readings) ?? stores.readings,
      rollups: options.rollups?.(stores.blocks.rollups) ?? stores.blocks.rollups,
      retention: () => 730 * 86_400_000,
      marksItself: true,
      downSince: null,
      onError: () => {},
    });
  }

  start();
  return {
    clock,
    arrive(readings) {
      for (const { t, v, q } of readings) {
        seq += 1;
        const marks = { quality: q, reason: q === 'good' ? null : ('spike' as const), backfilled: false };
        const arrival = { seq, series, sourceTime: t, value: v, ...marks, receivedAt: t, claimedTime: null };
        log.push(arrival);
        tail.append(packArrivals([arrival]));
      }
    },
    async settle(hours = Infinity) {
      const limits = { now: Infinity, grace: 0, patience: 0, crowd: 0, all: true, upTo: Infinity, limit: Infinity };
      const due = [...tail.due(limits)].flat().slice(0, hours);
      const rows = tail.pack(due);
      const gone = new Set(rows.filter((_, index) => index % ROW === SEQ));
      await stores.readings.settle(rows);
      tail.settled(due);
      log = log.filter((arrival) => !gone.has(arrival.seq));
    },
    due: () => memory.due(clock.now().wall),
    get history() {
      return memory.history;
    },
    async restart() {
      await memory.close();
      start();
    },
    close: () => memory.close(),
  };
}
