import { Type, type Static } from 'typebox';
import { EpochMs, Id, LocalText } from './ids.ts';
import { MetricKey } from './metrics.ts';

/** 1 critical (scald and danger to people), 2 high, 3 medium, 4 low. */
export const Priority = Type.Enum([1, 2, 3, 4]);
export type Priority = Static<typeof Priority>;

/** ISA-18.2 states of one alarm; `normal` is over and acknowledged. */
export const AlarmState = Type.Enum(['unacknowledged', 'acknowledged', 'returned_unacknowledged', 'normal']);
export type AlarmState = Static<typeof AlarmState>;

/** A channel's id is its number as text. */
export const AlarmSubject = Type.Object({ kind: Type.Enum(['point', 'device', 'site', 'channel']), id: Id });
export type AlarmSubject = Static<typeof AlarmSubject>;

export const Side = Type.Enum(['low', 'high']);
export type Side = Static<typeof Side>;

/** What the person on duty does about it. */
export const AlarmResponse = Type.Object({
  /** Minutes within which the first step has to be taken. */
  withinMinutes: Type.Number(),
  steps: Type.Array(LocalText),
  cause: LocalText,
  consequence: LocalText,
});
export type AlarmResponse = Static<typeof AlarmResponse>;

export const Acknowledgement = Type.Object({
  /** User name of the account. */
  by: Type.String(),
  /** Duty post of the account, as shown on walls and exports. */
  post: Type.String(),
  at: EpochMs,
  note: Type.Union([Type.String(), Type.Null()]),
});
export type Acknowledgement = Static<typeof Acknowledgement>;

/** One alarm as screens and the API show it. */
export const AlarmView = Type.Object({
  /** Unique for ever; one per occurrence. */
  id: Type.Integer(),
  site: Id,
  /** Standard or built-in rule, such as `base.water` or `device.offline`. */
  rule: Type.String(),
  side: Type.Union([Side, Type.Null()]),
  subject: AlarmSubject,
  /** Area and metric where the subject has one. */
  area: Type.Union([Id, Type.Null()]),
  metric: Type.Union([MetricKey, Type.Null()]),
  priority: Priority,
  state: AlarmState,
  /** Place + what: 男浴大池 + 水温低. */
  place: LocalText,
  title: LocalText,
  raisedAt: EpochMs,
  returnedAt: Type.Union([EpochMs, Type.Null()]),
  acknowledged: Type.Union([Acknowledgement, Type.Null()]),
  /** The value that raised it, the farthest since, and the limit; in the metric's unit. */
  value: Type.Union([Type.Number(), Type.Null()]),
  worst: Type.Union([Type.Number(), Type.Null()]),
  limit: Type.Union([Type.Number(), Type.Null()]),
  /** Its input is unknown now: it stands, but nobody knows whether it still holds. */
  unknown: Type.Boolean(),
  /** Raised by an event that came late. */
  late: Type.Boolean(),
  /** Points whose silence this alarm of their device stands for. */
  gathers: Type.Array(Id),
  /** What it shows besides, in no language, such as the addresses of two clients with one identity. */
  detail: Type.Optional(Type.String()),
  /** False while it could not be committed (shown as *not stored*). */
  stored: Type.Boolean(),
  response: AlarmResponse,
});
export type AlarmView = Static<typeof AlarmView>;

/** Answer to an acknowledge. `already`: somebody was first; `alarm.acknowledged` says who and when. */
export const AcknowledgeResult = Type.Object({
  outcome: Type.Enum(['acknowledged', 'already']),
  alarm: AlarmView,
});
export type AcknowledgeResult = Static<typeof AcknowledgeResult>;
