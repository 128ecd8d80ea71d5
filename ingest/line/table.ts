import type { Place } from './place.ts';

/**
 * Keyed state with one uncommitted layer on top. What a batch changes is seen by the rest of the batch at once and by
 * everybody else only after `merge`; a failed commit drops it. Values are immutable: a change sets a new one.
 */
export interface Table<V> {
  get(key: string): V | undefined;
  /** The same without looking the key up each time. */
  at(place: Place): V | undefined;
  put(place: Place, value: V): void;
  /** What the batch has put there; undefined: nothing. */
  fresh(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  /** Everything with the uncommitted layer applied. */
  entries(): IterableIterator<[string, V]>;
  /** As of the last commit. */
  committed(key: string): V | undefined;
  committedEntries(): IterableIterator<[string, V]>;
}

export interface Layered {
  /** Keys that the uncommitted layer changes. */
  changed(): ReadonlySet<string>;
  /** Makes the uncommitted layer the committed state. */
  merge(): void;
  rollback(): void;
}

const GONE = Symbol('gone');

/** What a key stands for: one look-up finds both. */
class Cell<V> {
  readonly key: string;
  committed: V | undefined = undefined;
  /** Undefined: the batch does not change it. */
  fresh: V | typeof GONE | undefined = undefined;
  /** A place knows it: it stays, also while it holds nothing. */
  kept = false;

  constructor(key: string) {
    this.key = key;
  }

  current(): V | undefined {
    const { fresh } = this;
    if (fresh === undefined) return this.committed;
    return fresh === GONE ? undefined : fresh;
  }
}

export function createTable<V>(): Table<V> & Layered {
  const cells = new Map<string, Cell<V>>();
  let changed: Cell<V>[] = [];

  function cellOf(key: string): Cell<V> {
    const known = cells.get(key);
    if (known !== undefined) return known;
    const cell = new Cell<V>(key);
    cells.set(key, cell);
    return cell;
  }

  const isOurs = (cell: object | undefined): cell is Cell<V> => cell instanceof Cell;

  /** Undefined: nothing stands there. What was never put takes no room. */
  function find(place: Place): Cell<V> | undefined {
    if (isOurs(place.cell)) return place.cell;
    const cell = cells.get(place.key);
    return cell === undefined ? undefined : keep(place, cell);
  }

  function keep(place: Place, cell: Cell<V>): Cell<V> {
    cell.kept = true;
    place.cell = cell;
    return cell;
  }

  function change(cell: Cell<V>, value: V | typeof GONE): void {
    if (cell.fresh === undefined) changed.push(cell);
    cell.fresh = value;
  }

  function forget(): void {
    for (const cell of changed) {
      cell.fresh = undefined;
      if (cell.committed === undefined && !cell.kept) cells.delete(cell.key);
    }
    changed = [];
  }

  return {
    get: (key) => cells.get(key)?.current(),
    at: (place) => find(place)?.current(),
    put: (place, value) => change(find(place) ?? keep(place, cellOf(place.key)), value),
    fresh(key) {
      const fresh = cells.get(key)?.fresh;
      return fresh === GONE ? undefined : fresh;
    },
    set: (key, value) => change(cellOf(key), value),
    delete: (key) => change(cellOf(key), GONE),
    *entries() {
      for (const [key, cell] of cells) {
        const value = cell.current();
        if (value !== undefined) yield [key, value];
      }
    },
    committed: (key) => cells.get(key)?.committed,
    *committedEntries() {
      for (const [key, { committed }] of cells) if (committed !== undefined) yield [key, committed];
    },
    changed: () => new Set(changed.map(({ key }) => key)),
    merge() {
      for (const cell of changed) cell.committed = cell.fresh === GONE ? undefined : cell.fresh;
      forget();
    },
    rollback: forget,
  };
}
