import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startHistory } from '../../ingest/history/start.ts';
import { compileModel } from '../../ingest/line/model.ts';
import { newSeriesState } from '../../ingest/line/readings.ts';
import { keyOf } from '../../ingest/line/state.ts';
import { createWorld } from '../../ingest/line/world.ts';
import { loadCatalogue } from '../../ingest/standards/catalogue.ts';
import { openStores } from '../../ingest/stores/open.ts';
import type { StoredReading } from '../../ingest/stores/readings/types.ts';
import { createTail } from '../../ingest/stores/tail.ts';
import { DrivenClock } from '../driven-clock.ts';
import { SITE } from '../ingest/line/site.ts';
import type { Effort } from './effort.ts';
import { must, percentile, type Result } from './result.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const EVERY = 10_000;
const END = Date.UTC(2026, 10, 25, 4);
const PIXELS = 1_000;
const NAME = { site: 'mine', point: 'pool', metric: 'water_temperature' };

/** Name, length, and how long it may take (ms). */
const RANGES = [
  ['an hour', HOUR, 5],
  ['12 hours', 12 * HOUR, 5],
  ['a week', 7 * DAY, 50],
  ['40 days', 40 * DAY, 50],
  ['60 days', 60 * DAY, 50],
  ['a year', 365 * DAY, 50],
  ['three years', 3 * 365 * DAY, 50],
] as const;

/** A year of one series at 10 s, asked for in ranges of every length; beside the same in rows with an index. */
export async function history({ quick }: Effort): Promise<Result[]> {
  const days = quick ? 3 : 365;
  const rounds = quick ? 2 : 40;
  const dir = mkdtempSync(join(tmpdir(), 'fw-bench-history-'));
  const clock = new DrivenClock(END);
  const stores = await openStores({ dataDir: dir, clock });
  const rows = new DatabaseSync(join(dir, 'rows.db'));
  const results: Result[] = [];
  try {
    await stores.ledger.commit({ at: END - days * DAY, registry: [SITE] });
    rows.exec(
      'CREATE TABLE reading (series INTEGER, t INTEGER, value REAL, quality INTEGER, PRIMARY KEY (series, t)) WITHOUT ROWID',
    );
    const insert = rows.prepare('INSERT INTO reading VALUES (1, ?, ?, 0)');
    for (let day = 0; day < days; day += 1) {
      const readings = dayOf(END - (days - day) * DAY);
      await stores.readings.settle([{ series: 1, readings }]);
      rows.exec('BEGIN');
      for (const { t, value } of readings) insert.run(t, value);
      rows.exec('COMMIT');
    }
    const tail = createTail();
    const next = { nextSeriesId: 2, nextArrivalSeq: 1, nextAlarmId: 1 };
    const world = createWorld({ started: clock.now(), tail, lastCommitAt: 0, ...next });
    const catalogue = loadCatalogue();
    world.models.set(NAME.site, compileModel(SITE, catalogue));
    const series = { id: 1, site: NAME.site, owner: { kind: 'point' as const, id: NAME.point }, metric: NAME.metric };
    world.series.set(keyOf.pointSeries(NAME.site, NAME.point, NAME.metric), newSeriesState(series, 0));
    world.merge('all');
    const memory = startHistory({
      world,
      clock,
      catalogue,
      reader: stores.reader,
      readings: stores.readings,
      rollups: stores.blocks.rollups,
      retention: 730 * DAY,
      marksItself: true,
      downSince: null,
      onError: (error) => {
        throw error;
      },
    });
    const from = performance.now();
    await memory.computed(END + HOUR);
    results.push(one(`hours and days of ${days} days at 10 s, computed`, 's', (performance.now() - from) / 1_000));
    const plain = rows.prepare(`SELECT t / CAST(? AS INTEGER) AS bucket, count(*), min(value), avg(value), max(value)
      FROM reading WHERE series = 1 AND t >= ? AND t < ? GROUP BY bucket`);
    for (const [name, range, most] of RANGES) {
      if (quick && range > 3 * DAY) continue;
      const asked = { series: [NAME], from: END - range, to: END, pixels: PIXELS };
      const ours = await timed(rounds, () => memory.history.chart(NAME.site, asked));
      const theirs = await timed(quick ? 1 : 3, () =>
        Promise.resolve(plain.all(Math.ceil(range / PIXELS), END - range, END)),
      );
      results.push({
        ...spread(`a chart of ${name}`, ours),
        must: must(percentile(ours, 0.99), { most, unit: 'ms (p99)' }),
      });
      results.push(spread(`the same from rows with an index`, theirs));
    }
    await memory.close();
  } finally {
    rows.close();
    await stores.close();
    rmSync(dir, { recursive: true, force: true });
  }
  return results;
}

function dayOf(start: number): StoredReading[] {
  return Array.from({ length: DAY / EVERY }, (_, at) => {
    const t = start + at * EVERY;
    const value = Math.round((43 + Math.sin(t / 3e6) + ((at * 7_919) % 13) / 100) * 100) / 100;
    return { t, value, quality: 'good', reason: null, receivedAt: t + 300, backfilled: false, claimedTime: null };
  });
}

async function timed(rounds: number, ask: () => Promise<unknown>): Promise<number[]> {
  // Warm: what a page asks for the second time.
  await ask();
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now();
    await ask();
    took.push(performance.now() - from);
  }
  return took;
}

function spread(name: string, took: readonly number[]): Result {
  return { name, unit: 'ms', median: percentile(took, 0.5), lowest: Math.min(...took), highest: Math.max(...took) };
}

function one(name: string, unit: string, value: number): Result {
  return { name, unit, median: value, lowest: value, highest: value };
}
