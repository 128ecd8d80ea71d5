import type { LocalText } from '../../../contract/ids.ts';
import { SHIFT_ITEMS, shiftKind, type ShiftRecord } from '../../../contract/record.ts';
import type { Sheet, SheetCell } from '../../../contract/sheet.ts';
import { SHEET_WORDS, type SheetLanguage, type SheetWords } from './words.ts';

/** One table of a file; every cell is a text, as the page shows it. */
export interface SheetTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What stands above the tables: which register it is, by what it judges, and what tells it from another print. */
export function sheetHead(sheet: Sheet, language: SheetLanguage): readonly string[] {
  const words = SHEET_WORDS[language];
  const local = (text: LocalText) => text[language];
  const places = [sheet.site.name, sheet.area.name, sheet.water?.name, sheet.room?.name].filter(
    (one) => one !== undefined,
  );
  const standards = sheet.standards.map(({ title, low, high, source, clause }) => {
    const limits = [low === null ? '' : `≥ ${low}`, high === null ? '' : `≤ ${high}`].filter((one) => one !== '');
    return `${local(title)} ${limits.join(' ')} (${source} ${clause})`;
  });
  return [
    words.title,
    places.map(local).join(' / '),
    sheet.complete ? sheet.month : `${sheet.month} (${words.running})`,
    ...standards,
    `${words.checksum} ${sheet.checksum}`,
  ];
}

export function sheetTables(sheet: Sheet, language: SheetLanguage): readonly SheetTable[] {
  const words = SHEET_WORDS[language];
  const text = (at: number) => localMinute(at, sheet.timezone);
  const name = (from: string) => words.shift[shiftKind(from, sheet.windows)];
  return [
    { title: words.measured, head: words.columns, rows: measuredRows(sheet, words) },
    {
      title: words.alarms,
      head: words.alarmColumns,
      rows: sheet.alarms.map((alarm) => [
        String(alarm.n),
        alarm.day,
        alarm.from === null ? words.between : name(alarm.from),
        String(alarm.priority),
        alarm.place[language],
        alarm.title[language],
        alarm.worst ?? '',
        alarm.minutes === null ? words.standing : String(alarm.minutes),
        alarm.acknowledged?.by ?? '',
        alarm.acknowledged === null ? '' : String(alarm.acknowledged.afterMinutes),
        alarm.acknowledged?.note ?? '',
      ]),
    },
    {
      title: words.gaps,
      head: words.gapColumns,
      rows: sheet.gaps.map((gap) => [
        String(gap.n),
        gap.day,
        name(gap.from),
        words.what[gap.what],
        text(gap.start),
        text(gap.end),
        String(gap.minutes),
        words.reason[gap.reason],
      ]),
    },
    {
      title: words.checks,
      head: words.checkColumns,
      rows: sheet.records.map((one) => checkRow(one, words, { text, name })),
    },
  ];
}

function measuredRows({ days, totals, windows }: Sheet, words: SheetWords): string[][] {
  const ofDays = days.flatMap(({ day, shifts }) =>
    shifts.flatMap((shift) =>
      (['water', 'room'] as const).map((what) => [
        day,
        words.shift[shiftKind(shift.from, windows)],
        `${shift.from}–${shift.to}`,
        words.what[what],
        ...cellTexts(shift[what], words),
      ]),
    ),
  );
  const ofMonth = totals.flatMap((total, column) => {
    const window = windows[column];
    const shift = window === undefined ? '' : words.shift[shiftKind(window.from, windows)];
    const hours = window === undefined ? '' : `${window.from}–${window.to}`;
    return (['water', 'room'] as const).map((what) => [
      words.total,
      shift,
      hours,
      words.what[what],
      ...cellTexts(total[what], words),
    ]);
  });
  return [...ofDays, ...ofMonth];
}

/** As the page prints them: `/` is not judged, and nothing stands where nothing was measured. */
function cellTexts(cell: SheetCell | null, { insufficient }: SheetWords): string[] {
  if (cell === null) return Array.from({ length: 8 }, () => '');
  const { compliance } = cell;
  return [
    cell.low ?? '',
    cell.mean ?? '',
    cell.high ?? '',
    compliance === 'not_judged' ? '/' : compliance === 'insufficient' ? insufficient : compliance,
    cell.coverage,
    cell.outMinutes === null ? '/' : String(cell.outMinutes),
    String(cell.missingMinutes),
    cell.scaldMinutes === null ? '/' : String(cell.scaldMinutes),
  ];
}

function checkRow(
  record: ShiftRecord,
  words: SheetWords,
  { text, name }: { text: (at: number) => string; name: (from: string) => string },
): string[] {
  const { correctedBy, reason, review } = record;
  return [
    record.day,
    name(record.from),
    ...SHIFT_ITEMS.map((item) => {
      const choice = record.checks[item];
      return choice === null ? words.notChecked : (words.choice[item][choice] ?? choice);
    }),
    record.note ?? '',
    record.by,
    text(record.at),
    review === null ? '' : `${review.by} ${text(review.at)}`,
    [reason ?? '', correctedBy === null ? '' : words.corrected].filter((one) => one !== '').join(' '),
  ];
}

/** `2026-11-09 23:40` in the site's zone. */
function localMinute(at: number, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime();
  return local.toString({ smallestUnit: 'minute' }).replace('T', ' ');
}
