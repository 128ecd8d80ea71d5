import { TIME, ROW, type PackedReadings } from '../packed.ts';
import type { InfluxRequest, InfluxSettings } from './protocol.ts';
import { newestQuery, queryPath, rangeQuery, readingsOf, tablesOf, type Table } from './queries.ts';
import type { Wire } from './wire.ts';

const DAY = 86_400_000;
/** How far back the newest reading is looked for, in turn: a server opens every file that a query's time touches. */
const LOOK_BACK = [DAY, 32 * DAY, null] as const;
/** ms epoch: InfluxDB counts nanoseconds in 64 bits. */
const LAST_TIME = 9_223_372_036_854;

type Range = Extract<InfluxRequest, { op: 'range' }>;
type Before = Extract<InfluxRequest, { op: 'before' }>;

export interface InfluxReader {
  range(request: Range): Promise<{ readings: PackedReadings; next: number | null }>;
  /** The newest alone; empty: none. */
  before(request: Before): Promise<PackedReadings>;
}

export function influxReader({ bucket }: InfluxSettings, wire: Wire): InfluxReader {
  /** Rows that the server has proved to give at once. */
  let most = Infinity;

  async function ask(influxql: string): Promise<{ tables: readonly Table[]; partial: boolean }> {
    return tablesOf((await wire.ask(queryPath(bucket, influxql))).body);
  }

  return {
    async range({ label, from: first, to: end, limit: wanted }) {
      const from = instant(first);
      const to = instant(end);
      if (!(from < to) || wanted < 1) return { readings: new Float64Array(0), next: null };
      for (;;) {
        const limit = Math.min(wanted, most);
        const { tables, partial } = await ask(rangeQuery(label, { from, to, limit }));
        // Of several areas the last may be missing altogether then.
        if (partial && limit > 1) {
          most = Math.ceil(limit / 4);
          continue;
        }
        const all = readingsOf(tables, label.area);
        const readings = all.length > limit * ROW ? all.slice(0, limit * ROW) : all;
        const isAll = tables.every(({ values }) => values.length < limit) && readings.length === all.length;
        return { readings, next: isAll ? null : lastTimeOf(tables, readings) + 1 };
      }
    },
    async before({ label, t }) {
      const to = instant(t);
      for (const span of LOOK_BACK) {
        const from = span === null ? null : Math.max(0, to - span);
        const { tables } = await ask(newestQuery(label, { from, to }));
        const readings = readingsOf(tables, label.area);
        if (readings.length > 0) return readings.slice(-ROW);
      }
      return new Float64Array(0);
    },
  };
}

/** Where a range went to: the last reading, or the last row when it holds no reading of ours. */
function lastTimeOf(tables: readonly Table[], readings: PackedReadings): number {
  const last = readings[readings.length - ROW + TIME];
  return last ?? Math.max(...tables.map(({ values }) => Number(values.at(-1)?.[0] ?? 0)));
}

function instant(t: number): number {
  return Math.ceil(Math.min(Math.max(0, t), LAST_TIME));
}
