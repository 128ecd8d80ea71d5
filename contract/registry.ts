import { Type, type Static } from 'typebox';
import { Id, LocalText } from './ids.ts';
import { MetricKey } from './metrics.ts';

const strict = { additionalProperties: false };

/** Local time of day; `24:00` ends a day. */
export const TimeOfDay = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$' });
export const MonthDay = Type.String({ pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' });
export const LocalDate = Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' });
const Seconds = Type.Number({ minimum: 0, maximum: 86_400 });

/** A window of the day; one that ends at or before its start ends on the next day. */
export const OpeningWindow = Type.Object({ from: TimeOfDay, to: TimeOfDay }, strict);
export type OpeningWindow = Static<typeof OpeningWindow>;

/** First and last day of heating, both included; it may cross the year. An override wins over it for its days. */
export const HeatingSeason = Type.Object(
  {
    from: MonthDay,
    to: MonthDay,
    overrides: Type.Optional(
      Type.Array(Type.Object({ from: LocalDate, to: LocalDate, heating: Type.Boolean() }, strict), { maxItems: 200 }),
    ),
  },
  strict,
);
export type HeatingSeason = Static<typeof HeatingSeason>;

export const Role = Type.Enum([
  'pool',
  'shower_outlet',
  'header',
  'tank',
  'bath_hall',
  'changing_room',
  'dormitory_room',
  'exhaust_fan',
  'attendance_terminal',
  'door',
  'other',
]);
export type Role = Static<typeof Role>;

export const AreaSpec = Type.Object(
  {
    id: Id,
    name: LocalText,
    /** Absent: the site's. Empty: never open. */
    openingHours: Type.Optional(Type.Array(OpeningWindow, { maxItems: 24 })),
  },
  strict,
);
export type AreaSpec = Static<typeof AreaSpec>;

export const PointSpec = Type.Object({ id: Id, area: Id, name: LocalText, role: Role }, strict);
export type PointSpec = Static<typeof PointSpec>;

export const DeviceSpec = Type.Object(
  {
    id: Id,
    name: LocalText,
    /** Sleeps between reports: an orderly disconnect is its normal state. */
    sleeping: Type.Optional(Type.Boolean()),
    /** Live tolerance of its clock in seconds; 300 back and 120 ahead unless given. */
    liveBack: Type.Optional(Seconds),
    liveAhead: Type.Optional(Seconds),
  },
  strict,
);
export type DeviceSpec = Static<typeof DeviceSpec>;

/** `events` binds a door's or terminal's events to its point. */
export const EVENTS_BINDING = 'events';

export const BindingSpec = Type.Object(
  {
    device: Id,
    metric: Type.Union([MetricKey, Type.Literal(EVENTS_BINDING)]),
    point: Id,
    /** Expected seconds between reports: three of them without one make the point unknown. */
    interval: Type.Optional(Type.Number({ minimum: 1, maximum: 86_400 })),
    /** For what reports on change: the longest silence in seconds, instead of an interval. */
    longestSilence: Type.Optional(Type.Number({ minimum: 1, maximum: 604_800 })),
    /** RFC 3339 with zone; a reading belongs to the point bound at its source time. Absent: always. */
    since: Type.Optional(Type.String({ maxLength: 40 })),
    until: Type.Optional(Type.String({ maxLength: 40 })),
  },
  strict,
);
export type BindingSpec = Static<typeof BindingSpec>;

/** What a site changes about a standard or a built-in rule, for all its points or for those named. */
export const StandardOverride = Type.Object(
  {
    standard: Type.String({ pattern: '^[a-z0-9_]+(\\.[a-z0-9_]+)+$', maxLength: 80 }),
    points: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 1000 })),
    low: Type.Optional(Type.Number()),
    high: Type.Optional(Type.Number()),
    deadband: Type.Optional(Type.Number({ minimum: 0 })),
    onDelay: Type.Optional(Seconds),
    offDelay: Type.Optional(Seconds),
  },
  strict,
);
export type StandardOverride = Static<typeof StandardOverride>;

/** A site's registry: the file that `admin import` takes and `admin export` writes. */
export const SiteRegistry = Type.Object(
  {
    site: Id,
    name: LocalText,
    /** IANA name, such as Asia/Shanghai. */
    timezone: Type.String({ minLength: 1, maxLength: 64 }),
    /** Shown on every page of the site, such as the demo's shortened delays. */
    notice: Type.Optional(LocalText),
    heatingSeason: Type.Optional(HeatingSeason),
    /** Absent: open all day. */
    openingHours: Type.Optional(Type.Array(OpeningWindow, { maxItems: 24 })),
    /** Optional packs switched on; the base standard is always on. */
    standards: Type.Optional(Type.Array(Id, { maxItems: 100, uniqueItems: true })),
    overrides: Type.Optional(Type.Array(StandardOverride, { maxItems: 1000 })),
    areas: Type.Array(AreaSpec, { maxItems: 1000 }),
    points: Type.Array(PointSpec, { maxItems: 10_000 }),
    devices: Type.Array(DeviceSpec, { maxItems: 10_000 }),
    bindings: Type.Array(BindingSpec, { maxItems: 50_000 }),
  },
  strict,
);
export type SiteRegistry = Static<typeof SiteRegistry>;

/** Beijing, Baoding; unless a site says otherwise. */
export const DEFAULT_HEATING_SEASON: HeatingSeason = { from: '11-15', to: '03-15' };

/** Modes of an area. By schedule it is open or closed. */
export const AreaMode = Type.Enum(['open', 'closed', 'filling', 'cleaning', 'drained', 'out_of_service']);
export type AreaMode = Static<typeof AreaMode>;
