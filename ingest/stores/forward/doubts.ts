import type { SeriesId } from '../../../contract/reading.ts';
import type { ArrivalSeq } from '../ledger/types.ts';
import { storedOf } from '../query.ts';
import type { Settlement, StoredReading } from '../readings/types.ts';
import type { Tail } from '../tail.ts';
import type { QueuedBatch } from './queue.ts';

/** A request that was given up is over after so long (ms) on the other side too: servers and networks hold none longer. */
const OVER = 600_000;
/** Requests that are kept in mind; of more the oldest are let go. */
const MOST = 20;

interface Doubt {
  /** All up to this number was durable in the store before. */
  readonly after: ArrivalSeq;
  readonly batch: QueuedBatch;
  /** Monotonic ms. */
  since: number;
}

/**
 * Requests that ended without an answer. The server may still carry one out, and after a later one: then an older value
 * of a time overwrites the newer one. So, when it can be under way no longer, what was replaced since is sent once more.
 */
export interface Doubts {
  /** `after`: all up to this number is durable in the store; `mono`: monotonic ms. */
  add(batch: QueuedBatch, after: ArrivalSeq, mono: number): void;
  /** What is to be sent once more by now, as it stands; undefined: nothing. */
  due(mono: number): readonly Settlement[] | undefined;
  /** What was due is sent; `failed`: it is in doubt itself. */
  sent(mono: number, options?: { readonly failed: boolean }): void;
  /** What is above this number is needed yet. */
  keepsFrom(): ArrivalSeq;
}

export function createDoubts(tail: Pick<Tail, 'range'>): Doubts {
  let doubts: Doubt[] = [];
  const isOver = ({ since }: Doubt, mono: number) => mono - since >= OVER;

  return {
    add(batch, after, mono) {
      // The same once more, and perhaps what came meanwhile.
      doubts = doubts.filter((doubt) => doubt.after !== after).slice(1 - MOST);
      doubts.push({ after, batch, since: mono });
    },
    due(mono) {
      const due = doubts.filter((doubt) => isOver(doubt, mono)).flatMap(({ batch }) => replaced(tail, batch));
      if (due.length > 0) return due;
      doubts = doubts.filter((doubt) => !isOver(doubt, mono));
      return undefined;
    },
    sent(mono, { failed } = { failed: false }) {
      if (!failed) doubts = doubts.filter((doubt) => !isOver(doubt, mono));
      for (const doubt of doubts) if (isOver(doubt, mono)) doubt.since = mono;
    },
    keepsFrom: () => Math.min(...doubts.map(({ after }) => after)),
  };
}

/** What stands now for times of which a batch carried something else. */
function replaced(tail: Pick<Tail, 'range'>, batch: QueuedBatch): Settlement[] {
  const found = new Map<SeriesId, Map<number, StoredReading>>();
  for (const { series, readings } of batch.settlements()) {
    for (const carried of readings) {
      const [arrival] = tail.range(series, carried.t, carried.t + 1);
      if (arrival === undefined || isSame(storedOf(arrival), carried)) continue;
      const times = found.get(series) ?? new Map<number, StoredReading>();
      found.set(series, times.set(carried.t, storedOf(arrival)));
    }
  }
  return [...found].map(([series, times]) => ({ series, readings: [...times.values()] }));
}

function isSame(a: StoredReading, b: StoredReading): boolean {
  return a.value === b.value && a.quality === b.quality && a.reason === b.reason && a.receivedAt === b.receivedAt;
}
