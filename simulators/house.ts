import { bathCrowd, type Phase } from './calendar.ts';
import { createHotWater, stepHotWater, type HotWaterState } from './models/hot-water.ts';
import { createPool, poolReading, stepPool, type HeaterState, type PoolState } from './models/pool.ts';
import { CHANGING, createRoom, HALL, roomReading, stepRoom, type RoomState } from './models/room.ts';
import { createShower, hotDraw, showerReading, stepShower, type ShowerState } from './models/shower.ts';
import type { Weather } from './models/weather.ts';
import type { Random } from './random.ts';

const SHOWER_SET_POINT = 42.2;
/** A fifth of the water is changed after each shift: begun a quarter of an hour after closing, in twenty minutes. */
const EXCHANGE = { after: 15, minutes: 20 };
/** The recirculation starts this many minutes before the doors open, and the pool is warm by then. */
const WARM_BEFORE = 30;
/**
 * g/s of vapour: off the pool (10 kW of evaporation), and for each person under one of the showers, measured or not; a
 * third of that drifts into the changing room.
 */
const STEAM = { pool: 4, person: 0.25, drifting: 0.08 };
/** Persons in hall and changing room when it is full. */
const PEOPLE = { hall: 30, changing: 20 };
/** m³/s of cold air that an open door lets into the changing room, past its curtain. */
const DOOR_DRAUGHT = 0.4;

/** Pool, showers, plant and rooms of one bathhouse, which share their air and their water. */
export interface HouseState {
  readonly pool: PoolState;
  readonly showers: ShowerState[];
  readonly plant: HotWaterState;
  readonly hall: RoomState;
  readonly changing: RoomState;
  readonly fanRunning: boolean;
}

export interface HouseInputs {
  /** Seconds. */
  readonly dt: number;
  readonly phase: Phase;
  readonly weather: Weather;
  readonly poolHeater: HeaterState;
  readonly powered: boolean;
  readonly fanStopped: boolean;
  /** Its entrance stands open now. */
  readonly doorOpen: boolean;
  /** Outlets whose valve is stuck to the hot side, counted from 1. */
  readonly stuckValves: ReadonlySet<number>;
}

export function createHouse({ showers }: { showers: number }): HouseState {
  return {
    pool: createPool(42.3),
    showers: Array.from({ length: showers }, (_, index) => createShower(setPointOf(index))),
    plant: createHotWater(),
    hall: createRoom(HALL),
    changing: createRoom(CHANGING),
    fanRunning: true,
  };
}

function setPointOf(index: number): number {
  return SHOWER_SET_POINT + 0.25 * index;
}

export function stepHouse(house: HouseState, inputs: HouseInputs, random: Random): HouseState {
  const { dt, phase, weather, powered, fanStopped, doorOpen, stuckValves } = inputs;
  const { outdoor, mains } = weather;
  const crowd = bathCrowd(phase);
  const hall = house.hall.temperature;
  const exchanging =
    powered && !phase.open && phase.since >= EXCHANGE.after && phase.since < EXCHANGE.after + EXCHANGE.minutes;
  const warm = powered && (phase.open || phase.until < WARM_BEFORE);
  const fanRunning = powered && !fanStopped;

  const inUse = house.showers.filter((shower) => shower.inUse > 0).length;
  const { header } = house.plant;
  const draw = house.showers.reduce((sum, shower) => sum + hotDraw(shower, { header, mains }), 0);
  const plant = stepHotWater(house.plant, { dt, draw, mains, air: hall, powered }, random);
  const poolHeater = powered ? inputs.poolHeater : 'failed';
  return {
    fanRunning,
    plant,
    pool: stepPool(house.pool, { dt, hall, mains, crowd, exchanging, heater: poolHeater }, random),
    showers: house.showers.map((shower, index) =>
      stepShower(
        shower,
        {
          dt,
          setPoint: setPointOf(index),
          header: plant.header,
          mains,
          hall,
          crowd,
          warm,
          stuck: stuckValves.has(index + 1),
          neighbours: inUse,
        },
        random,
      ),
    ),
    hall: stepRoom(
      house.hall,
      {
        dt,
        parameters: HALL,
        outdoor,
        people: PEOPLE.hall * crowd,
        steam: STEAM.pool + STEAM.person * PEOPLE.hall * crowd,
        draught: 0,
        fanRunning,
        heated: powered,
      },
      random,
    ),
    changing: stepRoom(
      house.changing,
      {
        dt,
        parameters: CHANGING,
        outdoor,
        people: PEOPLE.changing * crowd,
        steam: 0.5 + STEAM.drifting * PEOPLE.hall * crowd,
        draught: doorOpen ? DOOR_DRAUGHT : 0,
        fanRunning,
        heated: powered,
      },
      random,
    ),
  };
}

/** Values by metric key of each device of a bathhouse, by the part of its name after the house's. */
export function houseReadings(house: HouseState, part: string): Record<string, number> {
  const { pool, showers, plant, hall, changing, fanRunning } = house;
  switch (part) {
    case 'pool':
      return { water_temperature: poolReading(pool), water_level: pool.level, turbidity: pool.turbidity };
    case 'showers':
      return Object.fromEntries(
        showers.map((shower, index) => [`water_temperature.outlet${index + 1}`, showerReading(shower)]),
      );
    case 'plant':
      return {
        'water_temperature.header': plant.header + plant.probe,
        'water_temperature.tank': plant.tank + plant.probe,
        'water_level.tank': plant.level,
      };
    case 'climate': {
      const [inHall, inChanging] = [roomReading(hall), roomReading(changing)];
      return {
        'room_temperature.hall': inHall.temperature,
        'humidity.hall': inHall.humidity,
        'room_temperature.changing': inChanging.temperature,
        'humidity.changing': inChanging.humidity,
        'co2.changing': changing.co2,
      };
    }
    case 'fan':
      return { fan_running: fanRunning ? 1 : 0 };
    default:
      return {};
  }
}
