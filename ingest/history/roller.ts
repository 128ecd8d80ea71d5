import type { SeriesId } from '../../contract/reading.ts';
import type { ReadingSources } from '../stores/query.ts';
import type { ChangedHour, Computed, RollupBatch, Rollups } from '../stores/rollups.ts';
import { computeHours, computeSpan } from './compute.ts';
import { fold } from './fold.ts';
import type { Frames, PointMetric } from './frames.ts';
import { daysTouching, HOUR } from './resolution.ts';
import type { RawSince } from './stretches.ts';

/** An hour is computed this long after its end (ms): what came a little late is in it. */
export const HOUR_GRACE = 300_000;
/** Changes that one round takes up, and rows that one transaction writes about. */
const ROUND = 2_000;
const ROWS = 200;

export interface RollerOptions {
  readonly rollups: Rollups;
  readonly sources: ReadingSources;
  readonly frames: Frames;
  /** All series of points, now; of a device's own ones no hours are kept. */
  readonly series: () => ReadonlyMap<SeriesId, PointMetric>;
  /** What is older is never computed again. */
  readonly rawSince: RawSince;
  readonly onError: (error: unknown) => void;
}

/** Computes hours when they are over, readings or none, and days from them; again whatever changed. */
export interface Roller {
  /** Call it often; `now`: ms epoch. While it works, the same work is returned. Never rejects: the next call tries again. */
  due(now: number): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Hours that end after this moment (ms epoch) were computed too early: what they are judged by was not known yet. */
  doubt(from: number): Promise<void>;
  /** Ends within one step. */
  close(): Promise<void>;
}

export function createRoller(options: RollerOptions): Roller {
  const { rollups, sources, frames, rawSince, onError } = options;
  let names: ReadonlyMap<SeriesId, PointMetric> = new Map();
  let known: Map<SeriesId, Computed> | undefined;
  let underWay: Promise<void> | undefined;
  let closed = false;
  let waiting: RollupBatch[] = [];
  let rows = 0;

  async function flush(): Promise<void> {
    const batches = waiting;
    [waiting, rows] = [[], 0];
    if (batches.length > 0) await rollups.put(batches);
  }

  async function write(batch: RollupBatch): Promise<void> {
    waiting.push(batch);
    rows += 1 + (batch.hours?.length ?? 0) + (batch.days?.length ?? 0) + (batch.doneHours?.length ?? 0);
    if (rows >= ROWS) await flush();
  }

  async function round(now: number, computed: Map<SeriesId, Computed>): Promise<boolean> {
    const end = Math.floor((now - HOUR_GRACE) / HOUR);
    names = options.series();
    const changes = await rollups.changed(end, ROUND);
    const bySeries = Map.groupBy(changes, ({ series }) => series);
    const behind = [...names.keys()].filter((id) => (computed.get(id)?.next ?? end) < end);
    for (const id of new Set([...bySeries.keys(), ...behind])) {
      await roll(id, bySeries.get(id) ?? [], { computed, end, oldest: oldestOf(rawSince(id, now)) });
      if (closed) return false;
    }
    await flush();
    await days(end * HOUR, now);
    await flush();
    return changes.length === ROUND;
  }

  async function roll(
    id: SeriesId,
    changes: readonly ChangedHour[],
    { computed, end, oldest }: { computed: Map<SeriesId, Computed>; end: number; oldest: number },
  ): Promise<void> {
    const name = names.get(id);
    const gone = changes.filter(({ hour }) => hour < oldest || name === undefined);
    if (gone.length > 0) await write({ series: id, doneHours: gone.map((change) => change.id) });
    const zone =
      name === undefined || frames.of(name, { from: 0, to: 0 }) === undefined ? undefined : frames.zone(name.site);
    const left = changes.filter((change) => !gone.includes(change));
    if (name === undefined || zone === undefined) {
      if (left.length > 0) await write({ series: id, doneHours: left.map((change) => change.id) });
      return;
    }
    const reach = Math.ceil(frames.reach(name) / HOUR);
    const first = left[0]?.hour;
    let extent = computed.get(id);
    if (extent === undefined) {
      if (first === undefined) return;
      extent = { first, next: first };
    }
    const frame = (span: { from: number; to: number }) =>
      frames.of(name, span) ?? { holds: [], limits: [], downtimes: [] };
    for (const stretch of stretches(left, { reach, end, extent })) {
      for await (const hours of computeHours({ sources, series: id, frame }, stretch)) {
        const [start, stop] = [hours[0]?.from ?? 0, hours.at(-1)?.to ?? 0];
        const upTo = stop / HOUR;
        extent = grown(extent, { from: stretch.from, to: upTo });
        const done = left.filter(
          ({ hour }) => hour >= stretch.from && hour < upTo && Math.min(hour + reach, end - 1) < upTo,
        );
        await write({
          series: id,
          hours,
          computed: extent,
          changedDays: daysTouching({ from: start, to: stop }, zone),
          doneHours: done.map((change) => change.id),
        });
        computed.set(id, extent);
        if (closed) return;
      }
    }
  }

  async function days(before: number, now: number): Promise<void> {
    for (let found = await rollups.changedDays(before, ROUND); ; found = await rollups.changedDays(before, ROUND)) {
      for (const { id, series, from, to } of found) {
        if (closed) return;
        const name = names.get(series);
        const whole = from % HOUR === 0 && to % HOUR === 0;
        // From hours it can be made whenever it was; those stay.
        if (name === undefined || (!whole && from < rawSince(series, now))) {
          await write({ series, doneDays: [id] });
          continue;
        }
        const frame = (span: { from: number; to: number }) =>
          frames.of(name, span) ?? { holds: [], limits: [], downtimes: [] };
        const day = whole
          ? fold((await rollups.hours({ series, from, to, standards: true, reach: 0 })).rows, { from, to })
          : await computeSpan({ sources, series, frame }, { from, to });
        await write({ series, days: [day], doneDays: [id] });
      }
      await flush();
      if (found.length < ROUND) return;
    }
  }

  async function work(now: number): Promise<void> {
    try {
      known ??= new Map(await rollups.computed());
      while (!closed && (await round(now, known)));
    } catch (error) {
      // What was not written is not known to be computed.
      [waiting, rows, known] = [[], 0, undefined];
      onError(error);
    }
  }

  return {
    due(now) {
      if (closed) return Promise.resolve();
      underWay ??= work(now).finally(() => (underWay = undefined));
      return underWay;
    },
    idle: () => underWay ?? Promise.resolve(),
    async doubt(from) {
      const hour = Math.floor(from / HOUR);
      const early = [...(await rollups.computed())].filter(([, { next }]) => next > hour);
      const noted = early.flatMap(([series, { first, next }]) =>
        Array.from({ length: next - Math.max(first, hour) }, (_, at) => ({ series, hour: Math.max(first, hour) + at })),
      );
      if (noted.length > 0) await rollups.note(noted);
    },
    async close() {
      closed = true;
      await underWay;
    },
  };
}

/** The first hour (since 1970 UTC) of which all is there: its readings, and the value that it begins with. */
const oldestOf = (since: number) => Math.floor(since / HOUR) + 1;

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Hours to compute, neighbours together: what changed with what it reaches, what is new, and what lies between. */
function stretches(
  changes: readonly ChangedHour[],
  { reach, end, extent }: { reach: number; end: number; extent: Computed },
): Stretch[] {
  const spans = changes.map(({ hour }) => ({ from: hour, to: Math.min(end, hour + reach + 1) }));
  const first = changes[0]?.hour ?? Infinity;
  if (first < extent.first) spans.push({ from: first, to: extent.first });
  if (extent.next < end) spans.push({ from: extent.next, to: end });
  const joined: Stretch[] = [];
  for (const span of spans.sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && span.from <= last.to)
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else joined.push(span);
  }
  return joined;
}

/** What is known to be computed, with a stretch that began at `from` and is through up to `to`. */
function grown({ first, next }: Computed, { from, to }: Stretch): Computed {
  if (from <= next && to >= first) return { first: Math.min(first, from), next: Math.max(next, to) };
  return { first, next };
}
