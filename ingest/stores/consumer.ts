import type { Clock } from '../../contract/clock.ts';
import type { ArrivalSeq } from './arrival.ts';
import type { Ledger } from './ledger/types.ts';
import type { ReadingsStore } from './readings/types.ts';
import type { DueHour, Tail } from './tail.ts';

/** An hour is settled this long after its end, ms. */
const GRACE = 60_000;
/** What comes late for a settled hour waits this long for more (ms), unless so much is there already. */
const PATIENCE = 20_000;
const CROWD = 1_000;
/** Readings that one transaction of the store takes about. */
const SLICE = 20_000;

export interface ConsumerOptions {
  readonly ledger: Pick<Ledger, 'trim'>;
  readonly readings: Pick<ReadingsStore, 'settle'>;
  readonly tail: Tail;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** Told of each call that settled something. */
  readonly onSettled?: (settled: Settled) => void;
  /** Unsettled readings in memory beyond which open hours are settled too. */
  readonly bound?: () => number;
}

/**
 * What was settled by one call. Readings that were in a block already when we ended, and still in the log, are settled
 * again after the start: they count again, as duplicates, and as conflicts where the log holds two values of one time.
 */
export interface Settled {
  readonly readings: number;
  readonly conflicts: number;
  readonly duplicates: number;
  /** Blocks that could not be read and were set aside. */
  readonly spoilt: number;
}

const NOTHING: Settled = { readings: 0, conflicts: 0, duplicates: 0, spoilt: 0 };

/** Moves what the log of arrivals holds into the readings store. */
export interface Consumer {
  /**
   * Settles what is due at this wall time (ms epoch), then trims the log. Call it about every 10 s; while one is
   * under way, the same one is returned. Never rejects: failures go to `onError`, and the next call tries again.
   * `upTo`: what came later stays in the log, as its hours are not marked yet; our own store marks what it settles.
   */
  settleDue(now?: number, upTo?: ArrivalSeq): Promise<Settled>;
  /** Resolves when the next hours are settled, or cannot be; at once when nothing is being settled. */
  progress(): Promise<undefined>;
  /** Readings that no store holds durably yet. */
  waiting(): number;
  /** When the oldest of them was received, ms epoch; undefined: there is none. */
  oldestReceivedAt(): number | undefined;
  /** Waits for what is under way; nothing is settled afterwards. */
  close(): Promise<void>;
}

/** The consumer whose store is our own. */
export interface SettlingConsumer extends Consumer {
  /** Settles everything, open hours too. */
  settleAll(): Promise<Settled>;
}

export function createConsumer(options: ConsumerOptions): SettlingConsumer {
  const { ledger, readings, tail, clock, onError, onSettled, bound = () => Infinity } = options;
  let underWay: Promise<Settled> | undefined;
  let closed = false;
  let trimmed = 0;
  let trimming = Promise.resolve();
  let step = Promise.withResolvers<undefined>();

  function stepped(): void {
    step.resolve(undefined);
    step = Promise.withResolvers<undefined>();
  }

  async function settleHours(hours: readonly DueHour[]): Promise<Settled> {
    const result = await readings.settle(tail.pack(hours));
    // The block is durable: the tail may forget it now, the log when its turn comes.
    tail.settled(hours);
    stepped();
    return { ...result, readings: hours.reduce((sum, { count }) => sum + count, 0) };
  }

  async function settle(now: number, everything: boolean): Promise<Settled> {
    let sum = NOTHING;
    const all = everything || tail.size() > bound();
    // What arrives while this runs is for the next time: else a busy line would keep it going for ever.
    const upTo = tail.newestSeq();
    const limits = { now, grace: GRACE, patience: PATIENCE, crowd: CROWD, all, upTo, limit: SLICE };
    try {
      let before = Promise.resolve(NOTHING);
      for (const hours of tail.due(limits)) {
        if (closed) break;
        const next = settleHours(hours);
        // Fails with the one before it, whose error is told.
        next.catch(() => undefined);
        // One is on its way while another is taken over: the store need not wait until the line looks up.
        sum = plus(sum, await before);
        before = next;
      }
      sum = plus(sum, await before);
    } catch (error) {
      onError(error);
    }
    if (sum.readings > 0) onSettled?.(sum);
    return sum;
  }

  /** One at a time, in the background of the settling that follows: a flood fills the tail faster than the log forgets. */
  function trim(): Promise<void> {
    trimming = trimming.then(async () => {
      const point = tail.trimPoint();
      if (point <= trimmed) return;
      try {
        await ledger.trim(point);
        trimmed = point;
      } catch (error) {
        onError(error);
      }
    });
    return trimming;
  }

  function begin(now: number, everything: boolean): Promise<Settled> {
    underWay ??= begun(now, everything);
    return underWay;
  }

  async function begun(now: number, everything: boolean): Promise<Settled> {
    let isBehind = false;
    try {
      const sum = await settle(now, everything);
      isBehind = sum.readings > 0 && !closed && !everything && tail.size() > bound();
      return sum;
    } finally {
      underWay = undefined;
      stepped();
      // In a flood the next round begins with the end of this one; who waits for this one need not wait for that.
      if (isBehind) void begin(clock.now().wall, false);
      await trim();
    }
  }

  return {
    settleDue(now = clock.now().wall) {
      return closed ? Promise.resolve(NOTHING) : begin(now, false);
    },
    progress: () => (underWay === undefined ? Promise.resolve(undefined) : step.promise),
    async settleAll() {
      while (underWay !== undefined) await underWay;
      return begin(clock.now().wall, true);
    },
    waiting: () => tail.size(),
    oldestReceivedAt: () => tail.oldestReceivedAt(),
    async close() {
      closed = true;
      await underWay;
      await trimming;
    },
  };
}

function plus(one: Settled, other: Settled): Settled {
  return {
    readings: one.readings + other.readings,
    conflicts: one.conflicts + other.conflicts,
    duplicates: one.duplicates + other.duplicates,
    spoilt: one.spoilt + other.spoilt,
  };
}
