import type { InfluxStore, Written } from '../influx/types.ts';
import type { ArrivalSeq } from '../arrival.ts';
import type { ArrivalQueue, QueuedBatch } from './queue.ts';

/** Lines of one request, and the readings that are waited for; where lines hold several, a request takes as many times more. */
export const BATCH = 5_000;
/** As many times at most. */
const FULLEST = 5;
/** Batches that are with the store's thread at once: the next one is there when the server is ready for it. */
const AHEAD = 2;

/** A batch on its way. */
export interface Sending {
  readonly batch: QueuedBatch;
  /** All up to this number went before it. */
  readonly after: ArrivalSeq;
  readonly written: Promise<Written>;
}

/** Hands the queue to the store, in its order. The store sends one request at a time, and none behind one that failed. */
export interface Sender {
  /** The oldest on its way, and behind it as many full batches as may be; undefined: the queue is empty. */
  first(after: ArrivalSeq): Sending | undefined;
  /** The first is durable in the store. */
  done(written: Pick<Written, 'written' | 'lines'>): void;
  /** The first failed: none of them counts. Resolves with each and how it ended, when all of them did. */
  giveUp(): Promise<readonly { readonly sending: Sending; readonly error: unknown }[]>;
  isIdle(): boolean;
}

export function createSender(influx: Pick<InfluxStore, 'forward'>, queue: ArrivalQueue): Sender {
  let underWay: Sending[] = [];
  let attempt = 0;
  let size = BATCH;

  function fill(after: ArrivalSeq): void {
    while (underWay.length < AHEAD) {
      const skip = underWay.reduce((sum, { batch }) => sum + batch.count, 0);
      if (skip > 0 && queue.size() - skip < BATCH) return;
      const batch = queue.peek(size, skip);
      if (batch === undefined) return;
      const written = influx.forward(batch.rows(), attempt);
      // Whoever waits for it learns of it.
      written.catch(() => {});
      underWay.push({ batch, after: underWay.at(-1)?.batch.lastSeq ?? after, written });
    }
  }

  return {
    first(after) {
      fill(after);
      return underWay[0];
    },
    done({ written, lines }) {
      queue.drop(underWay.shift()?.batch.count ?? 0);
      if (lines > 0) size = Math.min(Math.max(BATCH, Math.round((BATCH * written) / lines)), BATCH * FULLEST);
    },
    async giveUp() {
      const given = underWay;
      const ends = await Promise.allSettled(given.map(({ written }) => written));
      [underWay, attempt] = [[], attempt + 1];
      return given.map((sending, at) => {
        const end = ends[at];
        const error: unknown = end?.status === 'rejected' ? end.reason : undefined;
        return { sending, error };
      });
    },
    isIdle: () => underWay.length === 0,
  };
}
