import { systemClock } from '../../../app/clock.ts';
import { openInfluxReadings } from '../../../ingest/stores/influx/store.ts';
import type { StoredReading } from '../../../ingest/stores/readings/stored.ts';
import { startInflux2 } from '../../servers/influx2.ts';
import type { Effort } from '../effort.ts';
import { must, percentile, type Result } from '../result.ts';

const DAY = 86_400_000;
const EVERY = 10_000;
const PER_REQUEST = 5_000;

/** A day of one series at 10 s, raw, out of InfluxDB that holds it beside the days of many others. */
export async function range({ quick }: Effort): Promise<Result[]> {
  const [series, rounds] = quick ? [3, 5] : [200, 100];
  const influx = await startInflux2();
  const { url, org, bucket, token } = influx;
  const store = await openInfluxReadings({
    settings: { url, org, bucket, token, username: null, password: null, retention: 400 * DAY },
    directory: {
      of: (id) => ({
        site: 'bench0',
        owner: { kind: 'point', id: `p${id}` },
        metric: 'water_temperature',
        area: 'bath',
      }),
    },
    clock: systemClock(),
  });
  try {
    const from = Math.floor(Date.now() / DAY) * DAY - 2 * DAY;
    for (let id = 1; id <= series; id += 1) {
      const readings = Array.from({ length: DAY / EVERY }, (_, at) => readingAt(from + at * EVERY, id));
      for (let at = 0; at < readings.length; at += PER_REQUEST) {
        await store.write([{ series: id, readings: readings.slice(at, at + PER_REQUEST) }]);
      }
    }
    const took: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const id = 1 + ((round * 7) % series);
      const started = performance.now();
      const found = await store.range({ series: id, from, to: from + DAY, limit: 100_000 });
      took.push(performance.now() - started);
      if (found.length !== DAY / EVERY) throw new Error(`a day holds ${found.length} readings`);
    }
    const one = (share: number) => {
      const value = percentile(took, share);
      return { unit: 'ms', median: value, lowest: Math.min(...took), highest: Math.max(...took) };
    };
    const name = `a day at 10 s of one of ${series} series, raw, from InfluxDB`;
    const half = one(0.5);
    return [
      { name: `${name}, p50`, ...half, must: must(half.median, { most: 50, unit: 'ms' }) },
      { name: `${name}, p95`, ...one(0.95) },
    ];
  } finally {
    await store.close();
    await influx.close();
  }
}

function readingAt(t: number, seed: number): StoredReading {
  const value = Math.round(430 + 20 * Math.sin(t / 1_700_000 + seed) + (t % 7)) / 10;
  return { t, value, quality: 'good', reason: null, receivedAt: t + 120, backfilled: false, claimedTime: null };
}
