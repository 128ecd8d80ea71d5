import type { SiteModel } from '../line/model.ts';
import type { MeasuredSources } from './measured.ts';

export interface BeganSources extends Pick<MeasuredSources, 'series' | 'firstReading'> {
  readonly model: (site: string) => SiteModel | undefined;
  /** When the site was first registered, as the journal has it (ms epoch); null: it does not tell. */
  readonly registeredAt: (site: string) => number | null;
}

/**
 * When an area began to be watched (ms epoch): its site was registered, or a first reading is of then. Null where that
 * was at `before` or earlier, which is all that most ask about, and where nothing tells.
 */
export type Began = (place: { readonly site: string; readonly area: string }, before: number) => Promise<number | null>;

export function createBegan({ model, series: seriesOf, firstReading, registeredAt }: BeganSources): Began {
  return async ({ site, area }, before) => {
    let began = registeredAt(site) ?? Infinity;
    for (const { area: of, spec, bindings } of model(site)?.points.values() ?? []) {
      // Looked up only where the journal does not settle it.
      if (began <= before) return null;
      if (of.id !== area) continue;
      for (const metric of new Set(bindings.map((binding) => binding.metric))) {
        const series = seriesOf({ site, point: spec.id, metric });
        const first = series === undefined ? null : await firstReading(series);
        began = Math.min(began, first ?? Infinity);
      }
    }
    return began <= before || began === Infinity ? null : began;
  };
}
