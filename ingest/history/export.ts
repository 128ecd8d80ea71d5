import type { ExportedRow, ExportRequest } from '../../contract/history.ts';
import { rangeOf, type ReadingSources } from '../stores/query.ts';
import type { Rollup } from '../stores/rollups.ts';
import type { PointMetric } from './frames.ts';
import { DAY } from './resolution.ts';
import type { NamedSeries, Stretches } from './stretches.ts';

/** Readings in memory at a time. */
const CHUNK = 5_000;
/** ms of hours, and of days, that are looked up at a time. */
const HOURS_AT_ONCE = 30 * DAY;
const DAYS_AT_ONCE = 365 * DAY;

export interface ExportSources {
  readonly sources: ReadingSources;
  readonly stretches: Stretches;
  /** Undefined: it never reported. */
  readonly seriesOf: (name: PointMetric) => NamedSeries | undefined;
}

/** One series after the other, each in order of time. */
export async function* exportRows(
  { sources, stretches, seriesOf }: ExportSources,
  site: string,
  { series, rows, from, to }: ExportRequest,
): AsyncGenerator<readonly ExportedRow[]> {
  for (const { point, metric } of series) {
    const known = seriesOf({ site, point, metric });
    if (known === undefined) continue;
    if (rows === 'readings') {
      for (let start = from; start < to;) {
        const found = await rangeOf(sources, { series: known.id, from: start, to, limit: CHUNK });
        const last = found.at(-1);
        if (last === undefined) break;
        yield found.map(({ t, value, quality, reason, backfilled }) => ({
          ...{ kind: 'reading' as const, point, metric },
          ...{ t, value, quality, reason, backfilled },
        }));
        start = last.t + 1;
      }
      continue;
    }
    const step = rows === 'hours' ? HOURS_AT_ONCE : DAYS_AT_ONCE;
    for (let start = from; start < to; start += step) {
      const span = { from: start, to: Math.min(to, start + step) };
      const found = await stretches[rows](known, span, { standards: false });
      yield found.map((row) => ({ kind: 'stretch', point, metric, ...figuresOf(row) }));
    }
  }
}

function figuresOf({ from, to, count, min, mean, max, last, good, suspect, bad, missing }: Rollup) {
  return { from, to, count, min, mean, max, last, good, suspect, bad, missing };
}
