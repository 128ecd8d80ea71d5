import type { Clock } from '../../contract/clock.ts';
import type { SeriesId } from '../../contract/reading.ts';
import { keyOf } from '../line/keys.ts';
import type { World } from '../line/world.ts';
import { createBegan, type Began, type BeganSources } from '../record/began.ts';
import { createSheets, type Sheets } from '../record/sheet.ts';
import type { Span } from '../standards/timeline.ts';
import type { Catalogue } from '../standards/types.ts';
import type { ArrivalSeq } from '../stores/arrival.ts';
import type { LedgerReader, Series } from '../stores/ledger/types.ts';
import { ROW, SERIES, TIME, type PackedReadings } from '../stores/packed.ts';
import type { ReadingsStore } from '../stores/readings/types.ts';
import type { Rollups, SeriesHour } from '../stores/rollups.ts';
import { computeSpans } from './compute.ts';
import { createFirstReading } from './first-reading.ts';
import { createFrames, type Frames, type PointMetric } from './frames.ts';
import { createHistory, type History } from './history.ts';
import { HOUR } from './resolution.ts';
import { createRoller } from './roller.ts';
import { createStretches, type RawSince } from './stretches.ts';

export interface HistoryMemoryOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  readonly reader: LedgerReader;
  readonly readings: ReadingsStore;
  /** Absent: nothing is computed ahead, everything when it is asked for. */
  readonly rollups: Rollups | undefined;
  /** ms that raw readings are kept; of a store outside it is known when that is reached. */
  readonly retention: () => number;
  /** The store marks hours that change in the transaction that changes them. */
  readonly marksItself: boolean;
  /** Since when we did not run before this start (ms epoch); null: this is the first one. */
  readonly downSince: number | null;
  readonly onError: (error: unknown) => void;
}

/** The system's memory: hours and days, and whatever is asked about them. */
export interface HistoryMemory {
  readonly history: History;
  readonly frames: Frames;
  /** The monthly register. */
  readonly sheets: Sheets;
  /** When an area began to be watched. */
  readonly began: Began;
  /** Computes what is due at a wall time that is believed (ms epoch). Never rejects. */
  due(now: number): Promise<void>;
  /** The same, from beginning to end: also what became due while others were computed. */
  computed(now: number): Promise<void>;
  /** Readings that are durable in the log, and in no store that marks hours itself. */
  arrived(arrivals: PackedReadings): void;
  /** By what time after this moment (ms epoch) is judged was changed: hours of it that are computed are so again. */
  doubt(from: number): void;
  /**
   * Resolves when what arrived so far is marked, with the newest of it: what came later must not leave the log before
   * it is marked, too.
   */
  marked(): Promise<ArrivalSeq>;
  close(): Promise<void>;
}

export function startHistory(options: HistoryMemoryOptions): HistoryMemory {
  const { world, clock, catalogue, reader, readings, retention, downSince, marksItself, onError } = options;
  const rollups = options.rollups ?? NOTHING_KEPT;
  const sources = { readings, tail: world.tail };
  const frames = createFrames({ catalogue, reader, model: (site) => world.models.committed(site) });
  /** What is gone does not come back because more is to be kept from now on. */
  const rawSince: RawSince = (series, now = clock.now().wall) =>
    Math.max(now - retention(), series === undefined ? -Infinity : rollups.readingsSince(series));
  const stretches = createStretches({ ...sources, rollups, frames, rawSince });
  const ownStore = readings.buckets !== undefined;
  const firstReading = createFirstReading({ sources, stretches, rawSince, clock });
  const shared = { stretches, firstReading, sources, rawSince };
  const history = createHistory({ world, clock, catalogue, reader, frames, ownStore, ...shared });

  /** Points' series by their number; those of devices are not kept in hours. */
  function pointSeries(): Map<SeriesId, PointMetric> {
    const found = new Map<SeriesId, PointMetric>();
    for (const [, { series }] of world.series.committedEntries())
      if (series.owner.kind === 'point') found.set(series.id, nameOf(series));
    return found;
  }

  const roller = createRoller({
    rollups,
    sources,
    frames,
    series: pointSeries,
    rawSince,
    onError,
  });

  const recorded: Omit<BeganSources, 'registeredAt'> = {
    model: (site) => world.models.committed(site),
    firstReading,
    series(name) {
      const known = world.series.committed(keyOf.pointSeries(name.site, name.point, name.metric));
      return known === undefined ? undefined : { id: known.series.id, name };
    },
  };
  const began = createBegan({ ...recorded, registeredAt: (site) => reader.registeredAt(site) });

  const begun = new Set<SeriesId>();
  const unmarked = new Map<string, SeriesHour>();
  let doubted: Promise<void> | undefined;
  const doubtOnce = () => (doubted ??= downSince === null ? Promise.resolve() : roller.doubt(downSince));

  async function due(now: number): Promise<void> {
    if (options.rollups === undefined) return;
    try {
      await doubtOnce();
      await roller.due(now);
    } catch (error) {
      doubted = undefined;
      onError(error);
    }
  }

  return {
    history,
    frames,
    began,
    sheets: createSheets({
      ...{ reader, catalogue, clock, frames, stretches, rawSince, began, ...recorded },
      pieces({ id, name }, spans) {
        const frame = (span: Span) => frames.of(name, span) ?? { holds: [], limits: [], downtimes: [] };
        return computeSpans({ sources, series: id, frame }, { spans, reach: frames.reach(name) });
      },
    }),
    due,
    async computed(now) {
      await roller.idle();
      await due(now);
    },
    arrived(arrivals) {
      if (marksItself) return;
      const thisHour = Math.floor(clock.now().wall / HOUR);
      for (let at = 0; at < arrivals.length; at += ROW) {
        const series = arrivals[at + SERIES] ?? 0;
        const hour = Math.floor((arrivals[at + TIME] ?? 0) / HOUR);
        // The hour that is open will be computed anyway, but for the first one of a series.
        if (hour >= thisHour && begun.has(series)) continue;
        begun.add(series);
        unmarked.set(`${series}|${hour}`, { series, hour });
      }
    },
    async marked() {
      const newest = world.tail.newestSeq();
      if (unmarked.size === 0) return newest;
      const hours = [...unmarked];
      await rollups.note(hours.map(([, hour]) => hour));
      for (const [key, hour] of hours) if (unmarked.get(key) === hour) unmarked.delete(key);
      return newest;
    },
    // Usually there are none: a mode begins and ends now, unless our clock was set back.
    doubt: (from) => void roller.doubt(from).catch(onError),
    close: () => roller.close(),
  };
}

function nameOf({ site, owner, metric }: Series): PointMetric {
  return { site, point: owner.id, metric };
}

const NONE = { rows: [], computed: { first: 0, next: 0 }, changed: [], changedDays: [] };

/** Without a file for them: every hour has to be computed when it is asked for. */
const NOTHING_KEPT: Rollups = {
  note: () => Promise.resolve(),
  put: () => Promise.resolve(),
  changed: () => Promise.resolve([]),
  changedDays: () => Promise.resolve([]),
  computed: () => Promise.resolve(new Map()),
  hours: () => Promise.resolve(NONE),
  days: () => Promise.resolve(NONE),
  readingsSince: () => -Infinity,
  letGo: () => Promise.resolve(),
};
