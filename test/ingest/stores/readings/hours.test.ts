import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import {
  decodeFigures,
  decodeHours,
  encodeHours,
  type HourRow,
} from '../../../../ingest/stores/readings/codec/hours.ts';
import { READINGS_SCHEMA } from '../../../../ingest/stores/readings/schema.ts';
import { openSqliteReadings } from '../../../../ingest/stores/readings/sqlite.ts';
import type { SpoiltBlock } from '../../../../ingest/stores/readings/stored.ts';
import { openForWriting } from '../../../../ingest/stores/sqlite/migrate.ts';
import type { Rollup } from '../../../../ingest/stores/rollups.ts';
import { HOUR, START, temporaryFolder } from '../fixtures/rows.ts';

const DAY = Math.floor(START / HOUR / 24);
const ms = fc.integer({ min: 0, max: HOUR });
const value = fc.option(
  fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer({ min: -500, max: 950 }).map((whole) => whole / 10),
  ),
);
const text = fc.option(
  fc
    .array(fc.tuple(fc.constantFrom('base.pool', 'gb.9667-1', 'a,1]', ',2,'), ms, ms, ms, ms), { maxLength: 3 })
    .map((standards) => JSON.stringify(standards)),
);
const row = fc.tuple(fc.nat({ max: 23 }), fc.nat(), value, value, value, value, ms, ms, ms, text);
const rows = fc
  .uniqueArray(row, { selector: ([hour]) => hour, maxLength: 24 })
  .map((found) =>
    found.sort(([one], [other]) => one - other).map(([hour, ...rest]): HourRow => [DAY * 24 + hour, ...rest]),
  );

test('hours of a day come back to the bit, whatever they held and by whichever standards they were judged', () => {
  fc.assert(
    fc.property(rows, (given) => {
      const bytes = encodeHours(DAY, given);
      expect(decodeHours(DAY, bytes)).toEqual(given);
      const figures = given.flatMap((one) => one.slice(0, 9).map((value) => (value === null ? NaN : Number(value))));
      expect([...decodeFigures(DAY, bytes)]).toEqual(figures);
    }),
    { numRuns: 300 },
  );
});

/** As the program of schema 3 made it. */
function formerFile(folder: string): { file: string; db: DatabaseSync } {
  const { migrations: known, moves: _, ...schema } = READINGS_SCHEMA;
  const migrations = join(folder, 'migrations');
  mkdirSync(migrations);
  for (const name of readdirSync(known).sort().slice(0, 3)) copyFileSync(new URL(name, known), join(migrations, name));
  const file = join(folder, 'readings.db');
  return { file, db: openForWriting(file, { ...schema, migrations: pathToFileURL(`${migrations}/`) }) };
}

const hourAt = (at: number): Rollup => ({
  ...{ from: START + at * HOUR, to: START + (at + 1) * HOUR, count: at },
  ...(at % 7 === 3
    ? { min: null, max: null, mean: null, last: null, good: 0, missing: 3_600 }
    : { min: 40.1, max: 42 + at / 10, mean: 41 + 1 / (at + 3), last: -0.5, good: 3_599.999, missing: 0.001 }),
  ...{ suspect: 0, bad: 0 },
  standards:
    at % 5 === 0 ? [] : [{ standard: 'base.pool', inBand: at, out: 0.5, unknown: 0, outOfService: 3_599.5 - at }],
});

test('a file of the former schema is brought over: each hour is as it was, and the way back is kept', async () => {
  const folder = temporaryFolder();
  const { file, db } = formerFile(folder);
  const hours = Array.from({ length: 60 }, (_, at) => hourAt(at));
  const put = db.prepare('INSERT INTO hour VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const toMs = (seconds: number) => Math.round(seconds * 1_000);
  for (const series of [1, 2]) {
    for (const { from, count, min, max, mean, last, good, suspect, bad, standards } of hours) {
      const written = standards.map(({ standard, inBand, out, unknown, outOfService }) => [
        standard,
        ...[inBand, out, unknown, outOfService].map(toMs),
      ]);
      const judged = written.length === 0 ? null : JSON.stringify(written);
      put.run(series, from / HOUR, count, min, max, mean, last, ...[good, suspect, bad].map(toMs), judged);
    }
  }
  db.prepare('INSERT INTO computed VALUES (1, ?, ?)').run(START / HOUR, START / HOUR + 60);
  db.close();

  const store = await openSqliteReadings({ file });
  onTestFinished(() => store.close());
  const all = { from: START, to: START + 60 * HOUR, standards: true, reach: 0 };
  for (const series of [1, 2]) expect((await store.rollups.hours({ series, ...all })).rows).toEqual(hours);
  const some = { series: 2, from: START + 5.5 * HOUR, to: START + 30.5 * HOUR, standards: false, reach: 0 };
  expect((await store.rollups.hours(some)).rows).toEqual(hours.slice(6, 30).map((one) => ({ ...one, standards: [] })));
  expect(readdirSync(folder)).toContain('readings.db.schema-3');

  // An hour that is computed again replaces itself and leaves its neighbours.
  const again = { ...hourAt(8), mean: 1 };
  await store.rollups.put([{ series: 1, hours: [again] }]);
  expect((await store.rollups.hours({ series: 1, ...all })).rows).toEqual(hours.with(8, again));
});

test('a day whose hours a disk has spoilt waits to be computed again, whoever meets it first, and it is told once', async () => {
  const file = join(temporaryFolder(), 'readings.db');
  const reports: SpoiltBlock[] = [];
  const store = await openSqliteReadings({ file, onSpoilt: (day) => void reports.push(day) });
  onTestFinished(() => store.close());
  const first = START / HOUR;
  const hours = Array.from({ length: 6 }, (_, at) => hourAt(at));
  const computed = { first, next: first + 6 };
  await store.rollups.put([1, 2].map((series) => ({ series, hours, computed })));
  const db = new DatabaseSync(file);
  for (const { series, bytes } of db.prepare('SELECT series, hours AS bytes FROM day_of_hours').all()) {
    if (!(bytes instanceof Uint8Array)) throw new Error('no hours');
    const spoilt = bytes.with(bytes.length - 3, (bytes.at(-3) ?? 0) ^ 8);
    db.prepare('UPDATE day_of_hours SET hours = ? WHERE series = ?').run(spoilt, series ?? null);
  }
  db.close();

  // Read: whoever asks learns at once which hours have to be computed.
  const asked = { from: START, to: START + 6 * HOUR, standards: true, reach: 0 };
  const waiting = hours.map(({ from }) => from / HOUR);
  for (let time = 0; time < 2; time += 1)
    expect(await store.rollups.hours({ series: 1, ...asked })).toMatchObject({ rows: [], changed: waiting });
  expect(reports).toMatchObject([{ series: 1, hour: DAY * 24, computed: true, setAside: false }]);

  // Written: the hours beside the one that is put would be gone without anybody knowing.
  await store.rollups.put([{ series: 2, hours: [hourAt(2)] }]);
  expect(await store.rollups.hours({ series: 2, ...asked })).toMatchObject({ rows: [hourAt(2)], changed: waiting });
  expect(reports).toHaveLength(2);
});
