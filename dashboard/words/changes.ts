import type { ShiftRecord } from '../../contract/record.ts';
import type { Sheet, SheetAlarm, SheetCell, SheetChange, SheetGap } from '../../contract/sheet.ts';
import { acknowledgedText, worstText } from './alarms.ts';
import { changedFigures, changedItems, choiceText, exhaustText, figureText, type Figure } from './figures.ts';
import { filled, type RegisterWords } from './register.ts';

/** One change of the register in words: where, and the old beside the new. */
export interface ChangeLine {
  readonly version: number;
  /** `2026-11-18`; empty: of the whole month. */
  readonly day: string;
  readonly shift: string;
  readonly what: string;
  readonly was: string;
  readonly now: string;
}

export function changeLines({ changes }: Pick<Sheet, 'changes'>, words: RegisterWords): ChangeLine[] {
  return changes.flatMap((change) => lineOf(change, words) ?? []);
}

function lineOf(change: SheetChange, words: RegisterWords): ChangeLine | undefined {
  const { sheet } = words.texts;
  const { version } = change;
  switch (change.kind) {
    case 'figures':
    case 'totals': {
      const { was, now, what, from, kind } = change;
      const pair = figuresPair(was, now, words);
      if (pair === undefined) return undefined;
      const shift = from === null ? '' : words.shift(from);
      const day = kind === 'totals' ? sheet.total : change.day;
      return { version, day, shift, what: sheet.what[what], ...pair };
    }
    case 'exhaust': {
      const { texts } = words;
      const pair = { was: exhaustText(change.was, texts), now: exhaustText(change.now, texts) };
      return { version, day: change.day, shift: words.shift(change.from), what: sheet.exhaust, ...pair };
    }
    case 'alarm':
      return listedLine(change, words, ({ day, from }) => ({ day, from }), alarmText);
    case 'gap':
      return listedLine(change, words, ({ day, from }) => ({ day, from }), gapText);
    case 'record': {
      const { now, was } = change;
      const one = now ?? was;
      if (one === null) return undefined;
      const place = { version, day: one.day, shift: words.shift(one.from), what: sheet.changes.kind.record };
      return { ...place, ...recordPair(was, now, words) };
    }
    case 'head':
      return {
        version,
        day: '',
        shift: '',
        what: sheet.changes.kind.head,
        was: '',
        now: sheet.changes.head[change.part],
      };
  }
}

/** Of two states of a cell only what differs. */
export function figuresPair(
  was: SheetCell | null,
  now: SheetCell | null,
  { texts, between }: RegisterWords,
): { was: string; now: string } | undefined {
  const changed = changedFigures(was, now, texts);
  const named = (cell: SheetCell | null) =>
    cell === null
      ? texts.sheet.changes.none
      : changed
          .map((figure: Figure) => `${texts.sheet.field[figure]} ${figureText(cell, figure, texts) || '—'}`)
          .join(between);
  return changed.length === 0 ? undefined : { was: named(was), now: named(now) };
}

function listedLine<T extends SheetAlarm | SheetGap>(
  { version, kind, was, now }: { version: number; kind: 'alarm' | 'gap'; was: T | null; now: T | null },
  words: RegisterWords,
  placeOf: (one: T) => { day: string; from: string | null },
  textOf: (one: T, words: RegisterWords) => string,
): ChangeLine | undefined {
  const one = now ?? was;
  if (one === null) return undefined;
  const { sheet } = words.texts;
  const { day, from } = placeOf(one);
  return {
    ...{ version, day, shift: from === null ? sheet.between : words.shift(from), what: sheet.changes.kind[kind] },
    was: was === null ? sheet.changes.none : textOf(was, words),
    now: now === null ? sheet.changes.removed : textOf(now, words),
  };
}

function alarmText(alarm: SheetAlarm, words: RegisterWords): string {
  const { title, minutes, acknowledged } = alarm;
  const { sheet } = words.texts;
  return [
    words.local(title),
    worstText(alarm, words),
    minutes === null ? sheet.standing : filled(sheet.stood, { n: minutes }),
    acknowledgedText(alarm, words),
    acknowledged?.note ?? '',
  ]
    .filter((part) => part !== '')
    .join(words.between);
}

function gapText({ what, start, end, minutes, reason }: SheetGap, words: RegisterWords): string {
  const { sheet } = words.texts;
  const until = words.minute(end).slice(-5);
  return `${sheet.what[what]} ${words.minute(start)}–${until}${words.between}${filled(sheet.tile.minutes, { n: minutes })}${words.between}${sheet.reason[reason]}`;
}

/** Of a correction what it corrects; of a review who made it. */
function recordPair(
  was: ShiftRecord | null,
  now: ShiftRecord | null,
  words: RegisterWords,
): { was: string; now: string } {
  const { texts, between } = words;
  const { changes } = texts.sheet;
  const isCorrection = was !== null && now !== null && now.corrects === was.id;
  if (isCorrection) return correctionPair(was, now, words);
  const whole = (record: ShiftRecord | null) =>
    record === null
      ? changes.none
      : [
          record.by,
          record.review === null ? texts.record.toReview : filled(changes.reviewed, { by: record.review.by }),
        ].join(between);
  return { was: whole(was), now: whole(now) };
}

/** What a correction says otherwise: items, the note, and why. */
export function correctionPair(was: ShiftRecord, now: ShiftRecord, words: RegisterWords): { was: string; now: string } {
  const { texts, between } = words;
  const items = changedItems(was.checks, now.checks);
  const named = (record: ShiftRecord) => [
    ...items.map((item) => `${texts.record.item[item]} ${choiceText(item, record.checks, texts)}`),
    ...(was.note === now.note ? [] : [`${texts.record.note} ${record.note ?? texts.sheet.changes.none}`]),
  ];
  const reason = now.reason === null ? [] : [filled(texts.sheet.changes.corrected, { reason: now.reason })];
  return { was: named(was).join(between), now: [...named(now), ...reason].join(between) };
}
