import type { Priority } from '../../contract/alarm.ts';
import type { Band, DoorView, PointView, TerminalView, ValueState, ValueView } from '../../contract/live.ts';
import { EVENTS_BINDING } from '../../contract/registry.ts';
import { INITIAL_MACHINE } from '../alarms/machine.ts';
import { verdict } from '../alarms/limits.ts';
import { isInForce } from '../line/limits.ts';
import type { Point, SiteModel } from '../line/model.ts';
import type { CurrentValue, DeviceState, SeriesState } from '../line/state.ts';
import { keyOf } from '../line/keys.ts';
import { conditionWatch } from '../line/watch.ts';
import type { World } from '../line/world.ts';
import { domainOf } from './domain.ts';

/** Fewer punches than this could tell of a person. */
const FEWEST_COUNTED = 5;

/** A point as screens show it: committed state only. */
export function pointView(
  world: World,
  model: SiteModel,
  point: Point,
  { at, alarm }: { at: number; alarm: Priority | null },
): PointView {
  const { spec } = point;
  const metrics = [...new Set(point.bindings.map(({ metric }) => metric))].filter(
    (metric) => metric !== EVENTS_BINDING,
  );
  const values = metrics.map((metric) => valueView(world, model, point, { metric, at }));
  const reporter = eventDevice(world, model, point);
  const awaited = reporter.bound ? reporter.state?.messageAt == null : values.every(({ state }) => state === 'awaited');
  return {
    id: spec.id,
    area: spec.area,
    name: spec.name,
    role: spec.role,
    values,
    door: spec.role === 'door' ? doorView(reporter.state) : null,
    terminal: spec.role === 'attendance_terminal' ? terminalView(world, model, point, reporter.state) : null,
    unknownSince: reporter.bound && !awaited ? deviceUnknownSince(world, reporter.state) : null,
    awaited,
    alarm,
  };
}

function eventDevice(world: World, model: SiteModel, point: Point): { bound: boolean; state: DeviceState | undefined } {
  const binding = point.bindings.find(({ key }) => key === EVENTS_BINDING);
  if (binding === undefined) return { bound: false, state: undefined };
  return { bound: true, state: world.devices.committed(keyOf.device(model.registry.site, binding.device)) };
}

function deviceUnknownSince(world: World, state: DeviceState | undefined): number | null {
  if (state === undefined) return null;
  if (!state.heard) return world.started.wall;
  return state.silent === null ? null : state.since;
}

function valueView(
  world: World,
  model: SiteModel,
  point: Point,
  { metric, at }: { metric: string; at: number },
): ValueView {
  const state = world.series.committed(keyOf.pointSeries(model.registry.site, point.spec.id, metric));
  const current = state?.current ?? null;
  return {
    metric,
    state: valueState(world, model, point, { metric, state, at }),
    value: current?.value ?? null,
    quality: current?.quality ?? null,
    reason: current?.reason ?? null,
    sourceTime: current?.sourceTime ?? null,
    receivedAt: current?.receivedAt ?? null,
    badSince: state?.bad?.since ?? null,
    badReason: state?.bad?.reason ?? null,
    unknownSince: state?.unknownSince ?? null,
    band: bandOf(world, model, point, { metric, at }),
    stored: state === undefined || !world.unstored.series.has(state.series.id),
  };
}

function valueState(
  world: World,
  model: SiteModel,
  point: Point,
  { metric, state, at }: { metric: string; state: SeriesState | undefined; at: number },
): ValueState {
  return state === undefined ? 'awaited' : stateOfValue(world, model, point, { metric, state, at });
}

/** How a value stands to the limits of a point, also one that is not bound to it. */
export function stateOfValue(
  world: World,
  model: SiteModel,
  point: Point,
  { metric, state, at }: { metric: string; state: SeriesState; at: number },
): ValueState {
  if (state.unknownSince !== null || state.current === null) return 'unknown';
  const limits = point.limits.filter((limit) => limit.metric === metric);
  const judged = limits.filter((limit) => isInForce(world, model, point, limit, at));
  const { current } = state;
  if (judged.some((limit) => isOutside(world, limit, current))) return 'outside';
  if (current.quality === 'suspect') return 'suspect';
  // Not scalding is not yet in the band that is drawn.
  return serviceOf(limits).some((limit) => judged.includes(limit)) ? 'inside' : 'not_judged';
}

/** The limits that make the band; a value that has only critical ones is measured by those. */
function serviceOf(limits: Point['limits']): Point['limits'] {
  const service = limits.filter((limit) => !limit.timing.critical);
  return service.length === 0 ? limits : service;
}

function isOutside(world: World, limit: Point['limits'][number], current: CurrentValue): boolean {
  const state = world.machines.committed(limit.watch.machine.key)?.record.state ?? INITIAL_MACHINE;
  return verdict(limit, current.value, state.breached) === 'breach';
}

export function bandOf(
  world: World,
  model: SiteModel,
  point: Point,
  { metric, at }: { metric: string; at: number },
): Band | null {
  const limits = point.limits.filter((limit) => limit.metric === metric);
  const service = limits.filter((limit) => !limit.timing.critical);
  const [first] = limits;
  if (first === undefined) return null;
  const bounds = (side: 'low' | 'high') => service.filter((limit) => limit.side === side).map(({ limit }) => limit);
  const low = bounds('low');
  const high = bounds('high');
  const scald = limits.filter((limit) => limit.timing.critical && limit.side === 'high').map(({ limit }) => limit);
  return {
    // Several standards on one value: the band is what satisfies them all.
    low: low.length === 0 ? null : Math.max(...low),
    high: high.length === 0 ? null : Math.min(...high),
    scald: scald.length === 0 ? null : Math.min(...scald),
    ...domainOf(point.spec.role, metric),
    inForce: serviceOf(limits).some((limit) => isInForce(world, model, point, limit, at)),
  };
}

function doorView(state: DeviceState | undefined): DoorView {
  const contact = state?.events.contact;
  const lock = state?.events.lock?.detail;
  const forced = state?.events.forced?.detail;
  return {
    open: contact?.detail.kind === 'contact' ? contact.detail.open : null,
    since: contact?.occurredAt ?? null,
    locked: lock?.kind === 'lock' ? lock.locked : null,
    forced: forced?.kind === 'forced' && forced.active,
  };
}

function terminalView(world: World, model: SiteModel, point: Point, state: DeviceState | undefined): TerminalView {
  const watch = conditionWatch(model, { rule: 'terminal.frozen', subject: { kind: 'point', id: point.spec.id } });
  const alarm = world.machines.committed(watch.machine.key)?.record.alarm ?? null;
  const raised = alarm === null ? undefined : world.alarms.committed(keyOf.alarm(alarm));
  const count = state?.punches.count ?? 0;
  const frozen = raised !== undefined && raised.returnedAt === null;
  return {
    punches: count < FEWEST_COUNTED ? null : count,
    lastSuccessAt: state?.lastSuccessAt ?? null,
    frozenSince: frozen ? (state?.lastSuccessAt ?? raised.raisedAt) : null,
  };
}
