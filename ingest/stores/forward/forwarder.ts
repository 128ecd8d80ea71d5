import { setImmediate } from 'node:timers/promises';
import type { Clock, Timer } from '../../../contract/clock.ts';
import type { Consumer } from '../consumer.ts';
import type { InfluxStore } from '../influx/types.ts';
import type { ForwardReader } from '../ledger/forwarded.ts';
import type { Ledger } from '../ledger/types.ts';
import type { Arrival } from '../arrival.ts';
import { packArrivals, type PackedReadings } from '../packed.ts';
import type { Tail } from '../tail.ts';
import { createCursors } from './cursors.ts';
import { createDoubts } from './doubts.ts';
import { isolatedEntry, type IsolationOptions } from './isolated.ts';
import { createArrivalQueue } from './queue.ts';
import { createRecordStream, type SentRecords } from './record-stream.ts';
import { createRecordRejections, createRejections } from './rejections.ts';
import { createRelease } from './release.ts';
import { BATCH, createSender } from './sender.ts';
import { delayAfter, mayBeUnderWay, troubleOf, type ForwardTrouble } from './retry.ts';

/** ms that readings wait for more of them; also between two looks for events and transitions. */
const GATHER = 1_000;
/** ms that a request under way may still take when we end; what it carried stays in the log. */
const CLOSING = 2_000;
const NOTHING = { readings: 0, conflicts: 0, duplicates: 0, spoilt: 0 };

export interface ForwarderOptions extends IsolationOptions {
  readonly influx: InfluxStore;
  readonly ledger: Pick<Ledger, 'commit' | 'room' | 'trim'>;
  readonly reader: ForwardReader;
  readonly tail: Tail;
  readonly clock: Clock;
  /** What the log holds at the start, in its order. */
  readonly log: readonly Arrival[];
  /** Arrivals in memory beyond which those of open hours leave it too, once they are forwarded. */
  readonly bound: () => number;
  /** The line has more to do than it gets done: it waits for us then, so that the log does not grow without end. */
  readonly lineIsBehind: () => boolean;
  readonly onError: (error: unknown) => void;
  readonly onBatch?: (batch: ForwardedBatch) => void;
  readonly onRecords?: (sent: SentRecords) => void;
  readonly onHealth?: (health: ForwardHealth) => void;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** What became of one attempt to send readings. */
export interface ForwardedBatch {
  readonly result: 'written' | ForwardTrouble;
  /** ms until the answer. */
  readonly took: number;
  /** Readings that the server holds durably now. */
  readonly written: number;
  readonly tooOld: number;
  readonly isolated: number;
}

export interface ForwardHealth {
  /** Of the newest attempt; null: it passed. `untried`: there was none yet. */
  readonly trouble: ForwardTrouble | 'untried' | null;
  /** What the server or the network said; null: no trouble. */
  readonly words: string | null;
}

/** Sends what the log of arrivals holds to InfluxDB, and events and transitions of alarms beside it. */
export interface Forwarder extends Consumer {
  /** Arrivals that are durable in the log now, in its order. */
  take(arrivals: PackedReadings): void;
  health(): ForwardHealth;
  /** What the store says of fields that it rejects; null: it takes all; undefined: not known yet. */
  rejects(): string | null | undefined;
  /** The same of fields of events and transitions. */
  rejectsRecords(): string | null | undefined;
  /** Events and transitions that are not sent yet. */
  recordsWaiting(): number;
}

/**
 * The second consumer of the log: an arrival counts as taken over when the server said so (204), in the order of the
 * log. One request is under way at a time; what fails is sent again, for ever.
 */
export function createForwarder(options: ForwarderOptions): Forwarder {
  const { influx, ledger, reader, tail, clock, lineIsBehind, onError, onBatch, onRecords, onHealth } = options;
  const { random = Math.random } = options;
  const cursors = createCursors({ ledger, reader, clock, target: influx.target, onError });
  const recordRejections = createRecordRejections();
  const onSent = (sent: SentRecords) => {
    recordRejections.note(sent.records, sent.rejected, clock.now().mono);
    onRecords?.(sent);
  };
  const records = createRecordStream({ influx, reader, cursors, onSent });
  const release = createRelease({ tail, ledger, bound: options.bound });
  const queue = createArrivalQueue();
  const sender = createSender(influx, queue);
  const doubts = createDoubts(tail);
  const rejections = createRejections(options.directory);
  const from = cursors.at('arrivals');
  queue.push(packArrivals(options.log.filter(({ seq }) => seq > from)));
  // Whoever was here before us may have been killed with any of it under way.
  if (tail.newestSeq() > 0) doubts.add({ after: tail.trimPoint(), upto: tail.newestSeq() }, clock.now().mono);

  let health: ForwardHealth = { trouble: 'untried', words: null };
  let failures = 0;
  let closed = false;
  const isClosed = () => closed;
  let releasing: Promise<void> | undefined;
  /** Ends the rest that is under way. */
  let wake = () => {};
  let step = Promise.withResolvers<undefined>();

  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer: Timer = clock.after(ms, () => wake());
      wake = () => {
        timer.cancel();
        wake = () => {};
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    let recordsAt = -Infinity;
    let more = false;
    while (!isClosed()) {
      if (sender.isIdle() && queue.size() < BATCH && !more) await rest(GATHER);
      if (isClosed()) return;
      try {
        await sendArrivals();
        await sendAgain();
        if (more || clock.now().mono >= recordsAt) {
          more = await sendRecords();
          recordsAt = clock.now().mono + GATHER;
        }
        // One batch a turn: the line goes on in between.
        await setImmediate();
      } catch (error) {
        if (isClosed()) return;
        const wait = delayAfter(error, { failures, random: random() });
        failures += 1;
        turnOut(troubleOf(error), error);
        await restOut(wait);
      }
    }
  }

  /** Waits for its time whatever arrives meanwhile. */
  async function restOut(ms: number): Promise<void> {
    const until = clock.now().mono + ms;
    while (!isClosed() && clock.now().mono < until) await rest(until - clock.now().mono);
  }

  async function sendArrivals(): Promise<void> {
    const sending = sender.first(cursors.at('arrivals'));
    if (sending === undefined) return;
    const { batch } = sending;
    const since = clock.now().mono;
    try {
      const { written, lines, rejected, tooOld, took } = await sending.written;
      const receivedAt = clock.now().wall;
      await cursors.isolate(
        rejected.map((one) => isolatedEntry(one, receivedAt, options)).filter((entry) => entry !== undefined),
      );
      rejections.note(batch, rejected, clock.now().mono);
      sender.done({ written, lines });
      cursors.moved('arrivals', batch.lastSeq);
      turnOut(null);
      onBatch?.({ result: 'written', took, written, tooOld, isolated: rejected.length });
    } catch (error) {
      const took = clock.now().mono - since;
      onBatch?.({ result: troubleOf(error), took, written: 0, tooOld: 0, isolated: 0 });
      for (const given of await sender.giveUp()) {
        const { after, batch } = given.sending;
        if (mayBeUnderWay(given.error)) doubts.add({ after, upto: batch.lastSeq }, clock.now().mono);
      }
      throw error;
    } finally {
      stepped();
    }
  }

  /** What an earlier request, which the server carried out late, may have put back to what it was. */
  async function sendAgain(): Promise<void> {
    for (let again = doubts.due(clock.now().mono); again !== undefined; again = doubts.due(clock.now().mono)) {
      try {
        if (again.length > 0) await influx.settle(again);
      } catch (error) {
        doubts.failed(clock.now().mono);
        throw error;
      }
      doubts.done();
      await setImmediate();
    }
  }

  async function sendRecords(): Promise<boolean> {
    const { sent, more } = await records.send();
    if (sent) turnOut(null);
    return more;
  }

  function turnOut(trouble: ForwardTrouble | null, error?: unknown): void {
    if (trouble === null) failures = 0;
    const words = trouble === null ? null : error instanceof Error ? error.message : String(error);
    const changed = health.trouble !== trouble;
    health = { trouble, words };
    if (changed) onHealth?.(health);
  }

  /** Up to this number nothing is needed any more; where memory is short, what is in doubt counts less. */
  function releasable(): number {
    const forwarded = cursors.at('arrivals');
    return tail.size() > options.bound() ? forwarded : Math.min(forwarded, doubts.keepsFrom());
  }

  function stepped(): void {
    step.resolve(undefined);
    step = Promise.withResolvers<undefined>();
  }

  const running = run().catch(onError);

  return {
    take(arrivals) {
      queue.push(arrivals);
      if (queue.size() >= BATCH && failures === 0) wake();
    },
    async settleDue(now = clock.now().wall, upTo = Infinity) {
      if (closed) return NOTHING;
      releasing ??= release(now, Math.min(releasable(), upTo))
        .catch(onError)
        .finally(() => {
          releasing = undefined;
        });
      await releasing;
      return NOTHING;
    },
    progress: () => (failures === 0 && lineIsBehind() ? step.promise : Promise.resolve(undefined)),
    waiting: () => queue.size(),
    oldestReceivedAt: () => queue.oldestReceivedAt(),
    health: () => health,
    rejects: () => rejections.words(),
    rejectsRecords: () => recordRejections.words(),
    recordsWaiting: () => records.waiting(),
    async close() {
      closed = true;
      wake();
      await new Promise<void>((resolve) => {
        const timer = clock.after(CLOSING, resolve);
        void running.then(() => {
          timer.cancel();
          resolve();
        });
      });
      await releasing;
      await cursors.close();
    },
  };
}
