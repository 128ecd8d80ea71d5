/**
 * Keyed state with one uncommitted layer on top. What a batch changes is seen by the rest of the batch at once and by
 * everybody else only after `merge`; a failed commit drops it. Values are immutable: a change sets a new one.
 */
export interface Table<V> {
  get(key: string): V | undefined;
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
interface Cell<V> {
  readonly key: string;
  committed: V | undefined;
  /** Undefined: the batch does not change it. */
  fresh: V | typeof GONE | undefined;
}

export function createTable<V>(): Table<V> & Layered {
  const cells = new Map<string, Cell<V>>();
  let changed: Cell<V>[] = [];

  function put(key: string, value: V | typeof GONE): void {
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = { key, committed: undefined, fresh: undefined };
      cells.set(key, cell);
    }
    if (cell.fresh === undefined) changed.push(cell);
    cell.fresh = value;
  }

  function forget(): void {
    for (const cell of changed) {
      cell.fresh = undefined;
      if (cell.committed === undefined) cells.delete(cell.key);
    }
    changed = [];
  }

  return {
    get(key) {
      const cell = cells.get(key);
      return cell === undefined ? undefined : currentOf(cell);
    },
    fresh(key) {
      const fresh = cells.get(key)?.fresh;
      return fresh === GONE ? undefined : fresh;
    },
    set: put,
    delete: (key) => put(key, GONE),
    *entries() {
      for (const [key, cell] of cells) {
        const value = currentOf(cell);
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

function currentOf<V>({ committed, fresh }: Cell<V>): V | undefined {
  if (fresh === undefined) return committed;
  return fresh === GONE ? undefined : fresh;
}
