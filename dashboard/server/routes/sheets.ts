import { Type } from 'typebox';
import { Id } from '../../../contract/ids.ts';
import type { RecordBook } from '../../../contract/query.ts';
import { Month, Sheet, SheetIssueBody, SheetSet, SheetSetIssueBody, subjectOf } from '../../../contract/sheet.ts';
import { signedIn } from '../access.ts';
import { ProblemError } from '../problem.ts';
import { sheetCsv, sheetXlsx } from '../sheet/files.ts';
import { noSuch } from './sites.ts';
import type { TypedApp } from './types.ts';

const AreaParams = Type.Object({ site: Id, area: Id });
const Query = Type.Object({ month: Month, point: Type.Optional(Id) });
const VersionParams = Type.Object({
  ...AreaParams.properties,
  version: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
});
const VersionQuery = Type.Object({ month: Month, point: Id });
const FileQuery = Type.Object({
  month: Month,
  point: Type.Optional(Id),
  language: Type.Enum(['zh', 'en']),
});
const MonthQuery = Type.Object({ month: Month });
const SetFileQuery = Type.Object({ month: Month, language: Type.Enum(['zh', 'en']) });
const FileParams = Type.Object({ site: Id, area: Id, format: Type.Enum(['csv', 'xlsx']) });
const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

/** The monthly register of an area, as a page and as files. */
export function sheetRoutes(app: TypedApp, book: RecordBook): void {
  app.get(
    '/sites/:site/areas/:area/sheet',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getSheet',
        summary: 'The register of one month: what each shift measured, alarms, gaps, and what people recorded',
        params: AreaParams,
        querystring: Query,
        response: { 200: Sheet },
      },
    },
    async (request) => found(await book.sheet(request.params, request.query, signedIn(request).user)),
  );

  app.get(
    '/sites/:site/areas/:area/sheet/versions/:version',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getSheetVersion',
        summary: 'The register of one month as it was kept under a number, whatever it says by now',
        params: VersionParams,
        querystring: VersionQuery,
        response: { 200: Sheet },
      },
    },
    (request, reply) => {
      const { version, ...area } = request.params;
      const sheet = book.keptSheet(area, { ...request.query, version });
      reply.send(sheet === 'no_such_version' ? noSuch('version') : sheet);
    },
  );

  app.post(
    '/sites/:site/areas/:area/sheet/print',
    {
      config: { access: 'viewer', peopleOnly: true },
      schema: {
        operationId: 'printSheet',
        summary: 'Say that the register is printed: its version is kept, and the journal says who took it',
        params: AreaParams,
        body: SheetIssueBody,
        response: { 200: Sheet },
      },
    },
    async (request) =>
      found(await book.issue(request.params, { ...request.body, as: 'print' }, signedIn(request).user)),
  );

  app.get(
    '/sites/:site/areas/:area/sheet/:format',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getSheetFile',
        summary: 'The same register as a file, csv or xlsx: its version is kept, and the journal says who took it',
        params: FileParams,
        querystring: FileQuery,
      },
    },
    async (request, reply) => {
      const { site, area, format } = request.params;
      const { language, ...query } = request.query;
      const sheet = found(await book.issue({ site, area }, { ...query, as: format }, signedIn(request).user));
      const version = sheet.version === null ? [] : [`v${sheet.version.number}`];
      const name = [site, area, subjectOf(sheet)?.id ?? 'record', sheet.month, ...version, sheet.checksum].join('-');
      return reply.headers(fileHeaders(name, format)).send(await FILES[format]([sheet], language));
    },
  );

  app.get(
    '/sites/:site/areas/:area/sheets',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getSheets',
        summary: 'All registers of one month of an area, of each water point or room with its own version and checksum',
        params: AreaParams,
        querystring: MonthQuery,
        response: { 200: SheetSet },
      },
    },
    async (request) => ({
      sheets: [...all(await book.sheets(request.params, request.query, signedIn(request).user))],
    }),
  );

  app.post(
    '/sites/:site/areas/:area/sheets/print',
    {
      config: { access: 'viewer', peopleOnly: true },
      schema: {
        operationId: 'printSheets',
        summary: 'Say that all registers of an area are printed: refused as a whole when one of them has changed',
        params: AreaParams,
        body: SheetSetIssueBody,
        response: { 200: SheetSet },
      },
    },
    async (request) => ({
      sheets: [...all(await book.issueAll(request.params, { ...request.body, as: 'print' }, signedIn(request).user))],
    }),
  );

  app.get(
    '/sites/:site/areas/:area/sheets/:format',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getSheetsFile',
        summary: 'All registers of an area in one file: one after another in a csv, a worksheet each in an xlsx',
        params: FileParams,
        querystring: SetFileQuery,
      },
    },
    async (request, reply) => {
      const { site, area, format } = request.params;
      const { language, month } = request.query;
      const sheets = all(await book.issueAll({ site, area }, { month, as: format }, signedIn(request).user));
      if (sheets.length === 0) return noSuch('register');
      return reply.headers(fileHeaders(`${site}-${area}-${month}`, format)).send(await FILES[format](sheets, language));
    },
  );
}

const FILES = { csv: sheetCsv, xlsx: sheetXlsx } as const;

function fileHeaders(name: string, format: keyof typeof FILES): Record<string, string> {
  return {
    'content-type': TYPES[format],
    'content-disposition': `attachment; filename="${name}.${format}"`,
  };
}

function all(sheets: readonly Sheet[] | 'no_such_area' | 'changed'): readonly Sheet[] {
  if (sheets === 'no_such_area') return noSuch('area');
  return sheets === 'changed' ? changed() : sheets;
}

function changed(): never {
  throw new ProblemError('sheet-changed', { detail: 'Look at it again, then print it.' });
}

function found(sheet: Sheet | 'no_such_area' | 'no_such_point' | 'changed'): Sheet {
  if (sheet === 'no_such_area') return noSuch('area');
  if (sheet === 'changed') return changed();
  return sheet === 'no_such_point' ? noSuch('point with a register') : sheet;
}
