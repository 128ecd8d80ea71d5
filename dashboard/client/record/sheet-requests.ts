import { Sheet } from '../../../contract/sheet.ts';
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

/** Where the browser downloads the same register as a file. */
export function sheetFile(choice: SheetChoice, format: 'csv' | 'xlsx', language: 'zh' | 'en'): string {
  return `${pathOf(choice)}/${format}?${queryOf(choice, { language })}`;
}
