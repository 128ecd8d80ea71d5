import type { SeriesId } from '../../contract/reading.ts';
import type { Place } from './place.ts';
import { packSeries, SERIES_ROW, unpackSeries } from './series-rows.ts';
import type { SeriesState } from './state.ts';
import type { Layered, Table } from './table.ts';
import { takeUsualRow, type UsualSample } from './usual-row.ts';

/** Rows of one piece of memory: it grows by pieces and is never copied. */
const PIECE = 1_024;
const NONE = -1;

class Cell {
  readonly key: string;
  series: SeriesState['series'];
  /** Row of the committed state; NONE: there is none. */
  committed = NONE;
  /** Row of what the batch makes of it; NONE: nothing. */
  fresh = NONE;
  gone = false;
  /** A place knows it: it stays, also while it holds nothing. */
  kept = false;

  constructor(key: string, series: SeriesState['series']) {
    this.key = key;
    this.series = series;
  }
}

export interface SeriesTable extends Table<SeriesState> {
  /** The number of the series there; undefined: there is none. */
  idAt(place: Place): SeriesId | undefined;
  /** What a reading like nearly all makes of the series there. False: it is none, and nothing was changed. */
  takeUsual(place: Place, sample: UsualSample): boolean;
}

/**
 * What the line knows of each series, as rows of numbers outside of the heap: each reading changes it, and as objects
 * every change would leave some that lived just long enough to be costly garbage. What is read is a copy.
 */
export function createSeriesTable(): SeriesTable & Layered {
  const pieces: Float64Array[] = [];
  const free: number[] = [];
  let used = 0;
  const cells = new Map<string, Cell>();
  let changed: Cell[] = [];

  const pieceOf = (row: number): Float64Array => pieces[Math.floor(row / PIECE)] ?? EMPTY;
  const placeOf = (row: number): number => (row % PIECE) * SERIES_ROW;

  function take(): number {
    const known = free.pop();
    if (known !== undefined) return known;
    if (used % PIECE === 0) pieces.push(new Float64Array(PIECE * SERIES_ROW));
    return used++;
  }

  function release(row: number): void {
    if (row !== NONE) free.push(row);
  }

  function read(row: number, { series }: Cell): SeriesState | undefined {
    return row === NONE ? undefined : unpackSeries(pieceOf(row), placeOf(row), series);
  }

  function current(cell: Cell): SeriesState | undefined {
    if (cell.gone) return undefined;
    return read(cell.fresh === NONE ? cell.committed : cell.fresh, cell);
  }

  function cellOf(key: string, series: SeriesState['series']): Cell {
    const known = cells.get(key);
    if (known !== undefined) return known;
    const cell = new Cell(key, series);
    cells.set(key, cell);
    return cell;
  }

  function find(place: Place): Cell | undefined {
    if (place.cell instanceof Cell) return place.cell;
    return keep(place, cells.get(place.key));
  }

  function keep(place: Place, cell: Cell | undefined): Cell | undefined {
    place.cell = cell;
    if (cell !== undefined) cell.kept = true;
    return cell;
  }

  function note(cell: Cell): void {
    if (cell.fresh === NONE && !cell.gone) changed.push(cell);
  }

  function change(cell: Cell, state: SeriesState): void {
    note(cell);
    if (cell.fresh === NONE) cell.fresh = take();
    cell.gone = false;
    cell.series = state.series;
    packSeries(pieceOf(cell.fresh), placeOf(cell.fresh), state);
  }

  function forget(): void {
    for (const cell of changed) {
      release(cell.fresh);
      cell.fresh = NONE;
      cell.gone = false;
      if (cell.committed === NONE && !cell.kept) cells.delete(cell.key);
    }
    changed = [];
  }

  return {
    get(key) {
      const cell = cells.get(key);
      return cell === undefined ? undefined : current(cell);
    },
    fresh(key) {
      const cell = cells.get(key);
      return cell === undefined ? undefined : read(cell.fresh, cell);
    },
    at(place) {
      const cell = find(place);
      return cell === undefined ? undefined : current(cell);
    },
    put(place, state) {
      const cell = find(place) ?? keep(place, cellOf(place.key, state.series));
      if (cell !== undefined) change(cell, state);
    },
    idAt: (place) => find(place)?.series.id,
    takeUsual(place, sample) {
      const cell = find(place);
      if (cell === undefined || cell.gone) return false;
      if (cell.fresh !== NONE) return takeUsualRow(pieceOf(cell.fresh), placeOf(cell.fresh), sample);
      if (cell.committed === NONE) return false;
      const row = take();
      const [from, to] = [placeOf(cell.committed), placeOf(row)];
      const [committed, fresh] = [pieceOf(cell.committed), pieceOf(row)];
      for (let column = 0; column < SERIES_ROW; column += 1)
        fresh[to + column] = committed[from + column] ?? Number.NaN;
      if (!takeUsualRow(fresh, to, sample)) {
        release(row);
        return false;
      }
      note(cell);
      cell.fresh = row;
      return true;
    },
    set: (key, state) => change(cellOf(key, state.series), state),
    delete(key) {
      const cell = cells.get(key);
      if (cell === undefined) return;
      note(cell);
      release(cell.fresh);
      cell.fresh = NONE;
      cell.gone = true;
    },
    *entries() {
      for (const [key, cell] of cells) {
        const state = current(cell);
        if (state !== undefined) yield [key, state];
      }
    },
    committed(key) {
      const cell = cells.get(key);
      return cell === undefined ? undefined : read(cell.committed, cell);
    },
    *committedEntries() {
      for (const [key, cell] of cells) {
        const state = read(cell.committed, cell);
        if (state !== undefined) yield [key, state];
      }
    },
    changed: () => new Set(changed.map(({ key }) => key)),
    merge() {
      for (const cell of changed) {
        const before = cell.committed;
        cell.committed = cell.fresh;
        cell.fresh = before;
      }
      forget();
    },
    rollback: forget,
  };
}

const EMPTY = new Float64Array(0);
