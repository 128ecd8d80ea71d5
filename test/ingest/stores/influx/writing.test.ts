import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createSeriesDirectory } from '../../../../ingest/stores/series-directory.ts';
import { packSettlements } from '../../../../ingest/stores/packed.ts';
import type { StoredReading } from '../../../../ingest/stores/readings/stored.ts';
import type { InfluxFailed, InfluxServer } from '../../../../ingest/stores/influx/types.ts';
import { DrivenClock } from '../../../driven-clock.ts';
import { startProxy } from '../../../servers/proxy.ts';
import { HOUR, reading, START } from '../fixtures/rows.ts';
import { nthEvent, nthTransition, seriesOf } from './records.ts';
import { GENERATIONS, newDatabase, openIn, pointsOf, type RealServer } from './servers.ts';

const ALL = { from: 0, to: START + 1_000 * HOUR, limit: 100_000 };
const DAY = 24 * HOUR;

/** What a name may be, though no id of ours is: each as site, point and (for the last ones) as a reason to refuse. */
const HOSTILE = [
  `o'brien`,
  `say "pool"`,
  String.raw`back\slash`,
  String.raw`\'; DROP DATABASE mine; --`,
  `comma,equals=space `,
  String.raw`a\\b\c`,
  `"; DROP SERIES FROM /.*/`,
  `/.*/`,
  `大池 ℃`,
  `$tag`,
  `--`,
  `#`,
  `x`.repeat(300),
];
const UNSAYABLE = [`line\nbreak`, String.raw`a\,b`, 'trailing\\', '', 'nul\0'];

describe.each(GENERATIONS)('$name', ({ generation, missing, start }) => {
  describe.skipIf(missing !== undefined)('takes readings', () => {
    let server: RealServer;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.close());

    test('a line for each point and time, with what people plot as fields that are floats, to be read by anybody', async () => {
      const directory = createSeriesDirectory();
      const owner = { kind: 'point', id: 'pool' } as const;
      directory.learn([
        { id: 1, site: 'mine', owner, metric: 'water_temperature' },
        { id: 2, site: 'mine', owner, metric: 'humidity' },
        { id: 3, site: 'mine', owner: { kind: 'device', id: 'gw1' }, metric: 'co2.left' },
      ]);
      directory.locate(() => 'hall');
      const store = await openIn(server, { directory });
      const bad = { quality: 'bad', reason: 'spike', backfilled: true, claimedTime: 5 } as const;
      await store.write([
        { series: 1, readings: [reading(START, 42)] },
        { series: 2, readings: [reading(START, 88.5, bad)] },
        { series: 3, readings: [reading(START, 410)] },
      ]);
      const rows = await server.query('SELECT * FROM readings', store.bucket);
      const [time, tags] = [new Date(START).toISOString().replace('.000', ''), ['hall', 'pool', 'mine']];
      expect(rowsOf(rows)).toEqual([
        {
          ...{ time, area: tags[0], point: tags[1], site: tags[2] },
          ...{ water_temperature: 42, water_temperature_quality: 0, water_temperature_delay: 40 },
          ...{ humidity: 88.5, humidity_quality: 281, humidity_delay: 40, humidity_claimed: 5 },
        },
      ]);
      expect(rowsOf(await server.query('SELECT * FROM device_readings', store.bucket))).toEqual([
        { time, channel: 'left', device: 'gw1', site: 'mine', co2: 410, co2_quality: 0, co2_delay: 40 },
      ]);
      // 42 was no integer: somebody else's float finds its field.
      await server.write(`readings,point=other water_temperature=1.5 ${START}`, store.bucket);
    });

    test('a reading that says nothing is its value alone; one that may replace another says all, also after a start', async () => {
      const bucket = newDatabase();
      const now = START + HOUR;
      const openAnew = () => openIn(server, { bucket, clock: new DrivenClock(now - 1) });
      const forward = (store: Awaited<ReturnType<typeof openAnew>>, ...readings: StoredReading[]) =>
        store.forward(packSettlements([{ series: 1, readings }]), 0);
      const held = async () =>
        rowsOf(await server.query('SELECT * FROM readings', bucket)).map((row) =>
          ['', '_quality', '_delay'].map((suffix) => row[`water_temperature${suffix}`] ?? null),
        );
      const at = (ms: number, value: number, rest: Partial<StoredReading> = {}) =>
        reading(now + ms, value, { receivedAt: now + ms, ...rest });
      const spike = { quality: 'bad', reason: 'spike' } as const;

      const first = await openAnew();
      await forward(
        first,
        at(0, 1, { receivedAt: now + 5_000 }),
        at(1, 2, { receivedAt: now + 5_002 }),
        at(2, 3, { receivedAt: now + 1 }),
        at(3, 4, spike),
        at(4, 5),
        at(3, 6),
        at(700_000, 7, spike),
        // Somebody may be copying what lies before our start.
        at(-1, 0),
      );
      expect(await held()).toEqual([
        [0, 0, 0],
        [1, null, null],
        [2, null, 5_001],
        [3, null, -1],
        [6, 0, 0],
        [5, null, null],
        [7, 206, null],
      ]);
      // What somebody wrote before us, even ahead of our time, is not left standing either.
      const second = await openAnew();
      await forward(second, at(4, 8), at(599_998, 9), at(700_000, 10), at(700_001, 11));
      expect((await held()).slice(5)).toEqual([
        [8, 0, 0],
        [9, 0, 0],
        [10, 0, 0],
        [11, null, null],
      ]);
      // Asked by hand, as for a copy, it says all.
      await second.write([{ series: 1, readings: [at(700_002, 12)] }]);
      expect((await held()).at(-1)).toEqual([12, 0, 0]);
    });

    test('of batches that follow each other none is sent behind one that failed, until all are tried anew', async () => {
      const proxy = await startProxy(server.url);
      onTestFinished(() => proxy.close());
      const store = await openIn({ ...server, url: proxy.url });
      const path = generation === 1 ? '/write' : '/api/v2/write';
      const forward = (attempt: number, value: number) =>
        store.forward(packSettlements([{ series: 1, readings: [reading(START, value)] }]), attempt);
      await forward(0, 1);
      proxy.answer({ status: 503, body: '{"error":"timeout"}' }, 1, path);
      const ends = await Promise.allSettled([forward(0, 2), forward(0, 3), store.record([]), forward(0, 4)]);
      expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'rejected']);
      expect([proxy.requests(path), proxy.mostAtOnce(path)]).toEqual([2, 1]);
      await Promise.all([forward(1, 2), forward(1, 3)]);
      expect((await store.before(1, START + 1))?.value).toBe(3);
      expect(store.server().problem).toBeNull();
    });

    test('names of every kind come back as they went, and what no line can say is rejected alone', async () => {
      const directory = createSeriesDirectory();
      const names = [...HOSTILE, ...UNSAYABLE];
      directory.learn(
        names.map((name, at) => ({
          id: at + 1,
          site: name,
          owner: { kind: at % 2 === 0 ? 'point' : 'device', id: name },
          metric: at % 3 === 0 ? 'co2' : name,
        })),
      );
      directory.locate((site) => site);
      const store = await openIn(server, { directory, bucket: `o'clock ${newDatabase()},=` });
      const all = names.map((_, at) => ({ series: at + 1, readings: [reading(START, at + 0.5)] }));
      const { written, rejected } = await store.write(all);
      expect(written).toBe(HOSTILE.length);
      expect(rejected.map(({ series }) => series)).toEqual(UNSAYABLE.map((_, at) => HOSTILE.length + at + 1));
      expect(rejected[0]?.why).toContain(String.raw`line\nbreak`);
      for (const [at, name] of HOSTILE.entries())
        expect(await store.range({ series: at + 1, ...ALL }), name).toEqual([reading(START, at + 0.5)]);
    });

    test('a point that moved keeps its history, and where two areas hold one time the one where it is now wins', async () => {
      const directory = pointsOf(1);
      const store = await openIn(server, { directory });
      const at = (index: number, value: number) => reading(START + index * 1_000, value);
      await store.write([{ series: 1, readings: [at(0, 1), at(1, 1)] }]);
      directory.locate(() => 'attic');
      await store.write([{ series: 1, readings: [at(1, 2), at(2, 2)] }]);
      expect(await store.range({ series: 1, ...ALL })).toEqual([at(0, 1), at(1, 2), at(2, 2)]);
      expect(await store.range({ series: 1, ...ALL, limit: 2 })).toEqual([at(0, 1), at(1, 2)]);
      expect(await store.before(1, START + 1_001)).toEqual(at(1, 2));
      directory.locate(() => 'hall');
      expect(await store.before(1, START + 1_001)).toEqual(at(1, 1));
    });

    test("somebody else's type of a field costs the readings of that field alone, in the server's own words", async () => {
      const directory = createSeriesDirectory();
      directory.learn(
        ['water_temperature', 'humidity', 'co2'].map((metric, at) => {
          return { id: at + 1, site: 'mine', owner: { kind: 'point', id: 'pool' }, metric };
        }),
      );
      const store = await openIn(server, { directory });
      await store.write([{ series: 3, readings: [reading(START, 1)] }]);
      // One shard alone has the wrong type: what lies a month before is taken.
      await server.write(`readings,point=x humidity="wet" ${START}`, store.bucket);
      const month = 30 * DAY;
      const times = Array.from({ length: 60 }, (_, at) => START + at * 1_000 - (at % 2) * month);
      const { rejected, written, tooOld, requests } = await store.write(
        times.flatMap((t) => [1, 2, 3].map((series) => ({ series, readings: [reading(t, series)] }))),
      );
      expect([written, rejected.length, tooOld]).toEqual([150, 30, 0]);
      expect(rejected.every(({ series, value, t }) => series === 2 && value === 2 && t >= START)).toBe(true);
      expect(rejected[0]?.why).toContain('field type conflict: input field "humidity" on measurement "readings"');
      expect(requests).toBeLessThan(20);
      expect(await store.range({ series: 3, ...ALL })).toHaveLength(60);
      expect(await store.range({ series: 2, ...ALL })).toHaveLength(30);
    });

    test('what is too old for the server is counted, whether we know of it or it says so', async () => {
      const bucket = newDatabase();
      await server.makeShort(bucket, 24);
      const told: InfluxServer[] = [];
      // The server has a clock of its own.
      const clock = new DrivenClock(Date.now());
      const now = clock.now().wall;
      const store = await openIn(server, { bucket, clock, onServer: (news) => told.push(news) });
      const readings = [
        reading(now, 1),
        reading(now - 25 * HOUR, 2),
        reading(now - 1_000, 3),
        reading(now - 26 * HOUR, 4),
      ];
      const known = await store.write([{ series: 1, readings }]);
      expect(known).toMatchObject({ written: 2, tooOld: 2, rejected: [], requests: 1 });
      expect(told.at(-1)).toMatchObject({ generation, retention: DAY, problem: null });
      // Our clock is two days behind: the server has to say it.
      const behind = await openIn(server, { bucket, clock: new DrivenClock(now - 2 * DAY) });
      const said = await behind.write([{ series: 2, readings }]);
      expect(said).toMatchObject({ written: 2, tooOld: 2, rejected: [], requests: 2 });
      expect((await behind.range({ series: 2, ...ALL, to: now + 1 })).map(({ value }) => value)).toEqual([3, 1]);
      // Somebody lets it keep more, which is asked before anything is let go, and then less, which it has to say.
      await server.keepFor(bucket, 48);
      clock.advance(60_000);
      expect(await store.write([{ series: 3, readings }])).toMatchObject({ written: 4, tooOld: 0 });
      await server.keepFor(bucket, 2);
      expect(await store.write([{ series: 4, readings }])).toMatchObject({ written: 2, tooOld: 2, rejected: [] });
    });

    test('a body that is too large is halved; a line that the server cannot read is found among thousands', async () => {
      const proxy = await startProxy(server.url);
      onTestFinished(() => proxy.close());
      const store = await openIn({ ...server, url: proxy.url });
      const readings = Array.from({ length: 500 }, (_, at) => reading(START + at, at));
      const path = generation === 1 ? '/write' : '/api/v2/write';
      proxy.answer({ status: 413, body: '{"error":"Request Entity Too Large"}' }, 3, path);
      expect(await store.write([{ series: 1, readings }])).toMatchObject({ written: 500, rejected: [], requests: 7 });
      // Words that name nothing: it ends at one line, and here at half of them all.
      const broken = { error: 'something is wrong with this' };
      proxy.answer({ status: 400, body: JSON.stringify(broken) }, 1 + 9, path);
      const { rejected, written } = await store.write([{ series: 2, readings }]);
      expect([written, rejected.length, rejected[0]?.why]).toEqual([499, 1, broken.error]);
      // The server's own bound, where it has one.
      const many = Array.from({ length: 5_000 }, (_, at) => reading(START + at, at));
      const { requests, ...whole } = await store.write([{ series: 4, readings: many }]);
      expect(whole).toMatchObject({ written: 5_000, rejected: [] });
      expect(requests > 1).toBe(generation === 1);
      // On the way to another machine, as which a name that is not that of loopback counts, it is compressed, which the
      // bound counts.
      const far = await openIn(
        { ...server, url: server.url.replace('127.0.0.1', '0.0.0.0') },
        { bucket: store.bucket },
      );
      expect(await far.write([{ series: 5, readings: many }])).toMatchObject({ written: 5_000, requests: 1 });
      expect(await far.range({ series: 5, ...ALL })).toEqual(many);
      // Not InfluxDB's way to speak: nothing of it is given up.
      proxy.answer({ status: 400, body: '<html>a gateway</html>' }, 1, path);
      await expect(store.write([{ series: 3, readings }])).rejects.toMatchObject({ trouble: 'invalid' });
    });

    test('where not even one line may pass nothing of it is given up, whoever says so', async () => {
      const proxy = await startProxy(server.url);
      onTestFinished(() => proxy.close());
      const store = await openIn({ ...server, url: proxy.url });
      const readings = Array.from({ length: 100 }, (_, at) => reading(START + at, at));
      const path = generation === 1 ? '/write' : '/api/v2/write';
      for (const body of [
        '<html><h1>413 Request Entity Too Large</h1></html>',
        '{"error":"Request Entity Too Large"}',
      ]) {
        const before = proxy.requests(path);
        proxy.answer({ status: 413, headers: { server: 'nginx' }, body }, Infinity, path);
        await expect(store.write([{ series: 1, readings }])).rejects.toMatchObject({
          trouble: 'invalid',
          status: 413,
          message: expect.stringContaining('client_max_body_size') as string,
        });
        expect(proxy.requests(path) - before).toBeLessThan(10);
        await proxy.pass();
      }
      // One that lets smaller ones pass is no trouble.
      proxy.answer({ status: 413, body: '<html>' }, 3, path);
      expect(await store.write([{ series: 1, readings }])).toMatchObject({ written: 100, rejected: [] });
      expect(await store.range({ series: 1, ...ALL })).toEqual(readings);
    });

    test("somebody else's type of a field of events costs those that have it, found at once among thousands", async () => {
      const store = await openIn(server);
      const records = Array.from({ length: 1_000 }, (_, at) => nthEvent(at));
      await store.record([]);
      await server.write(`events,device=x active="yes" ${START}`, store.bucket);
      const { written, rejected, tooOld, requests } = await store.record(records);
      expect([written, rejected.length, tooOld]).toEqual([750, 250, 0]);
      expect(rejected[0]?.why).toContain('input field "active" on measurement "events" is type boolean');
      expect(requests).toBeLessThan(5);
    });

    test('series do not grow with events, nor with transitions of alarms', async () => {
      const store = await openIn(server);
      const both = (from: number, count: number) =>
        Array.from({ length: count }, (_, at) => [nthEvent(from + at), nthTransition(from + at)]).flat();
      await store.record(both(0, 20));
      const before = await seriesOf(server, store.bucket);
      expect(before).toBe(10 + 5);
      expect(await store.record(both(20, 1_000))).toMatchObject({ written: 2_000, rejected: [] });
      expect(await seriesOf(server, store.bucket)).toBe(before);
    });

    test('what failed says how, and the same again is taken when it has passed', async () => {
      const proxy = await startProxy(server.url);
      onTestFinished(() => proxy.close());
      const through = { ...server, url: proxy.url };
      const store = await openIn(through);
      const { bucket } = store;
      // What waits for nothing is asked by stores of its own: an answer may take its time on a busy machine.
      const hasty = await openIn(through, { bucket, settings: { writeTimeout: 300 } });
      const hastyReader = await openIn(through, { bucket, settings: { readTimeout: 300 } });
      const batch = [{ series: 1, readings: [reading(START, 1)] }];
      const path = generation === 1 ? '/write' : '/api/v2/write';
      const failure = async (of = store) => of.write(batch).catch((error: unknown) => error as InfluxFailed);
      const others = [2, 3, 4, 5].map((series) => store.write([{ series, readings: [reading(START, 1)] }]));
      await Promise.all(others);
      expect([proxy.requests(path), proxy.mostAtOnce(path)]).toEqual([4, 1]);

      proxy.answer({ status: 503, headers: { 'retry-after': '7' }, body: '{"error":"timeout"}' }, 1, path);
      expect(await failure()).toMatchObject({ trouble: 'busy', status: 503, retryAfter: 7_000 });
      proxy.answer({ status: 429, headers: {}, body: 'slow down' }, 1, path);
      expect(await failure()).toMatchObject({ trouble: 'busy', status: 429, retryAfter: null });
      proxy.answer({ status: 403, body: '{"code":"forbidden","message":"not with this token"}' }, 1, path);
      expect(await failure()).toMatchObject({
        trouble: 'refused',
        message: expect.stringContaining('not with this') as string,
      });
      expect(store.server().problem).toContain('not with this token');
      proxy.answer({ status: 200, body: '<html>please sign in</html>' }, 1, path);
      expect(await failure()).toMatchObject({ trouble: 'invalid', status: 200 });

      await proxy.fault({ kind: 'reset-answer' }, path);
      expect(await failure()).toMatchObject({ trouble: 'unreachable', status: null });
      await proxy.fault({ kind: 'silent' }, path);
      // A read beside it is not held up.
      const [write, read] = await Promise.all([failure(hasty), hasty.before(2, START + 1)]);
      expect(write).toMatchObject({
        trouble: 'unreachable',
        message: expect.stringContaining('within 0.3 s') as string,
      });
      expect(read).toEqual(reading(START, 1));
      // Drop by drop is no answer either: a time-out of the socket alone would never come.
      await proxy.fault({ kind: 'drip', everyMs: 40 }, '/query');
      await expect(hastyReader.range({ series: 2, ...ALL })).rejects.toMatchObject({ trouble: 'unreachable' });
      await proxy.fault({ kind: 'refused' });
      expect(await failure()).toMatchObject({
        trouble: 'unreachable',
        message: expect.stringContaining('ECONNREFUSED') as string,
      });
      await proxy.pass();
      expect(await store.write(batch)).toMatchObject({ written: 1 });
      expect(store.server().problem).toBeNull();
      proxy.answer({ status: 200, body: '{"results":[{"error":"shard is lost"}]}' }, 1, '/query');
      await expect(store.range({ series: 1, ...ALL })).rejects.toMatchObject({
        trouble: 'invalid',
        message: expect.stringContaining('shard is lost') as string,
      });
      expect(await store.range({ series: 1, ...ALL })).toEqual([reading(START, 1)]);
    });

    test('events of one millisecond stand beside each other, and the same one again is one', async () => {
      const store = await openIn(server);
      const punch = (id: string) => ({
        measurement: 'events' as const,
        tags: { site: 'mine', device: 'gate,1', kind: 'punch' },
        fields: { result: 'ok "so"\\', active: true, count: 3 },
        at: START,
        id,
      });
      const nothing = { ...punch('3'), fields: {} };
      expect(await store.record([punch('1'), punch('2'), nothing])).toMatchObject({
        written: 2,
        rejected: [{ series: 0 }],
      });
      await store.record([punch('2')]);
      const rows = rowsOf(await server.query('SELECT * FROM events', store.bucket));
      expect(rows).toHaveLength(2);
      expect(rows[0]).toMatchObject({ device: 'gate,1', result: 'ok "so"\\', active: true, count: 3 });
    });
  });
});

/** Rows of a query's one table, without what they lack. */
function rowsOf(answer: unknown): Record<string, unknown>[] {
  const { results } = answer as { results: { series?: { columns: string[]; values: unknown[][] }[] }[] };
  const [table] = results[0]?.series ?? [];
  return (table?.values ?? []).map((row) =>
    Object.fromEntries(row.flatMap((cell, at) => (cell === null ? [] : [[table?.columns[at] ?? '', cell]]))),
  );
}
