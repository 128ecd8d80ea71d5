import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { Effort } from './effort.ts';
import { startLoader, startOurs, type Server } from './processes.ts';
import { must, type Result } from './result.ts';

const HOUR = 3_600_000;

/** Readings in blocks, by a reader of its own. */
function settledIn({ dir }: Server): number {
  const db = new DatabaseSync(join(dir, 'readings.db'), { readOnly: true });
  try {
    return Number(db.prepare('SELECT sum(count) AS n FROM block').get()?.['n'] ?? 0);
  } finally {
    db.close();
  }
}

/** What the file of settled readings grows by: hours of pools at this interval, sent as a backlog and settled. */
export async function growth(interval: 10 | 60, { quick }: Effort): Promise<Result[]> {
  const devices = quick ? 2 : 50;
  const hours = quick ? 1 : 24;
  const server = await startOurs({ devices, metrics: 4, doors: 0, interval });
  try {
    const loader = await startLoader({ port: server.port, devices, metrics: 4 });
    const end = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR;
    const sent = ((hours * 3_600) / interval) * devices * 4;
    const empty = (await server.figures()).files?.['readings.db'] ?? 0;
    await loader.run({ job: 'history', hours, interval, end });
    const deadline = performance.now() + 120_000;
    while (!quick && settledIn(server) < sent) {
      if (performance.now() > deadline) throw new Error(`only ${settledIn(server)} of ${sent} readings were settled`);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    await loader.stop();
    const { files } = await server.figures();
    const size = (files?.['readings.db'] ?? 0) + (files?.['readings.db-wal'] ?? 0);
    const each = (size - empty) / sent;
    const must_ = must(each, { most: interval === 10 ? 3 : 5, unit: 'B' });
    const name = `growth of the file for a settled reading, every ${interval} s`;
    return [{ name, unit: 'B', median: each, lowest: each, highest: each, must: must_ }];
  } finally {
    await server.stop();
  }
}
