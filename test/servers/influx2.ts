import { randomUUID } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { Parse } from 'typebox/value';
import { ask } from './ask.ts';
import { startServer, type ServerProcess } from './process.ts';
import { findInflux2, INFLUXD2_VERSION, INFLUXDB2_URL } from './where.ts';

const program = INFLUXDB2_URL === undefined ? findInflux2() : undefined;

/** Why tests with InfluxDB 2.x are skipped; undefined: they run. */
export const influx2Missing =
  program === undefined && INFLUXDB2_URL === undefined ? `no InfluxDB ${INFLUXD2_VERSION} here` : undefined;
/** Why tests that stop or kill the server are skipped: there is none, or it is somebody else's. */
export const influx2Unstoppable = program === undefined ? (influx2Missing ?? 'INFLUXDB2_URL is not ours') : undefined;

export interface Influx2 extends ServerProcess {
  readonly org: string;
  readonly orgID: string;
  readonly bucket: string;
  /** May do everything, in this organisation at least. */
  readonly token: string;
  /** May do everything in all of the server, which a backup asks for. */
  readonly operator: string;
  /** @param retentionSeconds 0: for ever; else at least 3,600. */
  createBucket(name: string, retentionSeconds?: number): Promise<void>;
  dropBucket(name: string): Promise<void>;
  /** Another name, or another retention as above. */
  changeBucket(name: string, change: { readonly name?: string; readonly retentionSeconds?: number }): Promise<void>;
  /**
   * A token that may do with the buckets named, of the same organisation, what is said, and nothing else; `orgs`: it may
   * also read the organisation; `all`: it may also create buckets, and do with each of them what it likes.
   */
  createToken(rights: {
    readonly read?: readonly string[];
    readonly write?: readonly string[];
    readonly orgs?: boolean;
    readonly all?: boolean;
  }): Promise<string>;
  /** Makes a token of `createToken` one that the server does not take, or takes again. */
  switchToken(token: string, on: boolean): Promise<void>;
  /** InfluxQL with the token above. @throws Error with the server's words. */
  query(influxql: string, bucket?: string): Promise<unknown>;
  /** Flux with the token above; the answer is annotated CSV. @throws Error with the server's words. */
  flux(script: string): Promise<string>;
  /** Lines with the token above, their times in ms. @throws Error with the server's words. */
  write(lines: string, bucket?: string): Promise<void>;
}

const Org = Type.Object({ id: Type.String() });
const Setup = Type.Object({ org: Org });
const Buckets = Type.Object({ buckets: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })) });
const Token = Type.Object({ id: Type.String(), token: Type.String() });
const Tokens = Type.Object({ authorizations: Type.Array(Token) });

const BUCKET = 'readings';

export interface Influx2Options {
  /** Where its data lie, in a folder of their own. */
  readonly base?: string;
}

/** @throws Error when the program is missing or does not start. */
export async function startInflux2({ base }: Influx2Options = {}): Promise<Influx2> {
  const server = INFLUXDB2_URL === undefined ? await startOwn(base) : somebodyElses(INFLUXDB2_URL);
  const name = INFLUXDB2_URL === undefined ? 'mine' : `facility-watch-test-${randomUUID()}`;
  const operator = process.env['INFLUXDB2_TOKEN'] ?? 'operator-of-a-test';
  const asOperator = { authorization: `Token ${operator}` };
  const call = (path: string, body: object, method = 'POST') =>
    ask(`${server.url}/api/v2/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...asOperator },
      body: JSON.stringify(body),
    });
  async function setUp(): Promise<{ org: Static<typeof Org>; token: string }> {
    if (INFLUXDB2_URL === undefined) {
      const owner = { username: 'keeper', password: 'keeper-of-a-test', org: name, bucket: BUCKET, token: operator };
      return { ...Parse(Setup, await call('setup', owner)), token: operator };
    }
    const made = Parse(Org, await call('orgs', { name }));
    await call('buckets', { orgID: made.id, name: BUCKET, retentionRules: [] });
    // InfluxQL asks the organisation of its token.
    const resources = [
      ...['buckets', 'dbrp', 'authorizations'].map((type) => ({ type, orgID: made.id })),
      // The organisation belongs to none.
      { type: 'orgs', id: made.id },
    ];
    const everything = resources.flatMap((resource) => ['read', 'write'].map((action) => ({ action, resource })));
    const { token } = Parse(Token, await call('authorizations', { orgID: made.id, permissions: everything }));
    return { org: made, token };
  }
  const { org, token } = await setUp().catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  const headers = { authorization: `Token ${token}` };
  const idOf = async (bucket: string): Promise<string> => {
    const query = new URLSearchParams({ org: name, name: bucket });
    const { buckets } = Parse(Buckets, await ask(`${server.url}/api/v2/buckets?${query.toString()}`, { headers }));
    const [found] = buckets;
    if (found === undefined) throw new Error(`no bucket ${bucket}`);
    return found.id;
  };
  return {
    ...server,
    get pid() {
      return server.pid;
    },
    org: name,
    orgID: org.id,
    bucket: BUCKET,
    token,
    operator,
    async createBucket(made, retentionSeconds = 0) {
      const retentionRules = retentionSeconds === 0 ? [] : [{ type: 'expire', everySeconds: retentionSeconds }];
      await call('buckets', { orgID: org.id, name: made, retentionRules });
    },
    async dropBucket(dropped) {
      await ask(`${server.url}/api/v2/buckets/${await idOf(dropped)}`, { method: 'DELETE', headers });
    },
    async changeBucket(changed, { name: renamed, retentionSeconds }) {
      const rules = retentionSeconds === 0 ? [] : [{ type: 'expire', everySeconds: retentionSeconds }];
      const change = {
        ...(renamed === undefined ? {} : { name: renamed }),
        ...(retentionSeconds === undefined ? {} : { retentionRules: rules }),
      };
      await call(`buckets/${await idOf(changed)}`, change, 'PATCH');
    },
    async createToken({ read = [], write = [], orgs = false, all = false }) {
      const right = async (action: string, to: string) => ({
        action,
        resource: { type: 'buckets', id: await idOf(to), orgID: org.id },
      });
      const permissions: object[] = await Promise.all([
        ...read.map((to) => right('read', to)),
        ...write.map((to) => right('write', to)),
      ]);
      if (orgs) permissions.push({ action: 'read', resource: { type: 'orgs', id: org.id } });
      for (const action of all ? ['read', 'write'] : [])
        permissions.push({ action, resource: { type: 'buckets', orgID: org.id } });
      return Parse(Token, await call('authorizations', { orgID: org.id, permissions })).token;
    },
    async switchToken(switched, on) {
      const all = await ask(`${server.url}/api/v2/authorizations?org=${name}`, { headers: asOperator });
      const found = Parse(Tokens, all).authorizations.find((one) => one.token === switched);
      if (found === undefined) throw new Error('no such token');
      await call(`authorizations/${found.id}`, { status: on ? 'active' : 'inactive' }, 'PATCH');
    },
    query(influxql, bucket = BUCKET) {
      const of = new URLSearchParams({ q: influxql, db: bucket });
      return ask(`${server.url}/query?${of.toString()}`, { method: 'POST', headers });
    },
    async flux(script) {
      return String(await call(`query?org=${name}`, { query: script, type: 'flux' }));
    },
    async write(lines, bucket = BUCKET) {
      const to = new URLSearchParams({ org: name, bucket, precision: 'ms' });
      await ask(`${server.url}/api/v2/write?${to.toString()}`, { method: 'POST', headers, body: lines });
    },
    async close() {
      if (INFLUXDB2_URL !== undefined)
        await ask(`${server.url}/api/v2/orgs/${org.id}`, { method: 'DELETE', headers: asOperator });
      await server.close();
    },
  };
}

function startOwn(base: string | undefined): Promise<ServerProcess> {
  if (program === undefined) throw new Error(influx2Missing);
  return startServer({
    name: 'influx2',
    program,
    base,
    command: ({ dir, port }) => ({ args: argumentsOf(dir, port) }),
    answers: async ({ url }) => (await fetch(`${url}/health`)).ok,
  });
}

function somebodyElses(url: string): ServerProcess {
  const refuse = () => Promise.reject(new Error('INFLUXDB2_URL is not ours to stop'));
  return {
    url: url.replace(/\/$/, ''),
    port: Number(new URL(url).port),
    dir: '',
    pid: undefined,
    stop: refuse,
    kill: refuse,
    restart: refuse,
    close: () => Promise.resolve(),
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
