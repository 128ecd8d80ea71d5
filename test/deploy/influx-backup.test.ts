import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Parse } from 'typebox/value';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runBackup } from '../../app/backup/backup.ts';
import { runRestore } from '../../app/backup/restore.ts';
import { systemClock } from '../../app/clock.ts';
import { openInfluxReadings } from '../../ingest/stores/influx/store.ts';
import type { StoredReading } from '../../ingest/stores/readings/stored.ts';
import { createSeriesDirectory } from '../../ingest/stores/series-directory.ts';
import { differences, eventsHeld, forwarded, readingsKept, REGISTRY, startLoad } from '../integration/influx-load.ts';
import { influx1Missing, startInflux1 } from '../servers/influx1.ts';
import { influx2Missing, startInflux2, type Influx2 } from '../servers/influx2.ts';
import { freePort } from '../servers/process.ts';
import { startProxy } from '../servers/proxy.ts';
import { killProcess, prepareData, startProcess } from '../soak/system.ts';

// What `influx backup` and `influx restore` ask of the server, by the same requests: the tool itself is not a part of it.
const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 20);
/** Messages a second. */
const RATE = 200;

let server: Influx2;
beforeAll(async () => {
  if (influx2Missing === undefined) server = await startInflux2();
});
afterAll(() => (influx2Missing === undefined ? server.close() : undefined));

const Shards = Type.Object({ shards: Type.Array(Type.Object({ id: Type.Integer() })) });
const Bucket = Type.Object({
  organizationID: Type.String(),
  bucketName: Type.String(),
  bucketID: Type.String(),
  retentionPolicies: Type.Array(Type.Object({ shardGroups: Type.Array(Shards) })),
});
const Restored = Type.Object({
  shardMappings: Type.Array(Type.Object({ oldId: Type.Integer(), newId: Type.Integer() })),
});

interface BucketBackup {
  readonly bucket: Static<typeof Bucket>;
  readonly shards: ReadonlyMap<number, ArrayBuffer>;
}

interface Request {
  readonly method?: 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | ArrayBuffer;
}

async function ask(path: string, request: Request = {}): Promise<Response> {
  const headers = { authorization: `Token ${server.operator}`, ...request.headers };
  const response = await fetch(`${server.url}/api/v2/${path}`, { ...request, headers });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

async function backUpBucket(name: string): Promise<BucketBackup> {
  const answer = await ask('backup/metadata', { headers: { accept: 'multipart/mixed' } });
  const boundary = /boundary=(\S+)/.exec(answer.headers.get('content-type') ?? '')?.[1] ?? '';
  const parts = Buffer.from(await answer.arrayBuffer())
    .toString('latin1')
    .split(`--${boundary}`);
  const part = parts.find((text) => /name="?buckets/.test(text)) ?? '';
  const manifest = part.slice(part.indexOf('\r\n\r\n') + 4).trim();
  const buckets = Parse(Type.Array(Bucket), JSON.parse(manifest));
  const bucket = buckets.find(
    ({ bucketName, organizationID }) => bucketName === name && organizationID === server.orgID,
  );
  if (bucket === undefined) throw new Error(`no bucket ${name}`);
  const ids = bucket.retentionPolicies.flatMap(({ shardGroups }) =>
    shardGroups.flatMap(({ shards }) => shards.map(({ id }) => id)),
  );
  const shards = new Map<number, ArrayBuffer>();
  for (const id of ids) shards.set(id, await (await ask(`backup/shards/${id}`)).arrayBuffer());
  return { bucket, shards };
}

async function restoreBucket({ bucket, shards }: BucketBackup, name: string): Promise<void> {
  const body = JSON.stringify({ ...bucket, bucketName: name });
  const made = await ask('restore/bucketMetadata', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  for (const { oldId, newId } of Parse(Restored, await made.json()).shardMappings) {
    const shard = shards.get(oldId);
    if (shard === undefined) throw new Error(`no shard ${oldId}`);
    const headers = { 'content-type': 'application/octet-stream' };
    await ask(`restore/shards/${newId}`, { method: 'POST', headers, body: shard });
  }
}

/** Runs a command of an operator. */
async function run(tool: typeof runBackup, env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  await tool(args, { env, version: '0', now: () => Date.now(), out: () => {} });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fw-both-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function openStore(at: { url: string; token: string | null; org: string | null; bucket: string }) {
  const directory = createSeriesDirectory();
  directory.learn([{ id: 1, site: 'mine', owner: { kind: 'point', id: 'pool' }, metric: 'water_temperature' }]);
  directory.locate(() => 'bath');
  const settings = { ...at, username: null, password: null, retention: 730 * DAY };
  const opened = await openInfluxReadings({ settings, directory, clock: systemClock() });
  onTestFinished(() => opened.close());
  return opened;
}

const history = (days: number, value: number): StoredReading[] =>
  Array.from({ length: 144 * days }, (_, at) => {
    const t = START + at * 600_000;
    const quality = at % 9 === 0 ? 'bad' : 'good';
    const reason = quality === 'bad' ? 'out_of_range' : null;
    return { t, value, quality, reason, receivedAt: t + 40, backfilled: false, claimedTime: null };
  });

test.skipIf(influx2Missing)(
  'ledger and bucket of a running system, backed up one after the other and both restored, have all that was acknowledged before the first',
  async () => {
    const bucket = 'both';
    await server.createBucket(bucket);
    const proxy = await startProxy(server.url);
    onTestFinished(() => proxy.close());
    const { dir, passwords, remove } = await prepareData(REGISTRY);
    onTestFinished(remove);
    const port = await freePort();
    const env = (dataDir: string) => ({
      DATA_DIR: dataDir,
      MQTT_PORT: String(port),
      INFLUX_URL: proxy.url,
      INFLUX_TOKEN: server.token,
      INFLUX_ORG: server.org,
      INFLUX_BUCKET: bucket,
    });
    const system = await startProcess(env(dir));
    onTestFinished(() => void system.kill('SIGKILL'));
    const load = startLoad({ port, passwords, rate: RATE });
    await load.more(RATE);
    await forwarded(dir);
    // What comes from here on is in the log alone, as InfluxDB is behind.
    await proxy.fault({ kind: 'refused' });
    await load.more(RATE);

    const before = new Map(load.acknowledged);
    const events = new Set(load.events);
    const backup = join(folder(), 'ledger');
    await run(runBackup, env(dir), '--to', backup);
    await load.more(RATE);
    const ofBucket = await backUpBucket(bucket);
    await load.more(RATE / 2);
    const at = { url: server.url, database: bucket, headers: { authorization: `Token ${server.token}` } };
    expect(differences({ acknowledged: before, sent: load.sent }, await readingsKept(at, dir))).not.toEqual([]);
    await load.stop();
    await killProcess(system);
    await server.dropBucket(bucket);

    await restoreBucket(ofBucket, bucket);
    const restored = folder();
    await run(runRestore, env(restored), '--from', backup);
    await proxy.pass();
    const again = await startProcess(env(restored));
    onTestFinished(() => void again.kill('SIGKILL'));
    await forwarded(restored);
    expect(differences({ acknowledged: before, sent: load.sent }, await readingsKept(at, restored))).toEqual([]);
    expect(await eventsHeld(at)).toBeGreaterThanOrEqual(events.size);
    // It goes on with the devices that it knew.
    const next = startLoad({ port, passwords, rate: RATE });
    await next.more(RATE / 2);
    await next.stop();
    await forwarded(restored);
    const sent = new Map([...load.sent, ...next.sent]);
    expect(differences({ acknowledged: next.acknowledged, sent }, await readingsKept(at, restored))).toEqual([]);
    await killProcess(again);
  },
  120_000,
);

test.skipIf(influx1Missing)(
  'InfluxDB 1.x is backed up and restored by its own program, and sent again what the ledger still holds it has every reading once',
  async () => {
    const backupPort = await freePort();
    const one = await startInflux1({ database: 'mine', backupPort });
    onTestFinished(() => one.close());
    const live = await openStore({ url: one.url, token: null, org: null, bucket: 'mine' });
    const all = { series: 1, from: 0, to: START + 100 * DAY, limit: 100_000 };
    await live.write([{ series: 1, readings: history(10, 42) }]);
    const [host, to] = [`127.0.0.1:${backupPort}`, join(folder(), 'mine')];
    one.command('backup', '-portable', '-database', 'mine', '-host', host, to);
    await live.write([{ series: 1, readings: history(12, 43) }]);
    expect(() => one.command('restore', '-portable', '-db', 'mine', '-host', host, to)).toThrow(/may already exist/);
    await one.query('DROP DATABASE "mine"');
    one.command('restore', '-portable', '-db', 'mine', '-host', host, to);
    // Its program is done before the server has enabled all shards again: until then it answers with an error.
    await expect.poll(() => live.range(all).catch(String)).toEqual(history(10, 42));
    await live.write([{ series: 1, readings: history(10, 42).slice(-500) }]);
    expect(await live.range(all)).toEqual(history(10, 42));
  },
);
