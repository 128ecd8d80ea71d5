import type { SitePlan } from './plan.ts';

/** What can break, by name. */
export const FAULTS = [
  'heater_failure',
  'thermostat_runaway',
  'probe_unplugged',
  'probe_stuck',
  'probe_drift',
  'fan_stopped',
  'terminal_frozen',
  'terminal_backlog',
  'door_forced',
  'door_held_open',
  'power_cut',
  'network_flap',
  'clock_wrong',
] as const;
export type FaultName = (typeof FAULTS)[number];

/** A fault that holds now. */
export interface ActiveFault {
  readonly fault: FaultName;
  /** Id of a point, of a device or, for a power cut, of an area. */
  readonly target: string;
  /** `probe_drift`: °C an hour. `clock_wrong`: seconds ahead. `network_flap`: seconds of each half. */
  readonly by: number;
  /** Seconds for which it has held. */
  readonly since: number;
}

export const DEFAULT_BY: Readonly<Partial<Record<FaultName, number>>> = {
  probe_drift: 3,
  clock_wrong: 8 * 3_600,
  network_flap: 40,
};

/** Where the temperature of a point is measured. */
export interface Probe {
  readonly device: string;
  readonly key: string;
}

/** What a site has that can break: asked when a scenario is read and when its faults act. */
export interface Targets {
  readonly pools: ReadonlySet<string>;
  /** House and number of each shower by its point. */
  readonly showers: ReadonlyMap<string, { readonly house: string; readonly outlet: number }>;
  readonly fans: ReadonlySet<string>;
  readonly terminals: ReadonlySet<string>;
  readonly doors: ReadonlySet<string>;
  readonly probes: ReadonlyMap<string, Probe>;
  readonly devices: ReadonlySet<string>;
  /** Devices that lose power with an area. */
  readonly areas: ReadonlyMap<string, readonly string[]>;
}

export function targetsOf(plan: SitePlan): Targets {
  const probes = new Map<string, Probe>();
  const showers = new Map<string, { house: string; outlet: number }>();
  const areas = new Map<string, string[]>();
  const devices = new Set<string>();
  const add = (area: string, ids: readonly string[]) => {
    areas.set(area, [...(areas.get(area) ?? []), ...ids]);
    for (const id of ids) devices.add(id);
  };
  const all = <T>(pick: (block: SitePlan['blocks'][number]) => readonly T[]) => plan.blocks.flatMap(pick);
  for (const { prefix, houses, rooms, terminals, doors } of plan.blocks) {
    for (const { id, showers: outlets } of houses) {
      add(`${id}-bath`, [`${id}-pool`, `${id}-showers`, `${id}-climate`, `${id}-fan`]);
      add(`${prefix}plant`, [`${id}-plant`]);
      probes.set(`${id}-pool`, { device: `${id}-pool`, key: 'water_temperature' });
      probes.set(`${id}-hall`, { device: `${id}-climate`, key: 'room_temperature.hall' });
      probes.set(`${id}-changing`, { device: `${id}-climate`, key: 'room_temperature.changing' });
      probes.set(`${id}-header`, { device: `${id}-plant`, key: 'water_temperature.header' });
      probes.set(`${id}-tank`, { device: `${id}-plant`, key: 'water_temperature.tank' });
      for (let outlet = 1; outlet <= outlets; outlet++) {
        showers.set(`${id}-shower-${outlet}`, { house: id, outlet });
        probes.set(`${id}-shower-${outlet}`, { device: `${id}-showers`, key: `water_temperature.outlet${outlet}` });
      }
    }
    if (rooms.length > 0) add(`${prefix}dormitory-3`, rooms.map(idOf));
    if (terminals.length > 0) add(`${prefix}gate`, terminals.map(idOf));
    if (doors.length > 0) add(`${prefix}doors`, doors.map(idOf));
    for (const { id } of rooms) probes.set(id, { device: id, key: 'room_temperature' });
  }
  return {
    pools: new Set(all(({ houses }) => houses.map(({ id }) => `${id}-pool`))),
    showers,
    fans: new Set(all(({ houses }) => houses.map(({ id }) => `${id}-fan`))),
    terminals: new Set(all(({ terminals }) => terminals.map(idOf))),
    doors: new Set(all(({ doors }) => doors.map(idOf))),
    probes,
    devices,
    areas,
  };
}

function idOf({ id }: { readonly id: string }): string {
  return id;
}

/** Ids that a fault can strike, and what they are, for an error that helps. */
export function strikes(
  fault: FaultName,
  targets: Targets,
): { readonly what: string; readonly ids: readonly string[] } {
  switch (fault) {
    case 'heater_failure':
      return { what: 'a pool', ids: [...targets.pools] };
    case 'thermostat_runaway':
      return { what: 'a pool or a shower', ids: [...targets.pools, ...targets.showers.keys()] };
    case 'probe_unplugged':
    case 'probe_stuck':
    case 'probe_drift':
      return { what: 'a point with a temperature', ids: [...targets.probes.keys()] };
    case 'fan_stopped':
      return { what: 'a fan', ids: [...targets.fans] };
    case 'terminal_frozen':
    case 'terminal_backlog':
      return { what: 'a terminal', ids: [...targets.terminals] };
    case 'door_forced':
    case 'door_held_open':
      return { what: 'a door', ids: [...targets.doors] };
    case 'power_cut':
      return { what: 'a device or an area', ids: [...targets.devices, ...targets.areas.keys()] };
    case 'network_flap':
    case 'clock_wrong':
      return { what: 'a device', ids: [...targets.devices] };
  }
}
