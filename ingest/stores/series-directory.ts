import type { SeriesId } from '../../contract/reading.ts';
import type { Series } from './ledger/types.ts';

/** What a store outside calls a series. */
export interface SeriesName {
  readonly site: string;
  readonly owner: Series['owner'];
  /** `metric` for a point, `metric` or `metric.channel` for a device's own. */
  readonly metric: string;
  /** Id of the area where the point is now; null: a device's own series, or a point that is registered no more. */
  readonly area: string | null;
}

/** Names of all series by their number, for stores that know no numbers. */
export interface SeriesDirectory {
  of(id: SeriesId): SeriesName | undefined;
  learn(series: Iterable<Series>): void;
  /** Where points are; asked with each look-up, as a registry changes. */
  locate(areaOf: (site: string, point: string) => string | undefined): void;
}

export function createSeriesDirectory(): SeriesDirectory {
  const known = new Map<SeriesId, Series>();
  let areaOf: (site: string, point: string) => string | undefined = () => undefined;
  return {
    of(id) {
      const series = known.get(id);
      if (series === undefined) return undefined;
      const { site, owner, metric } = series;
      return { site, owner, metric, area: owner.kind === 'point' ? (areaOf(site, owner.id) ?? null) : null };
    },
    learn(all) {
      for (const series of all) known.set(series.id, series);
    },
    locate(find) {
      areaOf = find;
    },
  };
}
