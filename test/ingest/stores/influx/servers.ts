import { onTestFinished } from 'vitest';
import { openInfluxReadings, type InfluxOptions } from '../../../../ingest/stores/influx/store.ts';
import type { InfluxStore } from '../../../../ingest/stores/influx/types.ts';
import { createSeriesDirectory, type SeriesDirectory } from '../../../../ingest/stores/series-directory.ts';
import { DrivenClock } from '../../../driven-clock.ts';
import { influx1Missing, startInflux1 } from '../../../servers/influx1.ts';
import { influx2Missing, startInflux2 } from '../../../servers/influx2.ts';

const DAY = 86_400_000;

/** A real server, asked by code that is not ours. */
export interface RealServer {
  readonly url: string;
  /** Who we are there. */
  readonly access: Pick<InfluxOptions['settings'], 'token' | 'org' | 'username' | 'password'>;
  /** InfluxQL. */
  query(influxql: string, database: string): Promise<unknown>;
  /** Lines, their times in ms. */
  write(lines: string, database: string): Promise<void>;
  /** Makes a database, or a bucket, that keeps readings for so many hours. */
  makeShort(name: string, hours: number): Promise<void>;
  /** From now on it keeps them for so many hours. */
  keepFor(name: string, hours: number): Promise<void>;
  close(): Promise<void>;
}

export interface Generation {
  readonly name: string;
  readonly generation: 1 | 2;
  /** Undefined: its tests run. */
  readonly missing: string | undefined;
  start(): Promise<RealServer>;
}

export const GENERATIONS: readonly Generation[] = [
  {
    name: 'InfluxDB 1.x',
    generation: 1,
    missing: influx1Missing,
    async start() {
      const server = await startInflux1({ maxBodySize: 300_000 });
      return {
        ...server,
        access: { token: null, org: null, username: null, password: null },
        async makeShort(name, hours) {
          await server.query(`CREATE DATABASE "${name}" WITH DURATION ${hours}h`);
        },
        async keepFor(name, hours) {
          await server.query(`ALTER RETENTION POLICY "autogen" ON "${name}" DURATION ${hours}h`);
        },
      };
    },
  },
  {
    name: 'InfluxDB 2.x',
    generation: 2,
    missing: influx2Missing,
    async start() {
      const server = await startInflux2();
      return {
        ...server,
        access: { token: server.token, org: server.org, username: null, password: null },
        makeShort: (name, hours) => server.createBucket(name, hours * 3_600),
        keepFor: (name, hours) => server.changeBucket(name, { retentionSeconds: hours * 3_600 }),
      };
    },
  },
];

let databases = 0;

/** A name that no database has yet. */
export const newDatabase = (): string => `mine_${process.pid}_${++databases}`;

/** Points `p1`, `p2`, … with one metric each, all in the hall. */
export function pointsOf(count: number): SeriesDirectory {
  const directory = createSeriesDirectory();
  directory.learn(
    Array.from({ length: count }, (_, at) => ({
      id: at + 1,
      site: 'mine',
      owner: { kind: 'point' as const, id: `p${at + 1}` },
      metric: 'water_temperature',
    })),
  );
  directory.locate(() => 'hall');
  return directory;
}

export interface OpenOptions extends Partial<Omit<InfluxOptions, 'settings'>> {
  readonly bucket?: string;
  readonly settings?: Partial<InfluxOptions['settings']>;
}

type Store = InfluxStore & { readonly bucket: string };

/** A store in a database of its own unless it is given one. */
export async function open(
  server: Pick<RealServer, 'url' | 'access'>,
  { bucket = newDatabase(), settings, directory = pointsOf(20), clock = new DrivenClock(), ...rest }: OpenOptions = {},
): Promise<Store> {
  const store = await openInfluxReadings({
    settings: { url: server.url, ...server.access, bucket, retention: 36_500 * DAY, ...settings },
    directory,
    clock,
    ...rest,
  });
  return { ...store, bucket };
}

/** The same, closed with its test. */
export async function openIn(server: Pick<RealServer, 'url' | 'access'>, options?: OpenOptions): Promise<Store> {
  const store = await open(server, options);
  onTestFinished(() => store.close());
  return store;
}
