import { SHIFT_ITEMS, type ShiftRecord } from '../../../contract/record.ts';
import type { Sheet, SheetCell } from '../../../contract/sheet.ts';
import { unitText } from '../../words/alarms.ts';
import { changeLines, correctionPair, figuresPair } from '../../words/changes.ts';
import { choiceText, exhaustText, FIGURES, figureText } from '../../words/figures.ts';
import { filled, registerWords, type RegisterLanguage, type RegisterWords } from '../../words/register.ts';
import { versionText } from '../../words/versions.ts';

/** One table of a file; every cell is a text, as the page shows it. */
export interface SheetTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A sheet has a row for what there is a point of. */
const rowsOf = (sheet: Sheet) => (['water', 'room'] as const).filter((what) => sheet[what] !== null);

/** What stands above the tables: which register it is, by what it judges, and what tells it from another print. */
export function sheetHead(sheet: Sheet, language: RegisterLanguage): readonly string[] {
  const words = registerWords(sheet, language);
  const { sheet: texts } = words.texts;
  const points = [sheet.water, sheet.room, ...sheet.fans].filter((one) => one !== null);
  const places = [sheet.site, sheet.area, ...points].map(({ name }) => name);
  const standards = sheet.standards.map(({ title, low, high, scald, source, clause }) => {
    // A scald begins at its limit, everything else beyond it.
    const most = scald ? '<' : '≤';
    const limits = [low === null ? '' : `≥ ${low}`, high === null ? '' : `${most} ${high}`].filter((one) => one !== '');
    // A source without clauses has a dash for them.
    const from = [source, clause].filter((one) => one !== '-').join(' ');
    return `${words.local(title)} ${limits.join(' ')} (${from})`;
  });
  const version = versionText(sheet, words);
  return [
    sheet.water === null ? texts.titleOfRoom : texts.title,
    places.map(words.local).join(' / '),
    sheet.complete ? sheet.month : `${sheet.month} (${texts.running})`,
    ...standards,
    ...(version === null ? [] : [version]),
    filled(texts.version.checksum, { checksum: sheet.checksum }),
  ];
}

export function sheetTables(sheet: Sheet, language: RegisterLanguage): readonly SheetTable[] {
  const words = registerWords(sheet, language);
  const { file } = words.texts;
  const tables = [
    { title: file.measured, head: file.columns, rows: measuredRows(sheet, words) },
    { title: file.alarms, head: file.alarmColumns, rows: alarmRows(sheet, words) },
    {
      title: file.gaps,
      head: file.gapColumns,
      rows: gapRows(sheet, words),
    },
    ...modeTables(sheet, words),
    {
      title: file.checks,
      head: file.checkColumns,
      rows: sheet.records.map((record) => checkRow(record, sheet.records, words)),
    },
  ];
  if (sheet.versions.length === 0) return tables;
  return [
    ...tables,
    { title: file.versions, head: file.versionColumns, rows: versionRows(sheet, words) },
    {
      title: file.changes,
      head: file.changeColumns,
      rows: changeLines(sheet, words).map(({ version, day, shift, what, was, now }) => [
        ...[String(version), day, shift, what, was, now],
      ]),
    },
  ];
}

function measuredRows(sheet: Sheet, words: RegisterWords): string[][] {
  const { days, totals, windows } = sheet;
  const { what: names, total } = words.texts.sheet;
  const rows = rowsOf(sheet);
  // It is no part of either row: once a shift, so that whoever adds the column up has it once.
  const exhaustIn = (one: Pick<Sheet['totals'][number], 'exhaust'>, index: number) =>
    index === 0 ? exhaustText(one.exhaust, words.texts) : '';
  const ofDays = days.flatMap(({ day, shifts }) =>
    shifts.flatMap((shift) =>
      rows.map((what, index) => [
        ...[day, words.shift(shift.from), `${shift.from}–${shift.to}`, names[what]],
        ...cellTexts(shift[what], words),
        exhaustIn(shift, index),
        changesOf(
          sheet.changes.filter(
            (one) =>
              (one.kind === 'figures' && one.day === day && one.from === shift.from && one.what === what) ||
              (one.kind === 'exhaust' && one.day === day && one.from === shift.from && index === 0),
          ),
          words,
        ),
      ]),
    ),
  );
  const ofMonth = totals.flatMap((one, column) => {
    const window = windows[column];
    return rows.map((what, index) => [
      total,
      window === undefined ? '' : words.shift(window.from),
      window === undefined ? '' : `${window.from}–${window.to}`,
      names[what],
      ...cellTexts(one[what], words),
      exhaustIn(one, index),
      changesOf(
        sheet.changes.filter(
          (change) => change.kind === 'totals' && change.from === (window?.from ?? null) && change.what === what,
        ),
        words,
      ),
    ]);
  });
  return [...ofDays, ...ofMonth];
}

/** `第 2 版 覆盖 63.3 → 覆盖 100` */
function changesOf(changes: Sheet['changes'], words: RegisterWords): string {
  const { version, changes: texts } = words.texts.sheet;
  const lines = changes.flatMap((change) => {
    const pair = pairOf(change, words);
    return pair === undefined ? [] : [`${filled(version.number, { n: change.version })} ${filled(texts.line, pair)}`];
  });
  return lines.join('; ');
}

function pairOf(change: Sheet['changes'][number], words: RegisterWords) {
  switch (change.kind) {
    case 'figures':
    case 'totals':
      return figuresPair(change.was, change.now, words);
    case 'exhaust': {
      const text = (one: typeof change.was) => `${words.texts.sheet.exhaust} ${exhaustText(one, words.texts)}`;
      return { was: text(change.was), now: text(change.now) };
    }
    default:
      return undefined;
  }
}

function cellTexts(cell: SheetCell | null, { texts }: RegisterWords): string[] {
  return FIGURES.map((figure) => (cell === null ? '' : figureText(cell, figure, texts)));
}

function alarmRows({ alarms }: Sheet, words: RegisterWords): string[][] {
  const { sheet } = words.texts;
  return alarms.map(({ n, day, from, at, priority, place, title, metric, worst, minutes, acknowledged }) => [
    ...[String(n), day, from === null ? sheet.between : words.shift(from), words.minute(at), String(priority)],
    ...[words.local(place), words.local(title), worst ?? '', unitText({ worst, metric }, words)],
    minutes === null ? sheet.standing : String(minutes),
    acknowledged?.by ?? '',
    acknowledged?.at == null ? '' : words.minute(acknowledged.at),
    acknowledged === null ? '' : String(acknowledged.afterMinutes),
    acknowledged?.note ?? '',
  ]);
}

/** One by one, then what is summed up. */
function gapRows({ gaps, moreGaps, shortGaps }: Sheet, words: RegisterWords): string[][] {
  const { sheet, file } = words.texts;
  const sum = (what: string, minutes: number, reason: string) => [
    ...['', sheet.total, '', what, '', '', String(minutes), reason],
  ];
  return [
    ...gaps.map(({ n, day, from, what, start, end, minutes, reason }) => [
      ...[String(n), day, words.shift(from), sheet.what[what], words.minute(start), words.minute(end)],
      ...[String(minutes), sheet.reason[reason]],
    ]),
    ...moreGaps.map(({ what, reason, count, minutes }) =>
      sum(sheet.what[what], minutes, filled(file.moreGaps, { reason: sheet.reason[reason], count })),
    ),
    ...(shortGaps === 0 ? [] : [sum('', shortGaps, file.shortGaps)]),
  ];
}

/** Only where somebody set one. */
function modeTables({ modes = [] }: Sheet, { texts: { sheet, file }, minute }: RegisterWords): SheetTable[] {
  if (modes.length === 0) return [];
  const rows = modes.map(({ mode, since, until, reason, post }) => [
    ...[sheet.mode[mode], minute(since), minute(until), reason, post],
  ]);
  return [{ title: file.modes, head: file.modeColumns, rows }];
}

function checkRow(record: ShiftRecord, all: readonly ShiftRecord[], words: RegisterWords): string[] {
  const { texts } = words;
  const { correctedBy, corrects, reason, review } = record;
  const corrected = all.find(({ id }) => id === corrects);
  return [
    ...[record.day, words.shift(record.from)],
    ...SHIFT_ITEMS.map((item) => choiceText(item, record.checks, texts)),
    ...[record.note ?? '', record.by, words.minute(record.at)],
    review === null ? '' : `${review.by} ${words.minute(review.at)}`,
    [reason ?? '', correctedBy === null ? '' : texts.record.correctedMark].filter((one) => one !== '').join(' '),
    corrected === undefined
      ? ''
      : filled(texts.sheet.changes.line, correctionPair(corrected, { ...record, reason: null }, words)),
  ];
}

function versionRows({ versions, version }: Sheet, words: RegisterWords): string[][] {
  const rows = versions.map(({ number, checksum, keptAt, issued }) => [
    ...[String(number), checksum, words.minute(keptAt)],
    ...(issued === null ? ['', '', ''] : [words.minute(issued.at), issued.by, issued.as]),
  ]);
  return version === null || version.kept
    ? rows
    : [...rows, [String(version.number), version.checksum, '', '', '', '']];
}
