import type { Clock } from '../../contract/clock.ts';
import type { World } from '../line/world.ts';
import type { SeriesState } from '../line/state.ts';
import { rangeOf } from '../stores/query.ts';
import type { ReadingsStore } from '../stores/readings/types.ts';
import type { StoredReading } from '../stores/readings/stored.ts';
import { SPARKLINE_SPAN, type Sparklines } from './sparklines.ts';

/** Series that are read at one time. */
const READS = 200;
/** ms after which a store is asked no more: a start must not wait for one that answers slowly, or not at all. */
const PATIENCE = 10_000;

export interface RebuildOptions {
  readonly world: World;
  readonly readings: Pick<ReadingsStore, 'range' | 'before'>;
  readonly sparklines: Sparklines;
  readonly clock: Clock;
  /** The store did not answer; what the tail holds is shown. */
  readonly onTrouble: (error: unknown) => void;
}

/** The last values and their course, as they stood when we ended: shown as such, unknown until something is reported. */
export async function rebuildValues({ world, readings, sparklines, clock, onTrouble }: RebuildOptions): Promise<void> {
  const { wall, mono } = world.started;
  const to = Math.max(wall, world.lastCommitAt);
  const store = askedUntilItFails(readings, { until: mono + PATIENCE, clock, onTrouble });
  const all = [...world.series.committedEntries()];
  for (let at = 0; at < all.length; at += READS) {
    await Promise.all(all.slice(at, at + READS).map(([key, known]) => rebuild(key, known)));
  }

  async function rebuild(key: string, known: SeriesState): Promise<void> {
    const query = { series: known.series.id, from: to - SPARKLINE_SPAN, to: to + 1, limit: 20_000 };
    const found = await rangeOf({ readings: store, tail: world.tail }, query);
    for (const { t, value, quality } of found) if (quality !== 'bad') sparklines.add(known.series.id, t, value);
    const last = found.findLast(({ quality }) => quality !== 'bad');
    if (last === undefined || last.quality === 'bad') return;
    const { value, quality, reason, t, receivedAt } = last;
    world.series.set(key, { ...known, current: { value, quality, reason, sourceTime: t, receivedAt } });
  }
}

/** A store that is asked until it failed once, or its time is over; then it has nothing. */
function askedUntilItFails(
  readings: RebuildOptions['readings'],
  { until, clock, onTrouble }: { until: number; clock: Clock; onTrouble: (error: unknown) => void },
): RebuildOptions['readings'] {
  const failures: unknown[] = [];
  const given = async <T>(nothing: T, ask: () => Promise<T>): Promise<T> => {
    if (failures.length > 0 || clock.now().mono > until) return nothing;
    try {
      return await ask();
    } catch (error) {
      if (failures.push(error) === 1) onTrouble(error);
      return nothing;
    }
  };
  return {
    range: (query) => given<readonly StoredReading[]>([], () => readings.range(query)),
    before: (series, t) => given<StoredReading | undefined>(undefined, () => readings.before(series, t)),
  };
}
