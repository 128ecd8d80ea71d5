import type { DatabaseSync } from 'node:sqlite';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { SheetForm } from '../../../contract/sheet.ts';
import { LedgerDamaged } from './parse.ts';
import type { SheetVersionReader, StoredSheetVersion } from './sheet-rows.ts';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

const Row = Type.Object({
  site: Type.String(),
  area: Type.String(),
  point: Type.String(),
  month: Type.String(),
  number: Type.Integer(),
  checksum: Type.String(),
  kept_at: Type.Number(),
  content: Type.Unknown(),
  issued_at: nullable(Type.Number()),
  issued_account: nullable(Type.String()),
  issued_post: nullable(Type.String()),
  issued_as: nullable(SheetForm),
});
const row = Compile(Row);

export function sheetVersionReader(db: DatabaseSync): SheetVersionReader {
  const ofSheet = db.prepare(
    'SELECT * FROM sheet_version WHERE site = ? AND area = ? AND point = ? AND month = ? ORDER BY number',
  );
  return {
    sheetVersions: ({ site, area, point, month }) => ofSheet.all(site, area, point, month).map(readRow),
  };
}

function readRow(found: unknown): StoredSheetVersion {
  if (!row.Check(found) || !(found.content instanceof Uint8Array))
    throw new LedgerDamaged('A version of a register is not as it was written.');
  const { site, area, point, month, number, checksum, kept_at: keptAt, content } = found;
  return { site, area, point, month, number, checksum, keptAt, content, issued: readIssue(found) };
}

function readIssue(found: Static<typeof Row>): StoredSheetVersion['issued'] {
  const { issued_at: at, issued_account: by, issued_post: post, issued_as: as } = found;
  return at === null || by === null || post === null || as === null ? null : { at, by, post, as };
}
