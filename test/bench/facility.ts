import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settlement } from '../../ingest/stores/readings/stored.ts';
import { influx2Missing, startInflux2, type Influx2 } from '../servers/influx2.ts';
import { chartsOf, PIXELS, type Stored } from './charts.ts';
import type { Effort } from './effort.ts';
import { pointOf, registriesOf, siteOf } from './fleet.ts';
import { RANGES } from './history.ts';
import { bytesOf, DAY, HOUR, openPast, pool, settleHour, SLICE } from './past.ts';
import { plainRows } from './plain-rows.ts';
import { startLoader, startOurs } from './processes.ts';
import { one, percentile, shown, times, type Result } from './result.ts';

/** Devices that flood; those of the past stand behind them and are silent. */
const FLOODING = 200;
const METRICS = 20;
const TEN_SECONDS = 10_000;
const MINUTE = 60_000;

interface Size {
  readonly flooding: number;
  readonly points: number;
  /** At 60 s. */
  readonly days: number;
  /** Of the first point, at 10 s. */
  readonly long: number;
  readonly rounds: number;
}

const SIZES: Readonly<Record<'whole' | 'quick', Size>> = {
  whole: { flooding: FLOODING, points: 500, days: 90, long: 3 * 365, rounds: 100 },
  quick: { flooding: 10, points: 20, days: 1, long: 2, rounds: 2 },
};

/**
 * 500 points × 90 days and one of three years in the embedded store: what it takes, and charts idle and under load;
 * beside the same readings as rows with an index.
 */
export async function facility(effort: Effort): Promise<Result[]> {
  const size = effort.quick ? SIZES.quick : SIZES.whole;
  return [...(await measured(effort, { size, most: 50 })), ...(await inRows(size, effort.quick ? 1 : 3))];
}

/** The same ranges out of InfluxDB. */
export async function facilityInflux(effort: Effort, note: (line: string) => void): Promise<Result[]> {
  if (influx2Missing !== undefined) {
    note(influx2Missing);
    return [];
  }
  const influx = await startInflux2();
  try {
    return await measured(effort, { size: effort.quick ? SIZES.quick : SIZES.whole, most: 100, influx });
  } finally {
    await influx.close();
  }
}

interface Where {
  readonly size: Size;
  /** ms that a chart may take. */
  readonly most: number;
  readonly influx?: Influx2;
}

async function measured(effort: Effort, where: Where): Promise<Result[]> {
  const { size, influx } = where;
  const dir = mkdtempSync(join(tmpdir(), 'fw-bench-facility-'));
  try {
    const end = Math.floor(Date.now() / HOUR) * HOUR;
    const made = await makePast(dir, end, where);
    const outside = influx === undefined ? {} : { influx: settingsOf(influx) };
    const server = await startOurs({ ...fleetOf(size), ...outside, dir });
    try {
      const first: Stored = { ...nameOf(size, 0), end, days: size.long };
      const other: Stored = { ...nameOf(size, size.points - 1), end, days: size.days };
      const store = influx === undefined ? 'the embedded store' : 'InfluxDB';
      const charts = async (state: string): Promise<Result[]> => {
        const [years, days] = [
          await chartsOf(server, first, size.rounds),
          await chartsOf(server, other, effort.quick ? 1 : size.rounds),
        ];
        return [
          ...[...years].map(([name, took]) =>
            times(`${store}, ${state}: a chart of ${name} at 10 s`, took, where.most),
          ),
          ...[...days].map(([name, took]) => times(`${store}, ${state}: a chart of ${name} at 60 s`, took, where.most)),
        ];
      };
      const idle = await charts('idle');
      const loader = await startLoader({ port: server.port, devices: size.flooding, metrics: METRICS });
      let flooding = true;
      let floods = 0;
      let acknowledged = 0;
      const flood = (async () => {
        for (; flooding; floods += 1) {
          const report = await loader.run({ job: 'flood', window: 10, warm: 0, seconds: effort.quick ? 0.3 : 5 });
          acknowledged += report.acknowledged / report.seconds;
        }
      })();
      const busy = await charts('full load').finally(() => (flooding = false));
      await flood;
      await loader.stop();
      const rate = (acknowledged / floods) * METRICS;
      return [...made, ...idle, ...busy, one(`${store}: readings acknowledged beside that`, 'readings/s', rate)];
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const settingsOf = ({ url, org, bucket, token }: Influx2) => ({ url, org, bucket, token });

const fleetOf = ({ flooding, points }: Size) => {
  return { devices: flooding + Math.ceil(points / METRICS), metrics: METRICS, doors: 0, interval: 60 };
};

const nameOf = (size: Size, index: number) => {
  const device = size.flooding + Math.floor(index / METRICS);
  return { site: siteOf(device), point: pointOf(device, index % METRICS) };
};

/** Hour after hour, all points in each, as they are settled behind the line: blocks of one series lie far apart. */
async function makePast(dir: string, end: number, { size, influx }: Where): Promise<Result[]> {
  const [registry] = registriesOf(fleetOf(size));
  if (registry === undefined) throw new TypeError('the fleet has no site');
  const series = Array.from({ length: size.points }, (_, index) => {
    return { ...nameOf(size, index), metric: 'water_temperature' };
  });
  const begin = end - size.long * DAY;
  const settings = { username: null, password: null, retention: 1_200 * DAY };
  const past = await openPast({
    ...{ dir, registry, series, begin },
    ...(influx === undefined ? {} : { influx: { settings: { ...settingsOf(influx), ...settings } } }),
  });
  const took: number[] = [];
  let computing = 0;
  let readings = 0;
  const bytes = () => bytesOf(join(dir, 'readings.db'));
  try {
    const before = end - size.days * DAY;
    for (let at = begin; at < before; at += DAY) {
      await past.settle([{ series: 1, readings: pool(1, { from: at, to: at + DAY, every: TEN_SECONDS }) }]);
      // Hours are computed as long as raw readings are kept, and not later.
      if ((at - begin) % (180 * DAY) === 0) await past.reach(at + DAY);
    }
    await past.reach(before);
    const empty = bytes();
    const ids = Array.from({ length: size.points }, (_, index) => index + 1);
    for (let at = before; at < end; at += HOUR) {
      readings += await settleHour(past, { ids, at, every: everyOf, took });
      const computeFrom = performance.now();
      if ((at + HOUR - before) % DAY === 0) await past.reach(at + HOUR);
      computing += performance.now() - computeFrom;
    }
    const of = `${size.points} points × ${size.days} days at 60 s`;
    const to = influx === undefined ? 'settled' : 'written to InfluxDB';
    const rate = (readings / sum(took)) * 1_000;
    const results = [
      one(`${of}: ${to}, up to ${shown(SLICE)} in a transaction`, 'readings/s', rate),
      one(`${of}: one such transaction, p99`, 'ms', percentile(took, 0.99)),
      one(`${of}: hours and days computed from them`, 'readings/s', (readings / computing) * 1_000),
    ];
    if (influx !== undefined) return results;
    return [
      ...results,
      one(`${of}: readings.db grows by, hours and days in it`, 'B/reading', (bytes() - empty) / readings),
    ];
  } finally {
    await past.close();
  }
}

/** The same readings as rows with an index, and the query that a chart would make of them. */
async function inRows(size: Size, rounds: number): Promise<Result[]> {
  const dir = mkdtempSync(join(tmpdir(), 'fw-bench-facility-rows-'));
  const rows = plainRows(join(dir, 'rows.db'));
  try {
    const end = Math.floor(Date.now() / HOUR) * HOUR;
    const before = end - size.days * DAY;
    for (let at = end - size.long * DAY; at < before; at += DAY) {
      rows.insert([{ series: 1, readings: pool(1, { from: at, to: at + DAY, every: TEN_SECONDS }) }]);
    }
    const settle = (settlements: readonly Settlement[]) => Promise.resolve(rows.insert(settlements));
    const empty = rows.bytes();
    const ids = Array.from({ length: size.points }, (_, index) => index + 1);
    const took: number[] = [];
    let readings = 0;
    for (let at = before; at < end; at += HOUR) {
      readings += await settleHour({ settle }, { ids, at, every: everyOf, took });
    }
    const of = `rows with an index: ${size.points} points × ${size.days} days at 60 s`;
    const charts = [
      { series: 1, days: size.long, every: '10 s' },
      { series: size.points, days: size.days, every: '60 s' },
    ].flatMap(({ series, days, every }) =>
      RANGES.filter(([, length]) => length <= days).map(([name, length]) => {
        const asked = { series, from: end - length * DAY, to: end, pixels: PIXELS };
        return times(
          `rows with an index: a chart of ${name} at ${every}`,
          timesOf(rounds, () => rows.chart(asked)),
        );
      }),
    );
    return [
      one(`${of}: written`, 'readings/s', (readings / sum(took)) * 1_000),
      one(`${of}: the file grows by`, 'B/reading', (rows.bytes() - empty) / readings),
      ...charts,
    ];
  } finally {
    rows.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** ms between readings: the first series is the long one. */
const everyOf = (id: number) => (id === 1 ? TEN_SECONDS : MINUTE);

/** ms of each, after one that warms up. */
function timesOf(rounds: number, ask: () => unknown): number[] {
  const took = Array.from({ length: rounds + 1 }, () => {
    const from = performance.now();
    ask();
    return performance.now() - from;
  });
  return took.slice(1);
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
