import type { EventDetail } from '../contract/event.ts';
import type { TopicLeaf } from '../contract/topics.ts';
import { devicesOf, type SimulatedDevice } from './devices.ts';
import { createFacility } from './facility.ts';
import { targetsOf, type ActiveFault, type Probe } from './faults.ts';
import type { SitePlan } from './plan.ts';
import { activeFaults, nextChange, type Scenario } from './scenario.ts';
import type { DeviceMemory, SimulationState } from './state.ts';

/** What a device does, at a moment in ms epoch. */
export type DeviceAction = { readonly at: number; readonly device: string } & (
  | { readonly kind: 'connect' }
  /** `lost`: without a DISCONNECT; `forgets`: what it had not sent yet is gone with its power. */
  | { readonly kind: 'disconnect'; readonly end: 'orderly' | 'lost'; readonly forgets: boolean }
  | { readonly kind: 'publish'; readonly leaf: TopicLeaf; readonly payload: string }
);

export interface SimulationOptions {
  readonly plan: SitePlan;
  readonly scenario: Scenario;
  readonly seed: number;
  /** ms epoch: beginning of the scenario; with `from` it goes on there. */
  readonly start: number;
  readonly from?: SimulationState | undefined;
  /** Another process goes on: its devices have to connect anew. */
  readonly reconnects?: boolean;
  /** Seconds from one step of the models to the next. */
  readonly step?: number;
  /** Seconds between the reports of a device; its own interval unless given. */
  readonly interval?: (device: SimulatedDevice) => number;
}

/** Devices of a site that live by the models: the same options give the same actions. */
export interface Simulation {
  readonly devices: readonly SimulatedDevice[];
  /** Everything that devices do until `to` (ms epoch), in order. Only whole steps are taken. */
  advance(to: number): DeviceAction[];
  state(): SimulationState;
}

/** What was before the beginning: six hours in half-minute steps, so that nothing starts out of balance. */
const WARM_UP = { ms: 6 * 3_600_000, step: 30 };
/** DS18B20: no answer from the bus, and what it holds before its first conversion (°C). */
const UNPLUGGED = -127;
const POWER_ON = 85;
/** Events that one message of a backlog holds, and ms between two such messages. */
const BACKLOG = { events: 20, every: 1_000 };
/** Devices do not all speak at once: their first reports are spread over so many seconds. */
const SPREAD = 25;

export function createSimulation(options: SimulationOptions): Simulation {
  const {
    plan,
    scenario,
    seed,
    start,
    from,
    reconnects = false,
    step = 1,
    interval = (device: SimulatedDevice) => device.interval,
  } = options;
  const targets = targetsOf(plan);
  const devices = devicesOf(plan);
  const facility = createFacility({ plan, targets, seed, from: from?.facility });
  const run = from?.run ?? start.toString(36);
  const probes = new Map<string, readonly [point: string, probe: Probe][]>(
    devices.map(({ id }) => [id, [...targets.probes].filter(([, { device }]) => device === id)]),
  );
  const memories = new Map(devices.map((device, index) => [device.id, { ...beginning(device, index) }]));
  let at = start;
  let troubled = true;
  if (from === undefined)
    for (let wall = start - WARM_UP.ms; wall < start; wall += 1_000 * WARM_UP.step)
      facility.step(wall, WARM_UP.step, []);

  function beginning(device: SimulatedDevice, index: number): DeviceMemory {
    const every = interval(device);
    const nextReport = Math.round(start + 1_000 * (0.5 + ((index * 0.91) % Math.min(every, SPREAD))));
    const known = from?.devices[device.id];
    if (known !== undefined)
      return { ...known, nextReport: Math.min(known.nextReport, nextReport), linked: known.linked && !reconnects };
    return { nextReport, powered: false, linked: false, fresh: false, eventCount: 0, stuck: {}, backlog: [] };
  }

  function takeStep(end: number): DeviceAction[] {
    const actions: DeviceAction[] = [];
    const faults = activeFaults(scenario, (at - start) / 1_000);
    if (faults.length > 0 || troubled) {
      for (const device of devices) changeLink(device, faults, actions);
      troubled = faults.length > 0;
    }
    const dt = (end - at) / 1_000;
    for (const { device, events } of facility.step(at, dt, faults)) {
      for (const [after, together] of Map.groupBy(events, (event) => event.after))
        tell(
          device,
          together.map(({ detail }) => detail),
          { at: Math.round(at + 1_000 * after), faults, actions },
        );
    }
    for (const device of devices) {
      let memory = memoryOf(device.id);
      while (memory.nextReport < end) {
        const due = memory.nextReport;
        keep(device.id, { nextReport: due + Math.round(1_000 * interval(device)) });
        report(device, { at: due, faults, actions });
        memory = memoryOf(device.id);
      }
    }
    at = end;
    return actions.length > 1 ? actions.sort((a, b) => a.at - b.at) : actions;
  }

  function changeLink({ id, sleeps }: SimulatedDevice, faults: readonly ActiveFault[], actions: DeviceAction[]): void {
    const before = { ...memoryOf(id) };
    const powered = !faults.some(
      ({ fault, target }) =>
        fault === 'power_cut' && (target === id || targets.areas.get(target)?.includes(id) === true),
    );
    const linked = powered && !faults.some((fault) => isUnlinked(fault, id));
    const fresh = powered && (before.fresh || (!before.powered && at > start));
    const stuck = stuckValues(id, before.stuck, faults);
    keep(id, { powered, linked, fresh, stuck, ...(powered ? {} : { backlog: [] }) });
    if (linked === before.linked || sleeps) return;
    if (!linked) return void actions.push({ at, device: id, kind: 'disconnect', end: 'lost', forgets: !powered });
    actions.push({ at, device: id, kind: 'connect' });
    sendBacklog(id, actions);
  }

  function stuckValues(
    device: string,
    before: Readonly<Record<string, number>>,
    faults: readonly ActiveFault[],
  ): Readonly<Record<string, number>> {
    const keys = faults.flatMap(({ fault, target }) => {
      const probe = fault === 'probe_stuck' ? targets.probes.get(target) : undefined;
      return probe?.device === device ? [probe.key] : [];
    });
    if (keys.length === 0) return {};
    const now = facility.readings(device, at);
    return Object.fromEntries(keys.map((key) => [key, before[key] ?? now[key] ?? 0]));
  }

  function sendBacklog(device: string, actions: DeviceAction[]): void {
    const { backlog } = memoryOf(device);
    keep(device, { backlog: [] });
    for (let index = 0; index * BACKLOG.events < backlog.length; index++) {
      const part = backlog.slice(index * BACKLOG.events, (index + 1) * BACKLOG.events);
      const sent = at + BACKLOG.every * (index + 1);
      actions.push({ at: sent, device, kind: 'publish', leaf: 'events', payload: `[${part.join(',')}]` });
    }
  }

  interface Telling {
    readonly at: number;
    readonly faults: readonly ActiveFault[];
    readonly actions: DeviceAction[];
  }

  function tell(device: string, details: readonly EventDetail[], { at: when, faults, actions }: Telling): void {
    const { powered, linked, backlog, eventCount } = memoryOf(device);
    if (!powered || details.length === 0) return;
    const ts = when + clockOffset(device, faults);
    const told = details.map((detail, index) =>
      JSON.stringify({ id: `${run}-${eventCount + index + 1}`, ts, ...detail }),
    );
    keep(device, { eventCount: eventCount + details.length, ...(linked ? {} : { backlog: [...backlog, ...told] }) });
    if (!linked) return;
    const payload = told.length === 1 ? (told[0] ?? '') : `[${told.join(',')}]`;
    actions.push({ at: when, device, kind: 'publish', leaf: 'events', payload });
  }

  function report(device: SimulatedDevice, telling: Telling): void {
    const { id, sleeps } = device;
    const { at: when, faults, actions } = telling;
    const { linked } = memoryOf(id);
    if (!linked) return;
    const values = faultyValues(device, facility.readings(id, when), faults);
    keep(id, { fresh: false });
    if (sleeps) actions.push({ at: when, device: id, kind: 'connect' });
    if (Object.keys(values).length > 0) {
      const payload = JSON.stringify({ ts: when + clockOffset(id, faults), values });
      actions.push({ at: when, device: id, kind: 'publish', leaf: 'readings', payload });
    }
    tell(id, facility.standing(id), telling);
    if (sleeps) actions.push({ at: when, device: id, kind: 'disconnect', end: 'orderly', forgets: false });
  }

  function faultyValues(
    { id, showsPowerOn }: SimulatedDevice,
    values: Record<string, number>,
    faults: readonly ActiveFault[],
  ): Record<string, number> {
    const { fresh, stuck } = memoryOf(id);
    if (fresh && showsPowerOn) for (const key of Object.keys(values)) values[key] = POWER_ON;
    if (faults.length === 0) return values;
    Object.assign(values, stuck);
    for (const [point, { key }] of probes.get(id) ?? []) {
      for (const { fault, target, by, since } of faults) {
        if (target !== point) continue;
        if (fault === 'probe_unplugged') values[key] = UNPLUGGED;
        if (fault === 'probe_drift') values[key] = Number(((values[key] ?? 0) + (by * since) / 3_600).toFixed(2));
      }
    }
    return values;
  }

  function memoryOf(device: string): DeviceMemory {
    const memory = memories.get(device);
    if (memory === undefined) throw new Error(`no device ${device} is simulated`);
    return memory;
  }

  function keep(device: string, changed: Partial<DeviceMemory>): void {
    Object.assign(memoryOf(device), changed);
  }

  return {
    devices,
    advance(to) {
      const all: DeviceAction[] = [];
      for (;;) {
        const change = start + Math.ceil(1_000 * nextChange(scenario, (at - start) / 1_000));
        const grid = start + 1_000 * step * (Math.floor((at - start) / (1_000 * step) + 1e-9) + 1);
        const end = Math.min(change, grid);
        if (end > to) return all;
        for (const action of takeStep(end)) all.push(action);
      }
    },
    state: () => ({ at, run, facility: facility.state(), devices: structuredClone(Object.fromEntries(memories)) }),
  };
}

function isUnlinked({ fault, target, by, since }: ActiveFault, device: string): boolean {
  if (target !== device) return false;
  return fault === 'terminal_backlog' || (fault === 'network_flap' && Math.floor(since / by) % 2 === 0);
}

/** ms by which a device's clock is ahead. */
function clockOffset(device: string, faults: readonly ActiveFault[]): number {
  let offset = 0;
  for (const { fault, target, by } of faults)
    if (fault === 'clock_wrong' && target === device) offset += Math.round(1_000 * by);
  return offset;
}
