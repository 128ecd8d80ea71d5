import { Type, type Static } from 'typebox';
import { AlarmView, Priority, Side } from './alarm.ts';
import { EpochMs, Id, LocalText } from './ids.ts';
import { MetricKey } from './metrics.ts';
import { HandMode } from './modes.ts';
import type { Quality, QualityReason } from './reading.ts';

const strict = { additionalProperties: false };
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const Numbers = Type.Array(Type.Number());
const NumbersOrNull = Type.Array(nullable(Type.Number()));

const ID = '[a-z0-9][a-z0-9_-]{0,62}';
const METRIC = '[a-z][a-z0-9_]{0,62}';

/** Series that one question may name. */
export const MOST_SERIES = 12;
/** `point/metric`, several with commas between them. */
export const SeriesList = Type.String({
  pattern: `^${ID}/${METRIC}(,${ID}/${METRIC}){0,${MOST_SERIES - 1}}$`,
  maxLength: MOST_SERIES * 130,
});

export const HistoryQuery = Type.Object(
  {
    series: SeriesList,
    from: EpochMs,
    to: EpochMs,
    /** Buckets that the answer has at most, about: as many as the chart is wide. 1,000 unless given. */
    pixels: Type.Optional(Type.Integer({ minimum: 1, maximum: 4_000 })),
  },
  strict,
);
export type HistoryQuery = Static<typeof HistoryQuery>;

/** One series in columns, a place for each bucket. No extreme is left out, however wide the buckets are. */
export const HistorySeries = Type.Object({
  point: Id,
  metric: MetricKey,
  /** Good readings. */
  count: Numbers,
  /** Of the good values that held within the bucket; null: none did. The mean is one over time. */
  min: NumbersOrNull,
  mean: NumbersOrNull,
  max: NumbersOrNull,
  last: NumbersOrNull,
  /** Seconds; what is none of these and not good is missing. */
  suspect: Numbers,
  bad: Numbers,
  missing: Numbers,
  /** The newest such value of a bucket; from raw readings only. */
  suspectValue: NumbersOrNull,
  badValue: NumbersOrNull,
});
export type HistorySeries = Static<typeof HistorySeries>;

export const HistoryAnswer = Type.Object({
  /** From what it was answered. */
  level: Type.Enum(['raw', 'hours', 'days']),
  /** ms of one bucket; the last one ends with the range or now, and local days are as long as they are. */
  width: Type.Number(),
  /** Where buckets begin, ms epoch, and where the last one ends. */
  edges: Numbers,
  /** Readings of its beginning are kept no longer: nothing finer than hours is to be had. */
  rawGone: Type.Boolean(),
  series: Type.Array(HistorySeries),
});
export type HistoryAnswer = Static<typeof HistoryAnswer>;

/** From (inclusive) and to (exclusive), ms epoch. */
export const TimeSpan = Type.Object({ from: EpochMs, to: EpochMs });
export type TimeSpan = Static<typeof TimeSpan>;

/** One side of a standard, as long as it had this limit. */
export const LimitView = Type.Object({
  standard: Type.String(),
  title: LocalText,
  side: Side,
  limit: Type.Number(),
  /** A value equal to it is a breach already. */
  reached: Type.Boolean(),
  critical: Type.Boolean(),
  /** Of the alarm that it raises. */
  priority: Priority,
  /** Counts towards compliance. */
  compliance: Type.Boolean(),
  /** In opening hours, in the heating season, in both, or always. */
  applies: Type.Enum(['always', 'open', 'heating', 'heating_open']),
  /** Seconds for which a breach has to last before the alarm is raised. */
  onDelay: Type.Number(),
  /** How far a value has to come back within the limit before the breach is over; in the metric's unit. */
  deadband: Type.Number(),
  /** When it was in force: opening hours, season. Of long ranges by the season alone. */
  inForce: Type.Array(TimeSpan),
});
export type LimitView = Static<typeof LimitView>;

/** A sensor that is or was bound to a point. */
export const SensorView = Type.Object({
  device: Id,
  /** Null: registered no more. */
  name: nullable(LocalText),
  /** Key in the device's messages. */
  key: Type.String(),
  /** ms epoch; null: always, for ever. */
  since: nullable(EpochMs),
  until: nullable(EpochMs),
  /** Expected seconds between reports; null: it reports on change. */
  interval: nullable(Type.Number()),
  /** %; null: not known. */
  battery: nullable(Type.Number()),
  /** Bound now. */
  current: Type.Boolean(),
});
export type SensorView = Static<typeof SensorView>;

/** Time that a standard was kept, broken, unknown, or not to be kept; seconds. */
export const ComplianceView = Type.Object({
  standard: Type.String(),
  title: LocalText,
  inBand: Type.Number(),
  out: Type.Number(),
  unknown: Type.Number(),
  outOfService: Type.Number(),
  /** Share of the known time; null where too little is known. */
  compliance: nullable(Type.Number()),
  /** Share of the time to be judged that is known; null: nothing was to be judged. */
  coverage: nullable(Type.Number()),
  /** Alarms about the standard that stood within the range, and seconds of it that the longest did. */
  excursions: Type.Integer(),
  longest: Type.Number(),
});
export type ComplianceView = Static<typeof ComplianceView>;

export const CourseQuery = Type.Object({ metric: MetricKey, from: EpochMs, to: EpochMs }, strict);
export type CourseQuery = Static<typeof CourseQuery>;

/** What belongs around the values of one metric of a point over a range. */
export const CourseAnswer = Type.Object({
  from: EpochMs,
  to: EpochMs,
  limits: Type.Array(LimitView),
  /** When the area was open; null: too long a range to tell. */
  open: nullable(Type.Array(TimeSpan)),
  /** The season in which rooms are to be warm. */
  heating: Type.Array(TimeSpan),
  /** What somebody set the area to by hand, ascending, whole. */
  modes: Type.Array(HandMode),
  /** When this system did not run. */
  downtimes: Type.Array(TimeSpan),
  alarms: Type.Array(AlarmView),
  /** Of the first reading that is kept; null: there is none. */
  since: nullable(EpochMs),
  sensors: Type.Array(SensorView),
  compliance: Type.Array(ComplianceView),
  count: Type.Integer(),
  min: nullable(Type.Number()),
  mean: nullable(Type.Number()),
  max: nullable(Type.Number()),
  /** Seconds. */
  good: Type.Number(),
  suspect: Type.Number(),
  bad: Type.Number(),
  missing: Type.Number(),
});
export type CourseAnswer = Static<typeof CourseAnswer>;

/** What a row of an export stands for. */
export const ExportRows = Type.Enum(['readings', 'hours', 'days']);
export type ExportRows = Static<typeof ExportRows>;

export const ExportQuery = Type.Object(
  {
    series: SeriesList,
    from: EpochMs,
    to: EpochMs,
    /** `readings` unless given. */
    rows: Type.Optional(ExportRows),
    /** Of the head and of names; `zh` unless given. */
    lang: Type.Optional(Type.Enum(['zh', 'en'])),
  },
  strict,
);
export type ExportQuery = Static<typeof ExportQuery>;

interface ExportedSeries {
  readonly point: string;
  readonly metric: string;
}

/** A row of an export, in the order of time within its series. */
export type ExportedRow = ExportedSeries &
  (
    | {
        readonly kind: 'reading';
        /** Source time, ms epoch. */
        readonly t: number;
        readonly value: number;
        readonly quality: Quality;
        readonly reason: QualityReason | null;
        readonly backfilled: boolean;
      }
    | ({
        readonly kind: 'stretch';
        readonly count: number;
        readonly min: number | null;
        readonly mean: number | null;
        readonly max: number | null;
        readonly last: number | null;
        /** Seconds. */
        readonly good: number;
        readonly suspect: number;
        readonly bad: number;
        readonly missing: number;
      } & TimeSpan)
  );

export interface ExportRequest extends TimeSpan {
  readonly series: readonly ExportedSeries[];
  readonly rows: ExportRows;
}

/** What was. Undefined: no such site or point. */
export interface HistoryQueries {
  chart(
    site: string,
    query: TimeSpan & { readonly series: readonly ExportedSeries[]; readonly pixels?: number },
  ): Promise<HistoryAnswer | undefined>;
  course(site: string, point: string, query: CourseQuery): Promise<CourseAnswer | undefined>;
  /** Rows as they are taken: however long the range is, little of it is in memory. */
  rows(site: string, request: ExportRequest): AsyncIterable<readonly ExportedRow[]> | undefined;
}
