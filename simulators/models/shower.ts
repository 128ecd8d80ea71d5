import { approach, drift, waitFor, type Random } from '../random.ts';

/** Water leaves the valve within seconds of being mixed. */
const PIPE_CONSTANT = 6;
/** A pipe in which nothing moves is as cold as the hall after an hour or so. */
const STANDING_CONSTANT = 1_500;
/** The recirculation brings back water that has lost this much on its way, in kelvin. */
const RECIRCULATION_DROP = 0.6;
/** What a valve that stuck open to the hot side still lets in of the cold: one part in forty. */
const STUCK_COLD_SHARE = 1 / 40;
/** m³/s of a shower head (9 l a minute). */
const FLOW = 0.000_15;
/** Seconds of one shower: six minutes on average, two at least. */
const USE = { shortest: 120, mean: 360 };
/** Persons a second who come to one outlet when the bathhouse is full. */
const ARRIVALS = 1 / 240;
/** A probe of 0.0625 K steps (DS18B20). */
const STEP = 0.062_5;

export interface ShowerState {
  /** °C at the outlet. */
  readonly temperature: number;
  /** Seconds for which somebody goes on; 0: nobody. */
  readonly inUse: number;
  /** kelvin by which the valve misses its set point just now. */
  readonly hunting: number;
}

export interface ShowerInputs {
  /** Seconds. */
  readonly dt: number;
  /** °C */
  readonly setPoint: number;
  readonly header: number;
  readonly mains: number;
  readonly hall: number;
  /** 0: nobody comes, 1: full. */
  readonly crowd: number;
  /** The recirculation pump runs: half an hour before the doors open until they close. */
  readonly warm: boolean;
  /** The thermostatic valve is stuck and lets the header's water through. */
  readonly stuck: boolean;
  /** Others who opened a tap just now: the pressure, and with it the mixture, wavers. */
  readonly neighbours: number;
}

export function createShower(setPoint: number): ShowerState {
  return { temperature: setPoint, inUse: 0, hunting: 0 };
}

/** A thermostatic valve mixes `header` and `mains` to the set point; no valve makes water hotter than the header. */
export function stepShower(state: ShowerState, inputs: ShowerInputs, random: Random): ShowerState {
  const { dt, setPoint, header, mains, hall, crowd, warm, stuck, neighbours } = inputs;
  const comes = random() < 1 - Math.exp(-ARRIVALS * crowd * dt);
  const stays = USE.shortest + waitFor(random, 1 / (USE.mean - USE.shortest));
  const inUse = state.inUse > 0 ? Math.max(0, state.inUse - dt) : comes ? stays : 0;
  const wavering = inUse > 0 ? 0.2 + 0.06 * Math.min(4, neighbours) : 0.08;
  const hunting = drift(state.hunting, { dt, memory: 25, deviation: wavering }, random);

  const flowing = inUse > 0 || warm;
  const mixed = Math.min(header, Math.max(mains, setPoint + hunting - (inUse > 0 ? 0 : RECIRCULATION_DROP)));
  const target = stuck ? header * (1 - STUCK_COLD_SHARE) + mains * STUCK_COLD_SHARE : mixed;
  const temperature = flowing
    ? approach(state.temperature, target, { dt, constant: PIPE_CONSTANT })
    : approach(state.temperature, hall, { dt, constant: STANDING_CONSTANT });
  return { temperature, inUse, hunting };
}

/** m³/s of hot water that a shower in use takes. */
export function hotDraw(
  { inUse, temperature }: ShowerState,
  { header, mains }: { header: number; mains: number },
): number {
  if (inUse === 0 || header - mains < 1) return 0;
  return FLOW * Math.min(1, Math.max(0, (temperature - mains) / (header - mains)));
}

/** °C as the probe shows it. */
export function showerReading({ temperature }: ShowerState): number {
  return Math.round(temperature / STEP) * STEP;
}
