import type { Effort } from './effort.ts';
import { metricOf, pointOf, SESSION, siteOf } from './fleet.ts';
import { startLoader, startOurs, type Server } from './processes.ts';
import { must, percentile, type Result } from './result.ts';

const MIB = 1_048_576;
const HOUR = 3_600_000;

async function range(server: Server, device: number): Promise<void> {
  const to = Date.now();
  const search = new URLSearchParams({ metric: metricOf(0), from: String(to - 24 * HOUR), to: String(to) });
  const path = `/api/sites/${siteOf(device)}/points/${pointOf(device, 0)}/readings`;
  const answer = await fetch(`${server.url}${path}?${search.toString()}`, {
    headers: { cookie: `fw_session=${SESSION}` },
  });
  if (!answer.ok) throw new Error(`a range was answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

/** A day of one point after the other, from two pages at a time, beside 20,000 readings a second. */
export async function queries({ seconds, quick }: Effort): Promise<Result[]> {
  const devices = quick ? 10 : 200;
  const rate = quick ? 50 : 1_000;
  const server = await startOurs({ devices, metrics: 20, doors: 0, interval: 10 });
  try {
    const loader = await startLoader({ port: server.port, devices, metrics: 20 });
    const end = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR;
    await loader.run({ job: 'history', hours: quick ? 1 : 4, interval: quick ? 600 : 60, end });
    let wal = 0;
    const sampled = setInterval(() => {
      void server.figures().then(({ files }) => {
        wal = Math.max(wal, files?.['ledger.db-wal'] ?? 0, files?.['readings.db-wal'] ?? 0);
      });
    }, 500);
    await server.figures({ anew: true });
    const took: number[] = [];
    let running = true;
    const page = async (first: number) => {
      for (let device = first; running; device = (device + 2) % devices) {
        const from = performance.now();
        await range(server, device);
        took.push(performance.now() - from);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const pages = [page(0), page(1)];
    await loader.run({ job: 'pace', rate, seconds });
    running = false;
    clearInterval(sampled);
    await Promise.all(pages);
    const { loopP99: worst = Number.NaN } = await server.figures();
    await loader.stop();
    const one = (name: string, unit: string, value: number): Result => ({
      name,
      unit,
      median: value,
      lowest: value,
      highest: value,
    });
    const beside = `ranges beside ${rate * 20} readings/s`;
    return [
      {
        ...one(`${beside}: largest WAL`, 'MB', wal / 1e6),
        must: must(wal / 1e6, { most: (256 * MIB) / 1e6, unit: 'MB' }),
      },
      {
        ...one(`${beside}: delay of the event loop, p99`, 'ms', worst),
        must: must(worst, { most: 50, unit: 'ms' }),
      },
      one(`${beside}: a range, p99`, 'ms', percentile(took, 0.99)),
    ];
  } finally {
    await server.stop();
  }
}
