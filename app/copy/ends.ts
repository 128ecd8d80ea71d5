import { join } from 'node:path';
import type { SeriesId } from '../../contract/reading.ts';
import { openBlocks } from '../../ingest/stores/copy/blocks.ts';
import { checksum, DAY } from '../../ingest/stores/copy/day.ts';
import type { CopySource, CopyTarget } from '../../ingest/stores/copy/copy.ts';
import { NO_LOG, openCopyLog, type CopyLog } from '../../ingest/stores/copy/log.ts';
import type { InfluxStore } from '../../ingest/stores/influx/types.ts';
import { packSettlements } from '../../ingest/stores/packed.ts';
import { openSqliteReadings } from '../../ingest/stores/readings/sqlite.ts';
import type { ReadingsStore } from '../../ingest/stores/readings/types.ts';

export interface Ends {
  readonly source: CopySource;
  readonly target: CopyTarget;
  readonly log: CopyLog;
  close(): Promise<void>;
}

/** From readings.db, which a system may go on writing, into InfluxDB, which it may forward to. */
export function toInflux(dataDir: string, influx: InfluxStore, series: readonly SeriesId[]): Ends {
  const blocks = openBlocks(join(dataDir, 'readings.db'));
  const log = openCopyLog({
    dataDir,
    target: influx.target,
    end: () => blocks.end(series),
    now: () => performance.now(),
  });
  return {
    source: blocks,
    log,
    target: {
      read: readerOf(influx),
      write: (series, readings) => influx.write([{ series, readings }]),
    },
    close() {
      log.close();
      blocks.close();
      return Promise.resolve();
    },
  };
}

/** From InfluxDB into readings.db, which nobody else may have open. `now`: ms epoch. */
export async function toData(dataDir: string, influx: InfluxStore, now: number): Promise<Ends> {
  const store = await openSqliteReadings({ file: join(dataDir, 'readings.db') });
  const read = readerOf(influx);
  return {
    source: {
      read,
      async days(series) {
        const days = [];
        // From the newest reading back, a day at a time, and over gaps at once.
        for (let to = now + DAY; ;) {
          const newest = await influx.before(series, to);
          if (newest === undefined) return days.reverse();
          const day = Math.floor(newest.t / DAY);
          days.push(await dayOf(series, day));
          to = day * DAY;
        }
      },
    },
    target: {
      read: readerOf(store),
      async write(series, readings) {
        await store.settle(packSettlements([{ series, readings }]));
        return { tooOld: 0, rejected: [] };
      },
    },
    log: NO_LOG,
    close: () => store.close(),
  };

  async function dayOf(series: SeriesId, day: number) {
    const readings = await read(series, day * DAY, (day + 1) * DAY);
    return { day, mark: checksum(readings) };
  }
}

function readerOf(store: Pick<ReadingsStore, 'range'>) {
  return (series: SeriesId, from: number, to: number) => store.range({ series, from, to, limit: Infinity });
}
