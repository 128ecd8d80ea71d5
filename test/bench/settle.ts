import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Effort } from './effort.ts';
import { pointOf, registriesOf, siteOf } from './fleet.ts';
import { bytesOf, DAY, HOUR, openPast, settleHour } from './past.ts';
import { plainRows } from './plain-rows.ts';
import { must, one, spreadOf, type Result } from './result.ts';

const METRICS = 20;
const BEGIN = Date.UTC(2026, 10, 20, 16);

/** A day of 500 points through the store's own settling, hour after hour; beside the same in rows with an index. */
export async function settle({ quick }: Effort): Promise<Result[]> {
  const [devices, hours] = quick ? [1, 2] : [25, 24];
  const results: Result[] = [];
  for (const every of [10_000, 60_000]) {
    results.push(...(await settled({ devices, hours, every, mayGrowBy: every === 10_000 ? 3 : 5 })));
  }
  return results;
}

async function settled(size: { devices: number; hours: number; every: number; mayGrowBy: number }): Promise<Result[]> {
  const { devices, hours, every, mayGrowBy } = size;
  const dir = mkdtempSync(join(tmpdir(), 'fw-bench-settle-'));
  const [registry] = registriesOf({ devices, metrics: METRICS, doors: 0, interval: every / 1_000 });
  if (registry === undefined) throw new TypeError('the fleet has no site');
  const series = registry.points.map((_, index) => {
    const device = Math.floor(index / METRICS);
    return { site: siteOf(device), point: pointOf(device, index % METRICS), metric: 'water_temperature' };
  });
  const past = await openPast({ dir, registry, series, begin: BEGIN });
  const rows = plainRows(join(dir, 'rows.db'));
  try {
    const ids = series.map((_, index) => index + 1);
    const [empty, emptyRows] = [bytesOf(join(dir, 'readings.db')), rows.bytes()];
    const rates = { ours: [] as number[], rows: [] as number[] };
    let readings = 0;
    for (let at = BEGIN; at < BEGIN + hours * HOUR; at += HOUR) {
      const ours: number[] = [];
      const plain: number[] = [];
      const count = await settleHour(past, { ids, at, every: () => every, took: ours });
      await settleHour(
        { settle: (settlements) => Promise.resolve(rows.insert(settlements)) },
        { ids, at, every: () => every, took: plain },
      );
      readings += count;
      rates.ours.push((count / sum(ours)) * 1_000);
      rates.rows.push((count / sum(plain)) * 1_000);
    }
    const raw = bytesOf(join(dir, 'readings.db'));
    const from = performance.now();
    await past.reach(BEGIN + Math.max(hours * HOUR, DAY));
    const computing = performance.now() - from;
    const bytes = (bytesOf(join(dir, 'readings.db')) - empty) / readings;
    const of = `${ids.length} points at ${every / 1_000} s`;
    return [
      { name: `settled, ${of}, an hour at a time`, unit: 'readings/s', ...spreadOf(rates.ours) },
      { name: `rows with an index: written, ${of}`, unit: 'readings/s', ...spreadOf(rates.rows) },
      one(`hours and days computed, ${of}`, 'readings/s', (readings / computing) * 1_000),
      one(`blocks, ${of}`, 'B/reading', (raw - empty) / readings),
      {
        ...one(`blocks, hours and days, ${of}`, 'B/reading', bytes),
        must: must(bytes, { most: mayGrowBy, unit: 'B' }),
      },
      one(`rows with an index, ${of}`, 'B/reading', (rows.bytes() - emptyRows) / readings),
    ];
  } finally {
    rows.close();
    await past.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
