import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventRecord, transitionRecord } from '../../ingest/stores/forward/records.ts';
import { openInfluxReadings, type InfluxOptions } from '../../ingest/stores/influx/store.ts';
import { packSettlements } from '../../ingest/stores/packed.ts';
import type { StoredReading } from '../../ingest/stores/readings/stored.ts';
import { createSeriesDirectory } from '../../ingest/stores/series-directory.ts';
import { DrivenClock } from '../driven-clock.ts';
import { influx1Missing, startInflux1, type Influx1 } from '../servers/influx1.ts';
import { influx2Missing, startInflux2, type Influx2 } from '../servers/influx2.ts';

const DOCS = new URL('../../docs/', import.meta.url);
const BUCKET = 'facility_watch';
const MIN = 60_000;

let influx1: Influx1 | undefined;
let influx2: Influx2 | undefined;

const SERIES = [
  { id: 1, site: 'mine', owner: { kind: 'point', id: 'pool' }, metric: 'water_temperature' },
  { id: 2, site: 'mine', owner: { kind: 'point', id: 'shower' }, metric: 'water_temperature' },
  { id: 3, site: 'mine', owner: { kind: 'point', id: 'hall' }, metric: 'room_temperature' },
] as const;

/** Nothing at all says what it is. */
const ALL_GOOD = 2;

const NOW = Date.now();
/** An hour of readings up to now, of every quality and in and out of band. */
const READINGS = Array.from({ length: 60 }, (_, index): StoredReading => {
  const at = 59 - index;
  const t = NOW - at * MIN;
  const grade =
    at % 10 === 0
      ? (['bad', 'out_of_range'] as const)
      : at % 7 === 0
        ? (['suspect', 'rate'] as const)
        : (['good', null] as const);
  return {
    t,
    value: 38 + (at % 13),
    quality: grade[0],
    reason: grade[1],
    receivedAt: t + (at === 30 ? 7_000 : 40),
    backfilled: false,
    claimedTime: null,
  };
});
const GOOD = READINGS.filter(({ quality }) => quality === 'good');

/** Writes them as the system writes them. */
async function fill(settings: Pick<InfluxOptions['settings'], 'url' | 'token' | 'org'>): Promise<void> {
  const directory = createSeriesDirectory();
  directory.learn(SERIES);
  directory.locate(() => 'bath');
  const all = { ...settings, bucket: BUCKET, username: null, password: null, retention: 0 };
  const now = NOW;
  // Since before all of it, so that what says nothing is not written.
  const store = await openInfluxReadings({ settings: all, directory, clock: new DrivenClock(now - 2 * 60 * MIN) });
  try {
    const good = READINGS.map((one): StoredReading => ({ ...one, quality: 'good', reason: null }));
    await store.forward(
      packSettlements(SERIES.map(({ id }) => ({ series: id, readings: id === ALL_GOOD ? good : READINGS }))),
      0,
    );
    const alarm = {
      site: 'mine',
      account: null,
      by: null,
      note: null,
      rule: 'point.limit',
      side: 'low',
      subjectKind: 'point',
      subject: 'pool',
      metric: 'water_temperature',
      priority: 2,
    } as const;
    const transitions = (['raised', 'acknowledged', 'returned'] as const).map((what, at) =>
      transitionRecord({ ...alarm, id: at + 1, alarm: 7, at: now - 5 * MIN + at, what, value: 38 }),
    );
    const punches = [1, 2, 3].map((at) =>
      eventRecord({
        id: at,
        site: 'mine',
        device: 'terminal',
        eventId: `p${at}`,
        contentHash: 'h',
        detail: { kind: 'punch', result: 'ok' },
        occurredAt: now - at * MIN,
        receivedAt: now,
        late: false,
      }),
    );
    await store.record([...transitions, ...punches]);
  } finally {
    await store.close();
  }
}

beforeAll(async () => {
  if (influx1Missing === undefined) {
    influx1 = await startInflux1({ database: BUCKET });
    await fill({ url: influx1.url, token: null, org: null });
  }
  if (influx2Missing === undefined) {
    influx2 = await startInflux2();
    await influx2.createBucket(BUCKET);
    await fill({ url: influx2.url, token: influx2.token, org: influx2.org });
  }
});
afterAll(async () => {
  await influx1?.close();
  await influx2?.close();
});

const Cell = Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()]);
const Answer = Type.Object({
  results: Type.Array(
    Type.Object({
      series: Type.Optional(
        Type.Array(
          Type.Object({
            tags: Type.Optional(Type.Record(Type.String(), Type.String())),
            values: Type.Array(Type.Array(Cell)),
          }),
        ),
      ),
    }),
  ),
});

/** A row without its time, behind the tags of its group. Sums of decimals are not the same to the last bit everywhere. */
type Row = readonly (string | number | boolean | null)[];
const rounded = (cell: Row[number]) => (typeof cell === 'number' ? Math.round(cell * 1e6) / 1e6 : cell);

/** What both servers, where they are there, give for a query. */
async function answersTo(influxql: string): Promise<Row[][]> {
  const answers = await Promise.all([influx1?.query(influxql, BUCKET), influx2?.query(influxql, BUCKET)]);
  return answers
    .filter((answer) => answer !== undefined)
    .map((answer) =>
      Parse(Answer, answer).results.flatMap(({ series = [] }) =>
        series.flatMap(({ tags = {}, values }) =>
          values.map(([, ...cells]) => [...Object.values(tags), ...cells.map(rounded)]),
        ),
      ),
    );
}

const rowsOf = async (influxql: string) => (await answersTo(influxql)).map(({ length }) => length);

const mean = (values: readonly number[]) => rounded(values.reduce((sum, value) => sum + value, 0) / values.length);
const valuesOf = (readings: readonly StoredReading[]) => readings.map(({ value }) => value);

/** The values of each window in turn. `offset`: ms by which local time is ahead. */
function windows(readings: readonly StoredReading[], length: number, offset = 0): number[][] {
  const found = Map.groupBy(readings, ({ t }) => Math.floor((t + offset) / length));
  return [...found.values()].map(valuesOf);
}

const outside = (readings: readonly StoredReading[]) => readings.filter(({ value }) => value < 40 || value > 48).length;

/** Of the hour before, as the pages of both languages ask for it; the shower says nothing of its quality, and is good. */
const NEWEST: Row[] = [
  ['pool', 38],
  ['shower', 38],
];
const TEN_MINUTES: Row[] = windows(
  READINGS.filter(({ quality }) => quality !== 'bad'),
  10 * MIN,
).map((values) => [mean(values)]);
const OUTSIDE: Row[] = [
  ['pool', outside(GOOD)],
  ['shower', outside(READINGS)],
];

/** What each of the ready queries in InfluxQL is said to find, in their order. */
const FOUND: readonly Row[][] = [
  NEWEST,
  TEN_MINUTES,
  windows(
    [...GOOD, ...READINGS].sort((a, b) => a.t - b.t),
    24 * 60 * MIN,
    8 * 60 * MIN,
  ).map((values) => ['bath', Math.min(...values), mean(values), Math.max(...values)]),
  OUTSIDE,
  [['pool', READINGS.length - GOOD.length]],
  [
    ['pool', 1, 7],
    ['shower', 1, 7],
  ],
  [],
  [['2', 'point.limit', 1]],
];

function readyQueries(language: 'sql' | 'flux'): string[] {
  const page = readFileSync(new URL('influxdb.md', DOCS), 'utf8').split('## Ready queries')[1] ?? '';
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, found]) => found === language)
    .map(([, , text = '']) => text);
}

const sumOf = (rows: readonly (readonly unknown[])[]) => rows.reduce((sum, row) => sum + Number(row.at(-1)), 0);

test.skipIf(influx1Missing !== undefined && influx2Missing !== undefined)(
  'every ready query in InfluxQL finds what it is said to find, on both generations of servers',
  async () => {
    const queries = readyQueries('sql').map((text) => text.replace(/^--.*\n/, ''));
    expect(queries).toHaveLength(FOUND.length);
    for (const [index, query] of queries.entries()) {
      for (const rows of await answersTo(query)) {
        // Hours without a punch are rows too.
        if (query.includes('fill(0)')) expect(sumOf(rows), query).toBe(3);
        else expect(rows, query).toEqual(FOUND[index]);
      }
    }
  },
);

test.skipIf(influx1Missing !== undefined && influx2Missing !== undefined)(
  'what says nothing of its quality is good, however the ready queries ask',
  async () => {
    const of = (grade: string) =>
      `SELECT "water_temperature" FROM "readings" WHERE "point" = 'pool' AND ${grade} AND time > now() - 2h`;
    // Of sixty, six are bad and eight suspect.
    for (const rows of await rowsOf(of('("water_temperature_quality" >= 200) = false'))) expect(rows).toBe(54);
    for (const rows of await rowsOf(of('("water_temperature_quality" >= 100) = false'))) expect(rows).toBe(46);
    for (const rows of await rowsOf(of('"water_temperature_quality" < 100'))) expect(rows).toBe(0);
  },
);

/** Rows of annotated CSV, as objects by the names of their columns. */
function tablesOf(csv: string): Record<string, string>[] {
  return csv.split('\r\n\r\n').flatMap((table) => {
    const [header = '', ...rows] = table.split('\r\n').filter((line) => line.startsWith(','));
    const names = header.split(',');
    return rows.map((row) => Object.fromEntries(row.split(',').map((cell, at) => [names[at] ?? '', cell])));
  });
}

test.skipIf(influx2Missing)('every ready query in Flux finds what it is said to find', async () => {
  const queries = readyQueries('flux');
  expect(queries).toHaveLength(5);
  const [newest, means, counts, punches, raised] = await Promise.all(
    queries.map(async (query) => tablesOf((await influx2?.flux(query)) ?? '')),
  );
  const by = (rows: typeof newest, ...columns: string[]) =>
    rows?.map((row) =>
      columns.map((column) => (/^-?[\d.]+$/.test(row[column] ?? '') ? rounded(Number(row[column])) : row[column])),
    );
  expect(by(newest, 'point', '_value')).toEqual(NEWEST);
  expect(by(means, 'water_temperature')).toEqual(TEN_MINUTES);
  // Where nothing says anything of quality there is no such column, and all is good.
  expect(by(counts, 'point', 'water_temperature')).toEqual(OUTSIDE);
  expect(sumOf(by(punches, '_value') ?? [])).toBe(3);
  expect(by(raised, 'rule', 'priority', '_value')).toEqual([['point.limit', 2, 1]]);
});

const Query = Type.Object({ query: Type.String() });
const Dashboard = Type.Object({
  panels: Type.Array(Type.Object({ title: Type.String(), targets: Type.Array(Query) })),
  templating: Type.Object({ list: Type.Array(Type.Object({ type: Type.String(), query: Type.String() })) }),
});

test.skipIf(influx1Missing !== undefined && influx2Missing !== undefined)(
  'every panel and every variable of the Grafana dashboard finds something, with what Grafana puts in',
  async () => {
    const { panels, templating } = Parse(
      Dashboard,
      JSON.parse(readFileSync(new URL('grafana/facility-watch.json', DOCS), 'utf8')),
    );
    const variables = templating.list.filter(({ type }) => type === 'query').map(({ query }) => query);
    const queries = [...variables, ...panels.flatMap(({ targets }) => targets.map(({ query }) => query))];
    expect(queries).toHaveLength(11);
    for (const query of queries) {
      const filled = query
        .replaceAll('$timeFilter', 'time >= now() - 24h')
        .replaceAll('$__interval', '10m')
        .replaceAll('${site:regex}', 'mine')
        .replaceAll('${area:regex}', '(bath|gate)');
      expect(filled).not.toContain('${');
      for (const rows of await rowsOf(filled)) expect(rows, filled).toBeGreaterThan(0);
    }
  },
);
