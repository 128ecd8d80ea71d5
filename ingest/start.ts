import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../contract/clock.ts';
import type { ConnectionChange, InboundMessage, Refusal } from '../contract/message.ts';

import type { Desk, QuerySide } from '../contract/query.ts';
import { createAttention } from './attention.ts';
import { createTakeover } from './consume.ts';
import { createExpiry } from './expire.ts';
import type { History } from './history/history.ts';
import { startHistory } from './history/start.ts';
import { noteConflict } from './line/identity-conflict.ts';
import { lookAtClock, resumeStep } from './line/host-step.ts';
import { createLine } from './line/line.ts';
import type { Item } from './line/item.ts';
import type { MessageRules } from './line/message.ts';
import { MessageItem, type MessageRoad } from './line/message-item.ts';
import { noteConnection } from './line/presence.ts';
import { noteSettledConflicts } from './line/readings.ts';
import { createModeDesk } from './line/mode-desk.ts';
import { createDeviceDesk } from './line/device-desk.ts';
import { createRegistryWatch } from './line/registry-watch.ts';
import { restore, restoreLastMessages } from './line/restore.ts';
import { watchStandstill } from './line/standstill.ts';
import { takeTick } from './line/tick.ts';
import { createWorld, type Changes } from './line/world.ts';
import { createAcknowledge } from './live/acknowledge-desk.ts';
import { createAnnouncer } from './live/announcer.ts';
import { levelsOf } from './live/levels.ts';
import { createQuerySide } from './live/query-side.ts';
import { rebuildValues } from './live/rebuild-values.ts';
import { createRefusalBook } from './live/refusal-book.ts';
import { keepRefusals } from './live/refusal-keeper.ts';
import { createRefusals } from './live/refusals.ts';
import { createSparklines } from './live/sparklines.ts';
import type { Channels } from './notify/channels.ts';
import type { Began } from './record/began.ts';
import type { Sheets } from './record/sheet.ts';
import { startNotify, type NotifySettings } from './notify/start.ts';
import type { Catalogue } from './standards/types.ts';
import { keptBy, type InfluxStore } from './stores/influx/types.ts';
import type { Gate } from './stores/ledger/gate.ts';
import type { Ledger, LedgerReader } from './stores/ledger/types.ts';
import { packArrivals, type PackedReadings } from './stores/packed.ts';
import type { ReadingsStore } from './stores/readings/types.ts';
import type { Rollups } from './stores/rollups.ts';
import type { SeriesDirectory } from './stores/series-directory.ts';
import { createLogRoom, LOG_LIMIT } from './stores/log-room.ts';
import { createTail } from './stores/tail.ts';
import { received, steadyClock } from './steady-clock.ts';
import type { IngestLevels, Meter } from './meter.ts';

const TICK = 1_000;
const SETTLE_EVERY = 10_000;
/** Readings in memory from which on they are settled at once, those of open hours too. */
const SETTLE_FROM = 500_000;
/** So many of each series, where that is more. */
const SETTLE_EACH = 32;
const EXPIRE_EVERY = 3_600_000;

/** What ingest needs of the log: no payloads are ever handed to it. */
export interface IngestLog {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface IngestOptions {
  readonly clock: Clock;
  readonly log: IngestLog;
  readonly catalogue: Catalogue;
  readonly ledger: Ledger;
  /** Holds back everybody but the line while nothing can be committed. */
  readonly gate?: Pick<Gate, 'before' | 'onTrouble'>;
  readonly reader: LedgerReader;
  readonly readings: ReadingsStore;
  /** The same where it is InfluxDB: arrivals are forwarded to it instead of being settled. */
  readonly influx?: InfluxStore | undefined;
  /** Where hours and days are kept; without it they are computed whenever somebody asks. */
  readonly rollups?: Rollups;
  /** Where a store outside learns what its series are called. */
  readonly directory: SeriesDirectory;
  /** ms that raw readings are kept. */
  readonly retention: number;
  /** Readings that may wait for their store; from then on none is stored until it has taken some. */
  readonly logLimit?: number;
  /** Bytes that are free where the stores lie; not asked unless given. */
  readonly freeBytes?: () => number;
  /** Certificates that end soon, such as `MQTT 2026-12-20`; null: none. Asked every second. */
  readonly expiringCertificates?: () => string | null;
  readonly meter?: Meter;
  readonly notify: NotifySettings;
}

export interface Ingest {
  readonly query: QuerySide;
  readonly history: History;
  /** The monthly register. */
  readonly sheets: Sheets;
  /** When an area began to be watched. */
  readonly began: Began;
  readonly desk: Desk;
  readonly channels: Channels;
  accept(message: InboundMessage): Promise<void>;
  /** The same, told by a call. */
  take(message: InboundMessage, committed: () => void): void;
  connection(change: ConnectionChange): void;
  refused(refusal: Refusal): void;
  /** Tells whether what is accepted can be stored; false, then true after recovery. */
  onStoring(listener: (storing: boolean) => void): void;
  levels(): IngestLevels;
  /** Resolves when all that was accepted so far is through. */
  drained(): Promise<void>;
  /** Resolves when readings, hours and days that are due now are in their stores, and what is too old now is not. */
  computed(): Promise<void>;
  /** Resolves when no notification is on its way and none can be sent now. */
  notified(): Promise<void>;
  close(): Promise<void>;
}

/** The line that every message walks, from the start state in the ledger to the query side and the desk. */
export async function startIngest(options: IngestOptions): Promise<Ingest> {
  const { log, catalogue, ledger, reader, readings, directory, retention, meter } = options;
  const clock = steadyClock(options.clock);
  const state = reader.load();
  resumeStep(clock, state);
  const started = clock.now();
  const gated = options.gate?.before(ledger) ?? ledger;
  const { logLimit = LOG_LIMIT, freeBytes = () => Infinity } = options;
  const tail = createTail();
  const waiting = packArrivals(state.arrivals);
  tail.append(waiting);
  directory.learn(state.series);
  const onSeries = directory.learn;
  const onArrivals = (arrivals: PackedReadings) => {
    takeover.take(arrivals);
    memory.arrived(arrivals);
    sparklines.arrived(arrivals);
  };
  const lastCommitAt = state.lastCommitAt ?? 0;
  const world = createWorld({ ...state, started, tail, lastCommitAt, heldStep: clock.held, onSeries, onArrivals });
  directory.locate((site, point) => world.models.committed(site)?.points.get(point)?.area.id);
  const logRoom = createLogRoom({ waiting: () => consumer.waiting(), limit: logLimit, freeBytes });
  const mayStore = () => ledger.room() === 'ample' && !logRoom.isFull();
  // An open hour's block is written anew each time: a dozen readings of each of many series would be too few for that.
  const settleFrom = () => Math.min(Math.max(SETTLE_FROM, tail.series() * SETTLE_EACH), logLimit / 2);
  const sparklines = createSparklines();
  const storingListeners: ((storing: boolean) => void)[] = [];
  const refusals = createRefusals({ clock, log });
  const registered = {
    site: (site: string) => world.models.committed(site) !== undefined,
    device: (site: string, device: string) => world.models.committed(site)?.devices.has(device) ?? false,
  };
  const onError = (error: unknown) => log.error({ err: error }, 'the line met an error');
  const expiry = createExpiry({
    ...{ ...options, ledger: gated, clock, started, lastCommitAt: state.lastCommitAt, onError },
    // A server outside lets readings go by itself: that it did is remembered beside the hours.
    async letGoOutside(at) {
      const there = options.influx?.server().retention ?? null;
      if (there !== null) await options.rollups?.letGo(at - there);
    },
  });

  restore(world, state, { reader, catalogue, now: started });
  noteStart();
  // What was read back is committed already; what the start itself changed walks the line like everything else.
  const startRows = world.pending;
  world.merge('all');
  await rebuildValues({
    world,
    readings,
    sparklines,
    clock,
    onTrouble: (error) => log.warn({ err: error }, 'the store does not say what was last: screens begin with the log'),
  });
  restoreLastMessages(world);
  world.merge('all');

  const book = createRefusalBook(registered, reader.refusals());
  const announcer = createAnnouncer({ world, clock, epoch: randomUUID(), storing: () => line.storing() });
  const lineEvents = { onChanges: announce, onStoring: storingChanged, onError };
  const attention = createAttention(clock);
  const line = createLine({
    ...{ world, ledger, clock, mayStore, ...lineEvents, meter },
    pace: () => takeover.pace(),
    isHurried: attention.isWanted,
  });
  options.gate?.onTrouble(line.suspect);
  const takeover = createTakeover({
    ...options,
    clock,
    ledger: gated,
    world,
    tail,
    meter,
    arrivals: state.arrivals,
    bound: settleFrom,
    logLimit,
    queued: () => line.queued(),
    onError,
    onConflicts: (count) => void enqueue(() => noteSettledConflicts(world, count, clock.now())),
  });
  const memory = startHistory({
    world,
    clock,
    catalogue,
    reader,
    readings,
    rollups: options.rollups,
    retention: () => (options.influx === undefined ? retention : keptBy(options.influx.server(), retention)),
    downSince: state.lastCommitAt,
    marksItself: options.influx === undefined,
    onError,
  });
  memory.arrived(waiting);
  const { consumer } = takeover;
  const refusalKeeper = keepRefusals({ book, ledger: gated, clock, storing: line.storing });
  const rules: MessageRules = { seen: (site, device, id) => reader.eventHashes(site, device, id), retention };

  function noteStart(): void {
    const downSince = state.lastCommitAt;
    const detail = { downMs: downSince === null ? 0 : Math.max(0, started.wall - downSince) };
    world.pending.systemEvents.push({ at: started.wall, site: null, kind: 'started', actor: null, detail });
  }

  function announce(changes: Changes): void {
    // What is not stored arrives nowhere: it is drawn as it is shown.
    for (const key of world.unstored.series.size === 0 ? [] : changes.series) {
      const known = world.series.committed(key);
      if (known?.current != null) sparklines.add(known.series.id, known.current.sourceTime, known.current.value);
    }
    announcer.changed(changes);
    if (changes.alarms.length > 0) notify.wake();
  }

  function storingChanged(storing: boolean): void {
    if (storing)
      log.warn({}, 'storing again: connections are closed so that devices send again what was not acknowledged');
    else log.error({}, 'nothing can be committed: readings are shown but not stored, and not acknowledged');
    for (const listener of storingListeners) listener(storing);
    announcer.storingChanged();
  }

  function enqueue(judge: () => void, rest: Partial<Item> = {}): void {
    line.enqueue({ judge, done: () => {}, letGo: () => {}, offends: () => [], ...rest });
  }

  const road: MessageRoad = { world, rules, clock, meter };
  const take = (message: InboundMessage, committed: () => void) =>
    line.enqueue(new MessageItem(road, received(message, clock), committed));

  function connection(change: ConnectionChange): void {
    const now = clock.at(change.at);
    if (change.kind === 'connected') book.connected(change.site, change.device);
    enqueue(() => {
      const model = world.models.get(change.site);
      const device = model?.devices.get(change.device);
      if (model !== undefined && device !== undefined) noteConnection({ world, model, device, now }, change);
    });
  }

  function refused(told: Refusal): void {
    const refusal = { ...told, at: clock.at(told.at) };
    meter?.refused(refusal.reason);
    refusals.note(refusal);
    book.note(refusal);
    const { contested, at } = refusal;
    if (contested === undefined) return;
    enqueue(() => {
      const model = world.models.get(contested.site);
      const device = model?.devices.get(contested.device);
      if (model === undefined || device === undefined) return;
      noteConflict({ world, model, device, now: at }, contested.addresses);
    });
  }

  enqueue(() => world.adopt(startRows));

  const notify = startNotify({
    ...options.notify,
    world,
    ledger: gated,
    reader,
    clock,
    log,
    enqueue: (item) => line.enqueue(item),
    onError,
  });

  let previous = started;
  let ticking = false;
  function tick(): void {
    logRoom.measure();
    if (tail.size() > settleFrom()) settle();
    line.probe();
    if (ticking) return;
    ticking = true;
    const found = lookAtClock(world, clock);
    const now = clock.now();
    const before = previous;
    const finish = () => {
      ticking = false;
      previous = now;
    };
    registryWatch.look(now);
    const room = { logFilling: logRoom.isFilling(), diskLow: logRoom.diskLow() };
    const store = takeover.state();
    const expiring = options.expiringCertificates?.() ?? null;
    enqueue(() => takeTick(world, now, { previous: before, clock: found, room, store, expiring }), {
      done: finish,
      letGo: finish,
    });
  }

  function settle(): void {
    // The log forgets nothing before it is marked what changed by it.
    memory
      .marked()
      .then((upTo) => consumer.settleDue(clock.now().wall, upTo))
      .then(() => memory.due(expiry.believed()))
      .catch(onError);
  }

  const registryWatch = createRegistryWatch({
    world,
    catalogue,
    reader,
    revision: state.registryRevision,
    enqueue,
    onChanged: (site) => log.info({ site }, 'the registry changed'),
  });

  const desk: Desk = {
    acknowledge: createAcknowledge({ world, clock, reader, enqueue }),
    modes: createModeDesk({ world, clock, enqueue, onChanged: memory.doubt }),
    devices: createDeviceDesk({
      world,
      clock,
      catalogue,
      reader,
      readings,
      retention,
      enqueue,
      registryInDoubt: () => registryWatch.doubt(),
    }),
  };

  const sources = { world, clock, catalogue, reader, readings };
  const timers: Timer[] = [
    clock.every(TICK, watchStandstill({ world, clock, enqueue })),
    clock.every(TICK, tick),
    clock.every(SETTLE_EVERY, settle),
    clock.every(EXPIRE_EVERY, expiry.expire),
  ];
  tick();

  return {
    query: createQuerySide({ ...sources, announcer, sparklines, refusals: book, storing: line.storing }),
    desk,
    history: {
      ...memory.history,
      chart: (site, asked) => attention.while(memory.history.chart(site, asked)),
      course: (site, point, asked) => attention.while(memory.history.course(site, point, asked)),
    },
    sheets: memory.sheets,
    began: memory.began,
    accept: (message) => new Promise((resolve) => take(message, resolve)),
    take,
    connection,
    refused,
    levels: () => levelsOf({ world, line, tail, ledger, takeover }),
    onStoring: (listener) => void storingListeners.push(listener),
    channels: notify.channels,
    drained: () => line.drained(),
    async computed() {
      const upTo = await memory.marked();
      // A round that is under way leaves out what came since it began.
      for (let round = 0; round < 2; round += 1) await consumer.settleDue(clock.now().wall, upTo);
      await memory.computed(expiry.believed());
      await expiry.idle();
    },
    notified: () => notify.idle(),
    async close() {
      await notify.close();
      for (const timer of timers) timer.cancel();
      await line.drained();
      line.stop();
      announcer.stop();
      refusals.stop();
      await refusalKeeper.stop();
      await memory.close();
      await consumer.close();
    },
  };
}
