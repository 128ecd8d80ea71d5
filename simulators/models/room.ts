import { drift, type Random } from '../random.ts';

/** ppm of CO₂ in fresh air. */
const FRESH_AIR = 420;
/** kJ/(m³·K) of air. */
const AIR = 1.2;
/** m³/s of CO₂ from somebody who changes or bathes (ISO 8996, light work: about 19 l an hour). */
const BREATH = 5.3e-6;
/** kW of one person. */
const BODY = 0.1;
/** m³/s that leak through walls and windows, for each m³ of room: half an air change an hour. */
const LEAK = 0.5 / 3_600;

export interface RoomParameters {
  /** m³ */
  readonly volume: number;
  /** kW per kelvin through the walls to the outside. */
  readonly walls: number;
  /** kJ/K for each m³: air, plaster and tiles that follow it within the hour. */
  readonly inertia: number;
  /** kW of the radiators, and °C that their valves hold. */
  readonly heaterPower: number;
  readonly setPoint: number;
  /** m³/s of the exhaust fan; 0: none. What it takes is replaced by air that was warmed to 18 °C. */
  readonly fan: number;
}

/** 10 m × 10 m × 3.5 m, tiled; the fan changes its air six times an hour (JGJ 26 practice for bath halls: 6 to 10). */
export const HALL: RoomParameters = {
  volume: 350,
  walls: 0.35,
  inertia: 35,
  heaterPower: 34,
  setPoint: 28.4,
  fan: 0.6,
};
export const CHANGING: RoomParameters = {
  volume: 250,
  walls: 0.25,
  inertia: 35,
  heaterPower: 26,
  setPoint: 27.4,
  fan: 0.3,
};
/** A room for four, 20 m². */
export const DORMITORY: RoomParameters = {
  volume: 60,
  walls: 0.04,
  inertia: 30,
  heaterPower: 2.6,
  setPoint: 26.6,
  fan: 0,
};

/** Kelvin below the set point at which the valves are fully open. */
const BAND = 0.8;
const SUPPLY = 18;

export interface RoomState {
  /** °C */
  readonly temperature: number;
  /** g of water in a m³ of air. */
  readonly vapour: number;
  /** ppm */
  readonly co2: number;
  /** kelvin by which the sensor misses: draughts, sun on its case. */
  readonly sensor: number;
}

export interface RoomInputs {
  /** Seconds. */
  readonly dt: number;
  readonly parameters: RoomParameters;
  /** °C; `vapour` outside comes with it at 60 %RH. */
  readonly outdoor: number;
  readonly people: number;
  /** g/s that pool and showers give off. */
  readonly steam: number;
  /** m³/s of cold air through doors and windows that stand open. */
  readonly draught: number;
  readonly fanRunning: boolean;
  readonly heated: boolean;
}

export function createRoom({ setPoint }: RoomParameters): RoomState {
  return { temperature: setPoint - 0.3, vapour: 0.5 * saturation(setPoint), co2: FRESH_AIR + 150, sensor: 0 };
}

/** Heat, vapour and breath of one room over `dt` seconds. */
export function stepRoom(state: RoomState, inputs: RoomInputs, random: Random): RoomState {
  const { dt, parameters, outdoor, people, steam, draught, fanRunning, heated } = inputs;
  const { volume, walls, inertia, heaterPower, setPoint } = parameters;
  const fan = fanRunning ? parameters.fan : 0;
  const leak = LEAK * volume + draught;
  const valve = heated ? Math.min(1, Math.max(0, (setPoint - state.temperature) / BAND)) : 0;
  const supply = Math.max(outdoor, SUPPLY);
  const power =
    valve * heaterPower +
    people * BODY -
    walls * (state.temperature - outdoor) -
    AIR * leak * (state.temperature - outdoor) -
    AIR * fan * (state.temperature - supply);
  const temperature = state.temperature + (power / (volume * inertia)) * dt;

  const exchange = fan + leak;
  const outside = 0.6 * saturation(outdoor);
  const kept = Math.exp((-exchange / volume) * dt);
  const settled = (source: number, fresh: number) => fresh + source / exchange;
  const mix = (value: number, target: number) => target + (value - target) * kept;
  // What the air cannot hold runs down the tiles.
  const vapour = Math.min(0.99 * saturation(temperature), mix(state.vapour, settled(steam + people * 0.02, outside)));
  return {
    temperature,
    vapour,
    co2: mix(state.co2, settled(people * BREATH * 1e6, FRESH_AIR)),
    sensor: drift(state.sensor, { dt, memory: 400, deviation: 0.06 }, random),
  };
}

/** g/m³ of saturated air at a temperature in °C (Magnus). */
function saturation(temperature: number): number {
  const pressure = 611.2 * Math.exp((17.62 * temperature) / (243.12 + temperature));
  return (pressure / (461.5 * (temperature + 273.15))) * 1_000;
}

/** °C and %RH as the sensor shows them. */
export function roomReading({ temperature, vapour, sensor }: RoomState): { temperature: number; humidity: number } {
  return { temperature: temperature + sensor, humidity: Math.min(99.9, (100 * vapour) / saturation(temperature)) };
}
