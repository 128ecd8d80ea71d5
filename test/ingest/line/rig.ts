import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import type { ConnectionEnd, InboundMessage } from '../../../contract/message.ts';
import type { AlarmView } from '../../../contract/alarm.ts';
import type { DeviceView, PointView, SiteSnapshot, ValueView } from '../../../contract/live.ts';
import type { SiteRegistry } from '../../../contract/registry.ts';
import type { TopicLeaf } from '../../../contract/topics.ts';
import { startIngest, type Ingest } from '../../../ingest/start.ts';
import { steadyClock } from '../../../ingest/steady-clock.ts';
import { loadCatalogue } from '../../../ingest/standards/catalogue.ts';
import type { Catalogue } from '../../../ingest/standards/types.ts';
import type { InfluxStore } from '../../../ingest/stores/influx/types.ts';
import type { Ledger } from '../../../ingest/stores/ledger/types.ts';
import type { ReadingsStore } from '../../../ingest/stores/readings/types.ts';
import type { Rollups } from '../../../ingest/stores/rollups.ts';
import { registryWriter } from '../../../ingest/stores/ledger/write-registry.ts';
import { openStores, type Stores } from '../../../ingest/stores/open.ts';
import { inTransaction } from '../../../ingest/stores/sqlite/migrate.ts';
import { rowsOf } from '../../arrival-log.ts';
import { DrivenClock } from '../../driven-clock.ts';

const YEAR = 365 * 86_400_000;

/** Read once: it is never changed. */
const CATALOGUE = loadCatalogue();

export const OPERATOR = { username: 'duty', post: '后勤值班', role: 'operator' } as const;

export interface RigOptions {
  readonly registry: SiteRegistry;
  readonly dir?: string;
  readonly clock?: DrivenClock;
  /** Stands between the line and the real ledger, to make it fail. */
  readonly ledger?: (real: Ledger) => Ledger;
  /** The same for the readings. */
  readonly readings?: (real: ReadingsStore) => ReadingsStore;
  /** The same for hours and days. */
  readonly rollups?: (real: Rollups) => Rollups;
  /** Opens InfluxDB as the store of the readings. */
  readonly influx?: (stores: Stores, clock: DrivenClock) => Promise<InfluxStore>;
  /** The product's own unless given. */
  readonly catalogue?: Catalogue;
  readonly retention?: number;
  readonly logLimit?: number;
  /** Size of the reserve file; none unless given. */
  readonly reserveBytes?: number;
  /** Bytes that are free; not asked unless given. */
  readonly freeBytes?: () => number;
  readonly expiringCertificates?: () => string | null;
  /** Hears of every error that the line meets. */
  readonly onError?: (error: unknown) => void;
  /** Hears of every warning. */
  readonly onLog?: (fields: Record<string, unknown>, text: string) => void;
}

export interface Rig {
  readonly clock: DrivenClock;
  readonly ingest: Ingest;
  readonly stores: Stores;
  readonly dir: string;
  /** Resolves when acknowledged. */
  publish(
    device: string,
    payload: unknown,
    options?: { leaf?: TopicLeaf; origin?: InboundMessage['origin'] },
  ): Promise<void>;
  values(device: string, values: Record<string, unknown>, ts?: number | string): Promise<void>;
  /** Drives the clock second by second, each through the line. */
  pass(seconds: number): Promise<void>;
  /** Keeps a device reporting while time passes. */
  report(device: string, values: Record<string, number>, options: { seconds: number; every: number }): Promise<void>;
  snapshot(): SiteSnapshot;
  point(id: string): PointView;
  value(point: string, metric?: string): ValueView;
  alarms(rule?: string): AlarmView[];
  device(id: string): DeviceView;
  /** Writes another registry, as an administrator's command does, and waits until the line has it. */
  register(registry: SiteRegistry): Promise<void>;
  connect(device: string, connection: number): void;
  disconnect(device: string, connection: number, end: ConnectionEnd): void;
  /** The same on the same data, after our downtime; `wall`: what the clock of the host shows then. */
  restart(options: { downMs: number; wall?: number; catalogue?: Catalogue }): Promise<Rig>;
  /** Rows of the ledger, by a reader that shares no code with it. */
  rows(sql: string): Record<string, unknown>[];
  close(): Promise<void>;
}

/** Ingest on real stores under a driven clock. */
export async function startRig(options: RigOptions): Promise<Rig> {
  const clock = options.clock ?? new DrivenClock();
  const dir = options.dir ?? temporaryFolder();
  // As main.ts does it: messages come with moments of the machine's clock, all else goes by the steady one.
  const steady = steadyClock(clock);
  const stores = await openStores({ dataDir: dir, clock: steady, reserveBytes: options.reserveBytes ?? 0 });
  const ledger = options.ledger?.(stores.ledger) ?? stores.ledger;
  if (stores.reader.registries().length === 0) {
    const at = clock.now().wall;
    importRegistry(dir, options.registry, at);
    await stores.ledger.commit({ at });
  }
  const site = options.registry.site;
  const influx = await options.influx?.(stores, clock);
  const ingest = await startIngest({
    clock: steady,
    log: {
      info: () => {},
      warn: (fields, text) => options.onLog?.(fields, text),
      error: (fields) => 'err' in fields && options.onError?.(fields['err']),
    },
    catalogue: options.catalogue ?? CATALOGUE,
    ledger,
    gate: stores.gate,
    reader: stores.reader,
    readings: influx ?? options.readings?.(stores.readings) ?? stores.readings,
    influx,
    rollups: options.rollups?.(stores.blocks.rollups) ?? stores.blocks.rollups,
    directory: stores.directory,
    ...(options.logLimit === undefined ? {} : { logLimit: options.logLimit }),
    ...(options.freeBytes === undefined ? {} : { freeBytes: options.freeBytes }),
    ...(options.expiringCertificates === undefined ? {} : { expiringCertificates: options.expiringCertificates }),
    retention: options.retention ?? 2 * YEAR,
    notify: { serverKey: stores.key, publicUrl: null, plainHttp: false },
  });
  await ingest.drained();
  let closed = false;

  const snapshot = () => {
    const found = ingest.query.snapshot(site);
    if (found === undefined) throw new Error('no snapshot');
    return found;
  };
  const point = (id: string) => {
    const found = snapshot().points.find((view) => view.id === id);
    if (found === undefined) throw new Error(`no point ${id}`);
    return found;
  };
  const rig: Rig = {
    clock,
    ingest,
    stores,
    dir,
    publish(device, payload, { leaf = 'readings', origin = 'publish' } = {}) {
      const bytes =
        payload instanceof Uint8Array
          ? payload
          : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
      return ingest.accept({
        topic: { site, device, leaf },
        payload: bytes,
        received: clock.now(),
        qos: 1,
        retain: false,
        origin,
      });
    },
    values: (device, values, ts) => rig.publish(device, ts === undefined ? { values } : { ts, values }),
    async pass(seconds) {
      for (let second = 0; second < seconds; second += 1) {
        clock.advance(1_000);
        await ingest.drained();
      }
    },
    async report(device, values, { seconds, every }) {
      for (let passed = 0; passed < seconds; passed += every) {
        await rig.values(device, values);
        await rig.pass(every);
      }
    },
    snapshot,
    point,
    value(id, metric = 'water_temperature') {
      const found = point(id).values.find((view) => view.metric === metric);
      if (found === undefined) throw new Error(`no ${metric} at ${id}`);
      return found;
    },
    alarms: (rule) => snapshot().alarms.filter((alarm) => rule === undefined || alarm.rule === rule),
    device(id) {
      const found = snapshot().devices.find((view) => view.id === id);
      if (found === undefined) throw new Error(`no device ${id}`);
      return found;
    },
    async register(registry) {
      await stores.ledger.commit({ at: clock.now().wall, registry: [registry] });
      await rig.pass(1);
    },
    connect: (device, connection) =>
      ingest.connection({ kind: 'connected', site, device, connection, address: '127.0.0.1', at: clock.now() }),
    disconnect: (device, connection, end) =>
      ingest.connection({ kind: 'ended', site, device, connection, end, at: clock.now() }),
    async restart({ downMs, wall = clock.now().wall + downMs, ...other }) {
      await rig.close();
      return startRig({ ...options, ...other, dir, clock: new DrivenClock(wall) });
    },
    rows(sql) {
      const db = new DatabaseSync(join(dir, 'ledger.db'), { readOnly: true });
      try {
        return rowsOf(db, sql);
      } finally {
        db.close();
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      await ingest.close();
      await influx?.close();
      await stores.close();
    },
  };
  onTestFinished(() => rig.close());
  return rig;
}

/** As another process does it. The thread of the ledger would load all that checks a registry, for each rig anew. */
function importRegistry(dir: string, registry: SiteRegistry, at: number): void {
  const db = new DatabaseSync(join(dir, 'ledger.db'));
  try {
    inTransaction(db, () => registryWriter(db).put([registry], at));
  } finally {
    db.close();
  }
}

/** Gone after the test; what is registered first is run last. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'fw-line-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
