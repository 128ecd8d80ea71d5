import { stringify } from 'csv-stringify/sync';
import type { Sheet } from '../../../contract/sheet.ts';
import { sheetHead, sheetTables } from './tables.ts';
import type { RegisterLanguage } from '../../words/register.ts';

/** For a Chinese Excel: with a byte order mark, lines as it writes them, and nothing that it takes for a formula. */
export function sheetCsv(sheet: Sheet, language: RegisterLanguage): string {
  const lines = [
    ...sheetHead(sheet, language).map((line) => [line]),
    ...sheetTables(sheet, language).flatMap(({ title, head, rows }) => [[], [title], head, ...rows]),
  ];
  return stringify(
    lines.map((line) => line.map(harmless)),
    { bom: true, record_delimiter: 'windows' },
  );
}

/** What a person typed and a spreadsheet would compute begins with a quote; a room below zero is a number. */
function harmless(text: string): string {
  return /^[=+\-@\t\r＝＋－＠]/.test(text) && !isNumber(text) ? `'${text}` : text;
}

const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);

/** A sheet for each table; the first one carries the head. Loaded when first asked for: few ever do. */
export async function sheetXlsx(sheet: Sheet, language: RegisterLanguage): Promise<Buffer> {
  const { default: writeXlsx } = await import('write-excel-file/node');
  const head = sheetHead(sheet, language).map((line) => [{ value: line, type: String }]);
  const tables = sheetTables(sheet, language).map(({ title, head: columns, rows }, index) => ({
    sheet: title,
    stickyRowsCount: index === 0 ? head.length + 1 : 1,
    data: [
      ...(index === 0 ? head : []),
      columns.map((value) => ({ value, type: String, fontWeight: 'bold' as const })),
      ...rows.map((row) => row.map(xlsxCell)),
    ],
  }));
  return writeXlsx(tables).toBuffer();
}

/** Numbers as numbers, with the decimals that they are printed with; all else as text, which no program computes. */
function xlsxCell(text: string) {
  if (!isNumber(text)) return { value: text, type: String };
  const decimals = text.split('.')[1]?.length ?? 0;
  return { value: Number(text), type: Number, format: decimals === 0 ? '0' : `0.${'0'.repeat(decimals)}` };
}
