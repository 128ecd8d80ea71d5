import { Type, type Static } from 'typebox';
import { LastingWarning } from './access.ts';
import { Password, Post, User, Username } from './account.ts';
import { AlarmView } from './alarm.ts';
import { EpochMs, Id, LocalText } from './ids.ts';
import { MetricKey } from './metrics.ts';
import { Quality, QualityReason } from './reading.ts';

const strict = { additionalProperties: false };

/** RFC 9457, `application/problem+json`. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  /** Field errors: which one, and what would be right. */
  errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
});
export type Problem = Static<typeof Problem>;

export const SignInBody = Type.Object(
  { username: Username, password: Type.String({ minLength: 1, maxLength: 256 }) },
  strict,
);
export type SignInBody = Static<typeof SignInBody>;

/** Uses up a one-time link: `setup` creates the administrator, `sign_in` opens a session. */
export const SetupBody = Type.Object(
  { token: Type.String({ maxLength: 100 }), username: Username, post: Post, password: Password },
  strict,
);
export type SetupBody = Static<typeof SetupBody>;
export const LinkBody = Type.Object({ token: Type.String({ maxLength: 100 }) }, strict);
export type LinkBody = Static<typeof LinkBody>;

export const SessionView = Type.Object({
  user: Type.Union([User, Type.Null()]),
  setupNeeded: Type.Boolean(),
  /** Empty for whoever is not signed in. */
  warnings: Type.Array(LastingWarning),
});
export type SessionView = Static<typeof SessionView>;

export const SiteSummary = Type.Object({ id: Id, name: LocalText });
export type SiteSummary = Static<typeof SiteSummary>;

export const AcknowledgeBody = Type.Object({ note: Type.Optional(Type.String({ maxLength: 500 })) }, strict);
export type AcknowledgeBody = Static<typeof AcknowledgeBody>;

export const RangeQuery = Type.Object(
  {
    metric: MetricKey,
    from: EpochMs,
    to: EpochMs,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  },
  strict,
);
export type RangeQuery = Static<typeof RangeQuery>;

export const RangeReading = Type.Object({
  t: EpochMs,
  v: Type.Number(),
  q: Quality,
  reason: Type.Union([QualityReason, Type.Null()]),
  backfilled: Type.Boolean(),
});
/** `next`: continue from this time (ms) when the limit cut the answer; else null. */
export const RangeAnswer = Type.Object({
  point: Id,
  metric: MetricKey,
  readings: Type.Array(RangeReading),
  next: Type.Union([EpochMs, Type.Null()]),
});
export type RangeAnswer = Static<typeof RangeAnswer>;

export const AlarmHistoryQuery = Type.Object(
  {
    before: Type.Optional(Type.Integer({ minimum: 1 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  },
  strict,
);
export type AlarmHistoryQuery = Static<typeof AlarmHistoryQuery>;
export const AlarmHistory = Type.Object({
  alarms: Type.Array(AlarmView),
  next: Type.Union([Type.Integer(), Type.Null()]),
});
export type AlarmHistory = Static<typeof AlarmHistory>;

/** One line of an alarm's course. */
export const JournalEntry = Type.Object({
  at: EpochMs,
  what: Type.Enum(['raised', 'worse', 'returned', 'raised_again', 'acknowledged', 'unknown', 'known', 'suppressed']),
  value: Type.Union([Type.Number(), Type.Null()]),
  by: Type.Union([Type.String(), Type.Null()]),
  note: Type.Union([Type.String(), Type.Null()]),
});
export type JournalEntry = Static<typeof JournalEntry>;

/** Compliance of the hour that is still open: seconds in band ÷ seconds judged, with its coverage. */
export const OpenHour = Type.Object({
  point: Id,
  metric: MetricKey,
  from: EpochMs,
  to: EpochMs,
  standards: Type.Array(
    Type.Object({
      standard: Type.String(),
      /** About a danger, as scalding is: nothing that people comply with. */
      critical: Type.Boolean(),
      inBand: Type.Number(),
      out: Type.Number(),
      unknown: Type.Number(),
      outOfService: Type.Number(),
      /** in band ÷ (in band + out); null when coverage is below 90 %. */
      compliance: Type.Union([Type.Number(), Type.Null()]),
      /** (in band + out) ÷ (in band + out + unknown); null when nothing was to be judged. */
      coverage: Type.Union([Type.Number(), Type.Null()]),
    }),
  ),
  count: Type.Integer(),
  min: Type.Union([Type.Number(), Type.Null()]),
  max: Type.Union([Type.Number(), Type.Null()]),
  mean: Type.Union([Type.Number(), Type.Null()]),
  last: Type.Union([Type.Number(), Type.Null()]),
});
export type OpenHour = Static<typeof OpenHour>;
