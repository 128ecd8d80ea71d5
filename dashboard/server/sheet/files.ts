import { stringify } from 'csv-stringify/sync';
import { type Sheet, subjectOf } from '../../../contract/sheet.ts';
import { sheetHead, sheetTables } from './tables.ts';
import type { RegisterLanguage } from '../../words/register.ts';

/** For a Chinese Excel: with a byte order mark, lines as it writes them, and nothing that it takes for a formula. */
export function sheetCsv(sheets: readonly Sheet[], language: RegisterLanguage): string {
  const all = sheets.flatMap((sheet, index) => [...(index === 0 ? [] : [[], []]), ...linesOf(sheet, language)]);
  return stringify(
    all.map((line) => line.map(harmless)),
    { bom: true, record_delimiter: 'windows' },
  );
}

/** Head and tables of one register, below each other. */
function linesOf(sheet: Sheet, language: RegisterLanguage): (readonly string[])[] {
  return [
    ...sheetHead(sheet, language).map((line) => [line]),
    ...sheetTables(sheet, language).flatMap(({ title, head, rows }) => [[], [title], head, ...rows]),
  ];
}

/** What a person typed and a spreadsheet would compute begins with a quote; a room below zero is a number. */
function harmless(text: string): string {
  return /^[=+\-@\t\r＝＋－＠]/.test(text) && !isNumber(text) ? `'${text}` : text;
}

const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);

/**
 * Of one register a worksheet for each table, of which the first one carries the head; of several a worksheet for each
 * register. The library is loaded when first asked for: few ever do.
 */
export async function sheetXlsx(sheets: readonly Sheet[], language: RegisterLanguage): Promise<Buffer> {
  const { default: writeXlsx } = await import('write-excel-file/node');
  const [sheet, ...others] = sheets;
  if (sheet === undefined || others.length > 0) {
    const names = worksheetNames(sheets.map((one) => subjectOf(one)?.name[language] ?? ''));
    const worksheets = sheets.map((one, index) => ({
      sheet: names[index] ?? '',
      data: linesOf(one, language).map((line) => line.map(xlsxCell)),
    }));
    return writeXlsx(worksheets).toBuffer();
  }
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

const LONGEST_NAME = 31;

/** As Excel takes them: without its signs, short, and no two alike in whatever case. */
export function worksheetNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name, index) => {
    const plain = name.replace(/[\\/?*:[\]]|^'+|'+$/g, ' ').trim();
    for (let copy = 1; ; copy += 1) {
      const mark = copy === 1 ? '' : ` ${copy}`;
      const found = `${(plain || String(index + 1)).slice(0, LONGEST_NAME - mark.length)}${mark}`;
      if (taken.has(found.toLowerCase())) continue;
      taken.add(found.toLowerCase());
      return found;
    }
  });
}
