import { Sheet, type SheetIssueBody, SheetSet, type SheetSetIssueBody, subjectOf } from '../../../contract/sheet.ts';
import { call } from '../call.ts';

export interface SheetChoice {
  readonly site: string;
  readonly area: string;
  readonly month: string;
  /** Undefined: the area's first. */
  readonly point: string | undefined;
}

const pathOf = ({ site, area }: SheetChoice) =>
  `/api/sites/${encodeURIComponent(site)}/areas/${encodeURIComponent(area)}/sheet`;

function queryOf({ month, point }: SheetChoice, more: Record<string, string> = {}): string {
  return new URLSearchParams({ month, ...(point === undefined ? {} : { point }), ...more }).toString();
}

export const readSheet = (choice: SheetChoice) => call(`${pathOf(choice)}?${queryOf(choice)}`, { answer: Sheet });

/** All of the area. */
export const readSheets = (choice: SheetChoice) =>
  call(`${pathOf(choice)}s?${new URLSearchParams({ month: choice.month }).toString()}`, { answer: SheetSet });

/** A version as it was kept; its point has to be named. */
export const readVersion = (choice: SheetChoice, version: number) =>
  call(`${pathOf(choice)}/versions/${version}?${queryOf(choice)}`, { answer: Sheet });

/** Says that this register is printed: refused when it says something else by now. */
export function notePrint(choice: SheetChoice, checksum: string) {
  const { month, point } = choice;
  const body: SheetIssueBody = { month, ...(point === undefined ? {} : { point }), checksum };
  return call(`${pathOf(choice)}/print`, { method: 'POST', body, answer: Sheet });
}

/** The same of all papers of the area. */
export function notePrints(choice: SheetChoice, sheets: readonly Sheet[]) {
  const papers = sheets.map((sheet) => ({ point: subjectOf(sheet)?.id ?? '', checksum: sheet.checksum }));
  const body: SheetSetIssueBody = { month: choice.month, papers };
  return call(`${pathOf(choice)}s/print`, { method: 'POST', body, answer: SheetSet });
}

/** Where the browser downloads the same register as a file. */
export function sheetFile(choice: SheetChoice, format: 'csv' | 'xlsx', language: 'zh' | 'en'): string {
  return `${pathOf(choice)}/${format}?${queryOf(choice, { language })}`;
}

export function sheetsFile(choice: SheetChoice, format: 'csv' | 'xlsx', language: 'zh' | 'en'): string {
  return `${pathOf(choice)}s/${format}?${new URLSearchParams({ month: choice.month, language }).toString()}`;
}
