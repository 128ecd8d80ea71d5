import type { EventDetail } from '../contract/event.ts';
import { METRICS, metricSpec } from '../contract/metrics.ts';
import { bathhouseReadings, createBathhouse, stepBathhouse, type Bathhouse } from './bathhouse.ts';
import { createDoor, forceDoor, resetDoor, stepDoor, type DoorState } from './models/door.ts';
import { createRoom, stepRoom, type RoomParameters, type RoomState } from './models/room.ts';
import { createTerminal, queueWait, stepTerminal, type TerminalState } from './models/terminal.ts';
import { seededRandom, type Random } from './random.ts';
import type { Change, House } from './story.ts';

/** Events that a device has to tell. */
export interface Emission {
  readonly device: string;
  readonly events: readonly EventDetail[];
}

export interface SimulatedDevice {
  readonly id: string;
  /** Seconds between its reports. */
  readonly interval: number;
}

/** The whole demo mine: what its devices would measure and notice. */
export interface Facility {
  readonly devices: readonly SimulatedDevice[];
  /** Lets `dt` seconds pass. */
  step(dt: number): Emission[];
  apply(change: Change): Emission[];
  /** Values of a device by metric key, rounded to what its metrics resolve; empty for one that only tells events. */
  readings(device: string): Readonly<Record<string, number>>;
  /** What a device says of itself at each report besides: a door repeats its contact. */
  standing(device: string): readonly EventDetail[];
}

const HOUSES: readonly House[] = ['mens', 'womens'];
const TERMINALS = ['terminal-1', 'terminal-2', 'terminal-3', 'terminal-4'] as const;
const DOORS = ['mens-door', 'womens-door', 'lamp-door', 'dormitory-door', 'canteen-door', 'plant-door'] as const;
const ROOMS = ['dorm-301', 'dorm-302', 'dorm-303', 'dorm-304', 'dorm-305', 'dorm-306', 'dorm-307', 'dorm-308'] as const;
const SHOWERS: Record<House, number> = { mens: 4, womens: 3 };
const POOL_AT_START: Record<House, number> = { mens: 40.3, womens: 42.2 };

const BATH_DEVICES = { pool: 5, showers: 3, plant: 5, climate: 5, fan: 5 } as const;
const DOOR_REPORT = 20;
/** Seconds from one shift change to the next. */
const SHIFT = 300;

export function createFacility(seed: number): Facility {
  const random = seededRandom(seed);
  const houses = new Map<string, Bathhouse>(
    HOUSES.map((house) => [house, createBathhouse({ pool: POOL_AT_START[house], showers: SHOWERS[house] })]),
  );
  const rooms = new Map<string, RoomState>(ROOMS.map((id, index) => [id, createRoom(roomParameters(index))]));
  const terminals = new Map<string, TerminalState>(TERMINALS.map((id) => [id, createTerminal(random)]));
  const doors = new Map<string, DoorState>(DOORS.map((id) => [id, createDoor(random)]));
  let elapsed = 0;

  return {
    devices: [
      ...HOUSES.flatMap((house) =>
        Object.entries(BATH_DEVICES).map(([part, interval]) => ({ id: `${house}-${part}`, interval })),
      ),
      ...ROOMS.map((id) => ({ id, interval: 5 })),
      ...TERMINALS.map((id) => ({ id, interval: 5 })),
      ...DOORS.map((id) => ({ id, interval: DOOR_REPORT })),
    ],

    step(dt) {
      elapsed += dt;
      for (const [id, house] of houses) houses.set(id, stepBathhouse(house, dt, random));
      ROOMS.forEach((id, index) => {
        const room = rooms.get(id);
        if (room !== undefined)
          rooms.set(id, stepRoom(room, { dt, parameters: roomParameters(index), fanRunning: true }, random));
      });
      const emissions: Emission[] = [];
      for (const [device, terminal] of terminals) {
        const { state, punches } = stepTerminal(terminal, { dt, rush: rush(elapsed) }, random);
        terminals.set(device, state);
        if (punches.length > 0) emissions.push({ device, events: punches });
      }
      for (const [device, door] of doors) {
        const { state, events } = stepDoor(door, dt, random);
        doors.set(device, state);
        if (events.length > 0) emissions.push({ device, events });
      }
      return emissions;
    },

    apply(change) {
      switch (change.kind) {
        case 'heater':
        case 'valve': {
          const house = houses.get(change.house);
          if (house !== undefined) houses.set(change.house, changeHouse(house, change));
          return [];
        }
        case 'terminal': {
          const terminal = terminals.get(change.device);
          if (terminal !== undefined) terminals.set(change.device, { ...terminal, frozen: change.frozen });
          return [];
        }
        case 'door':
          return changeDoor(doors, change, random);
        case 'power':
          return [];
      }
    },

    readings(device) {
      const room = rooms.get(device);
      if (room !== undefined) return rounded({ room_temperature: room.temperature, humidity: room.humidity });
      const terminal = terminals.get(device);
      if (terminal !== undefined) return rounded({ verify_time: terminal.verifyTime, queue_wait: queueWait(terminal) });
      const [prefix = '', part = ''] = device.split('-');
      const house = houses.get(prefix);
      return house === undefined ? {} : rounded(bathhouseReadings(house)[part] ?? {});
    },

    standing(device) {
      const door = doors.get(device);
      return door === undefined ? [] : [{ kind: 'contact', open: door.open }];
    },
  };
}

function roomParameters(index: number): RoomParameters {
  return { setPoint: 26.2 + ((index * 7) % 8) * 0.15, humidity: 42 + (index % 4), people: 300 };
}

/** From 0 between shifts to 1 at the height of a shift change. */
function rush(elapsed: number): number {
  return Math.sin((Math.PI * elapsed) / SHIFT) ** 4;
}

function changeHouse(house: Bathhouse, change: Extract<Change, { kind: 'heater' | 'valve' }>): Bathhouse {
  if (change.kind === 'heater') return { ...house, pool: { ...house.pool, heaterFailed: change.failed } };
  const showers = house.showers.map((shower, index) =>
    index === change.outlet - 1 ? { ...shower, valveFailed: change.failed } : shower,
  );
  return { ...house, showers };
}

function changeDoor(
  doors: Map<string, DoorState>,
  { device, forced }: Extract<Change, { kind: 'door' }>,
  random: Random,
): Emission[] {
  const door = doors.get(device);
  if (door === undefined) return [];
  const { state, events } = forced ? forceDoor(door) : resetDoor(door, random);
  doors.set(device, state);
  return [{ device, events }];
}

function rounded(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const { resolution } = metricSpec(key.split('.')[0] ?? '') ?? METRICS.water_temperature;
      return [key, Number((Math.round(value / resolution) * resolution).toFixed(3))];
    }),
  );
}
