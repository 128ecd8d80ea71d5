import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { Effort } from './effort.ts';
import { startLoader, startOurs, type Server } from './processes.ts';
import { must, type Result } from './result.ts';

const HOUR = 3_600_000;

/** A look into the file by a reader of its own. */
function lookInto({ dir }: Server) {
  const db = new DatabaseSync(join(dir, 'readings.db'), { readOnly: true });
  const one = (sql: string) => Number(db.prepare(sql).get()?.['n'] ?? 0);
  try {
    return {
      settled: one('SELECT sum(count) AS n FROM block'),
      /** Hours that wait to be computed. */
      waiting: one('SELECT count(*) AS n FROM changed_hour'),
      /** Of the file when its WAL has been moved into it: the WAL is as large beside a day as beside a year. */
      bytes: one('SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size'),
    };
  } finally {
    db.close();
  }
}

/** What the file of settled readings grows by: hours of pools at this interval, sent as a backlog, settled and summed up in hours and days. */
export async function growth(interval: 10 | 60, { quick }: Effort): Promise<Result[]> {
  const devices = quick ? 2 : 50;
  const hours = quick ? 1 : 24;
  const server = await startOurs({ devices, metrics: 4, doors: 0, interval });
  try {
    const loader = await startLoader({ port: server.port, devices, metrics: 4 });
    const end = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR;
    const sent = ((hours * 3_600) / interval) * devices * 4;
    const empty = lookInto(server).bytes;
    await loader.run({ job: 'history', hours, interval, end });
    const deadline = performance.now() + 120_000;
    for (let seen = lookInto(server); !quick && (seen.settled < sent || seen.waiting > 0); seen = lookInto(server)) {
      if (performance.now() > deadline)
        throw new Error(`only ${seen.settled} of ${sent} readings were settled, ${seen.waiting} hours not summed up`);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    await loader.stop();
    const each = (lookInto(server).bytes - empty) / sent;
    const must_ = must(each, { most: interval === 10 ? 3 : 5, unit: 'B' });
    const name = `growth of the file for a settled reading, every ${interval} s`;
    return [{ name, unit: 'B', median: each, lowest: each, highest: each, must: must_ }];
  } finally {
    await server.stop();
  }
}
