import { join } from 'node:path';
import type { SeriesId } from '../../contract/reading.ts';
import { openBlocks } from '../../ingest/stores/copy/blocks.ts';
import { DAY } from '../../ingest/stores/copy/day.ts';
import type { CopySource, CopyTarget } from '../../ingest/stores/copy/copy.ts';
import type { InfluxStore } from '../../ingest/stores/influx/types.ts';
import { packSettlements } from '../../ingest/stores/packed.ts';
import { openSqliteReadings } from '../../ingest/stores/readings/sqlite.ts';
import type { ReadingsStore } from '../../ingest/stores/readings/types.ts';

export interface Ends {
  readonly source: CopySource;
  readonly target: CopyTarget;
  close(): Promise<void>;
}

/** From readings.db, which a system may go on writing, into InfluxDB. */
export function toInflux(dataDir: string, influx: InfluxStore): Ends {
  const blocks = openBlocks(join(dataDir, 'readings.db'));
  return {
    source: blocks,
    target: {
      read: readerOf(influx),
      async write(series, readings) {
        const { tooOld, rejected } = await influx.write([{ series, readings }]);
        return { refused: tooOld + rejected.length };
      },
    },
    close: () => Promise.resolve(blocks.close()),
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
        return { refused: 0 };
      },
    },
    close: () => store.close(),
  };

  async function dayOf(series: SeriesId, day: number) {
    const readings = await read(series, day * DAY, (day + 1) * DAY);
    const last = readings.reduce((latest, { receivedAt }) => Math.max(latest, receivedAt), 0);
    return { day, count: readings.length, mark: `${readings.length} ${last}` };
  }
}

function readerOf(store: Pick<ReadingsStore, 'range'>) {
  return (series: SeriesId, from: number, to: number) => store.range({ series, from, to, limit: Infinity });
}
