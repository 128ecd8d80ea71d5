import { join } from 'node:path';
import type { SeriesId } from '../../../contract/reading.ts';
import { forwardReader } from '../ledger/forwarded.ts';
import { holdLog } from '../ledger/hold.ts';
import { pastArrivals } from '../ledger/read-arrivals.ts';
import type { Arrival, ArrivalSeq } from '../arrival.ts';
import { openForReading } from '../sqlite/migrate.ts';

/** ms between two looks at how far the running system is. */
const PACE = 1_000;
/** Places of the log that one statement looks through. */
const SLICE = 100_000;

/**
 * What arrives in a running system while its past is copied. Its own forwarder brings that to the target, before or
 * after our write: a copy must neither replace it nor take its place.
 */
export interface CopyLog {
  /** Before the target is read: from here on nothing that may not be in the target yet escapes us. */
  begin(): void;
  /** Sees what arrived since. */
  look(): void;
  /** The newest arrival of this source time (ms epoch) that the target may have lacked at `begin`; undefined: none. */
  at(series: SeriesId, t: number): Arrival | undefined;
  close(): void;
}

/** Nobody else writes to the target. */
export const NO_LOG: CopyLog = { begin: () => {}, look: () => {}, at: () => undefined, close: () => {} };

export interface CopyLogOptions {
  readonly dataDir: string;
  /** What the forwarder would call the target. */
  readonly target: string;
  /** ms epoch: arrivals of later times are of no interest, as nothing of those is copied. */
  readonly end: () => number;
  /** Monotonic, ms. */
  readonly now: () => number;
}

/** Reads the log of arrivals beside the system that writes it, and keeps it from being trimmed where we have not looked. */
export function openCopyLog({ dataDir, target, end: endOf, now }: CopyLogOptions): CopyLog {
  const file = join(dataDir, 'ledger.db');
  const db = openForReading(file);
  const cursors = forwardReader(db);
  const select = pastArrivals(db);
  const newest = db.prepare('SELECT next_arrival_seq - 1 AS seq FROM head');
  const hold = holdLog(file);
  const seen = new Map<SeriesId, Map<number, Arrival>>();
  let [last, lookedAt, end] = [0, -Infinity, 0];

  /** What is in the target is seen there. */
  function forget(forwarded: ArrivalSeq): void {
    for (const [series, times] of seen) {
      for (const [t, { seq }] of times) if (seq <= forwarded) times.delete(t);
      if (times.size === 0) seen.delete(series);
    }
  }

  function look(): void {
    const upto = Number(newest.get()?.['seq'] ?? 0);
    for (; last < upto; last = Math.min(upto, last + SLICE)) {
      for (const arrival of select({ after: last, upto: Math.min(upto, last + SLICE), end })) {
        const times = seen.get(arrival.series) ?? new Map<number, Arrival>();
        seen.set(arrival.series, times.set(arrival.sourceTime, arrival));
      }
    }
  }

  return {
    begin() {
      // An older look holds more than is needed, and is good for as long.
      if (now() - lookedAt >= PACE) {
        lookedAt = now();
        const cursor = cursors.cursor('arrivals');
        const forwarded = cursor?.target === target ? cursor.upto : 0;
        hold.from(forwarded + 1);
        forget(forwarded);
        last = Math.max(last, forwarded);
        end = endOf();
      }
      look();
    },
    look,
    at: (series, t) => seen.get(series)?.get(t),
    close() {
      hold.release();
      db.close();
    },
  };
}
