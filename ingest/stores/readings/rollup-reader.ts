import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { SeriesId } from '../../../contract/reading.ts';
import type { ChangedDay, ChangedHour, Computed, RollupQuery, SeriesHour } from '../rollups.ts';
import { hoursReader } from './hours.ts';
import type { SpoiltBlock } from './stored.ts';
import { packRows, ROLLUP_COLUMNS, type PackedRollups } from './rollup-rows.ts';

const HOUR = 3_600_000;

export interface PackedRange {
  readonly packed: PackedRollups;
  readonly computed: Computed | null;
  readonly changed: readonly number[];
  readonly changedDays: readonly number[];
  /** Days of hours that cannot be read. */
  readonly spoilt: readonly SpoiltBlock[];
}

export interface RollupReader {
  range(query: RollupQuery & { readonly unit: 'hour' | 'day'; readonly reach: number }): PackedRange;
  changed(before: number, limit: number): ChangedHour[];
  changedDays(before: number, limit: number): ChangedDay[];
  computed(): (Computed & { readonly series: SeriesId })[];
  letGo(): SeriesHour[];
}

/** Each call is one statement or one short transaction, finished on return. */
export function rollupReader(db: DatabaseSync): RollupReader {
  const arrays = (sql: string) => {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return (...values: (number | string)[]): SQLOutputValue[][] =>
      statement.all(...values) as unknown as SQLOutputValue[][];
  };
  const days = (more: string) =>
    arrays(`SELECT start_t, end_t, ${ROLLUP_COLUMNS}${more} FROM day
      WHERE series = ? AND start_t >= ? AND end_t <= ? ORDER BY start_t`);
  const [bareDays, fullDays] = [days(''), days(', standards')];
  const hours = hoursReader(db);
  const changedOf = arrays('SELECT hour FROM changed_hour WHERE series = ? AND hour >= ? AND hour < ? ORDER BY hour');
  const daysOf = arrays('SELECT start_t FROM changed_day WHERE series = ? AND start_t >= ? AND end_t <= ?');
  const extent = arrays('SELECT first, next FROM computed WHERE series = ?');
  const extents = arrays('SELECT series, first, next FROM computed');
  const goneBefore = arrays('SELECT series, hour FROM let_go');
  const waiting = arrays('SELECT id, series, hour FROM changed_hour WHERE hour < ? ORDER BY series, hour LIMIT ?');
  const waitingDays = arrays(`SELECT id, series, start_t, end_t FROM changed_day JOIN computed USING (series)
    WHERE end_t <= ? AND end_t <= next * ${HOUR} ORDER BY series, start_t LIMIT ?`);

  return {
    range({ series, from, to, unit, reach, standards }) {
      const spoilt: SpoiltBlock[] = [];
      const onSpoilt = (day: SpoiltBlock) => void spoilt.push(day);
      db.exec('BEGIN');
      try {
        const span = { from: Math.ceil(from / HOUR), to: Math.floor(to / HOUR), onSpoilt };
        const packed = (): PackedRollups => {
          if (unit === 'day') return packRows((standards ? fullDays : bareDays)(series, from, to), standards);
          if (!standards) return { figures: hours.figures(series, span), standards: [] };
          const rows = hours.rows(series, span);
          return packRows(
            rows.map(([hour, ...rest]) => [Number(hour) * HOUR, (Number(hour) + 1) * HOUR, ...rest]),
            true,
          );
        };
        const [first, next] = extent(series)[0] ?? [];
        return {
          packed: packed(),
          computed: first === undefined ? null : { first: Number(first), next: Number(next) },
          changed: changedOf(series, Math.floor((from - reach) / HOUR), Math.ceil(to / HOUR)).map(([hour]) =>
            Number(hour),
          ),
          changedDays: daysOf(series, from, to).map(([start]) => Number(start)),
          spoilt,
        };
      } finally {
        db.exec('COMMIT');
      }
    },
    changed: (before, limit) =>
      waiting(before, limit).map(([id, series, hour]) => ({
        id: Number(id),
        series: Number(series),
        hour: Number(hour),
      })),
    changedDays: (before, limit) =>
      waitingDays(before, limit).map(([id, series, from, to]) => ({
        id: Number(id),
        series: Number(series),
        from: Number(from),
        to: Number(to),
      })),
    computed: () =>
      extents().map(([series, first, next]) => ({ series: Number(series), first: Number(first), next: Number(next) })),
    letGo: () => goneBefore().map(([series, hour]) => ({ series: Number(series), hour: Number(hour) })),
  };
}
