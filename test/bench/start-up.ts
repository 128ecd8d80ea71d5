import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import type { SiteRegistry } from '../../contract/registry.ts';
import type { Stores } from '../../ingest/stores/open.ts';
import { cpuSeconds } from './cpu.ts';
import type { Effort } from './effort.ts';
import { pointOf, registriesOf, siteOf } from './fleet.ts';
import { bytesOf, DAY, HOUR, openPast, pool } from './past.ts';
import { ROOT, systemFlags } from './processes.ts';
import { must, one, spreadOf, type Result } from './result.ts';
import { packArrivals } from '../../ingest/stores/packed.ts';

const METRICS = 20;
const INTERVAL = 60_000;
/** A bad year: 30 alarms a day, each with its journal. */
const ALARMS_A_DAY = 30;
/** Punches and doors are kept for 90 days. */
const EVENTS_A_DAY = 3_000;
const EVENT_DAYS = 90;
const MOST = 2;

/**
 * A start with a year of 500 points. One point's year goes through the store's own settling and computing; the others get
 * its packed blocks, hours and days. The hour that is open waits in the log of arrivals, as it always does.
 */
export async function startUp({ quick }: Effort): Promise<Result[]> {
  const [devices, days, rounds] = quick ? [1, 2, 1] : [25, 365, 7];
  const dir = mkdtempSync(join(tmpdir(), 'fw-bench-start-'));
  try {
    const [registry] = registriesOf({ devices, metrics: METRICS, doors: 0, interval: INTERVAL / 1_000 });
    if (registry === undefined) throw new TypeError('the fleet has no site');
    const points = devices * METRICS;
    await makeYear(dir, registry, { points, days });
    repeat(join(dir, 'readings.db'), points);
    const size = bytesOf(join(dir, 'readings.db'));
    const took: number[] = [];
    const cpu: number[] = [];
    // The first one meets a cold cache of compiled code, and hours that have become due.
    for (let round = -1; round < rounds; round += 1) {
      const started = await start(dir);
      if (round < 0) continue;
      took.push(started.seconds);
      cpu.push(started.cpu);
    }
    const { median, ...spread } = spreadOf(took);
    const name = `start with ${days} days of ${points} points at ${INTERVAL / 1_000} s`;
    return [
      { name, unit: 's', median, ...spread, must: must(median, { most: MOST, unit: 's' }) },
      { name: `${name}: processor`, unit: 's', ...spreadOf(cpu) },
      one(`${name}: readings.db`, 'MB', size / 1e6),
      one(`${name}: ledger.db`, 'MB', bytesOf(join(dir, 'ledger.db')) / 1e6),
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The first point's readings, and what the ledger keeps of such a time. */
async function makeYear(dir: string, registry: SiteRegistry, { points, days }: { points: number; days: number }) {
  const end = Math.floor(Date.now() / HOUR) * HOUR;
  const begin = end - days * DAY;
  const series = Array.from({ length: points }, (_, index) => {
    const device = Math.floor(index / METRICS);
    return { site: siteOf(device), point: pointOf(device, index % METRICS), metric: 'water_temperature' };
  });
  const past = await openPast({ dir, registry, series, begin });
  try {
    for (let at = begin; at < end; at += DAY)
      await past.settle([{ series: 1, readings: pool(1, { from: at, to: at + DAY, every: INTERVAL }) }]);
    await past.reach(end);
    for (let day = 0; day < days; day += 1) await writeDay(past.stores, { day, days, begin, points });
    await writeOpenHour(past.stores, { points, end });
  } finally {
    await past.close();
  }
}

interface Day {
  readonly day: number;
  readonly days: number;
  readonly begin: number;
  readonly points: number;
}

async function writeDay({ ledger }: Stores, { day, days, begin, points }: Day): Promise<void> {
  const site = siteOf(0);
  const at = begin + day * DAY;
  const alarms = Array.from({ length: ALARMS_A_DAY }, (_, index) => {
    const id = 1 + day * ALARMS_A_DAY + index;
    const point = pointOf(Math.floor((id % points) / METRICS), id % METRICS);
    const raisedAt = at + index * 2_000_000;
    return {
      ...{ id, site, key: `base.water|low|point|${point}`, rule: 'base.water', side: 'low' as const },
      ...{ subject: { kind: 'point' as const, id: point }, metric: 'water_temperature', priority: 3 as const },
      ...{ raisedAt, returnedAt: raisedAt + 1_200_000, closedAt: raisedAt + 1_200_000 },
      acknowledged: { at: raisedAt + 300_000, by: 'desk', post: 'Desk', note: null },
      ...{ value: 39.2, worst: 38.8, limit: 40, unknown: false, late: false, gathers: [] },
    };
  });
  const journal = alarms.flatMap(({ id, raisedAt }) =>
    (['raised', 'acknowledged', 'returned'] as const).map((what, index) => ({
      ...{ site, alarm: id, account: null, by: null, what, at: raisedAt + index * 300_000, note: null, value: 39.2 },
    })),
  );
  const events = Array.from({ length: days - day <= EVENT_DAYS ? EVENTS_A_DAY : 0 }, (_, index) => {
    const occurredAt = at + index * 25_000;
    return {
      ...{ site, device: 'd0', id: `${day}-${index}`, occurredAt, receivedAt: occurredAt + 300 },
      ...{ detail: { kind: 'punch' as const, result: 'ok' as const }, late: false, claimedTime: null },
      ...{ contentHash: index.toString(16).padStart(32, '0'), conflict: false },
    };
  });
  await ledger.commit({ at: at + DAY, alarms, journal, events });
}

/** Readings of almost an hour, each with its row in the log. */
async function writeOpenHour({ ledger }: Stores, { points, end }: { points: number; end: number }): Promise<void> {
  const each = pool(2, { from: end, to: end + HOUR, every: INTERVAL });
  for (const [index, reading] of each.entries()) {
    const { t, ...rest } = reading;
    const arrivals = Array.from({ length: points }, (_, point) => {
      return { ...rest, sourceTime: t, series: point + 1, seq: 1 + index * points + point };
    });
    await ledger.commit({ at: Math.min(t, Date.now()), arrivals: packArrivals(arrivals) });
  }
}

/** What stands in the file for the first series, for all others too. */
function repeat(file: string, points: number): void {
  const db = new DatabaseSync(file);
  try {
    const tables = db.prepare(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'`).all();
    for (const { name: table } of tables) {
      const columns = db.prepare(`SELECT name FROM pragma_table_info('${String(table)}')`).all();
      const names = columns.map(({ name }) => String(name));
      if (!names.includes('series')) continue;
      const others = names.filter((name) => name !== 'series' && name !== 'id');
      // By time, which stands behind the series, as the file grows: the rows of one series lie far apart.
      db.exec(`INSERT INTO ${String(table)} (series, ${others.join(', ')})
        WITH RECURSIVE other (id) AS (SELECT 2 WHERE ${points} > 1 UNION ALL SELECT id + 1 FROM other WHERE id < ${points})
        SELECT other.id, ${others.map((name) => `one.${name}`).join(', ')}
        FROM (SELECT * FROM ${String(table)} WHERE series = 1 ORDER BY ${others[0]}) AS one CROSS JOIN other`);
    }
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

/** Seconds from the process's first breath until it says that it is ready, as `npm start` runs it. */
async function start(dir: string): Promise<{ seconds: number; cpu: number }> {
  const from = performance.now();
  const child = spawn(process.execPath, [...systemFlags(), join(ROOT, 'app', 'launch.mjs'), 'start'], {
    env: { ...process.env, DATA_DIR: dir, HTTP_PORT: '0', MQTT_PORT: '0', LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let [seconds, cpu] = [NaN, NaN];
  for await (const line of createInterface({ input: child.stdout })) {
    if (!Number.isNaN(seconds) || !line.includes('"msg":"ready"')) continue;
    seconds = (performance.now() - from) / 1_000;
    cpu = cpuSeconds(child.pid);
    child.kill('SIGTERM');
  }
  await closed;
  if (Number.isNaN(seconds)) throw new Error('the system did not start');
  return { seconds, cpu };
}
