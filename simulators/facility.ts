import type { EventDetail } from '../contract/event.ts';
import { METRICS, metricSpec } from '../contract/metrics.ts';
import { bathCrowd, gateRush, localMinute, phaseAt, type Phase } from './calendar.ts';
import type { ActiveFault, FaultName, Targets } from './faults.ts';
import { createHouse, houseReadings, stepHouse } from './house.ts';
import { batteryAfter } from './models/battery.ts';
import { createDoor, stepDoor, type DoorTrouble } from './models/door.ts';
import { createRoom, DORMITORY, roomReading, stepRoom } from './models/room.ts';
import { createTerminal, queueWait, stepTerminal, type Timed } from './models/terminal.ts';
import { weatherFor } from './models/weather.ts';
import type { DoorPlan, SitePlan } from './plan.ts';
import { seededRandom, seedFor, type Random } from './random.ts';
import type { FacilityState } from './state.ts';

/** Events that a device has to tell. */
export interface Emission {
  readonly device: string;
  readonly events: readonly Timed[];
}

/** What the devices of a site would measure and notice. */
export interface Facility {
  /** Lets `dt` seconds pass from `wall` (ms epoch) on. */
  step(wall: number, dt: number, faults: readonly ActiveFault[]): Emission[];
  /** Values of a device by metric key, rounded to what its metrics resolve; empty for one that only tells events. */
  readings(device: string, wall: number): Record<string, number>;
  /** What a device says of itself at each report besides: a door repeats its contact. */
  standing(device: string): readonly EventDetail[];
  state(): FacilityState;
}

export interface FacilityOptions {
  readonly plan: SitePlan;
  readonly targets: Targets;
  readonly seed: number;
  /** Goes on from here instead of beginning. */
  readonly from?: FacilityState | undefined;
}

interface Kept<T> {
  state: T;
  readonly random: Random;
}

/** Doors of the dormitory and the canteen are used all day, and more in the evening. */
const ALWAYS_CROWD = 0.25;
const NIGHT = { from: 1_380, to: 330 };
/** m³/s through a dormitory window that somebody opens now and then, and how much of the time it is open. */
const AIRING = { draught: 0.02, share: 0.05 };

export function createFacility({ plan, targets, seed, from }: FacilityOptions): Facility {
  const minuteOf = localMinute(plan.timezone);
  const weather = weatherFor(seed);
  const keep = <T>(
    ids: readonly string[],
    states: Readonly<Record<string, T>> | undefined,
    make: (id: string, random: Random) => T,
  ) =>
    new Map<string, Kept<T>>(
      ids.map((id) => {
        const random = seededRandom(from?.random[id] ?? seedFor(seed, id));
        return [id, { state: states?.[id] ?? make(id, random), random }];
      }),
    );
  const blocks = plan.blocks;
  const housePlans = new Map(blocks.flatMap(({ houses }) => houses.map((house) => [house.id, house] as const)));
  const doorPlans = new Map(blocks.flatMap(({ doors }) => doors.map((door) => [door.id, door] as const)));
  const houses = keep([...housePlans.keys()], from?.houses, (id) =>
    createHouse({ showers: housePlans.get(id)?.showers ?? 1 }),
  );
  const rooms = keep(
    blocks.flatMap(({ rooms }) => rooms.map(({ id }) => id)),
    from?.rooms,
    () => createRoom(DORMITORY),
  );
  const terminals = keep([...targets.terminals], from?.terminals, (_, random) => createTerminal(random));
  const doors = keep([...targets.doors], from?.doors, (_, random) => createDoor(random));
  const roomIndex = new Map([...rooms.keys()].map((id, index) => [id, index]));

  return {
    step(wall, dt, faults) {
      const minute = minuteOf(wall);
      const bath = phaseAt(plan.bathHours, minute);
      const gate = phaseAt(plan.gateHours, minute);
      const outside = weather(wall, minute / 60);
      const struck = (fault: FaultName, target: string) =>
        faults.length > 0 && faults.some((one) => one.fault === fault && one.target === target);
      const emissions: Emission[] = [];

      for (const [device, door] of doors) {
        const trouble: DoorTrouble = struck('door_forced', device)
          ? 'forced'
          : struck('door_held_open', device)
            ? 'held_open'
            : 'none';
        const crowd = doorCrowd(doorPlans.get(device), { bath, gate, minute });
        const { state, events } = stepDoor(door.state, { dt, crowd, trouble }, door.random);
        door.state = state;
        if (events.length > 0) emissions.push({ device, events });
      }
      for (const [id, house] of houses) {
        const pool = `${id}-pool`;
        const poolHeater = struck('thermostat_runaway', pool)
          ? 'runaway'
          : struck('heater_failure', pool)
            ? 'failed'
            : 'thermostat';
        house.state = stepHouse(
          house.state,
          {
            dt,
            phase: bath,
            weather: outside,
            poolHeater,
            powered: !struck('power_cut', `${id}-bath`),
            fanStopped: struck('fan_stopped', `${id}-fan`),
            doorOpen: doors.get(`${id}-door`)?.state.open ?? false,
            stuckValves: stuckValves(id, faults, targets),
          },
          house.random,
        );
      }
      for (const [id, room] of rooms) {
        const index = roomIndex.get(id) ?? 0;
        const parameters = { ...DORMITORY, setPoint: DORMITORY.setPoint + ((index * 7) % 8) * 0.12 };
        const airing = isAired(wall, index) ? AIRING.draught : 0;
        const people = minute > 420 && minute < 1_080 ? 1 : 3;
        const inputs = { dt, parameters, outdoor: outside.outdoor, people, steam: 0, draught: airing };
        room.state = stepRoom(room.state, { ...inputs, fanRunning: false, heated: true }, room.random);
      }
      for (const [device, terminal] of terminals) {
        const frozen = struck('terminal_frozen', device);
        // Two minutes before it matters people are there already, and two after they still are.
        const manned = gate.open || gate.until < 2 || gate.since < 2;
        const { state, punches } = stepTerminal(
          terminal.state,
          { dt, manned, rush: gateRush(gate), frozen },
          terminal.random,
        );
        terminal.state = state;
        if (punches.length > 0) emissions.push({ device, events: punches });
      }
      return emissions;
    },

    readings(device, wall) {
      const room = rooms.get(device);
      if (room !== undefined) {
        const { temperature, humidity } = roomReading(room.state);
        const days = wall / 86_400_000 + 37 * (roomIndex.get(device) ?? 0);
        return rounded({ room_temperature: temperature, humidity, battery: batteryAfter(days) });
      }
      const terminal = terminals.get(device)?.state;
      if (terminal !== undefined) return rounded({ verify_time: terminal.verifyTime, queue_wait: queueWait(terminal) });
      const cut = device.lastIndexOf('-');
      const house = houses.get(device.slice(0, cut));
      return house === undefined ? {} : rounded(houseReadings(house.state, device.slice(cut + 1)));
    },

    standing(device) {
      const door = doors.get(device);
      return door === undefined ? [] : [{ kind: 'contact', open: door.state.open }];
    },

    state() {
      const parts = { houses, rooms, terminals, doors };
      const states = <T>(map: ReadonlyMap<string, Kept<T>>) =>
        Object.fromEntries([...map].map(([id, { state }]) => [id, state]));
      const random = Object.values(parts).flatMap((map) =>
        [...map].map(([id, kept]) => [id, kept.random.state()] as const),
      );
      return {
        houses: states(houses),
        rooms: states(rooms),
        terminals: states(terminals),
        doors: states(doors),
        random: Object.fromEntries(random),
      };
    },
  };
}

const NO_VALVES: ReadonlySet<number> = new Set();

function stuckValves(house: string, faults: readonly ActiveFault[], targets: Targets): ReadonlySet<number> {
  if (faults.length === 0) return NO_VALVES;
  const stuck = faults.flatMap(({ fault, target }) => {
    const shower = fault === 'thermostat_runaway' ? targets.showers.get(target) : undefined;
    return shower?.house === house ? [shower.outlet] : [];
  });
  return stuck.length === 0 ? NO_VALVES : new Set(stuck);
}

function doorCrowd(
  plan: DoorPlan | undefined,
  { bath, gate, minute }: { bath: Phase; gate: Phase; minute: number },
): number {
  if (plan?.use === 'bath') return bathCrowd(bath);
  if (plan?.use === 'gate') return gate.open ? 0.1 + 0.9 * gateRush(gate) : 0;
  return minute > NIGHT.from || minute < NIGHT.to ? 0.02 : ALWAYS_CROWD;
}

/** Somebody opens the window for a few minutes, each room at other times. */
function isAired(wall: number, index: number): boolean {
  const turn = (wall / 7_200_000 + index * 0.137) % 1;
  return turn < AIRING.share;
}

function rounded(values: Record<string, number>): Record<string, number> {
  for (const [key, value] of Object.entries(values)) {
    const dot = key.indexOf('.');
    const { resolution } = metricSpec(dot < 0 ? key : key.slice(0, dot)) ?? METRICS.water_temperature;
    values[key] = Number((Math.round(value / resolution) * resolution).toFixed(3));
  }
  return values;
}
