import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { SeriesId } from '../../../contract/reading.ts';
import { ROW, TIME, type PackedReadings } from '../packed.ts';
import { encodeRows } from './codec/block.ts';
import { mergeRows } from './merge.ts';
import { NO_ROWS, openBlock } from './stored-block.ts';
import type { SpoiltBlock } from './stored.ts';

/** Readings from which on a block is not opened again for what lies wholly before or behind it. */
const FULL = 256;
/** The same, where as many arrive at once: either is worth a block. */
const HALF_FULL = 100;

export interface SettledHour {
  readonly changed: boolean;
  readonly conflicts: number;
  readonly duplicates: number;
  readonly spoilt: readonly SpoiltBlock[];
}

/** One block of an hour. */
interface Part {
  readonly number: number;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** Puts rows of one series and hour (in arrival order) into its blocks, within the transaction of the caller. */
export function blockWriter(db: DatabaseSync) {
  const partsOf = db.prepare(
    'SELECT part, count, first_t, last_t FROM block WHERE series = ? AND hour = ? ORDER BY part',
  );
  const newestOf = db.prepare(`SELECT part, count, first_t, last_t FROM block
    WHERE series = ? AND hour = ? ORDER BY part DESC LIMIT 1`);
  const read = db.prepare('SELECT series, hour, count, data FROM block WHERE series = ? AND hour = ? AND part = ?');
  const put =
    db.prepare(`INSERT INTO block (series, hour, part, first_t, last_t, count, data) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (series, hour, part) DO UPDATE SET
      first_t = excluded.first_t, last_t = excluded.last_t, count = excluded.count, data = excluded.data`);
  const keepSpoilt = db.prepare(`INSERT INTO spoilt_block (series, hour, count, reason, data)
    SELECT series, hour, count, ?, data FROM block WHERE series = ? AND hour = ? AND part = ?`);
  const remove = db.prepare('DELETE FROM block WHERE series = ? AND hour = ? AND part = ?');

  function settlePart(
    { series, hour, part }: { series: SeriesId; hour: number; part: number },
    arriving: PackedReadings,
    stored: Readonly<Record<string, SQLOutputValue>> | undefined,
  ): SettledHour {
    const opened = stored === undefined ? { rows: NO_ROWS, spoilt: null } : openBlock(stored);
    const spoilt: SpoiltBlock[] = [];
    if (opened.spoilt !== null) {
      keepSpoilt.run(opened.spoilt.reason, series, hour, part);
      remove.run(series, hour, part);
      spoilt.push({ ...opened.spoilt, setAside: true });
    }
    const { rows, changed, conflicts, duplicates } = mergeRows(opened.rows, arriving);
    if (changed) {
      const [first, last] = [rows[TIME] ?? 0, rows[rows.length - ROW + TIME] ?? 0];
      put.run(series, hour, part, first, last, rows.length / ROW, encodeRows(hour, rows));
    }
    return { changed, conflicts, duplicates, spoilt };
  }

  return (series: SeriesId, hour: number, arriving: PackedReadings): SettledHour => {
    const settle = (part: Part, rows: PackedReadings, neighbours: Neighbours) => {
      const place = newPlace(part, rows, neighbours);
      return place === undefined
        ? settlePart({ series, hour, part: part.number }, rows, read.get(series, hour, part.number))
        : settlePart({ series, hour, part: place }, rows, undefined);
    };
    const newest = partOf(newestOf.get(series, hour));
    if (newest === undefined) return settlePart({ series, hour, part: 0 }, arriving, undefined);
    // What comes usually: an hour has one block, or many of which this concerns the last.
    if (extent(arriving).first >= newest.first) return settle(newest, arriving, { before: true, after: false });
    const parts = partsOf.all(series, hour).flatMap((row) => partOf(row) ?? []);
    const places = parts.map((): number[] => []);
    for (let at = 0; at < arriving.length; at += ROW) {
      const t = arriving[at + TIME] ?? 0;
      const index = parts.findLastIndex(({ first }) => first <= t);
      places[Math.max(0, index)]?.push(at);
    }
    return parts
      .flatMap((part, index) => {
        const those = places[index] ?? [];
        const neighbours = { before: index > 0, after: index < parts.length - 1 };
        return those.length === 0 ? [] : [settle(part, picked(arriving, those), neighbours)];
      })
      .reduce((sum, one) => ({
        changed: sum.changed || one.changed,
        conflicts: sum.conflicts + one.conflicts,
        duplicates: sum.duplicates + one.duplicates,
        spoilt: [...sum.spoilt, ...one.spoilt],
      }));
  };
}

/** Whether there are other blocks of the hour on either side. */
interface Neighbours {
  readonly before: boolean;
  readonly after: boolean;
}

/** The number of a new block, where a full one stands at either end of an hour and all of this lies beyond it. */
function newPlace(part: Part, rows: PackedReadings, { before, after }: Neighbours): number | undefined {
  if (part.count < (rows.length >= HALF_FULL * ROW ? HALF_FULL : FULL)) return undefined;
  const { first, last } = extent(rows);
  if (!after && first > part.last) return part.number + 1;
  return !before && last < part.first ? part.number - 1 : undefined;
}

function extent(rows: PackedReadings): { readonly first: number; readonly last: number } {
  let [first, last] = [Infinity, -Infinity];
  for (let at = TIME; at < rows.length; at += ROW) {
    const t = rows[at] ?? 0;
    if (t < first) first = t;
    if (t > last) last = t;
  }
  return { first, last };
}

function partOf(row: Readonly<Record<string, SQLOutputValue>> | undefined): Part | undefined {
  if (row === undefined) return undefined;
  const { part, count, first_t: first, last_t: last } = row;
  return { number: Number(part), count: Number(count), first: Number(first), last: Number(last) };
}

function picked(rows: PackedReadings, places: readonly number[]): PackedReadings {
  const found = new Float64Array(places.length * ROW);
  places.forEach((at, index) => found.set(rows.subarray(at, at + ROW), index * ROW));
  return found;
}
