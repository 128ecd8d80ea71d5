import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import { onTestFinished, vi } from 'vitest';
import { openInfluxReadings } from '../../../../ingest/stores/influx/store.ts';
import type { InfluxSettings } from '../../../../ingest/stores/influx/protocol.ts';
import { startProxy, type Proxy } from '../../../servers/proxy.ts';
import { DrivenClock } from '../../../driven-clock.ts';
import { startRig, type Rig, type RigOptions } from '../../line/rig.ts';
import { SITE } from '../../line/site.ts';
import { PATIENCE } from '../../../patience.ts';

const DAY = 86_400_000;

export const WRITE = '/write';

const Rows = Type.Object({
  results: Type.Array(
    Type.Object({
      series: Type.Optional(
        Type.Array(
          Type.Object({
            columns: Type.Array(Type.String()),
            values: Type.Array(Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]))),
          }),
        ),
      ),
    }),
  ),
});

/** A real server, asked by code that is not ours. */
export interface AskedServer {
  readonly url: string;
  /** InfluxQL. */
  query(influxql: string, database: string): Promise<unknown>;
}

export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** What a measurement of a database holds, by a query that shares no code with ours. */
export async function heldBy(server: Pick<AskedServer, 'query'>, database: string, influxql: string): Promise<Row[]> {
  const { results } = Parse(Rows, await server.query(influxql, database));
  const [found] = results[0]?.series ?? [];
  return (found?.values ?? []).map((values) =>
    Object.fromEntries(found?.columns.map((column, index) => [column, values[index] ?? null]) ?? []),
  );
}

let databases = 0;

export interface InfluxRig {
  readonly rig: Rig;
  readonly proxy: Proxy;
  readonly database: string;
  held(influxql: string): Promise<Row[]>;
  /** Lets second after second pass until it holds. */
  until(holds: () => boolean): Promise<void>;
}

type Access = Pick<InfluxSettings, 'token' | 'org' | 'username' | 'password'>;

export interface InfluxRigOptions extends Partial<RigOptions> {
  readonly database?: string;
  /** One that is there already, as for a second start. */
  readonly proxy?: Proxy;
  /** Who we are there; nobody, unless given. */
  readonly access?: Partial<Access>;
  /** ms after which a write without an answer is given up: long, as a busy machine may take its time for one. */
  readonly writeTimeout?: number;
}

/** Ingest with a real InfluxDB behind a proxy; a database of its own for each. */
export async function startInfluxRig(server: AskedServer, options: InfluxRigOptions = {}): Promise<InfluxRig> {
  const { database = `mine${++databases}`, access, proxy = await startProxy(server.url), ...others } = options;
  const { writeTimeout = 30_000, ...rest } = others;
  if (options.proxy === undefined) onTestFinished(() => proxy.close());
  const nobody = { token: null, username: null, password: null, org: null };
  const settings = { url: proxy.url, ...nobody, ...access, bucket: database };
  const rig = await startRig({
    registry: SITE,
    clock: options.clock ?? new DrivenClock(),
    ...rest,
    influx: ({ directory }, clock) =>
      openInfluxReadings({
        settings: { ...settings, retention: 730 * DAY, writeTimeout, readTimeout: 30_000 },
        directory,
        clock,
      }),
  });
  return {
    rig,
    proxy,
    database,
    held: (influxql) => heldBy(server, database, influxql),
    async until(holds) {
      await vi.waitUntil(
        async () => {
          if (holds()) return true;
          await rig.pass(1);
          return false;
        },
        { ...PATIENCE, interval: 5 },
      );
    },
  };
}
