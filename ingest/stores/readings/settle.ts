import type { DatabaseSync } from 'node:sqlite';
import type { SeriesId } from '../../../contract/reading.ts';
import { ROW, SERIES, TIME, type PackedReadings } from '../packed.ts';
import type { SeriesHour } from '../rollups.ts';
import { inTransaction } from '../sqlite/migrate.ts';
import { blockWriter } from './blocks.ts';
import { hourOf } from './codec/block.ts';
import { joined } from './merge.ts';
import { EXPIRE_SLICE, type SettlerResult } from './protocol.ts';
import { rollupWriter } from './rollup-writer.ts';
import type { SpoiltBlock } from './stored.ts';

export type Settlements = Omit<SettlerResult, 'next'>;

/** Writes blocks. One transaction each, durable on return. */
export interface Settler {
  settle(packed: PackedReadings): Settlements;
  /** Deletes hours before `hour` of some series after `after`; returns the last of them, null when it is through. */
  expire(hour: number, after: SeriesId): SeriesId | null;
}

export function settler(db: DatabaseSync): Settler {
  const nextSeries = db.prepare('SELECT min(series) AS series FROM block WHERE series > ?');
  const forget = db.prepare('DELETE FROM block WHERE series = ? AND hour < ?');
  const letGo = db.prepare(
    'INSERT INTO let_go VALUES (?, ?) ON CONFLICT (series) DO UPDATE SET hour = max(hour, excluded.hour)',
  );
  const forgetSpoilt = db.prepare('DELETE FROM spoilt_block WHERE hour < ?');

  const rollups = rollupWriter(db);

  const settleHour = blockWriter(db);

  return {
    settle(packed) {
      const sum = { conflicts: 0, duplicates: 0 };
      const spoilt: SpoiltBlock[] = [];
      inTransaction(db, () => {
        for (const { series, hour, rows } of byHour(packed)) {
          const settled = settleHour(series, hour, rows);
          // In the same transaction: what the hour was computed from is another now.
          if (settled.changed) rollups.mark([{ series, hour }]);
          sum.conflicts += settled.conflicts;
          sum.duplicates += settled.duplicates;
          spoilt.push(...settled.spoilt);
        }
      });
      return { ...sum, spoilt };
    },
    expire(hour, after) {
      return inTransaction(db, () => {
        let series = after;
        for (let count = 0; count < EXPIRE_SLICE; count += 1) {
          const found = nextSeries.get(series)?.['series'];
          if (typeof found !== 'number') {
            forgetSpoilt.run(hour);
            return null;
          }
          series = found;
          // In the same transaction: what is gone is never taken for what never came.
          if (forget.run(series, hour).changes > 0) letGo.run(series, hour);
        }
        return series;
      });
    },
  };
}

interface HourOfRows extends SeriesHour {
  readonly rows: PackedReadings;
}

/** Rows of each series and hour, in arrival order. Usually those of one lie together, and are not copied. */
function byHour(packed: PackedReadings): HourOfRows[] {
  const found = new Map<string, SeriesHour & { readonly pieces: PackedReadings[] }>();
  for (let from = 0; from < packed.length;) {
    const series = packed[from + SERIES] ?? 0;
    const hour = hourOf(packed[from + TIME] ?? 0);
    let to = from + ROW;
    while (to < packed.length && packed[to + SERIES] === series && hourOf(packed[to + TIME] ?? 0) === hour) to += ROW;
    const piece = packed.subarray(from, to);
    const key = `${series}|${hour}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { series, hour, pieces: [piece] });
    else known.pieces.push(piece);
    from = to;
  }
  return [...found.values()].map(({ series, hour, pieces: [first, ...more] }) => ({
    ...{ series, hour },
    rows: first !== undefined && more.length === 0 ? first : joined([first ?? new Float64Array(0), ...more]),
  }));
}
