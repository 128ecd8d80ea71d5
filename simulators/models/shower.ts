import { approach, drift, type Random } from '../random.ts';

/** Water leaves the valve within seconds of being mixed. */
const PIPE_CONSTANT = 6;
/** What a valve that stuck open to the hot side still lets in of the cold: one part in forty. */
const STUCK_COLD_SHARE = 1 / 40;

export interface ShowerState {
  /** °C at the outlet. */
  readonly temperature: number;
  /** The thermostatic valve is stuck and lets the header's water through. */
  readonly valveFailed: boolean;
  /** kelvin by which the valve misses its set point just now. */
  readonly hunting: number;
}

export function createShower(setPoint: number): ShowerState {
  return { temperature: setPoint, valveFailed: false, hunting: 0 };
}

/** An outlet in use: a thermostatic valve mixes `header` and `cold` (°C) to the set point. */
export function stepShower(
  state: ShowerState,
  { dt, setPoint, header, cold }: { dt: number; setPoint: number; header: number; cold: number },
  random: Random,
): ShowerState {
  const hunting = drift(state.hunting, { dt, memory: 20, deviation: 0.25 }, random);
  const stuck = header * (1 - STUCK_COLD_SHARE) + cold * STUCK_COLD_SHARE;
  // No valve makes water hotter than the header or colder than the mains.
  const mixed = state.valveFailed ? stuck : Math.min(header, Math.max(cold, setPoint + hunting));
  return { ...state, hunting, temperature: approach(state.temperature, mixed, { dt, constant: PIPE_CONSTANT }) };
}
