import { Type, type Static } from 'typebox';
import { Post } from './account.ts';
import { EpochMs, Id } from './ids.ts';
import { LocalDate, TimeOfDay } from './registry.ts';

const strict = { additionalProperties: false };
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

/** Days for which something may still be recorded: the month before has to be closed some time. */
export const RECORDED_LATE = 62;

/** The opening window of one local day; one that crosses midnight belongs to the day on which it starts. */
export const ShiftKey = Type.Object({ day: LocalDate, from: TimeOfDay }, strict);
export type ShiftKey = Static<typeof ShiftKey>;

/** What an inspector looks for and no sensor measures. Null: not checked, which is never taken for good. */
export const ShiftChecks = Type.Object(
  {
    odour: Nullable(Type.Enum(['none', 'present'])),
    clarity: Nullable(Type.Enum(['clear', 'cloudy'])),
    /** Bathers shower before they enter the pool. */
    showerFirst: Nullable(Type.Enum(['kept', 'not_kept'])),
    waterChange: Nullable(Type.Enum(['none', 'top_up', 'full'])),
    disinfection: Nullable(Type.Enum(['done', 'not_done'])),
  },
  strict,
);
export type ShiftChecks = Static<typeof ShiftChecks>;
export const SHIFT_ITEMS = ['odour', 'clarity', 'showerFirst', 'waterChange', 'disinfection'] as const;
export type ShiftItem = (typeof SHIFT_ITEMS)[number];

/** Findings that say nothing by themselves: a note has to say what was found or done. */
const NEED_A_NOTE: Readonly<Partial<Record<ShiftItem, string>>> = {
  odour: 'present',
  clarity: 'cloudy',
  showerFirst: 'not_kept',
  disinfection: 'not_done',
};

/** Items whose finding needs a note. */
export function findingsOf(checks: ShiftChecks): readonly ShiftItem[] {
  return SHIFT_ITEMS.filter((item) => checks[item] !== null && checks[item] === NEED_A_NOTE[item]);
}

const Note = Type.String({ minLength: 1, maxLength: 500 });

export const ShiftRecordBody = Type.Object(
  {
    /** Made by the form once: handing the same in again, after a connection that broke, makes no second record. */
    key: Type.String({ pattern: '^[A-Za-z0-9_-]{16,64}$' }),
    shift: ShiftKey,
    checks: ShiftChecks,
    note: Nullable(Note),
    /** A record of the same shift that this one puts right, and why. */
    corrects: Nullable(Type.Object({ id: Type.Integer({ minimum: 1 }), reason: Note }, strict)),
  },
  strict,
);
export type ShiftRecordBody = Static<typeof ShiftRecordBody>;

export const ShiftRecord = Type.Object({
  id: Type.Integer(),
  area: Id,
  day: LocalDate,
  from: TimeOfDay,
  to: TimeOfDay,
  at: EpochMs,
  /** Duty post that recorded it. */
  by: Post,
  /** Recorded by whoever asks: nobody reviews their own. */
  own: Type.Boolean(),
  checks: ShiftChecks,
  note: Nullable(Note),
  /** The record that this one puts right. */
  corrects: Nullable(Type.Integer()),
  reason: Nullable(Note),
  /** The record that put this one right; null: it holds. */
  correctedBy: Nullable(Type.Integer()),
  review: Nullable(Type.Object({ at: EpochMs, by: Post })),
});
export type ShiftRecord = Static<typeof ShiftRecord>;

export const ShiftRecordList = Type.Object({ records: Type.Array(ShiftRecord) });
export type ShiftRecordList = Static<typeof ShiftRecordList>;

export const ShiftRecordQuery = Type.Object({ from: LocalDate, to: LocalDate }, strict);
export type ShiftRecordQuery = Static<typeof ShiftRecordQuery>;

/** What may have been recorded at the moment: shifts that run or are over, newest first. */
export const Shift = Type.Object({
  day: LocalDate,
  from: TimeOfDay,
  to: TimeOfDay,
  /** ms epoch */
  start: EpochMs,
  end: EpochMs,
});
export type Shift = Static<typeof Shift>;
export const ShiftList = Type.Object({
  shifts: Type.Array(Shift),
  /** Of the area, in the order of the day; empty: it is never open. */
  windows: Type.Array(Type.Object({ from: TimeOfDay, to: TimeOfDay })),
  /** When the area began to be watched (ms epoch); null: so long ago that nothing is recorded of it any more. */
  since: Nullable(EpochMs),
});
export type ShiftList = Static<typeof ShiftList>;

/** What people call a shift. */
export type ShiftKind = 'early' | 'late' | 'night' | 'day';

/** Of three shifts a day the order tells which is which, wherever they lie; of others the hour at which they start. */
export function shiftKind(from: string, windows: readonly { readonly from: string; readonly to: string }[]): ShiftKind {
  const ordered = [...windows].sort((a, b) => a.from.localeCompare(b.from));
  const [first] = ordered;
  if (ordered.length === 1 && first?.from === '00:00' && first.to === '24:00') return 'day';
  const index = ordered.findIndex((window) => window.from === from);
  if (ordered.length === 3 && first !== undefined && index >= 0) {
    const kinds = first.from < '04:00' ? (['night', 'early', 'late'] as const) : (['early', 'late', 'night'] as const);
    return kinds[index] ?? 'night';
  }
  const hour = Number(from.slice(0, 2));
  if (hour >= 4 && hour < 12) return 'early';
  return hour >= 12 && hour < 20 ? 'late' : 'night';
}
