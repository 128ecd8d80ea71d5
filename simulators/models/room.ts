import { approach, drift, type Random } from '../random.ts';

/** ppm of CO₂ in fresh air. */
const FRESH_AIR = 420;

export interface RoomParameters {
  /** °C that the heating holds. */
  readonly setPoint: number;
  /** %RH with the fan running. */
  readonly humidity: number;
  /** ppm above fresh air with the fan running. */
  readonly people: number;
}

export interface RoomState {
  /** °C */
  readonly temperature: number;
  /** %RH */
  readonly humidity: number;
  /** ppm */
  readonly co2: number;
  /** kelvin that doors and people add or take. */
  readonly disturbance: number;
}

export function createRoom({ setPoint, humidity, people }: RoomParameters): RoomState {
  return { temperature: setPoint, humidity, co2: FRESH_AIR + people, disturbance: 0 };
}

/** A heated room; without its exhaust fan, steam and breath stay in it. */
export function stepRoom(
  state: RoomState,
  { dt, parameters, fanRunning }: { dt: number; parameters: RoomParameters; fanRunning: boolean },
  random: Random,
): RoomState {
  const disturbance = drift(state.disturbance, { dt, memory: 300, deviation: 0.25 }, random);
  const humidity = fanRunning ? parameters.humidity : Math.min(99, parameters.humidity + 25);
  const co2 = FRESH_AIR + parameters.people * (fanRunning ? 1 : 3);
  const damp = drift(0, { dt, memory: 60, deviation: 0.8 }, random);
  const breath = drift(0, { dt, memory: 60, deviation: 12 }, random);
  return {
    disturbance,
    temperature: approach(state.temperature, parameters.setPoint + disturbance, { dt, constant: 200 }),
    humidity: Math.min(99.9, Math.max(5, approach(state.humidity, humidity, { dt, constant: 120 }) + damp)),
    co2: Math.max(FRESH_AIR, approach(state.co2, co2, { dt, constant: 180 }) + breath),
  };
}
