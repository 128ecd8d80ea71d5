import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { Clock } from '../contract/clock.ts';
import type { IngestLevels, Meter } from '../ingest/meter.ts';
import { marksOf } from '../ingest/stores/codes.ts';
import { MARKS, ROW } from '../ingest/stores/packed.ts';

/** Seconds; a commit takes one fsync, under load with what gathered meanwhile. */
const COMMIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const LAG_BUCKETS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WRITE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const ITEM_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000];

/** What is asked when somebody scrapes. */
export interface Levels {
  ingest(): IngestLevels;
  /** MQTT connections that are open. */
  connections(): number;
  /** Live screens that are connected. */
  screens(): number;
  /** Bytes of each database file, by its name. */
  files(): Readonly<Record<string, number>>;
}

export interface Metrics {
  readonly meter: Meter;
  /** From when on the levels can be asked. */
  watch(levels: Levels): void;
  readonly contentType: string;
  /** Everything in Prometheus' text format. */
  text(): Promise<string>;
}

/** Counts what the line does, for Prometheus. Names and units follow its conventions: seconds, bytes, `_total`. */
export function createMetrics({ clock, version }: { clock: Clock; version: string }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({ name: 'fw_build_info', help: 'The program', labelNames: ['version'], registers }).set({ version }, 1);
  const meter = createMeter(registers);
  let forget = (): void => {};
  return {
    meter,
    watch(levels) {
      // Many gauges show the same look at ingest, taken once for each scrape.
      let seen: IngestLevels | undefined;
      forget = () => (seen = undefined);
      createGauges({ levels: { ...levels, ingest: () => (seen ??= levels.ingest()) }, clock, registers });
    },
    contentType: registry.contentType,
    text() {
      forget();
      return registry.metrics();
    },
  };
}

function createMeter(registers: Registry[]): Meter {
  const messages = new Counter({
    name: 'fw_messages_total',
    help: 'MQTT messages taken in, by what became of them; not_stored were not acknowledged',
    labelNames: ['outcome'],
    registers,
  });
  const lag = new Histogram({
    name: 'fw_message_seconds',
    help: 'From the receipt of a message to its commit',
    buckets: LAG_BUCKETS,
    registers,
  });
  const commits = new Histogram({
    name: 'fw_commit_seconds',
    help: 'How long commits of the ledger took, retries included',
    buckets: COMMIT_BUCKETS,
    registers,
  });
  const items = new Histogram({
    name: 'fw_commit_items',
    help: 'Messages, ticks and commands that one commit carried',
    buckets: ITEM_BUCKETS,
    registers,
  });
  const failed = new Counter({ name: 'fw_commit_failures_total', help: 'Attempts to commit that failed', registers });
  const readings = new Counter({
    name: 'fw_readings_total',
    help: 'Readings stored, by quality',
    labelNames: ['quality'],
    registers,
  });
  const events = new Counter({
    name: 'fw_events_total',
    help: 'Events stored, by kind',
    labelNames: ['kind'],
    registers,
  });
  const quarantined = new Counter({
    name: 'fw_quarantined_total',
    help: 'Messages and parts of messages that could not be used, by reason',
    labelNames: ['code'],
    registers,
  });
  const transitions = new Counter({
    name: 'fw_alarm_transitions_total',
    help: 'Lines of the alarm journal, by what happened',
    labelNames: ['what'],
    registers,
  });
  const settled = new Counter({
    name: 'fw_settled_readings_total',
    help: 'Readings that moved from the log of arrivals into blocks',
    registers,
  });
  const conflicts = new Counter({
    name: 'fw_settled_conflicts_total',
    help: 'Readings that replaced another value of the same time in a block',
    registers,
  });
  const spoilt = new Counter({
    name: 'fw_spoilt_blocks_total',
    help: 'Blocks that could not be read and were set aside',
    registers,
  });
  const store = createStoreMeter(registers, quarantined);
  const refusals = new Counter({
    name: 'fw_refusals_total',
    help: 'What the broker did not accept, by reason',
    labelNames: ['reason'],
    registers,
  });
  return {
    message(outcome, took) {
      messages.inc({ outcome });
      lag.observe(took / 1_000);
    },
    commit({ took, items: count, batch }) {
      commits.observe(took / 1_000);
      items.observe(count);
      const tally = { good: 0, suspect: 0, bad: 0 };
      const rows = batch.arrivals?.length ?? 0;
      for (let at = 0; at < rows; at += ROW) tally[marksOf(batch.arrivals?.[at + MARKS] ?? 0).quality] += 1;
      for (const [quality, n] of Object.entries(tally)) if (n > 0) readings.inc({ quality }, n);
      for (const { detail } of batch.events ?? []) events.inc({ kind: detail.kind });
      for (const { reason } of batch.quarantine ?? []) quarantined.inc({ code: reason.code });
      for (const { what } of batch.journal ?? []) transitions.inc({ what });
    },
    commitFailed: () => failed.inc(),
    settled(sum) {
      settled.inc(sum.readings);
      conflicts.inc(sum.conflicts);
      spoilt.inc(sum.spoilt);
    },
    refused: (reason) => refusals.inc({ reason }),
    ...store,
  };
}

/** What is forwarded to a store outside. */
function createStoreMeter(
  registers: Registry[],
  quarantined: Counter<'code'>,
): Pick<Meter, 'forwarded' | 'forwardedRecords'> {
  const batches = new Counter({
    name: 'fw_store_batches_total',
    help: 'Batches of readings sent to InfluxDB, by what became of them; all but written are sent again',
    labelNames: ['result'],
    registers,
  });
  const took = new Histogram({
    name: 'fw_store_write_seconds',
    help: 'How long InfluxDB took to answer a batch that it wrote',
    buckets: WRITE_BUCKETS,
    registers,
  });
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const readings = counter('fw_store_readings_total', 'Readings that InfluxDB took');
  const isolated = counter('fw_store_isolated_total', 'Readings that InfluxDB rejected, now in quarantine');
  const tooOld = counter('fw_store_too_old_total', 'Readings older than what InfluxDB keeps, let go');
  const records = new Counter({
    name: 'fw_store_records_total',
    help: 'Events and alarm transitions sent to InfluxDB, by what became of them; outrun were past their time before',
    labelNames: ['measurement', 'result'],
    registers,
  });
  return {
    forwarded(batch) {
      batches.inc({ result: batch.result });
      if (batch.result !== 'written') return;
      took.observe(batch.took / 1_000);
      readings.inc(batch.written);
      isolated.inc(batch.isolated);
      tooOld.inc(batch.tooOld);
      if (batch.isolated > 0) quarantined.inc({ code: 'store_rejected' }, batch.isolated);
    },
    forwardedRecords({ measurement, written, tooOld: old, rejected, outrun }) {
      records.inc({ measurement, result: 'written' }, written);
      if (rejected.length > 0) records.inc({ measurement, result: 'rejected' }, rejected.length);
      if (old > 0) records.inc({ measurement, result: 'too_old' }, old);
      if (outrun > 0) records.inc({ measurement, result: 'outrun' }, outrun);
    },
  };
}

function createGauges({ levels, clock, registers }: { levels: Levels; clock: Clock; registers: Registry[] }): void {
  const level = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  const { ingest } = levels;
  level('fw_storing', '1 while what comes in is stored; 0: shown, but neither stored nor acknowledged', () =>
    Number(ingest().storing),
  );
  level('fw_ledger_reserve_in_use', '1 while the disk is full and the ledger lives on its reserve', () =>
    Number(ingest().room === 'reserve'),
  );
  level('fw_line_queued', 'Messages, ticks and commands that wait to be judged', () => ingest().queued);
  level('fw_tail_readings', 'Readings in memory that no block holds yet', () => ingest().tail);
  level('fw_arrivals_log', 'Rows of the log of arrivals that are not in the store durably yet', () => ingest().log);
  level('fw_arrivals_oldest_age_seconds', 'Age of the oldest of them; 0: there is none', () => {
    const at = ingest().oldestArrivalAt;
    return at === null ? 0 : Math.max(0, (clock.now().wall - at) / 1_000);
  });
  level('fw_store_reachable', '1 while InfluxDB takes what is sent, or readings are kept in our own store', () => {
    const { store } = ingest();
    return Number(store === null || store.state === 'takes' || store.state === 'untried');
  });
  level('fw_store_records_waiting', 'Events and alarm transitions that InfluxDB does not hold yet', () => {
    return ingest().store?.recordsWaiting ?? 0;
  });
  new Gauge({
    name: 'fw_store_info',
    help: 'The store of the readings, its generation and version as far as they are known',
    labelNames: ['kind', 'generation', 'version'],
    registers,
    collect() {
      this.reset();
      const { store } = ingest();
      const { generation = null, version = null } = store ?? {};
      const kind = store === null ? 'embedded' : 'influxdb';
      this.set({ kind, generation: String(generation ?? ''), version: version ?? '' }, 1);
    },
  });
  level('fw_mqtt_connections', 'MQTT connections that are open', levels.connections);
  level('fw_live_screens', 'Live screens that are connected', levels.screens);
  new Gauge({
    name: 'fw_alarms',
    help: 'Alarms that are not over, by site, priority (1 critical to 4 low) and state',
    labelNames: ['site', 'priority', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { site, priority, state, count } of ingest().alarms) this.set({ site, priority, state }, count);
    },
  });
  new Gauge({
    name: 'fw_file_bytes',
    help: 'Size of the database files',
    labelNames: ['file'],
    registers,
    collect() {
      this.reset();
      for (const [file, bytes] of Object.entries(levels.files())) this.set({ file }, bytes);
    },
  });
}
