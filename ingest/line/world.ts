import type { Instant } from '../../contract/clock.ts';
import type { QuarantineEntry } from '../../contract/quarantine.ts';
import type {
  AlarmRecord,
  DeviceRecord,
  JournalRow,
  LedgerBatch,
  MachineRecord,
  RegistryChange,
  Series,
  StoredEvent,
  SystemEvent,
} from '../stores/ledger/types.ts';
import type { NotificationIntent, ChannelChangeRow } from '../stores/ledger/channels.ts';
import type { Arrival } from '../stores/arrival.ts';
import type { ModeChange, StoredMode } from '../stores/ledger/mode-rows.ts';
import { ROW, SERIES, type PackedReadings } from '../stores/packed.ts';
import type { Tail } from '../stores/tail.ts';
import type { HeldStep, Witness } from '../steady-clock.ts';
import { BatchArrivals, type UsualArrival } from './batch-arrivals.ts';
import type { SiteModel } from './model.ts';
import { createSeriesTable, type SeriesTable } from './series-table.ts';
import { createTable, type Layered, type Table } from './table.ts';
import type { ClockState, DeviceState, RunningMachine } from './state.ts';
import { keyOf } from './keys.ts';
import type { SiteSchedule } from '../standards/types.ts';

/** Rows that the batch being judged adds to the ledger; an alarm, machine or device changed twice is written once. */
export interface Pending {
  readonly series: Series[];
  readonly arrivals: BatchArrivals;
  readonly events: StoredEvent[];
  readonly quarantine: QuarantineEntry[];
  readonly alarms: Map<string, AlarmRecord>;
  readonly machines: Map<string, MachineRecord>;
  readonly devices: Map<string, DeviceRecord>;
  readonly journal: JournalRow[];
  readonly notifications: NotificationIntent[];
  readonly systemEvents: SystemEvent[];
  /** By site. */
  readonly registryChanges: Map<string, RegistryChange>;
  readonly quarantineChanges: NonNullable<LedgerBatch['quarantineChanges']>[number][];
  readonly channels: ChannelChangeRow[];
  readonly modes: ModeChange[];
  /** Times (ms epoch) from which we go on although the newest commit is ahead of them: it was dated wrong. */
  readonly setBacks: number[];
}

/** What a merge changed, for the announcements. */
export interface Changes {
  readonly series: ReadonlySet<string>;
  readonly devices: ReadonlySet<string>;
  /** Alarms as they are now, closed ones included. */
  readonly alarms: readonly AlarmRecord[];
  readonly models: ReadonlySet<string>;
  readonly schedules: ReadonlySet<string>;
}

/** All state of the line, and the batch on top of it. */
export interface World {
  readonly models: Table<SiteModel>;
  readonly schedules: Table<SiteSchedule>;
  /** Set by hand, by site, ascending by their beginning: those that schedules are compiled with. */
  readonly modes: Table<readonly StoredMode[]>;
  readonly series: SeriesTable;
  readonly devices: Table<DeviceState>;
  readonly clocks: Table<ClockState>;
  readonly machines: Table<RunningMachine>;
  readonly alarms: Table<AlarmRecord>;
  /** Names of the series that are a device's own, by device. */
  readonly ownNames: Table<readonly string[]>;
  readonly tail: Tail;
  /** Our start, on both clocks. */
  readonly started: Instant;
  /** Series and alarms that show what could not be stored. */
  readonly unstored: { readonly series: Set<number>; readonly alarms: Set<number> };
  /** Monotonic ms at which the host's wall clock was found behind the ledger's newest commit; null: it is trusted. */
  distrustedSince: number | null;
  /** While it is not: what devices' own times say of it. By device. */
  readonly doubters: Map<string, Witness>;
  /** A step of the machine's wall clock that is not followed; null: none. */
  readonly heldStep: () => HeldStep | null;
  /** The newest commit, ms epoch, and on the monotonic clock; before the first of this start: -Infinity. */
  lastCommitAt: number;
  lastCommitMono: number;
  /** False while nothing can be committed. */
  storing: boolean;
  /** Monotonic ms since when silence may be held against devices: our start, the end of a standstill or of an outage. */
  listeningSince: number;
  /** Counts what may have changed any machine or calendar without an alarm being driven: what is remembered of them ends. */
  doubts: number;
  pending: Pending;
  nextSeriesId(): number;
  nextArrivalSeq(): number;
  nextAlarmId(): number;
  /** The value stored or about to be stored at this time of a series. */
  storedAt(series: number, t: number): number | undefined;
  /** The reading of the batch being judged at this time of a series. */
  arrivingAt(series: number, t: number): Arrival | undefined;
  addArrival(arrival: Arrival): void;
  /** The same for a good one in time, without an object for it. */
  addUsual(arrival: UsualArrival): void;
  /** Readings of a batch that failed turned out to be durable in the log all the same. */
  foundStored(arrivals: PackedReadings): void;
  addEvent(event: StoredEvent): void;
  /** Content hashes under an event's id in the batch being judged. */
  arrivingHashes(site: string, device: string, id: string): readonly string[];
  /** Adds rows that were judged before the line ran. */
  adopt(rows: Pending): void;
  /** The rows of the batch, or undefined when it changed nothing that is kept. */
  batch(at: number): LedgerBatch | undefined;
  /** Makes the batch the state; `kept`: what of it is in the ledger. */
  merge(kept: 'all' | 'alarms' | 'nothing'): Changes;
  /** All alarms are in the ledger now: returns those that are open and were shown as not stored. */
  alarmsStored(): AlarmRecord[];
  rollback(): void;
}

export interface WorldSeed {
  readonly started: Instant;
  readonly tail: Tail;
  readonly lastCommitAt: number;
  /** Of the clock that all moments come from; without it each step is followed. */
  readonly heldStep?: World['heldStep'];
  readonly nextSeriesId: number;
  readonly nextArrivalSeq: number;
  readonly nextAlarmId: number;
  /** Told of series when they are made, stored or not: a number is never given twice. */
  readonly onSeries?: (series: readonly Series[]) => void;
  /** Told of readings when they are durable in the log, in its order, as the tail is. Changes nothing. */
  readonly onArrivals?: (arrivals: PackedReadings) => void;
}

export function createWorld(seed: WorldSeed): World {
  const tables = {
    models: createTable<SiteModel>(),
    schedules: createTable<SiteSchedule>(),
    modes: createTable<readonly StoredMode[]>(),
    series: createSeriesTable(),
    devices: createTable<DeviceState>(),
    clocks: createTable<ClockState>(),
    machines: createTable<RunningMachine>(),
    alarms: createTable<AlarmRecord>(),
    ownNames: createTable<readonly string[]>(),
  };
  const layered: readonly Layered[] = Object.values(tables);
  // Ids are handed out once and never taken back: a rolled-back batch leaves a gap, not a second owner.
  let { nextSeriesId, nextArrivalSeq, nextAlarmId } = seed;
  const arrivals = new BatchArrivals();
  const freshHashes = new Map<string, string[]>();
  const eventKey = (site: string, device: string, id: string) => `${site}|${device}|${id}`;
  const keepArrivals = (rows: PackedReadings) => {
    if (rows.length > 0) seed.onArrivals?.(rows);
    seed.tail.append(rows);
  };
  const forgetBatch = () => {
    arrivals.clear();
    world.pending = emptyPending(arrivals);
    freshHashes.clear();
  };

  const world: World = {
    ...tables,
    tail: seed.tail,
    started: seed.started,
    unstored: { series: new Set(), alarms: new Set() },
    distrustedSince: null,
    doubters: new Map(),
    heldStep: seed.heldStep ?? (() => null),
    lastCommitAt: seed.lastCommitAt,
    lastCommitMono: -Infinity,
    storing: true,
    listeningSince: seed.started.mono,
    doubts: 0,
    pending: emptyPending(arrivals),
    nextSeriesId: () => nextSeriesId++,
    nextArrivalSeq: () => nextArrivalSeq++,
    nextAlarmId: () => nextAlarmId++,
    storedAt: (series, t) => arrivals.valueAt(series, t) ?? seed.tail.has(series, t),
    arrivingAt: (series, t) => arrivals.at(series, t),
    addArrival: (arrival) => arrivals.add(arrival),
    addUsual: (arrival) => arrivals.addUsual(nextArrivalSeq++, arrival),
    foundStored: keepArrivals,
    addEvent(event) {
      world.pending.events.push(event);
      const key = eventKey(event.site, event.device, event.id);
      freshHashes.set(key, [...(freshHashes.get(key) ?? []), event.contentHash]);
    },
    arrivingHashes: (site, device, id) => freshHashes.get(eventKey(site, device, id)) ?? [],
    adopt(rows) {
      world.pending.series.push(...rows.series);
      world.pending.journal.push(...rows.journal);
      world.pending.notifications.push(...rows.notifications);
      world.pending.systemEvents.push(...rows.systemEvents);
      for (const [key, alarm] of rows.alarms) world.pending.alarms.set(key, alarm);
      for (const [key, machine] of rows.machines) world.pending.machines.set(key, machine);
      for (const [key, device] of rows.devices) world.pending.devices.set(key, device);
    },
    batch: (at) => (isEmpty(world.pending) ? undefined : toBatch(world.pending, at)),
    merge(kept) {
      const alarms = [...world.pending.alarms.values()];
      if (world.pending.series.length > 0) seed.onSeries?.(world.pending.series);
      const rows = arrivals.view();
      if (kept === 'all') keepArrivals(rows);
      if (kept !== 'all' || world.unstored.series.size > 0) noteStored(world.unstored.series, rows, kept === 'all');
      for (const { id } of alarms) {
        if (kept === 'nothing') world.unstored.alarms.add(id);
        else world.unstored.alarms.delete(id);
      }
      forgetBatch();
      const changes: Changes = {
        models: tables.models.changed(),
        schedules: tables.schedules.changed(),
        series: tables.series.changed(),
        devices: tables.devices.changed(),
        alarms,
      };
      for (const table of layered) table.merge();
      return changes;
    },
    alarmsStored() {
      const ids = [...world.unstored.alarms];
      world.unstored.alarms.clear();
      return ids.map((id) => tables.alarms.committed(keyOf.alarm(id))).filter((alarm) => alarm !== undefined);
    },
    rollback() {
      world.doubts += 1;
      forgetBatch();
      for (const table of layered) table.rollback();
    },
  };
  return world;
}

function noteStored(unstored: Set<number>, rows: PackedReadings, stored: boolean): void {
  for (let at = 0; at < rows.length; at += ROW) {
    const series = rows[at + SERIES] ?? 0;
    if (stored) unstored.delete(series);
    else unstored.add(series);
  }
}

function emptyPending(arrivals: BatchArrivals): Pending {
  return {
    series: [],
    arrivals,
    events: [],
    quarantine: [],
    alarms: new Map(),
    machines: new Map(),
    devices: new Map(),
    journal: [],
    notifications: [],
    systemEvents: [],
    registryChanges: new Map(),
    quarantineChanges: [],
    channels: [],
    modes: [],
    setBacks: [],
  };
}

function isEmpty(pending: Pending): boolean {
  return Object.values(pending).every((rows: { readonly length: number } | { readonly size: number }) =>
    'size' in rows ? rows.size === 0 : rows.length === 0,
  );
}

function toBatch(pending: Pending, at: number): LedgerBatch {
  return {
    at,
    series: pending.series,
    arrivals: pending.arrivals.view().slice(),
    events: pending.events,
    quarantine: pending.quarantine,
    alarms: [...pending.alarms.values()],
    machines: [...pending.machines.values()],
    devices: [...pending.devices.values()],
    journal: pending.journal,
    notifications: pending.notifications,
    systemEvents: pending.systemEvents,
    registryChanges: [...pending.registryChanges.values()],
    quarantineChanges: pending.quarantineChanges,
    channels: pending.channels,
    modes: pending.modes,
    setBacks: pending.setBacks,
  };
}
