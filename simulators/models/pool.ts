import { drift, type Random } from '../random.ts';

/** kJ/(m³·K) of water at about 40 °C. */
const HEAT_CAPACITY = 4_150;
/** The heater gives its full power this many kelvin below the set point, and none at it. */
const PROPORTIONAL_BAND = 0.5;

export interface PoolParameters {
  /** m³ */
  readonly volume: number;
  /** kW at full power. 100 kW warm 14 m³ by about 0.10 K a minute. */
  readonly heaterPower: number;
  /** kW per kelvin between water and hall: surface, walls and fresh water. */
  readonly loss: number;
  /** °C at which the heater rests. */
  readonly setPoint: number;
  /** How many times faster than in life the water heats and cools; 1 in life. */
  readonly pace: number;
}

export interface PoolState {
  /** °C of the well-mixed water. */
  readonly temperature: number;
  readonly heaterFailed: boolean;
  /** kelvin between the probe and the mean of the water. */
  readonly probe: number;
  /** m */
  readonly level: number;
  /** NTU */
  readonly turbidity: number;
}

/** Bathers stir it up and splash it out; the filter and the top-up pull it back. */
const LEVEL = { mean: 1.15, memory: 600, deviation: 0.015 };
const TURBIDITY = { mean: 2.2, memory: 900, deviation: 0.4 };

export function createPool(temperature: number): PoolState {
  return { temperature, heaterFailed: false, probe: 0, level: LEVEL.mean, turbidity: TURBIDITY.mean };
}

/** `dt` in seconds, `hall` in °C. */
export function stepPool(
  state: PoolState,
  { dt, hall, parameters }: { dt: number; hall: number; parameters: PoolParameters },
  random: Random,
): PoolState {
  const demand = Math.min(1, Math.max(0, (parameters.setPoint - state.temperature) / PROPORTIONAL_BAND));
  const heating = state.heaterFailed ? 0 : demand * parameters.heaterPower;
  const losing = parameters.loss * (state.temperature - hall);
  const warming = ((heating - losing) / (parameters.volume * HEAT_CAPACITY)) * parameters.pace;
  return {
    ...state,
    temperature: state.temperature + warming * dt,
    probe: drift(state.probe, { dt, memory: 60, deviation: 0.02 }, random),
    level: LEVEL.mean + drift(state.level - LEVEL.mean, { dt, ...LEVEL }, random),
    turbidity: Math.max(0.3, TURBIDITY.mean + drift(state.turbidity - TURBIDITY.mean, { dt, ...TURBIDITY }, random)),
  };
}

/** °C as the probe shows it. */
export function poolReading(state: PoolState): number {
  return state.temperature + state.probe;
}
