import { Type, type Static } from 'typebox';
import { EpochMs, Id, LocalText } from './ids.ts';
import { Band, Sample, ValueState } from './live.ts';
import { MetricKey } from './metrics.ts';
import { Quality, QualityReason } from './reading.ts';
import { Role } from './registry.ts';

const strict = { additionalProperties: false };
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** One row per client, address and reason. Every text in it was typed by a stranger. */
export const RefusalView = Type.Object({
  reason: Type.String(),
  clientId: nullable(Type.String()),
  username: nullable(Type.String()),
  address: Type.String(),
  /** Topic or filter, or both addresses of an identity conflict. */
  detail: nullable(Type.String()),
  /** Device of the registry that it names; null: none. */
  device: nullable(Id),
  count: Type.Integer(),
  firstAt: EpochMs,
  lastAt: EpochMs,
});
export type RefusalView = Static<typeof RefusalView>;
/** Of the last two hours, newest first; of this site, and those that name no site we know. One that connects since drops out. */
export const RefusalList = Type.Object({ refusals: Type.Array(RefusalView) });
export type RefusalList = Static<typeof RefusalList>;

/** A metric that no binding names: kept, not judged. Figures are of the last two hours. */
export const UnboundView = Type.Object({
  device: Id,
  metric: MetricKey,
  value: nullable(Type.Number()),
  quality: nullable(Quality),
  reason: nullable(QualityReason),
  lastAt: nullable(EpochMs),
  /** Its first reading that is kept, however long ago. */
  firstAt: nullable(EpochMs),
  count: Type.Integer(),
  min: nullable(Type.Number()),
  max: nullable(Type.Number()),
  /** Median seconds between reports; null: fewer than three. */
  interval: nullable(Type.Number()),
  /** At most 60. */
  samples: Type.Array(Sample),
});
export type UnboundView = Static<typeof UnboundView>;
export const UnboundList = Type.Object({ metrics: Type.Array(UnboundView) });
export type UnboundList = Static<typeof UnboundList>;

/** Binds a metric to a point, or ends the point's binding at this moment and takes its place (a sensor was swapped). */
export const BindBody = Type.Object(
  {
    device: Id,
    metric: MetricKey,
    point: Type.Union([
      Type.Object({ id: Id }, strict),
      Type.Object({ id: Id, create: Type.Object({ name: LocalText, area: Id, role: Role }, strict) }, strict),
    ]),
    /** Expected seconds between reports. */
    interval: Type.Number({ minimum: 1, maximum: 86_400 }),
    /** Belongs to the point from its first reading on, or from now. */
    from: Type.Enum(['first', 'now']),
  },
  strict,
);
export type BindBody = Static<typeof BindBody>;

/** What a binding would do, before it is made: the limits that judge the value, and how it stands to them now. */
export const BindPreview = Type.Object({
  band: nullable(Band),
  state: ValueState,
  /** Binding of the same metric that ends then. */
  replaces: nullable(Type.Object({ device: Id, metric: MetricKey })),
});
export type BindPreview = Static<typeof BindPreview>;

/** One row per device, topic kind and reason. */
export const QuarantineGroup = Type.Object({
  device: Id,
  topic: Type.String(),
  code: Type.String(),
  scope: Type.Enum(['message', 'part']),
  /** Events: size and key names only. */
  contentKept: Type.Boolean(),
  count: Type.Integer(),
  firstAt: EpochMs,
  lastAt: EpochMs,
});
export type QuarantineGroup = Static<typeof QuarantineGroup>;
export const QuarantineList = Type.Object({ groups: Type.Array(QuarantineGroup), total: Type.Integer() });
export type QuarantineList = Static<typeof QuarantineList>;

export const QuarantineSelection = Type.Object(
  {
    device: Id,
    code: Type.String({ pattern: '^[a-z0-9_]{1,40}$' }),
    topic: Type.String({ minLength: 1, maxLength: 256 }),
  },
  strict,
);
export type QuarantineSelection = Static<typeof QuarantineSelection>;

/** One entry. `payload`: base64 of the raw bytes, cut to 16 kB; null where content is not kept. */
export const QuarantineItem = Type.Object({
  id: Type.Integer(),
  receivedAt: EpochMs,
  path: Type.String(),
  /** English, for the maker of the sensor. */
  detail: Type.String(),
  /** Where the fault begins, bytes from 0; null: not known, or the whole. */
  offset: nullable(Type.Integer()),
  payload: nullable(Type.String()),
  size: Type.Integer(),
  keys: nullable(Type.Array(Type.String())),
});
export type QuarantineItem = Static<typeof QuarantineItem>;
/** Newest first; `perTenMinutes`: counts of the last 24 h, oldest first. */
export const QuarantineItems = Type.Object({
  items: Type.Array(QuarantineItem),
  perTenMinutes: Type.Array(Type.Object({ from: EpochMs, count: Type.Integer() })),
});
export type QuarantineItems = Static<typeof QuarantineItems>;

/** Reads the entries again as they would be read today; what is usable now is stored as backfill and leaves the quarantine. */
export const RetryAnswer = Type.Object({
  tried: Type.Integer(),
  /** Entries of which something could be read now. */
  read: Type.Integer(),
  unreadable: Type.Integer(),
  /** Readings and events stored. */
  written: Type.Integer(),
});
export type RetryAnswer = Static<typeof RetryAnswer>;
