import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { qualityCode } from '../codes.ts';
import { CLAIMED, MARKS, RECEIVED, ROW, TIME, VALUE, type PackedReadings } from '../packed.ts';
import { identifier, literal } from './escape.ts';
import { cut } from './failure.ts';
import { CLAIMED as CLAIMED_FIELD, DELAY, marksOfField, QUALITY } from './fields.ts';
import { placeOf } from './style.ts';
import type { SeriesLabel } from './protocol.ts';
import { InfluxFailed } from './types.ts';

/** Readings with from ≤ t < to, the first `limit` of each area in which the point has been. */
export function rangeQuery(label: SeriesLabel, { from, to, limit }: { from: number; to: number; limit: number }) {
  return `${selection(label, `time >= ${whole(from)}ms AND time < ${whole(to)}ms`)} LIMIT ${whole(limit)}`;
}

/** The newest of each area with from ≤ t < to; `from` null: however old. */
export function newestQuery(label: SeriesLabel, { from, to }: { from: number | null; to: number }): string {
  const since = from === null ? '' : `time >= ${whole(from)}ms AND `;
  return `${selection(label, `${since}time < ${whole(to)}ms`)} ORDER BY time DESC LIMIT 1`;
}

function selection(label: SeriesLabel, time: string): string {
  const { measurement, field, tags } = placeOf(label);
  const columns = ['', QUALITY, DELAY, CLAIMED_FIELD].map((suffix) => identifier(field + suffix)).join(', ');
  const where = tags.map(([key, value]) => `${identifier(key)} = ${literal(value)}`).join(' AND ');
  return `SELECT ${columns} FROM ${identifier(measurement)} WHERE ${where} AND ${time} GROUP BY "area"`;
}

function whole(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number`);
  return String(value);
}

/** The address of a query; the answer's times are in ms. */
export function queryPath(database: string, influxql: string): string {
  return `/query?${new URLSearchParams({ db: database, epoch: 'ms', q: influxql }).toString()}`;
}

/** Rows of one area. */
export interface Table {
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
  readonly partial?: boolean;
}

const Results = Type.Object({
  results: Type.Array(
    Type.Object({
      error: Type.Optional(Type.String()),
      series: Type.Optional(Type.Array(Type.Unknown())),
      partial: Type.Optional(Type.Boolean()),
    }),
  ),
  error: Type.Optional(Type.String()),
});

/** What a query with one statement found. @throws InfluxFailed for an error inside a 200, and for what is no answer. */
export function tablesOf(body: unknown): { tables: Table[]; partial: boolean } {
  if (!Check(Results, body))
    throw new InfluxFailed('InfluxDB answers a query with something else than results.', { trouble: 'invalid' });
  const [result] = body.results;
  const error = body.error ?? result?.error;
  if (error !== undefined)
    throw new InfluxFailed(`InfluxDB cannot answer a query: ${cut(error)}`, { trouble: 'invalid', status: 200 });
  const tables: Table[] = [];
  for (const table of result?.series ?? []) {
    // Rows are looked at one by one where they are unpacked: a schema over each takes longer than the query.
    if (!isTable(table))
      throw new InfluxFailed('InfluxDB answers a query with something else than rows.', { trouble: 'invalid' });
    tables.push(table);
  }
  return { tables, partial: result?.partial === true || tables.some((table) => table.partial === true) };
}

const TableHead = Type.Object({
  tags: Type.Optional(Type.Record(Type.String(), Type.String())),
  columns: Type.Array(Type.String()),
  partial: Type.Optional(Type.Boolean()),
});

function isTable(table: unknown): table is Table {
  if (typeof table !== 'object' || table === null || !('values' in table) || !Array.isArray(table.values)) return false;
  return Check(TableHead, table) && table.values.every((row) => Array.isArray(row));
}

/**
 * Rows as readings, ascending, each time once; where several areas hold one time, the area where the point is now
 * wins, else the one that comes last by name.
 */
export function readingsOf(tables: readonly Table[], area: string | null): PackedReadings {
  const own = (table: Table) => Number((table.tags?.['area'] ?? '') === (area ?? ''));
  const ordered = [...tables].sort((a, b) => own(a) - own(b));
  const [only] = ordered;
  if (ordered.length <= 1) return only === undefined ? new Float64Array(0) : packTable(only);
  const byTime = new Map<number, readonly unknown[]>();
  for (const { values } of ordered) for (const row of values) byTime.set(Number(row[0]), row);
  const values = [...byTime.entries()].sort(([a], [b]) => a - b).map(([, row]) => row);
  return packTable({ columns: [], values: values.map((row) => [...row]) });
}

/** Columns: time, value, quality, delay, claimed. Rows without a value are others', and passed over. */
function packTable({ values }: Table): PackedReadings {
  const packed = new Float64Array(values.length * ROW);
  let at = 0;
  for (const [t, value, quality, delay, claimed] of values) {
    if (typeof t !== 'number' || typeof value !== 'number') continue;
    packed[at + TIME] = t;
    packed[at + VALUE] = value;
    const graded = typeof quality === 'number' ? gradeOf(quality) : { marks: 0, claims: false };
    packed[at + MARKS] = graded.marks;
    packed[at + RECEIVED] = typeof delay === 'number' ? t + delay : t;
    packed[at + CLAIMED] = graded.claims && typeof claimed === 'number' ? claimed : NaN;
    at += ROW;
  }
  return at === packed.length ? packed : packed.slice(0, at);
}

/** What somebody else wrote there is no reason to believe the value, nor to hide it. */
function gradeOf(quality: number): { marks: number; claims: boolean } {
  return marksOfField(quality) ?? { marks: qualityCode('suspect'), claims: false };
}
