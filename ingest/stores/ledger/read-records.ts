import type { DatabaseSync } from 'node:sqlite';
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import { ShiftChecks } from '../../../contract/record.ts';
import { LedgerDamaged } from './parse.ts';
import type { ShiftRecordReader, StoredShiftRecord } from './shift-rows.ts';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

const Row = Type.Object({
  id: Type.Integer(),
  key: Type.String(),
  site: Type.String(),
  area: Type.String(),
  day: Type.String(),
  window_from: Type.String(),
  window_to: Type.String(),
  at: Type.Number(),
  account: Type.String(),
  post: Type.String(),
  checks: Type.String(),
  note: nullable(Type.String()),
  corrects: nullable(Type.Integer()),
  reason: nullable(Type.String()),
  reviewed_at: nullable(Type.Number()),
  reviewed_by: nullable(Type.String()),
  review_post: nullable(Type.String()),
  corrected_by: nullable(Type.Integer()),
});

const SELECT = `SELECT one.*, other.id AS corrected_by
  FROM shift_record one LEFT JOIN shift_record other ON other.corrects = one.id`;

export function shiftRecordReader(db: DatabaseSync): ShiftRecordReader {
  const ofArea = db.prepare(
    `${SELECT} WHERE one.site = ? AND one.area = ? AND one.day BETWEEN ? AND ? ORDER BY one.id LIMIT 5000`,
  );
  const byId = db.prepare(`${SELECT} WHERE one.id = ?`);
  const byKey = db.prepare(`${SELECT} WHERE one.key = ?`);
  const optional = (row: unknown) => (row === undefined ? undefined : readRow(row));
  return {
    shiftRecords: (site, area, { from, to }) => ofArea.all(site, area, from, to).map(readRow),
    shiftRecord: (id) => optional(byId.get(id)),
    shiftRecordByKey: (key) => optional(byKey.get(key)),
  };
}

function readRow(row: unknown): StoredShiftRecord {
  if (!Check(Row, row)) throw new LedgerDamaged('A record of a shift is not as it was written.');
  const { id, key, site, area, day, at, account, post, note, corrects, reason } = row;
  return {
    id,
    key,
    site,
    area,
    day,
    from: row.window_from,
    to: row.window_to,
    at,
    account,
    post,
    checks: readChecks(row.checks),
    note,
    corrects,
    reason,
    correctedBy: row.corrected_by,
    review: readReview(row),
  };
}

function readReview({ reviewed_at, reviewed_by, review_post }: Static<typeof Row>): StoredShiftRecord['review'] {
  if (reviewed_at === null || reviewed_by === null || review_post === null) return null;
  return { at: reviewed_at, by: reviewed_by, post: review_post };
}

function readChecks(text: string): ShiftChecks {
  const checks: unknown = JSON.parse(text);
  if (!Check(ShiftChecks, checks)) throw new LedgerDamaged('What was checked in a shift is not as it was written.');
  return checks;
}
