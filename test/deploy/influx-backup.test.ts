import { Type, type Static } from 'typebox';
import { Parse } from 'typebox/value';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { openInfluxReadings } from '../../ingest/stores/influx/store.ts';
import type { StoredReading } from '../../ingest/stores/readings/types.ts';
import { createSeriesDirectory } from '../../ingest/stores/series-directory.ts';
import { influx2Missing, startInflux2, type Influx2 } from '../servers/influx2.ts';

// What `influx backup` and `influx restore` ask of the server, by the same requests: the tool itself is not a part of it.
const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 20);

let server: Influx2;
beforeAll(async () => {
  if (influx2Missing === undefined) server = await startInflux2();
});
afterAll(() => (influx2Missing === undefined ? server.close() : undefined));

const Shards = Type.Object({ shards: Type.Array(Type.Object({ id: Type.Integer() })) });
const Bucket = Type.Object({
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
  const headers = { authorization: `Token ${server.token}`, ...request.headers };
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
  const bucket = buckets.find(({ bucketName }) => bucketName === name);
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

async function store(bucket: string) {
  const directory = createSeriesDirectory();
  directory.learn([{ id: 1, site: 'mine', owner: { kind: 'point', id: 'pool' }, metric: 'water_temperature' }]);
  directory.locate(() => 'bath');
  const { url, token, org } = server;
  const settings = { url, token, org, bucket, username: null, password: null, retention: 730 * DAY };
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
  'a backup of InfluxDB taken after that of the ledger, restored, and sent again what the ledger still holds, has every reading',
  async () => {
    await server.createBucket('live');
    const live = await store('live');
    const all = { series: 1, from: 0, to: START + 100 * DAY, limit: 100_000 };
    await live.write([{ series: 1, readings: history(10, 42) }]);
    const backup = await backUpBucket('live');
    await live.write([{ series: 1, readings: history(12, 43) }]);

    await restoreBucket(backup, 'restored');
    const restored = await store('restored');
    expect(await restored.range(all)).toEqual(history(10, 42));
    // The restored ledger sends again what it held and this backup has already: nothing becomes of that twice.
    await restored.write([{ series: 1, readings: history(10, 42).slice(-500) }]);
    expect(await restored.range(all)).toEqual(history(10, 42));
  },
);
