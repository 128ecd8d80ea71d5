/**
 * Keyed state with one uncommitted layer on top. What a batch changes is seen by the rest of the batch at once and by
 * everybody else only after `merge`; a failed commit drops it. Values are immutable: a change sets a new one.
 */
export interface Table<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  /** Everything with the uncommitted layer applied. */
  entries(): IterableIterator<[string, V]>;
  /** As of the last commit. */
  committed(key: string): V | undefined;
  committedEntries(): IterableIterator<[string, V]>;
}

export interface Layered {
  /** Makes the uncommitted layer the committed state; returns the keys that changed. */
  merge(): ReadonlySet<string>;
  rollback(): void;
}

const GONE = Symbol('gone');

export function createTable<V>(initial: Iterable<readonly [string, V]> = []): Table<V> & Layered {
  const base = new Map<string, V>(initial);
  const layer = new Map<string, V | typeof GONE>();

  return {
    get(key) {
      const fresh = layer.get(key);
      if (fresh === GONE) return undefined;
      return fresh ?? base.get(key);
    },
    set: (key, value) => void layer.set(key, value),
    delete: (key) => void layer.set(key, GONE),
    *entries() {
      for (const [key, value] of base) {
        const fresh = layer.get(key);
        if (fresh === undefined) yield [key, value];
        else if (fresh !== GONE) yield [key, fresh];
      }
      for (const [key, value] of layer) if (value !== GONE && !base.has(key)) yield [key, value];
    },
    committed: (key) => base.get(key),
    committedEntries: () => base.entries(),
    merge() {
      for (const [key, value] of layer) {
        if (value === GONE) base.delete(key);
        else base.set(key, value);
      }
      const changed = new Set(layer.keys());
      layer.clear();
      return changed;
    },
    rollback: () => layer.clear(),
  };
}
