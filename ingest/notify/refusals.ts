import type { WaitingDelivery } from '../stores/ledger/channels.ts';
import { waitAfter } from './health.ts';

/** Refusals for what a message says, after which its channel gives it up. */
const MOST = 5;

/** What was refused for what it says: it waits by itself, goes alone, and is given up in the end. */
export function createRefusals(random: () => number) {
  /** By row; `until` in monotonic ms. */
  const known = new Map<number, { count: number; until: number }>();

  return {
    waits: ({ id }: Pick<WaitingDelivery, 'id'>, mono: number): boolean => (known.get(id)?.until ?? -Infinity) > mono,
    has: ({ id }: Pick<WaitingDelivery, 'id'>): boolean => known.has(id),
    /** Returns true when it was refused so often that it is to be given up. */
    note(rows: readonly Pick<WaitingDelivery, 'id'>[], mono: number): boolean {
      let most = 0;
      for (const { id } of rows) {
        const count = (known.get(id)?.count ?? 0) + 1;
        known.set(id, { count, until: mono + waitAfter(count, { problem: null, random: random(), probing: null }) });
        most = Math.max(most, count);
      }
      return most >= MOST;
    },
    forget(rows: readonly Pick<WaitingDelivery, 'id'>[]): void {
      for (const { id } of rows) known.delete(id);
    },
  };
}
