import { createServer } from 'node:http';
import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { InfluxServer } from '../../../../ingest/stores/influx/types.ts';
import { ask } from '../../../servers/ask.ts';
import { influx1Missing, startInflux1, type Influx1 } from '../../../servers/influx1.ts';
import { influx2Missing, startInflux2, type Influx2 } from '../../../servers/influx2.ts';
import { startProxy } from '../../../servers/proxy.ts';
import { HOUR, reading, START } from '../fixtures/rows.ts';
import { newDatabase, openIn } from './servers.ts';

const BATCH = [{ series: 1, readings: [reading(START, 1)] }];
const YEAR = 365 * 24 * HOUR;
const NOBODY = { token: null, org: null, username: null, password: null };

type Access = typeof NOBODY | { [Key in keyof typeof NOBODY]: string | null };

/** What somebody is told has to be done, or that a reading went in and came out. */
async function outcome(url: string, access: Access, bucket: string): Promise<string> {
  const store = await openIn({ url, access }, { bucket, settings: { retention: YEAR } });
  const failed = await store.write(BATCH).then(
    () => null,
    (error: unknown) => error as Error,
  );
  if (failed === null) {
    expect(await store.before(1, START + 1)).toEqual(reading(START, 1));
    return store.server().problem ?? 'taken';
  }
  expect(failed).toMatchObject({ name: 'InfluxFailed', trouble: 'refused' });
  expect(store.server().problem).toBe(failed.message);
  return failed.message;
}

describe.skipIf(influx2Missing !== undefined)('InfluxDB 2.x', () => {
  let server: Influx2;
  beforeAll(async () => {
    server = await startInflux2();
  });
  afterAll(() => server.close());

  test('a bucket is made with its retention where that is allowed', async () => {
    const bucket = newDatabase();
    expect(await outcome(server.url, { ...NOBODY, token: server.token, org: server.org }, bucket)).toBe('taken');
    const again = await openIn({ url: server.url, access: { ...NOBODY, token: server.token } }, { bucket });
    await again.before(1, START);
    expect(again.server()).toEqual({
      generation: 2,
      version: expect.stringMatching(/^v?2\./) as string,
      retention: YEAR,
      problem: null,
    });
  });

  test('a token for one bucket is enough, and finds its organisation', async () => {
    const name = newDatabase();
    await server.createBucket(name);
    const token = await server.createToken({ read: [name], write: [name] });
    expect(await outcome(server.url, { ...NOBODY, token }, name)).toBe('taken');
    const other = `${name}_other`;
    expect(await outcome(server.url, { ...NOBODY, token, org: server.org }, other)).toContain(
      `influx bucket create --name ${other} --org ${server.org} --retention 8760h`,
    );
    const writer = await server.createToken({ write: [name] });
    expect(await outcome(server.url, { ...NOBODY, token: writer, org: server.org }, name)).toContain('INFLUX_TOKEN');
    const reader = await server.createToken({ read: [name] });
    expect(await outcome(server.url, { ...NOBODY, token: reader, org: server.org }, name)).toMatch(
      /answers 403: .*write.*\. Give the token of INFLUX_TOKEN the right to write\.$/,
    );
  });

  test('an organisation is found by its id, too, and a bucket is made in it', async () => {
    const { url, token, orgID: org } = server;
    expect(await outcome(url, { ...NOBODY, token, org }, newDatabase())).toBe('taken');
    const other = { ...NOBODY, token, org: '0123456789abcdef' };
    expect(await outcome(url, other, newDatabase())).toMatch(/no organisation "0123456789abcdef": set INFLUX_ORG/);
  });

  test('a token that may create buckets and read no organisation is told so, and creates one by the id', async () => {
    const maker = await server.createToken({ all: true });
    const bucket = newDatabase();
    expect(await outcome(server.url, { ...NOBODY, token: maker, org: server.org }, bucket)).toMatch(
      /is not there for this token, and as it may not read organisations, nobody can try .* has to run: influx bucket/,
    );
    const byId = { ...NOBODY, token: maker, org: server.orgID };
    expect(await outcome(server.url, byId, bucket)).toBe('taken');
    const reader = await server.createToken({ orgs: true });
    expect(await outcome(server.url, { ...NOBODY, token: reader, org: server.org }, newDatabase())).toMatch(
      /is not there for this token, and it may not create it\./,
    );
  });

  test('a name that InfluxQL cannot use, or uses for another bucket, is a sentence that says what to do', async () => {
    const access = { ...NOBODY, token: server.token, org: server.org };
    expect(await outcome(server.url, access, 'facility/watch')).toMatch(/set INFLUX_BUCKET to another name/);
    const [taken, other] = [newDatabase(), newDatabase()];
    await server.createBucket(other);
    const buckets = Parse(
      Type.Object({ buckets: Type.Tuple([Type.Object({ id: Type.String() })]) }),
      await ask(`${server.url}/api/v2/buckets?name=${other}`, { headers: { authorization: `Token ${server.token}` } }),
    );
    const map = (bucketID: string) => ({
      orgID: server.orgID,
      bucketID,
      database: taken,
      retention_policy: 'autogen',
      default: true,
    });
    const headers = { authorization: `Token ${server.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify(map(buckets.buckets[0].id));
    await ask(`${server.url}/api/v2/dbrps`, { method: 'POST', headers, body });
    const told = await outcome(server.url, access, taken);
    expect(told).toMatch(/finds another bucket under the name .* or set INFLUX_BUCKET to another name\.$/);
    // What it prints does it.
    const [, mapping = '', bucket = ''] = /dbrp delete --id (\w+); .* --bucket-id (\w+) --default/.exec(told) ?? [];
    await ask(`${server.url}/api/v2/dbrps/${mapping}?org=${server.org}`, { method: 'DELETE', headers });
    await ask(`${server.url}/api/v2/dbrps`, { method: 'POST', headers, body: JSON.stringify(map(bucket)) });
    expect(await outcome(server.url, access, taken)).toBe('taken');
  });

  test.each([
    ['no token', { ...NOBODY }, /set INFLUX_TOKEN/],
    ['a wrong token', { ...NOBODY, token: 'guess' }, /does not know this token: set INFLUX_TOKEN/],
    ['no such organisation', { ...NOBODY, org: 'other', token: '' }, /no organisation "other": set INFLUX_ORG/],
  ] as const)('%s is a sentence that names its setting', async (_, access, sentence) => {
    const token = access.token === '' ? server.token : access.token;
    expect(await outcome(server.url, { ...access, token }, newDatabase())).toMatch(sentence);
  });

  test('a bucket that is deleted under us is made again', async () => {
    const bucket = newDatabase();
    const access = { ...NOBODY, token: server.token, org: server.org };
    const proxy = await startProxy(server.url);
    onTestFinished(() => proxy.close());
    const store = await openIn({ url: proxy.url, access }, { bucket });
    await store.write(BATCH);
    proxy.answer({ status: 404, body: '{"code":"not found","message":"bucket not found"}' }, 1, '/api/v2/write');
    await expect(store.write(BATCH)).rejects.toMatchObject({ trouble: 'refused', status: 404 });
    const looked = proxy.requests('/api/v2/buckets');
    expect(await store.write(BATCH)).toMatchObject({ written: 1 });
    expect(proxy.requests('/api/v2/buckets')).toBe(looked + 1);
  });
});

describe.skipIf(influx1Missing !== undefined)('InfluxDB 1.x', () => {
  let server: Influx1;
  beforeAll(async () => {
    server = await startInflux1({ auth: true });
  });
  afterAll(() => server.close());

  test('a database is made with its retention where that is allowed; where not, an administrator is told what to run', async () => {
    const bucket = newDatabase();
    const { user: username = '', password = '' } = server;
    expect(await outcome(server.url, { ...NOBODY, username, password }, bucket)).toBe('taken');
    const policies = await server.query(`SHOW RETENTION POLICIES ON "${bucket}"`);
    expect(JSON.stringify(policies)).toContain('["autogen","8760h0m0s"');

    await server.query(`CREATE USER "o'ne" WITH PASSWORD 'pw'`);
    const other = newDatabase();
    const one = { ...NOBODY, username: "o'ne", password: 'pw' };
    const told = await outcome(server.url, one, other);
    const [, statements = ''] = /has to run: (.*?) — /.exec(told) ?? [];
    for (const statement of statements.split('; ')) await server.query(statement);
    expect(await outcome(server.url, one, other)).toBe('taken');

    await server.query(`REVOKE WRITE ON "${other}" FROM "o'ne"`);
    expect(await outcome(server.url, one, other)).toMatch(
      /answers 403: .*\. Give the user of INFLUX_USERNAME the right to write\.$/,
    );
  });

  test.each([
    ['nobody', NOBODY],
    ['a wrong password', { ...NOBODY, username: 'keeper', password: 'guess' }],
    ['a token', { ...NOBODY, token: 'guess' }],
  ])('%s is told to set user and password', async (_, access) => {
    expect(await outcome(server.url, access, newDatabase())).toMatch(/Set INFLUX_USERNAME and INFLUX_PASSWORD/);
  });

  test('a server that is down stops nothing, and is found when it is there', async () => {
    const { user: username = '', password = '' } = server;
    const proxy = await startProxy(server.url);
    onTestFinished(() => proxy.close());
    await proxy.fault({ kind: 'refused' });
    const told: InfluxServer[] = [];
    const access = { ...NOBODY, username, password };
    const unreached = Promise.withResolvers<string>();
    const listeners = { onServer: (news: InfluxServer) => told.push(news), onUnreached: unreached.resolve };
    const store = await openIn({ url: proxy.url, access }, listeners);
    expect(await unreached.promise).toBe(`InfluxDB at ${proxy.url} (INFLUX_URL) cannot be reached: ECONNREFUSED.`);
    await expect(store.write(BATCH)).rejects.toMatchObject({ trouble: 'unreachable' });
    await expect(store.before(1, START)).rejects.toMatchObject({ trouble: 'unreachable' });
    expect(store.server()).toEqual({ generation: null, version: null, retention: null, problem: null });
    await proxy.pass();
    expect(await store.write(BATCH)).toMatchObject({ written: 1 });
    expect(told.at(-1)).toMatchObject({ generation: 1, version: expect.stringMatching(/^1\./) as string });
  });
});

test('what is no InfluxDB is called so', async () => {
  const other = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<html>'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const store = await openIn({ url: `http://127.0.0.1:${port}`, access: NOBODY });
  await expect(store.write(BATCH)).rejects.toMatchObject({ trouble: 'invalid' });
  expect(store.server().problem).toMatch(/no InfluxDB/);
});
