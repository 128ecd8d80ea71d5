import type { Clock } from '../contract/clock.ts';
import type { StoreState } from './line/tick.ts';
import type { World } from './line/world.ts';
import type { Meter, StoreLevels } from './meter.ts';
import { createConsumer, type Consumer } from './stores/consumer.ts';
import { createForwarder, type ForwardedBatch, type ForwardHealth } from './stores/forward/forwarder.ts';
import type { InfluxStore } from './stores/influx/types.ts';
import type { Ledger, LedgerReader } from './stores/ledger/types.ts';
import type { Arrival } from './stores/arrival.ts';
import type { PackedReadings } from './stores/packed.ts';
import type { ReadingsStore } from './stores/readings/types.ts';
import type { SeriesDirectory } from './stores/series-directory.ts';
import type { Tail } from './stores/tail.ts';

/** Readings that no store holds from which on the line goes no faster than they are taken over. */
const PACE_FROM = 1_000_000;
/** Where more may be kept in memory, this many times as many. */
const PACE_OF_BOUND = 1.5;
/**
 * ms that one batch waits for that, and ms more for each further million that wait, so that a flood does not fill the log
 * to its cap while the store is only slower; never more than the last, as a store that hangs may hold back no alarm.
 */
const PACE_PATIENCE = 200;
const PACE_GRADE = 3_000;
const PACE_LONGEST = 1_000;
/** Items that wait for the line from which on it has more to do than it gets done. */
const BEHIND = 500;

export interface TakeoverOptions {
  readonly world: Pick<World, 'models'>;
  readonly ledger: Ledger;
  readonly reader: Pick<LedgerReader, 'forward'>;
  readonly readings: ReadingsStore;
  /** Where readings go instead of into blocks of our own. */
  readonly influx?: InfluxStore | undefined;
  readonly directory: Pick<SeriesDirectory, 'of'>;
  readonly tail: Tail;
  readonly clock: Clock;
  /** What the log of arrivals held at the start. */
  readonly arrivals: readonly Arrival[];
  /** Arrivals in memory beyond which open hours leave it too. */
  readonly bound: () => number;
  /** Readings that may wait for their store. */
  readonly logLimit: number;
  /** Items that wait for the line. */
  readonly queued: () => number;
  readonly meter: Meter | undefined;
  readonly log: {
    info(fields: Record<string, unknown>, message: string): void;
    warn(fields: Record<string, unknown>, message: string): void;
  };
  readonly onError: (error: unknown) => void;
  /** Readings that replaced another value of the same time in a block. */
  readonly onConflicts: (count: number) => void;
}

/** What takes the log of arrivals over: blocks of our own, or a store outside. */
export interface Takeover {
  readonly consumer: Consumer;
  /** Arrivals that are durable in the log now, in its order. */
  take(arrivals: PackedReadings): void;
  /** Waited for by the line between two batches. */
  pace(): Promise<void> | undefined;
  state(): StoreState;
  /** Null: the store is our own. */
  levels(): StoreLevels | null;
  /** Readings that may wait; from there on, or with a full disk, no more are stored. */
  readonly cap: number;
}

export function createTakeover(options: TakeoverOptions): Takeover {
  const { clock, influx } = options;
  const takeover = influx === undefined ? intoBlocks(options) : intoInflux(influx, options);
  const { consumer } = takeover;
  const from = () => Math.max(PACE_FROM, options.bound() * PACE_OF_BOUND);
  /** So many waited when the line went on last. */
  let level = from();
  return {
    ...takeover,
    cap: options.logLimit,
    /**
     * Waits until no more wait than when the line went on last: a batch may be more than the store takes over in one
     * step. Where the store takes nothing no step is for long, and nothing waits for it.
     */
    pace() {
      const beyond = consumer.waiting() - from();
      if (beyond < 0) {
        level = from();
        return undefined;
      }
      return new Promise((resolve) => {
        let isOver = false;
        const goOn = (most: number) => {
          isOver = true;
          timer.cancel();
          level = Math.max(from(), Math.min(most, consumer.waiting()));
          resolve();
        };
        const patience = PACE_PATIENCE + (beyond / 1_000_000) * PACE_GRADE;
        const timer = clock.after(Math.min(PACE_LONGEST, patience), () => goOn(Infinity));
        const step = async () => {
          for (let left = Infinity; !isOver && consumer.waiting() < left;) {
            left = consumer.waiting();
            await consumer.progress();
            if (consumer.waiting() <= level) break;
          }
          // Between two rounds of its store nothing is taken over: what came meanwhile is waited for afterwards.
          if (!isOver) goOn(level);
        };
        void step();
      });
    },
  };
}

function intoBlocks(options: TakeoverOptions): Omit<Takeover, 'pace' | 'cap'> {
  const { meter, onConflicts } = options;
  const consumer = createConsumer({
    ...options,
    onSettled(settled) {
      meter?.settled(settled);
      if (settled.conflicts > 0) onConflicts(settled.conflicts);
    },
  });
  return { consumer, take: () => {}, state: () => ({ state: 'takes', words: null }), levels: () => null };
}

function intoInflux(influx: InfluxStore, options: TakeoverOptions): Omit<Takeover, 'pace' | 'cap'> {
  const { world, reader, clock, queued, meter, log } = options;
  const batches: Record<ForwardedBatch['result'], number> = {
    written: 0,
    unreachable: 0,
    busy: 0,
    refused: 0,
    invalid: 0,
    failed: 0,
  };
  const sums = { readings: 0, isolated: 0, tooOld: 0, recordsRejected: 0, recordsTooOld: 0 };
  const last = { lastWriteAt: null as number | null, lastTook: 0 };
  const consumer = createForwarder({
    ...options,
    influx,
    reader: reader.forward,
    log: options.arrivals,
    lineIsBehind: () => queued() >= BEHIND,
    deviceOf: (site, { point, metric, at }) =>
      world.models
        .committed(site)
        ?.points.get(point)
        ?.bindings.find((one) => one.metric === metric && one.since <= at && at < one.until)?.device,
    onBatch(batch) {
      meter?.forwarded(batch);
      batches[batch.result] += 1;
      sums.readings += batch.written;
      sums.isolated += batch.isolated;
      sums.tooOld += batch.tooOld;
      if (batch.result === 'written') Object.assign(last, { lastWriteAt: clock.now().wall, lastTook: batch.took });
    },
    onRecords(sent) {
      meter?.forwardedRecords(sent);
      const { measurement, tooOld, rejected, outrun } = sent;
      sums.recordsRejected += rejected.length;
      sums.recordsTooOld += tooOld + outrun;
      const [first] = rejected;
      if (first !== undefined)
        log.warn(
          { measurement, count: rejected.length, why: first.why },
          'InfluxDB rejected records; they are in the ledger alone',
        );
      if (tooOld > 0)
        log.warn({ measurement, count: tooOld }, 'InfluxDB keeps no records so old; they are in the ledger');
      if (outrun > 0) log.warn({ measurement, count: outrun }, 'events were past their time before they could be sent');
    },
    onHealth({ trouble, words }) {
      if (trouble === null) log.info({ ...influx.server() }, 'InfluxDB takes what is sent');
      else log.warn({ trouble, words }, 'InfluxDB takes nothing; everything is kept and sent again');
    },
  });

  function state(): StoreState {
    const health = consumer.health();
    // What was found out at the start counts until something was tried.
    const { problem, generation } = influx.server();
    if (health.trouble === 'untried' && problem !== null)
      return { state: generation === null ? 'unreachable' : 'refuses', words: problem };
    const words = health.trouble === 'refused' ? (problem ?? health.words) : health.words;
    const [rejects, rejectsRecords] = [consumer.rejects(), consumer.rejectsRecords()];
    return { state: stateOf(health), words, rejects, rejectsRecords };
  }

  return {
    consumer,
    take: (arrivals) => consumer.take(arrivals),
    state,
    levels() {
      const { generation, version, problem } = influx.server();
      const { rejects = null, rejectsRecords = null, ...taken } = state();
      const { trouble } = consumer.health();
      // The line judges both alike; people see which it is.
      const isInvalid = trouble === 'invalid' || (trouble === 'untried' && problem !== null && generation === null);
      const shown = isInvalid ? ({ ...taken, state: 'invalid' } as const) : taken;
      const failures = Object.entries(batches).reduce((sum, [result, n]) => (result === 'written' ? sum : sum + n), 0);
      const records = { recordsWaiting: consumer.recordsWaiting() };
      const counted = { ...sums, ...last, ...records, batches: { ...batches }, failures };
      return { generation, version, ...shown, rejects, rejectsRecords, ...counted };
    },
  };
}

function stateOf({ trouble }: ForwardHealth): StoreState['state'] {
  switch (trouble) {
    case null:
      return 'takes';
    case 'untried':
      return 'untried';
    case 'refused':
      return 'refuses';
    // Our own ledger's trouble is told by its own alarm.
    case 'failed':
      return 'takes';
    default:
      return 'unreachable';
  }
}
