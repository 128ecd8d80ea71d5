import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from './ask.ts';
import { startServer, type ServerProcess } from './process.ts';
import { findInflux1 } from './where.ts';

const program = findInflux1();

/** Why tests with InfluxDB 1.x are skipped; undefined: they run. */
export const influx1Missing = program === undefined ? 'no InfluxDB 1.x here (Debian: influxdb)' : undefined;

export interface Influx1 extends ServerProcess {
  /** The administrator, where the server asks who one is. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** InfluxQL as the administrator. @throws Error with the server's words. */
  query(influxql: string, database?: string): Promise<unknown>;
  /** Lines as the administrator, their times in ms. @throws Error with the server's words. */
  write(lines: string, database: string): Promise<void>;
  /** Runs its own program, as an administrator does beside it. @throws Error with what it says. */
  command(...args: readonly string[]): void;
}

export interface Influx1Options {
  /** The server asks for user and password. */
  readonly auth?: boolean;
  /** Bytes of a request's body beyond which the server answers 413; by default 25,000,000. */
  readonly maxBodySize?: number;
  /** A database that is there from the start. */
  readonly database?: string;
  /** Where `influxd backup` and `influxd restore` find it. */
  readonly backupPort?: number;
}

/** @throws Error when the program is missing or does not start. */
export async function startInflux1(options: Influx1Options = {}): Promise<Influx1> {
  const { auth = false, maxBodySize, database, backupPort = 0 } = options;
  if (program === undefined) throw new Error(influx1Missing);
  const admin = auth ? { user: 'keeper', password: 'pass word"\\' } : { user: undefined, password: undefined };
  const server = await startServer({
    name: 'influx1',
    program,
    command: ({ dir, port }) => ({
      args: ['run', '-config', writeConfig(dir, port, { auth, maxBodySize, backupPort })],
      env: {},
    }),
    answers: async ({ url }) => (await fetch(`${url}/ping`)).status === 204,
  });
  const headers =
    admin.user === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${admin.user}:${admin.password}`).toString('base64')}` };
  const influx: Influx1 = {
    ...server,
    ...admin,
    get pid() {
      return server.pid;
    },
    query(influxql, db) {
      const body = new URLSearchParams({ q: influxql, ...(db === undefined ? {} : { db }) });
      return ask(`${server.url}/query`, { method: 'POST', headers, body });
    },
    command(...args) {
      execFileSync(program, args, { stdio: 'pipe' });
    },
    async write(lines, db) {
      const to = new URLSearchParams({ db, precision: 'ms' });
      await ask(`${server.url}/write?${to.toString()}`, { method: 'POST', headers, body: lines });
    },
  };
  try {
    // The first user may be made by anybody.
    if (auth) await influx.query(`CREATE USER keeper WITH PASSWORD 'pass word"\\\\' WITH ALL PRIVILEGES`);
    if (database !== undefined) await influx.query(`CREATE DATABASE "${database}"`);
  } catch (error) {
    await server.close();
    throw error;
  }
  return influx;
}

function writeConfig(
  dir: string,
  port: number,
  options: { auth: boolean; maxBodySize: number | undefined; backupPort: number },
): string {
  const path = join(dir, 'influxdb.conf');
  const folder = (name: string): string => {
    mkdirSync(join(dir, name));
    return JSON.stringify(join(dir, name));
  };
  const lines = [
    'reporting-enabled = false',
    `bind-address = "127.0.0.1:${options.backupPort}"`,
    `[meta]\n  dir = ${folder('meta')}`,
    `[data]\n  dir = ${folder('data')}\n  wal-dir = ${folder('wal')}\n  query-log-enabled = false`,
    '[monitor]\n  store-enabled = false',
    '[logging]\n  level = "warn"',
    '[http]',
    `  bind-address = "127.0.0.1:${port}"`,
    `  auth-enabled = ${options.auth}`,
    '  log-enabled = false',
    ...(options.maxBodySize === undefined ? [] : [`  max-body-size = ${options.maxBodySize}`]),
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
