import type { LocalText } from '../../contract/ids.ts';
import { METRIC_NAMES, type MetricName } from '../../contract/metrics.ts';
import {
  EVENTS_BINDING,
  type AreaSpec,
  type BindingSpec,
  type DeviceSpec,
  type PointSpec,
  type Role,
  type SiteRegistry,
} from '../../contract/registry.ts';
import { limitsFor, ruleFor } from '../standards/resolve.ts';
import { Calm } from './calm.ts';
import { Place } from './place.ts';
import { keyOf } from './keys.ts';
import { lastingCondition, limitWatch, type Condition, type Watch } from './watch.ts';
import type { BuiltInRule, BuiltInRuleId, Catalogue, PointLimit } from '../standards/types.ts';

/** Intervals without a report after which a value is unknown. */
export const STALE_INTERVALS = 3;
const DEFAULT_LIVE_BACK = 300_000;
const DEFAULT_LIVE_AHEAD = 120_000;

export interface Binding {
  readonly device: string;
  /** Key in a message's `values`, or `events`. */
  readonly key: string;
  readonly metric: MetricName | typeof EVENTS_BINDING;
  readonly point: string;
  /** Expected ms between reports; null for what reports on change. */
  readonly interval: number | null;
  /** Silence in ms after which the value is unknown; null: never by silence alone. */
  readonly silence: number | null;
  /** ms epoch: bound from (inclusive) to (exclusive). */
  readonly since: number;
  readonly until: number;
  /** Places of its series and of its clock in the world's tables. */
  readonly series: Place;
  readonly clock: Place;
  /** Made when first asked for: what never reports needs none. */
  conditions: PointConditions | undefined;
  /** Where its values are judged; undefined: no such point. */
  target: BoundPoint | undefined;
}

/** What a reading needs of the point that it belongs to. */
export interface BoundPoint {
  readonly role: Role;
  readonly area: string;
  readonly calm: Calm;
}

/** A limit with its watch; `beyond`: the critical limits on the same side, whose alarms stand for its own. */
export interface WatchedLimit extends PointLimit {
  readonly watch: Watch;
  readonly beyond: readonly Watch[];
}

/** What else may be wrong with one metric of a point: asked with each reading. */
export interface PointConditions {
  readonly noData: Condition;
  readonly flatline: Condition;
  readonly sensorFault: Condition;
}

export interface DeviceConditions {
  readonly offline: Condition;
  readonly clock: Condition;
}

export interface Point {
  readonly spec: PointSpec;
  readonly area: AreaSpec;
  /** Critical ones first: what they raise stands for the others. */
  readonly limits: readonly WatchedLimit[];
  readonly bindings: readonly Binding[];
  /** By metric. */
  readonly calms: ReadonlyMap<string, Calm>;
}

export interface Device {
  readonly spec: DeviceSpec;
  /** Key of its state in the world's table. */
  readonly key: string;
  readonly bindings: readonly Binding[];
  readonly tolerance: { readonly back: number; readonly ahead: number };
  /** The binding of a key of its messages at a time (ms epoch). */
  bindingAt(key: string, at: number): Binding | undefined;
  /** The shortest silence of its bindings then, after which the device itself counts as silent; null: none expected. */
  silenceAt(at: number): number | null;
  /** Made when first asked for. */
  conditions: DeviceConditions | undefined;
}

/** A site's registry made ready for the line: looked up by id, delays resolved, times as instants. */
export interface SiteModel {
  readonly registry: SiteRegistry;
  /** Place of its schedule in the world's table. */
  readonly schedule: Place;
  readonly areas: ReadonlyMap<string, AreaSpec>;
  readonly points: ReadonlyMap<string, Point>;
  readonly devices: ReadonlyMap<string, Device>;
  /** What alarms about the site's channels call them, by id. */
  readonly channels: ReadonlyMap<string, LocalText>;
  conditions(binding: Binding): PointConditions;
  /** Whether a device is silent, and whether its clock is wrong. */
  deviceConditions(device: Device): DeviceConditions;
  /** A built-in rule with the site's overrides, for one point where it is given. */
  rule(id: BuiltInRuleId, point?: string): BuiltInRule;
  hasRule(id: string): id is BuiltInRuleId;
}

export function compileModel(
  registry: SiteRegistry,
  catalogue: Catalogue,
  channels: SiteModel['channels'] = new Map(),
): SiteModel {
  const areas = new Map(registry.areas.map((area) => [area.id, area]));
  const { site } = registry;
  const bindings = registry.bindings.map((spec) => compileBinding(site, spec));
  const byPoint = Map.groupBy(bindings, (binding) => binding.point);
  const byDevice = Map.groupBy(bindings, (binding) => binding.device);
  const rules = new Map<string, BuiltInRule>();

  const points = new Map<string, Point>();
  for (const spec of registry.points) {
    const area = areas.get(spec.area);
    if (area === undefined) continue;
    const limits = watched(site, spec.id, limitsFor(catalogue, registry, spec));
    const its = byPoint.get(spec.id) ?? [];
    const calms = new Map(
      [...new Set(its.map(({ metric }) => metric))].map((metric) => [
        metric,
        new Calm(limits.filter((limit) => limit.metric === metric)),
      ]),
    );
    points.set(spec.id, { spec, area, limits, bindings: its, calms });
    for (const binding of its) {
      const calm = calms.get(binding.metric);
      if (calm !== undefined) binding.target = { role: spec.role, area: area.id, calm };
    }
  }

  const model: SiteModel = {
    registry,
    schedule: new Place(site),
    areas,
    points,
    devices: new Map(registry.devices.map((spec) => [spec.id, compileDevice(site, spec, byDevice.get(spec.id) ?? [])])),
    channels,
    conditions: (binding) => (binding.conditions ??= conditionsOf(model, binding)),
    deviceConditions: (device) => (device.conditions ??= deviceConditionsOf(model, device)),
    rule(id, point) {
      const key = `${id}|${point ?? ''}`;
      const known = rules.get(key) ?? ruleFor(catalogue, registry, id, point);
      rules.set(key, known);
      return known;
    },
    hasRule: (id): id is BuiltInRuleId => (catalogue.rules as ReadonlyMap<string, BuiltInRule>).has(id),
  };
  return model;
}

function conditionsOf(model: SiteModel, { point, metric }: Binding): PointConditions {
  const subject = { kind: 'point', id: point } as const;
  return {
    noData: lastingCondition(model, { rule: 'point.no_data', subject, metric }),
    flatline: lastingCondition(model, { rule: 'point.flatline', subject, metric }),
    sensorFault: lastingCondition(model, { rule: 'point.sensor_fault', subject, metric }),
  };
}

function deviceConditionsOf(model: SiteModel, { spec }: Device): DeviceConditions {
  const subject = { kind: 'device', id: spec.id } as const;
  return {
    offline: lastingCondition(model, { rule: 'device.offline', subject }),
    clock: lastingCondition(model, { rule: 'device.clock', subject }),
  };
}

function watched(site: string, point: string, limits: readonly PointLimit[]): readonly WatchedLimit[] {
  const lesser = limits
    .filter(({ timing }) => !timing.critical)
    .map((limit) => ({ limit, watch: limitWatch(site, point, limit) }));
  const critical = limits
    .filter(({ timing }) => timing.critical)
    .map((limit) => {
      const covers = lesser.filter((one) => isSameSide(one.limit, limit)).map(({ watch }) => watch);
      return { limit, watch: limitWatch(site, point, limit, covers) };
    });
  return [
    ...critical.map(({ limit, watch }) => ({ ...limit, watch, beyond: [] })),
    ...lesser.map(({ limit, watch }) => ({
      ...limit,
      watch,
      beyond: critical.filter((other) => isSameSide(other.limit, limit)).map((other) => other.watch),
    })),
  ];
}

function isSameSide(a: PointLimit, b: PointLimit): boolean {
  return a.metric === b.metric && a.side === b.side;
}

export function isBound({ since, until }: Binding, at: number): boolean {
  return since <= at && at < until;
}

function compileBinding(site: string, spec: BindingSpec): Binding {
  const [name = ''] = spec.metric.split('.');
  const metric = METRIC_NAMES.find((candidate) => candidate === name) ?? EVENTS_BINDING;
  const interval = spec.interval === undefined ? null : spec.interval * 1_000;
  const longest = spec.longestSilence === undefined ? null : spec.longestSilence * 1_000;
  return {
    device: spec.device,
    key: spec.metric,
    metric,
    point: spec.point,
    interval,
    silence: longest ?? (interval === null ? null : interval * STALE_INTERVALS),
    since: spec.since === undefined ? -Infinity : Date.parse(spec.since),
    until: spec.until === undefined ? Infinity : Date.parse(spec.until),
    series: new Place(keyOf.pointSeries(site, spec.point, metric)),
    clock: new Place(keyOf.clock(site, spec.device, spec.metric)),
    conditions: undefined,
    target: undefined,
  };
}

function compileDevice(site: string, spec: DeviceSpec, bindings: readonly Binding[]): Device {
  const byKey = Map.groupBy(bindings, ({ key }) => key);
  return {
    spec,
    key: keyOf.device(site, spec.id),
    bindings,
    conditions: undefined,
    tolerance: {
      back: spec.liveBack === undefined ? DEFAULT_LIVE_BACK : spec.liveBack * 1_000,
      ahead: spec.liveAhead === undefined ? DEFAULT_LIVE_AHEAD : spec.liveAhead * 1_000,
    },
    bindingAt(key, at) {
      const its = byKey.get(key);
      const first = its?.[0];
      // The usual key is bound once.
      return first !== undefined && isBound(first, at) ? first : its?.find((binding) => isBound(binding, at));
    },
    silenceAt(at) {
      const silences = bindings.flatMap((binding) =>
        binding.silence !== null && isBound(binding, at) ? [binding.silence] : [],
      );
      return silences.length === 0 ? null : Math.min(...silences);
    },
  };
}
