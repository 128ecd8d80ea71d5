import type { WaitingDelivery } from '../stores/ledger/channels.ts';
import { waitAfter } from './health.ts';

/** Refusals for what a message says, after which its channel gives it up. */
const MOST = 5;

type Row = Pick<WaitingDelivery, 'id'>;

/** What one channel refused for what it says: it waits by itself, goes alone, and is given up in the end. */
export function createRefusals(random: () => number) {
  /** By row; `until` in monotonic ms. */
  const known = new Map<number, { count: number; until: number }>();

  return {
    waits: ({ id }: Row, mono: number): boolean => (known.get(id)?.until ?? -Infinity) > mono,
    has: ({ id }: Row): boolean => known.has(id),
    /** Returns true when it was refused so often that it is to be given up. */
    note(rows: readonly Row[], mono: number): boolean {
      let most = 0;
      for (const { id } of rows) {
        const count = (known.get(id)?.count ?? 0) + 1;
        known.set(id, { count, until: mono + waitAfter(count, { problem: null, random: random(), probing: null }) });
        most = Math.max(most, count);
      }
      return most >= MOST;
    },
    forget(rows: readonly Row[]): void {
      for (const { id } of rows) known.delete(id);
    },
    clear: () => known.clear(),
  };
}
