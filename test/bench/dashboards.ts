import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chart } from './charts.ts';
import type { Effort } from './effort.ts';
import { pointOf, registriesOf, siteOf } from './fleet.ts';
import { DAY, HOUR, openPast, settleHour } from './past.ts';
import { startLoader, startOurs, type Loader, type Server } from './processes.ts';
import { median, must, one, spreadOf, times, type Result } from './result.ts';

const METRICS = 20;
const SCREENS = 20;
/** ms between two questions of one screen. */
const AGAIN = 5_000;
const TEN_SECONDS = 10_000;

/** 50,000 readings a second, with and without 20 dashboards that each ask for 24 h of a point every 5 s. */
export async function dashboards({ seconds, pairs, quick }: Effort): Promise<Result[]> {
  const [devices, rate, hours] = quick ? [10, 50, 2] : [500, 2_500, 24];
  const fleet = { devices, metrics: METRICS, doors: 0, interval: 10 };
  const dir = mkdtempSync(join(tmpdir(), 'fw-bench-dashboards-'));
  try {
    await makeDay(dir, fleet, hours);
    const server = await startOurs({ ...fleet, dir });
    try {
      const loader = await startLoader({ port: server.port, devices, metrics: METRICS });
      await loader.run({ job: 'pace', rate, seconds: quick ? 0.2 : 10 });
      const alone: Paced[] = [];
      const beside: Paced[] = [];
      const charts: number[] = [];
      for (let pair = 0; pair < Math.min(pairs, 3); pair += 1) {
        alone.push(await paced(loader, rate, seconds));
        const ended = watch(server, charts, quick);
        beside.push(await paced(loader, rate, seconds).finally(ended.stop));
        await ended.over;
      }
      await loader.stop();
      const of = `${(rate * METRICS).toLocaleString('en')} readings/s`;
      const p99 = (runs: readonly Paced[]) => runs.map((run) => run.p99);
      const most = Math.max(...beside.map((run) => run.most));
      const ratio = spreadOf(p99(beside).map((value, at) => value / (p99(alone)[at] ?? NaN)));
      const got = median(beside.map((run) => run.perSecond * METRICS));
      return [
        one(`${of}: acknowledged beside ${SCREENS} dashboards`, 'readings/s', got),
        { name: `${of}: an acknowledgement, p99`, unit: 'ms', ...spreadOf(p99(alone)) },
        { name: `${of} beside ${SCREENS} dashboards: an acknowledgement, p99`, unit: 'ms', ...spreadOf(p99(beside)) },
        {
          name: 'that p99 to the one without dashboards',
          unit: '×',
          ...ratio,
          must: must(ratio.median, { most: 2, unit: '×' }),
        },
        {
          ...one(`${of} beside ${SCREENS} dashboards: the latest acknowledgement`, 'ms', most),
          must: must(most, { most: 250, unit: 'ms' }),
        },
        times(`${of}: 24 h of a point at 10 s on such a dashboard`, charts),
      ];
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Paced {
  readonly perSecond: number;
  readonly p99: number;
  readonly most: number;
}

async function paced(loader: Loader, rate: number, seconds: number): Promise<Paced> {
  const { acknowledged, seconds: took, p99 = NaN, most = NaN } = await loader.run({ job: 'pace', rate, seconds });
  return { perSecond: acknowledged / took, p99, most };
}

/** Screens that do not wait for each other, each with a point of its own; `charts` gets the ms of each answer. */
function watch(server: Server, charts: number[], quick: boolean): { stop: () => void; over: Promise<unknown> } {
  const ends: (() => void)[] = [];
  let running = true;
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      ends.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  const screens = Array.from({ length: SCREENS }, async (_, screen) => {
    const again = quick ? 100 : AGAIN;
    const name = { site: siteOf(0), point: pointOf(Math.floor(screen / METRICS), screen % METRICS) };
    for (await pause((screen * again) / SCREENS); running;) {
      const to = Date.now();
      const took = await chart(server, { ...name, from: to - DAY, to });
      charts.push(took);
      await pause(Math.max(0, again - took));
    }
  });
  return {
    stop() {
      running = false;
      for (const end of ends) end();
    },
    over: Promise.all(screens),
  };
}

/** A day of the points that the dashboards show, up to the hour that is open now. */
async function makeDay(dir: string, fleet: Parameters<typeof registriesOf>[0], hours: number): Promise<void> {
  const [registry] = registriesOf(fleet);
  if (registry === undefined) throw new TypeError('the fleet has no site');
  const series = Array.from({ length: SCREENS }, (_, screen) => {
    const point = pointOf(Math.floor(screen / METRICS), screen % METRICS);
    return { site: registry.site, point, metric: 'water_temperature' };
  });
  const end = Math.floor(Date.now() / HOUR) * HOUR;
  const past = await openPast({ dir, registry, series, begin: end - hours * HOUR });
  try {
    const ids = series.map((_, index) => index + 1);
    for (let at = end - hours * HOUR; at < end; at += HOUR)
      await settleHour(past, { ids, at, every: () => TEN_SECONDS, took: [] });
    await past.reach(end);
  } finally {
    await past.close();
  }
}
