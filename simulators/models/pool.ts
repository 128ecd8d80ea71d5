import { approach, drift, type Random } from '../random.ts';

/** kJ/(m³·K) of water at about 40 °C. */
export const HEAT_CAPACITY = 4_150;

export interface PoolParameters {
  /** m² of surface; at its nominal level the pool holds 14 m³. */
  readonly area: number;
  /** m */
  readonly level: number;
  /** kW at full power. 100 kW warm 14 m³ by about 0.10 K a minute. */
  readonly heaterPower: number;
  /** °C at which the heater rests; it starts a little below. */
  readonly setPoint: number;
}

export const POOL: PoolParameters = { area: 12.2, level: 1.15, heaterPower: 100, setPoint: 42.6 };

/**
 * kW per kelvin between water and hall. At 42 °C under air of 28 °C: evaporation about 10 kW (ASHRAE, Applications,
 * Natatoriums: 14 m² with activity 0.5 to 1), convection 2, walls and filter pipes 6: 18 kW over 14 K.
 */
const LOSS = 1.3;
/** Kelvin below the set point at which the thermostat closes its contactor again. */
const HYSTERESIS = 0.5;
/** Persons in the water when it is full, litres that each carries out, and seconds that each stays. */
const CROWD = 20;
const SPLASH = 8;
const STAY = 900;
/** kW that a bather gives off. */
const BODY = 0.1;
/** m³/s through the float valve at most. */
const FLOAT_VALVE = 0.000_6;
/** m³/s while fresh water is let in and old water out: a fifth of the pool in twenty minutes. */
const EXCHANGE = 0.002_33;

export type HeaterState = 'thermostat' | 'failed' | 'runaway';

export interface PoolState {
  /** °C of the well-mixed water. */
  readonly temperature: number;
  readonly heating: boolean;
  /** kelvin between the probe and the mean of the water. */
  readonly probe: number;
  /** m */
  readonly level: number;
  /** NTU */
  readonly turbidity: number;
}

export interface PoolInputs {
  /** Seconds. */
  readonly dt: number;
  /** °C of the hall and of the cold water. */
  readonly hall: number;
  readonly mains: number;
  /** 0: nobody, 1: full. */
  readonly crowd: number;
  /** A fifth of the water is being changed. */
  readonly exchanging: boolean;
  readonly heater: HeaterState;
  readonly parameters?: PoolParameters;
}

export function createPool(temperature: number): PoolState {
  return { temperature, heating: false, probe: 0, level: POOL.level, turbidity: 1.2 };
}

/** Heat and water of one pool over `dt` seconds: what comes in, what leaves, and a thermostat between. */
export function stepPool(state: PoolState, inputs: PoolInputs, random: Random): PoolState {
  const { dt, hall, mains, crowd, exchanging, heater, parameters = POOL } = inputs;
  const bathers = CROWD * crowd;
  const volume = parameters.area * Math.max(0.2, state.level);
  const missing = Math.max(0, (parameters.level - state.level) * parameters.area);
  const topUp = Math.min(FLOAT_VALVE, missing / 300);
  const fresh = topUp + (exchanging ? EXCHANGE : 0);
  const leaving = (bathers * SPLASH) / 1_000 / STAY + (exchanging ? EXCHANGE : 0);

  const heating = isHeating(state, heater, parameters.setPoint);
  const power = (heating ? parameters.heaterPower : 0) + bathers * BODY - LOSS * (state.temperature - hall);
  const warming = power / (volume * HEAT_CAPACITY) + (fresh / volume) * (mains - state.temperature);
  return {
    temperature: state.temperature + warming * dt,
    heating,
    probe: drift(state.probe, { dt, memory: 90, deviation: 0.004 }, random),
    level: state.level + ((fresh - leaving) / parameters.area) * dt,
    turbidity: approach(state.turbidity, 0.9 + 2.6 * crowd, { dt, constant: 2_400 }),
  };
}

function isHeating({ temperature, heating }: PoolState, heater: HeaterState, setPoint: number): boolean {
  if (heater !== 'thermostat') return heater === 'runaway';
  return heating ? temperature < setPoint : temperature < setPoint - HYSTERESIS;
}

/** °C as the probe shows it. */
export function poolReading(state: PoolState): number {
  return state.temperature + state.probe;
}
