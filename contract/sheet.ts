import { Type, type Static } from 'typebox';
import { Post } from './account.ts';
import { Priority, Side } from './alarm.ts';
import { EpochMs, Id, LocalText } from './ids.ts';
import { Metric } from './metrics.ts';
import { HandMode } from './modes.ts';
import { ShiftRecord } from './record.ts';
import { LocalDate, TimeOfDay } from './registry.ts';

const strict = { additionalProperties: false };
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

export const Month = Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' });
export const SheetQuery = Type.Object({ month: Month, point: Type.Optional(Id) }, strict);
export type SheetQuery = Static<typeof SheetQuery>;

/**
 * What one shift, or a whole month, measured. Figures are texts: the page, the print and the files show the same
 * digits. Shares are in percent, cut and never rounded up, so that 100 means all of it.
 */
export const SheetCell = Type.Object({
  low: nullable(Type.String()),
  mean: nullable(Type.String()),
  high: nullable(Type.String()),
  /** The lowest or highest value broke the standard while it was in force. */
  lowBroken: Type.Boolean(),
  highBroken: Type.Boolean(),
  /** `insufficient`: less than 90 % of the time is known. `not_judged`: the standard was not in force. */
  compliance: Type.Union([Type.String(), Type.Enum(['insufficient', 'not_judged'])]),
  /** Share of the time of which a good value is known. */
  coverage: Type.String(),
  /** Whole minutes, begun ones counted; null: not judged. */
  outMinutes: nullable(Type.Integer()),
  /** Alarms about the standard that counts, raised within the time; null: not judged. */
  excursions: nullable(Type.Integer()),
  missingMinutes: Type.Integer(),
  /** Minutes at which water was hot enough to scald; null: nothing of the kind is judged here. */
  scaldMinutes: nullable(Type.Integer()),
});
export type SheetCell = Static<typeof SheetCell>;

/**
 * Minutes that an exhaust fan stood while it should have run, begun ones counted; of several the one that stood longest.
 * `insufficient`: less than 90 % of the time is known, and it stood in none of that.
 */
export const Exhaust = Type.Union([Type.Integer(), Type.Literal('insufficient')]);
export type Exhaust = Static<typeof Exhaust>;

/** A shift of one day; null where it has not begun, or nothing is measured. */
export const SheetShift = Type.Object({
  from: TimeOfDay,
  to: TimeOfDay,
  /** ms epoch */
  start: EpochMs,
  end: EpochMs,
  water: nullable(SheetCell),
  room: nullable(SheetCell),
  exhaust: nullable(Exhaust),
});
export type SheetShift = Static<typeof SheetShift>;

export const SheetDay = Type.Object({
  day: LocalDate,
  heating: Type.Boolean(),
  shifts: Type.Array(SheetShift),
});
export type SheetDay = Static<typeof SheetDay>;

const What = Type.Enum(['water', 'room']);

/** An alarm of the sheet's points, or of a fan of its area, that was raised within the month, numbered from 1. */
export const SheetAlarm = Type.Object({
  n: Type.Integer(),
  id: Type.Integer(),
  day: LocalDate,
  /** Start of the shift within which it was raised; null: between shifts. */
  from: nullable(TimeOfDay),
  at: EpochMs,
  priority: Priority,
  side: nullable(Side),
  title: LocalText,
  place: LocalText,
  /** The row of the sheet that it is about; null: something else, such as the air's CO₂ or a fan. */
  what: nullable(What),
  /** What `worst` is of. */
  metric: nullable(Metric),
  /** The farthest value, as printed, without its unit; null: none that says more than the title. */
  worst: nullable(Type.String()),
  /** Minutes that it stood; null: it still does. */
  minutes: nullable(Type.Integer()),
  acknowledged: nullable(
    Type.Object({
      by: Post,
      /** Null: an older program kept it, which noted no time. */
      at: nullable(EpochMs),
      /** Minutes from its raising to its acknowledgement. */
      afterMinutes: Type.Integer(),
      note: nullable(Type.String()),
    }),
  ),
});
export type SheetAlarm = Static<typeof SheetAlarm>;

/**
 * Why nothing is known of a time: our own system stood, the device was away, its sensor failed; `let_go`: what was measured
 * is kept for whole hours only, and the shift has a part of one; else not known.
 */
export const GapReason = Type.Enum(['system', 'device_offline', 'no_data', 'sensor', 'let_go', 'unknown']);
export type GapReason = Static<typeof GapReason>;

/** A stretch of at least five minutes within a shift of which no good value is known. */
export const SheetGap = Type.Object({
  n: Type.Integer(),
  day: LocalDate,
  from: TimeOfDay,
  what: What,
  start: EpochMs,
  end: EpochMs,
  /** Fewer than from start to end where it is only known of an hour that so many of it are missing. */
  minutes: Type.Integer(),
  reason: GapReason,
});
export type SheetGap = Static<typeof SheetGap>;

/** Gaps of at least five minutes beyond those that are listed: how many, and their minutes, by reason. */
export const SheetMoreGaps = Type.Object({
  what: What,
  reason: GapReason,
  count: Type.Integer(),
  minutes: Type.Integer(),
});
export type SheetMoreGaps = Static<typeof SheetMoreGaps>;

/** A standard by which the sheet judges, as it stood at the end of the month. */
export const SheetStandard = Type.Object({
  what: What,
  standard: Type.String(),
  title: LocalText,
  low: nullable(Type.Number()),
  high: nullable(Type.Number()),
  /** A ceiling for people's safety, which is no part of the compliance. */
  scald: Type.Boolean(),
  source: Type.String(),
  clause: Type.String(),
  /** The company's own rule. */
  own: Type.Boolean(),
  /** In the heating season only. */
  heating: Type.Boolean(),
});
export type SheetStandard = Static<typeof SheetStandard>;

const Named = Type.Object({ id: Id, name: LocalText });

/** What of a register there is to say grows with the program; 1: without excursions, exhaust and times of acknowledging. */
export const EDITION = 2;

/** What the monthly register of one water point and the room around it, or of a room by itself, says. */
export const SheetContent = Type.Object({
  /** Of the program that made it. */
  edition: Type.Integer(),
  site: Named,
  area: Named,
  month: Month,
  timezone: Type.String(),
  /** Each has a sheet of its own: water points of the area, then rooms that stand on no water's sheet. */
  points: Type.Array(Named),
  water: nullable(Named),
  room: nullable(Named),
  /** Exhaust fans of the area. */
  fans: Type.Array(Named),
  /** False while the month runs: it is no record yet. */
  complete: Type.Boolean(),
  standards: Type.Array(SheetStandard),
  /** Columns, in the order of the day. */
  windows: Type.Array(Type.Object({ from: TimeOfDay, to: TimeOfDay })),
  days: Type.Array(SheetDay),
  /** One for each window, and the last for all of them. */
  totals: Type.Array(
    Type.Object({ water: nullable(SheetCell), room: nullable(SheetCell), exhaust: nullable(Exhaust) }),
  ),
  alarms: Type.Array(SheetAlarm),
  gaps: Type.Array(SheetGap),
  moreGaps: Type.Array(SheetMoreGaps),
  /**
   * Modes that people set by hand for the area, ascending; the end of one that outlives the month is the month's. Absent:
   * there are none, and a register that was kept before modes were told says the same.
   */
  modes: Type.Optional(Type.Array(HandMode)),
  /** Minutes of water and room within gaps too short to be listed. */
  shortGaps: Type.Integer(),
  records: Type.Array(ShiftRecord),
  /** Shifts that are over, since something was first measured or recorded, and those of them that somebody recorded. */
  shiftsOver: Type.Integer(),
  shiftsRecorded: Type.Integer(),
});
export type SheetContent = Static<typeof SheetContent>;

/** What a register is of; null: there is nothing in its area that has one. */
export function subjectOf({ water, room }: Pick<SheetContent, 'water' | 'room'>): Static<typeof Named> | null {
  return water ?? room;
}

/** How somebody got a register: on paper, or as a file. */
export const SheetForm = Type.Enum(['print', 'csv', 'xlsx']);
export type SheetForm = Static<typeof SheetForm>;

const Version = Type.Object({
  /** From 1; another one for each change after it was given out. */
  number: Type.Integer(),
  checksum: Type.String(),
});

/** A version that is kept for ever: somebody looked at it when its month was over, or was given it. */
export const KeptVersion = Type.Object({
  ...Version.properties,
  keptAt: EpochMs,
  /** The first time that it was given out; null: it was looked at only. */
  issued: nullable(Type.Object({ at: EpochMs, by: Post, as: SheetForm })),
});
export type KeptVersion = Static<typeof KeptVersion>;

const changeOf = <Kind extends string, T extends Parameters<typeof Type.Union>[0][number]>(kind: Kind, of: T) =>
  Type.Object({
    kind: Type.Literal(kind),
    /** The version in which it first stood so. */
    version: Type.Integer(),
    was: nullable(of),
    now: nullable(of),
  });
const Place = { day: LocalDate, from: TimeOfDay, what: What };

/** What differs between a version and the one before it, with the old beside the new. */
export const SheetChange = Type.Union([
  Type.Object({ ...changeOf('figures', SheetCell).properties, ...Place }),
  /** `from`: the start of the window that the column is of; null: all of them. */
  Type.Object({ ...changeOf('totals', SheetCell).properties, what: Place.what, from: nullable(TimeOfDay) }),
  Type.Object({ ...changeOf('exhaust', Exhaust).properties, day: LocalDate, from: TimeOfDay }),
  changeOf('alarm', SheetAlarm),
  changeOf('gap', SheetGap),
  changeOf('record', ShiftRecord),
  /** What stands around the figures; `extended`, `incomparable`: an older program kept the version before. */
  Type.Object({
    kind: Type.Literal('head'),
    version: Type.Integer(),
    part: Type.Enum(['names', 'standards', 'hours', 'extended', 'incomparable']),
  }),
]);
export type SheetChange = Static<typeof SheetChange>;

/** 水温记录表: the monthly register, with how it came to be what it is. */
export const Sheet = Type.Object({
  ...SheetContent.properties,
  generatedAt: EpochMs,
  /** When the area began to be watched, where that was after this month, of which nothing is known; else null. */
  begins: nullable(EpochMs),
  /** Tells whether two prints or files say the same: 8 characters over all that the register says of its month. */
  checksum: Type.String(),
  /** Null while the month runs. `kept`: exactly this is kept under its number; else it changed since that before it. */
  version: nullable(Type.Object({ ...Version.properties, kept: Type.Boolean() })),
  /** Ascending. */
  versions: Type.Array(KeptVersion),
  /** Since the first of them, up to now; ascending by version. */
  changes: Type.Array(SheetChange),
});
export type Sheet = Static<typeof Sheet>;

/** All registers of an area, each with its own version and checksum. */
export const SheetSet = Type.Object({ sheets: Type.Array(Sheet) });
export type SheetSet = Static<typeof SheetSet>;

/** Which register a paper is of, and what stands on it. */
export const SheetPaper = Type.Object({ point: Id, checksum: Type.String({ maxLength: 16 }) }, strict);
export type SheetPaper = Static<typeof SheetPaper>;

export const SheetSetIssueBody = Type.Object(
  { month: Month, papers: Type.Array(SheetPaper, { minItems: 1, maxItems: 10_000 }) },
  strict,
);
export type SheetSetIssueBody = Static<typeof SheetSetIssueBody>;

export const SheetIssueBody = Type.Object(
  { month: Month, point: Type.Optional(Id), /** Of what is on the paper. */ checksum: Type.String({ maxLength: 16 }) },
  strict,
);
export type SheetIssueBody = Static<typeof SheetIssueBody>;
