import type { Clock } from '../../contract/clock.ts';
import { rangeOf, type ReadingSources } from '../stores/query.ts';
import type { NamedSeries, RawSince, Stretches } from './stretches.ts';

export interface FirstReadingSources {
  readonly sources: ReadingSources;
  readonly stretches: Pick<Stretches, 'firstHour'>;
  readonly rawSince: RawSince;
  readonly clock: Clock;
}

/** When a series began, ms epoch; null: it holds nothing. To the hour where its first readings are kept no longer. */
export type FirstReading = (series: NamedSeries) => Promise<number | null>;

export function createFirstReading({ sources, stretches, rawSince, clock }: FirstReadingSources): FirstReading {
  return async (series) => {
    const [first] = await rangeOf(sources, { series: series.id, from: 0, to: clock.now().wall + 1, limit: 1 });
    const hour = await stretches.firstHour(series);
    // Hours stay when their readings are gone.
    const isOnlyHour = hour !== null && (hour.from < rawSince(series.id) || hour.to <= (first?.t ?? Infinity));
    return isOnlyHour ? hour.from : (first?.t ?? null);
  };
}
