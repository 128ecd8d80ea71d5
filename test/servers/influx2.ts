import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import { ask } from './ask.ts';
import { startServer, type ServerProcess } from './process.ts';
import { findInflux2, INFLUXD2_VERSION } from './where.ts';

const program = findInflux2();

/** Why tests with InfluxDB 2.x are skipped; undefined: they run. */
export const influx2Missing = program === undefined ? `no InfluxDB ${INFLUXD2_VERSION} here` : undefined;

export interface Influx2 extends ServerProcess {
  readonly org: string;
  readonly bucket: string;
  /** May do everything. */
  readonly token: string;
  /** @param retentionSeconds 0: for ever; else at least 3,600. */
  createBucket(name: string, retentionSeconds?: number): Promise<void>;
  /** A token that may do with the buckets named, of the same organisation, what is said, and nothing else. */
  createToken(rights: { readonly read?: readonly string[]; readonly write?: readonly string[] }): Promise<string>;
  /** InfluxQL with the operator's token. @throws Error with the server's words. */
  query(influxql: string, bucket?: string): Promise<unknown>;
  /** Flux with the operator's token; the answer is annotated CSV. @throws Error with the server's words. */
  flux(script: string): Promise<string>;
  /** Lines with the operator's token, their times in ms. @throws Error with the server's words. */
  write(lines: string, bucket?: string): Promise<void>;
}

const Setup = Type.Object({ org: Type.Object({ id: Type.String() }) });
const Buckets = Type.Object({ buckets: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })) });
const Made = Type.Object({ token: Type.String() });

const ORG = 'mine';
const BUCKET = 'readings';
const TOKEN = 'operator-of-a-test';

/** @throws Error when the program is missing or does not start. */
export async function startInflux2(): Promise<Influx2> {
  if (program === undefined) throw new Error(influx2Missing);
  const server = await startServer({
    name: 'influx2',
    program,
    command: ({ dir, port }) => ({ args: argumentsOf(dir, port) }),
    answers: async (url) => (await fetch(`${url}/health`)).ok,
  });
  const headers = { authorization: `Token ${TOKEN}` };
  const call = (path: string, body: object, more: Readonly<Record<string, string>> = headers) =>
    ask(`${server.url}/api/v2/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...more },
      body: JSON.stringify(body),
    });
  const owner = { username: 'keeper', password: 'keeper-of-a-test', org: ORG, bucket: BUCKET, token: TOKEN };
  const { org } = Parse(
    Setup,
    await call('setup', owner, {}).catch(async (error: unknown) => {
      await server.close();
      throw error;
    }),
  );
  const idOf = async (name: string): Promise<string> => {
    const query = new URLSearchParams({ org: ORG, name });
    const { buckets } = Parse(Buckets, await ask(`${server.url}/api/v2/buckets?${query.toString()}`, { headers }));
    const [bucket] = buckets;
    if (bucket === undefined) throw new Error(`no bucket ${name}`);
    return bucket.id;
  };
  return {
    ...server,
    get pid() {
      return server.pid;
    },
    org: ORG,
    bucket: BUCKET,
    token: TOKEN,
    async createBucket(name, retentionSeconds = 0) {
      const retentionRules = retentionSeconds === 0 ? [] : [{ type: 'expire', everySeconds: retentionSeconds }];
      await call('buckets', { orgID: org.id, name, retentionRules });
    },
    async createToken({ read = [], write = [] }) {
      const right = async (action: string, name: string) => ({
        action,
        resource: { type: 'buckets', id: await idOf(name), orgID: org.id },
      });
      const permissions = await Promise.all([
        ...read.map((name) => right('read', name)),
        ...write.map((name) => right('write', name)),
      ]);
      return Parse(Made, await call('authorizations', { orgID: org.id, permissions })).token;
    },
    query(influxql, bucket = BUCKET) {
      const of = new URLSearchParams({ q: influxql, db: bucket });
      return ask(`${server.url}/query?${of.toString()}`, { method: 'POST', headers });
    },
    async flux(script) {
      return String(await call(`query?org=${ORG}`, { query: script, type: 'flux' }));
    },
    async write(lines, bucket = BUCKET) {
      const to = new URLSearchParams({ org: ORG, bucket, precision: 'ms' });
      await ask(`${server.url}/api/v2/write?${to.toString()}`, { method: 'POST', headers, body: lines });
    },
  };
}

function argumentsOf(dir: string, port: number): string[] {
  return [
    'run',
    `--http-bind-address=127.0.0.1:${port}`,
    `--bolt-path=${dir}/influxd.bolt`,
    `--engine-path=${dir}/engine`,
    '--reporting-disabled',
    '--no-tasks',
    '--log-level=error',
  ];
}
