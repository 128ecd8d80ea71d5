import { Type, type Static } from 'typebox';
import { AlarmView, Priority } from './alarm.ts';
import { EpochMs, Id, LocalText } from './ids.ts';
import { MetricKey } from './metrics.ts';
import { HandMode } from './modes.ts';
import { Quality, QualityReason } from './reading.ts';
import { AreaMode, Role } from './registry.ts';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** The limits in force for a value; null where there is none on that side. Limits are inclusive. */
export const Band = Type.Object({
  low: nullable(Type.Number()),
  high: nullable(Type.Number()),
  /** Critical ceiling (scald), drawn as a hollow diamond. */
  scald: nullable(Type.Number()),
  /** What the track of the band spans: one domain per role. */
  from: Type.Number(),
  to: Type.Number(),
  /** False while nothing is judged: closed, out of season. */
  inForce: Type.Boolean(),
});
export type Band = Static<typeof Band>;

/**
 * `awaited`: bound, never reported. `unknown`: stale, or nothing since our start.
 * `outside`: a limit is broken now, whatever the delays of its alarm say.
 */
export const ValueState = Type.Enum(['awaited', 'unknown', 'inside', 'outside', 'suspect', 'not_judged']);
export type ValueState = Static<typeof ValueState>;

/** One metric of a point. */
export const ValueView = Type.Object({
  metric: MetricKey,
  state: ValueState,
  /** Newest believable value; null when none is known. It stays here while `unknown`, as the last value. */
  value: nullable(Type.Number()),
  quality: nullable(Quality),
  reason: nullable(QualityReason),
  sourceTime: nullable(EpochMs),
  receivedAt: nullable(EpochMs),
  /** A bad sample came after it: its reason. The value above still stands until stale. */
  badSince: nullable(EpochMs),
  badReason: nullable(QualityReason),
  /** Since when it is unknown. */
  unknownSince: nullable(EpochMs),
  band: nullable(Band),
  /** False while it could not be committed. */
  stored: Type.Boolean(),
});
export type ValueView = Static<typeof ValueView>;

/** State of a door from its events; null where it has not said. */
export const DoorView = Type.Object({
  open: nullable(Type.Boolean()),
  since: nullable(EpochMs),
  locked: nullable(Type.Boolean()),
  forced: Type.Boolean(),
});
export type DoorView = Static<typeof DoorView>;

/** Terminals publish counts only, and none below five. */
export const TerminalView = Type.Object({
  /** Punches that succeeded since local midnight; null: fewer than 5. */
  punches: nullable(Type.Integer()),
  lastSuccessAt: nullable(EpochMs),
  /** Frozen since: attempts or heartbeats, but no success. */
  frozenSince: nullable(EpochMs),
});
export type TerminalView = Static<typeof TerminalView>;

export const PointView = Type.Object({
  id: Id,
  area: Id,
  name: LocalText,
  role: Role,
  values: Type.Array(ValueView),
  door: nullable(DoorView),
  terminal: nullable(TerminalView),
  /** Door or terminal whose device is silent or that never reported: nothing is known of it. */
  unknownSince: nullable(EpochMs),
  awaited: Type.Boolean(),
  /** Highest priority (lowest number) of the standing alarms on it or gathering it. */
  alarm: nullable(Priority),
});
export type PointView = Static<typeof PointView>;

export const AreaView = Type.Object({
  id: Id,
  name: LocalText,
  mode: AreaMode,
  /** Who set it by hand, why and until when; null: by its opening hours. */
  byHand: nullable(HandMode),
  /** Window now in force or next, local time; empty: always. */
  hours: Type.String(),
});
export type AreaView = Static<typeof AreaView>;

export const DeviceView = Type.Object({
  id: Id,
  name: LocalText,
  /** `asleep`: an orderly disconnect of a device that sleeps. `awaited`: never seen. */
  presence: Type.Enum(['awaited', 'online', 'asleep', 'offline']),
  since: nullable(EpochMs),
  lastMessageAt: nullable(EpochMs),
  /** Learned or last seen difference of its clock to ours, ms; positive: ahead. */
  clockOffset: nullable(Type.Number()),
  clockWrong: Type.Boolean(),
  battery: nullable(Type.Number()),
  points: Type.Array(Id),
  /** Metrics that no binding names: kept, not judged. */
  unbound: Type.Array(MetricKey),
  alarm: nullable(Priority),
});
export type DeviceView = Static<typeof DeviceView>;

export const SiteView = Type.Object({
  id: Id,
  name: LocalText,
  timezone: Type.String(),
  notice: nullable(LocalText),
  heating: Type.Boolean(),
  /** False while nothing can be committed: what is shown is *not stored*. */
  storing: Type.Boolean(),
});
export type SiteView = Static<typeof SiteView>;

/** [ms epoch, value] */
export const Sample = Type.Tuple([EpochMs, Type.Number()]);

/** Everything a live page needs. `seq` counts the deltas of this site since the start named by `epoch`. */
export const SiteSnapshot = Type.Object({
  epoch: Type.String(),
  seq: Type.Integer(),
  at: EpochMs,
  site: SiteView,
  areas: Type.Array(AreaView),
  points: Type.Array(PointView),
  devices: Type.Array(DeviceView),
  /** All alarms that are not `normal`. */
  alarms: Type.Array(AlarmView),
  /** Three hours, at most 60 samples, by `point/metric`. */
  sparklines: Type.Record(Type.String(), Type.Array(Sample)),
});
export type SiteSnapshot = Static<typeof SiteSnapshot>;

/** What changed. Whole views replace those of the same id; an alarm in state `normal` leaves the list. */
export const SiteDelta = Type.Object({
  epoch: Type.String(),
  site: Id,
  seq: Type.Integer(),
  at: EpochMs,
  siteView: Type.Optional(SiteView),
  areas: Type.Optional(Type.Array(AreaView)),
  points: Type.Optional(Type.Array(PointView)),
  devices: Type.Optional(Type.Array(DeviceView)),
  alarms: Type.Optional(Type.Array(AlarmView)),
  /** The registry changed: fetch a snapshot. */
  reload: Type.Optional(Type.Boolean()),
});
export type SiteDelta = Static<typeof SiteDelta>;

/** Each second, whatever else is sent: the heart of a screen's "live". */
export const Tick = Type.Object({ epoch: Type.String(), site: Id, seq: Type.Integer(), at: EpochMs });
export type Tick = Static<typeof Tick>;

/** What a client may send: `watch` joins one site and is answered with its snapshot. */
export const WatchRequest = Type.Object({ site: Id }, { additionalProperties: false });
export type WatchRequest = Static<typeof WatchRequest>;

export type WatchAnswer =
  | { readonly ok: true; readonly snapshot: SiteSnapshot }
  | { readonly ok: false; readonly problem: 'unknown_site' | 'bad_request' | 'not_ready' };

export interface ServerToClient {
  delta: (delta: SiteDelta) => void;
  tick: (tick: Tick) => void;
  /** The session ended: signed out, expired, role or password changed. */
  bye: () => void;
}

export interface ClientToServer {
  watch: (request: WatchRequest, answer: (answer: WatchAnswer) => void) => void;
}
