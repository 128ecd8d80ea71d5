import type { Mutant } from '../mutant.ts';

const CELL = 'test/ingest/record/cell.test.ts';
const SHEET = 'test/ingest/record/sheet.test.ts';
const SERVER = 'test/dashboard/server/records.test.ts';
const REGISTER = 'test/ingest/record/register.test.ts';
const ROOMS = 'test/ingest/record/sheet-rooms.test.ts';
const LET_GO = 'test/ingest/record/sheet-let-go.test.ts';
const EDITIONS = 'test/ingest/record/sheet-editions.test.ts';

export const RECORD_FAULTS: readonly Mutant[] = [
  {
    name: 'record-let-go-is-a-gap-of-its-own',
    breaks: 'what was let go is not called unknown',
    edits: [{ file: 'ingest/record/gaps.ts', from: "if (gap.letGo === true) return 'let_go';", to: '' }],
    tests: [LET_GO],
  },
  {
    name: 'record-gaps-of-let-go-readings',
    breaks: 'a shift whose readings were let go is not missing as a whole',
    edits: [
      {
        file: 'ingest/record/measured.ts',
        from: 'if (one === undefined || !isGone(one)) return undefined;',
        to: 'if (one === undefined || one.from > 0) return undefined;',
      },
    ],
    tests: [LET_GO],
  },
  {
    name: 'record-kept-figures-outlive-late-ones',
    breaks: 'figures that were kept give way to what came late for their hours',
    edits: [
      {
        file: 'ingest/record/sheet-kept.ts',
        from: 'once !== null && bearsOut(made, once, lost)',
        to: 'once !== null',
      },
    ],
    tests: [LET_GO],
  },
  {
    name: 'record-changes-when-readings-go',
    breaks: 'a register does not change because its readings were let go',
    edits: [{ file: 'ingest/record/sheet-kept.ts', from: '? once : made;', to: '? made : made;' }],
    tests: [LET_GO],
  },
  {
    name: 'record-version-shows-the-newest',
    breaks: 'a kept version says for ever what it said when it was given out',
    edits: [
      {
        file: 'ingest/record/register.ts',
        from: '.filter((one) => one.number <= number);',
        to: '.filter((one) => one.number > 0);',
      },
    ],
    tests: [REGISTER],
  },
  {
    name: 'record-own-review-taken',
    breaks: 'nobody reviews what they recorded themselves',
    edits: [
      {
        file: 'ingest/stores/ledger/shift-records.ts',
        from: "if (record.account === user.username) return 'own_record';",
        to: '',
      },
    ],
    tests: [SERVER],
  },
  {
    name: 'record-handed-in-twice-is-two',
    breaks: 'handing the same form in again makes no second record',
    edits: [
      {
        file: 'ingest/stores/ledger/shift-records.ts',
        from: 'const before = reader.shiftRecordByKey(key);',
        to: 'const before = undefined as ReturnType<typeof reader.shiftRecordByKey>;',
      },
      {
        file: 'ingest/stores/ledger/write-records.ts',
        from: 'ON CONFLICT (key) DO NOTHING',
        to: '',
      },
    ],
    tests: [SERVER],
  },
  {
    name: 'record-finding-needs-no-note',
    breaks: 'a finding says what was found',
    edits: [{ file: 'ingest/record/book.ts', from: 'findings.length > 0 && body.note === null', to: 'false' }],
    tests: [SERVER],
  },
  {
    name: 'sheet-unknown-time-complies',
    breaks: 'what is not known is never counted as in band',
    edits: [
      {
        file: 'ingest/record/cell.ts',
        from: 'const asked = Math.max(seconds, known + judged.unknown);',
        to: 'const asked = seconds === 0 ? known : known;',
      },
    ],
    tests: [CELL, SHEET],
  },
  {
    name: 'sheet-shares-are-rounded-up',
    breaks: 'only all of the time is 100 percent',
    edits: [
      { file: 'ingest/record/cell.ts', from: 'Math.floor(share * 1_000 + 1e-9)', to: 'Math.round(share * 1_000)' },
    ],
    tests: [CELL],
  },
  {
    name: 'sheet-checksum-with-the-time',
    breaks: 'two prints that say the same have the same checksum',
    edits: [
      {
        file: 'ingest/record/sheet.ts',
        from: '.update(JSON.stringify(content))',
        to: '.update(JSON.stringify({ content, now }))',
      },
    ],
    tests: [SHEET],
  },
  {
    name: 'shift-fan-never-stood',
    breaks: 'the form says how long a fan stood in the shift so far',
    edits: [
      {
        file: 'dashboard/client/record/figures.ts',
        from: '* (1 - (found.mean[index] ?? 1))',
        to: '* (1 - (found.last[index] ?? 1))',
      },
    ],
    tests: ['test/dashboard/client/records.test.ts'],
  },
  {
    name: 'shift-figures-from-before',
    breaks: 'the lowest value of a shift is not one of the hour before it',
    edits: [
      {
        file: 'dashboard/client/record/figures.ts',
        from: 'const WIDTHS = [30, 15, 10, 5, 2, 1];',
        to: 'const WIDTHS = [30];',
      },
      { file: 'dashboard/client/record/figures.ts', from: '=== 0) ?? 1;', to: '=== 0) ?? 30;' },
    ],
    tests: ['test/dashboard/client/records.test.ts'],
  },
  {
    name: 'sheet-version-stays-after-a-change',
    breaks: 'a register that changes after it was given out has a new version',
    edits: [
      {
        file: 'ingest/record/register.ts',
        from: 'const isKept = newest?.checksum === checksum;',
        to: 'const isKept = newest !== undefined;',
      },
    ],
    tests: [REGISTER],
  },
  {
    name: 'sheet-old-paper-noted-as-new',
    breaks: 'what is noted as printed is what stands on the paper',
    edits: [
      {
        file: 'ingest/record/register.ts',
        from: 'checksum !== undefined && checksum !== made.checksum',
        to: 'checksum === undefined && checksum !== made.checksum',
      },
    ],
    tests: [REGISTER],
  },
  {
    name: 'sheet-issue-not-in-the-journal',
    breaks: 'the journal says who took a register',
    edits: [{ file: 'ingest/stores/ledger/sheet-versions.ts', from: "kind: 'sheet.issued'", to: "kind: 'sheet.read'" }],
    tests: [REGISTER],
  },
  {
    name: 'sheet-cut-hours-without-what-held',
    breaks: 'a shift that begins within an hour begins with the value that held',
    edits: [
      {
        file: 'ingest/history/compute.ts',
        from: 'const near = found[(first === -1 ? found.length : first) - 1];',
        to: 'const near = undefined as (typeof found)[number] | undefined;',
      },
    ],
    tests: [REGISTER],
  },
  {
    name: 'sheet-correction-without-the-old',
    breaks: 'a corrected record stands beside what it corrected',
    edits: [
      {
        file: 'ingest/record/sheet-changes.ts',
        from: 'was: corrected ?? null, now: record',
        to: 'was: record.id < 0 ? (corrected ?? null) : null, now: record',
      },
    ],
    tests: [REGISTER],
  },
  {
    name: 'sheets-noted-though-one-paper-is-old',
    breaks: 'of all water points printed at once none is noted where one paper is out of date',
    edits: [
      {
        file: 'ingest/record/register.ts',
        from: 'if (onPaper !== undefined && onPaper.sort()',
        to: 'if (onPaper === undefined && said.sort()',
      },
    ],
    tests: [REGISTER],
  },
  {
    name: 'record-before-the-area-was-watched',
    breaks: 'nothing is recorded of a shift before anybody watched',
    edits: [
      {
        file: 'ingest/record/began.ts',
        from: 'return began <= before || began === Infinity ? null : began;',
        to: 'return began <= before || began > 0 ? null : began;',
      },
    ],
    tests: [REGISTER],
  },
  {
    name: 'sheet-kept-of-a-month-before-all',
    breaks: 'no register is kept of a month before anybody watched',
    edits: [
      {
        file: 'ingest/record/register.ts',
        from: 'if (isFirst && made.begins === null)',
        to: 'if (isFirst)',
      },
    ],
    tests: [REGISTER],
  },
  {
    name: 'sheets-file-of-the-first-alone',
    breaks: 'a file of all water points holds each of them, to the digit as it is printed',
    edits: [
      {
        file: 'dashboard/server/sheet/files.ts',
        from: 'data: linesOf(one, language)',
        to: 'data: linesOf(sheet ?? one, language)',
      },
    ],
    tests: ['test/browser/records.test.ts'],
  },
  {
    name: 'sheet-other-standards-are-excursions',
    breaks: 'excursions are counted of the standard that counts',
    edits: [{ file: 'ingest/record/measured.ts', from: '&& rule === counted)', to: '&& rule !== point)' }],
    tests: [ROOMS],
  },
  {
    name: 'sheet-first-room-alone',
    breaks: 'each room of an area has a register',
    edits: [
      {
        file: 'ingest/record/sheet.ts',
        from: 'rooms.slice(waters.length > 0 ? 1 : 0)',
        to: 'rooms.slice(waters.length > 0 ? 1 : 0, 1)',
      },
    ],
    tests: [ROOMS],
  },
  {
    name: 'sheet-gaps-beyond-lose-their-reasons',
    breaks: 'every gap of five minutes has its reason, however many there are',
    edits: [
      {
        file: 'ingest/record/sheet-gaps.ts',
        from: 'else sumUp(more, { what, reason, minutes });',
        to: "else if (what === 'room') sumUp(more, { what, reason, minutes });",
      },
    ],
    tests: [ROOMS],
  },
  {
    name: 'sheet-upgrade-told-as-a-change',
    breaks: 'what a newer program adds to a register is no change of it',
    edits: [
      {
        file: 'ingest/record/sheet-changes.ts',
        from: 'isExtended ? reduced(newer) : newer;',
        to: 'isExtended && version < 0 ? reduced(newer) : newer;',
      },
    ],
    tests: [EDITIONS],
  },
  {
    name: 'sheet-silent-probe-hides-the-room',
    breaks: 'a silent probe in the water hides no figure of the room',
    edits: [
      {
        file: 'dashboard/client/record/sheet-words.ts',
        from: '(shift.room === null || (',
        to: '(shift.room !== undefined || (',
      },
    ],
    tests: ['test/dashboard/client/records.test.ts'],
  },
];
