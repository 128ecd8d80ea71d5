import { METRICS, type MetricName } from '../../contract/metrics.ts';
import type { Role } from '../../contract/registry.ts';

/** Values that devices send instead of a measurement, by what is measured. */
interface Sentinels {
  readonly exactly: readonly number[];
  /** Everything at or below; null: nothing. */
  readonly atMost: number | null;
}

/**
 * DS18B20: −127 (no answer), 127.94 (all bits set), ≤ −251 (Fahrenheit and Kelvin of the former); −100, 327.67 and 6550
 * (16-bit registers of other makers).
 */
const TEMPERATURE: Sentinels = { exactly: [-127, 127.94, -100, 327.67, 6550], atMost: -251 };
/** Registers with all bits set. */
const REGISTER: Sentinels = { exactly: [0xffff, 0xff], atMost: null };

const SENTINELS: Readonly<Partial<Record<MetricName, Sentinels>>> = {
  water_temperature: TEMPERATURE,
  room_temperature: TEMPERATURE,
  humidity: REGISTER,
  co2: REGISTER,
  battery: REGISTER,
};

export function isSentinel(metric: MetricName, value: number): boolean {
  const sentinels = SENTINELS[metric];
  if (sentinels === undefined) return false;
  return sentinels.exactly.includes(value) || (sentinels.atMost !== null && value <= sentinels.atMost);
}

/** What a DS18B20 holds after power-on, before its first conversion (°C). */
export const POWER_ON = 85;

export function isOutOfRange(metric: MetricName, value: number): boolean {
  const { kind, min, max } = METRICS[metric];
  return value < min || value > max || (kind === 'switch' && !Number.isInteger(value));
}

/** A water temperature that would be one of a bath in °F. */
export function looksLikeFahrenheit(metric: MetricName, value: number): boolean {
  return metric === 'water_temperature' && value >= 100 && value <= 120;
}

/** So many in a row are no accident. */
export const FAHRENHEIT_RUN = 3;

export function isTemperature(metric: MetricName): boolean {
  return METRICS[metric].kind === 'temperature';
}

/** °C from both neighbours. */
export const SPIKE = 5;

/** ms: samples farther apart are no neighbours; what lies between them is not known. */
export const NEIGHBOURS_WITHIN = 15 * 60_000;

/** Fastest believable change in °C a minute; pipes, outlets, headers and tanks have none. */
const FASTEST: Readonly<Partial<Record<Role, { readonly metric: MetricName; readonly perMinute: number }>>> = {
  pool: { metric: 'water_temperature', perMinute: 1 },
  bath_hall: { metric: 'room_temperature', perMinute: 2 },
  changing_room: { metric: 'room_temperature', perMinute: 2 },
  dormitory_room: { metric: 'room_temperature', perMinute: 2 },
};

/** °C a minute; null: exempt. */
export function fastestChange(metric: MetricName, role: Role | null): number | null {
  const limit = role === null ? undefined : FASTEST[role];
  return limit?.metric === metric ? limit.perMinute : null;
}

/** ms without any change after which a living probe is doubted; rooms and tanks may well stand still. */
const STILLEST: Readonly<Partial<Record<Role, number>>> = {
  pool: 60 * 60_000,
  shower_outlet: 30 * 60_000,
  header: 30 * 60_000,
};

/** Steps up to this (°C) show every real change within the window; coarser ones repeat for longer, in proportion. */
const FINE_STEP = 0.1;

/**
 * Window of the flatline check in ms; null: exempt.
 * @param step resolution of the sensor in °C, as its values show it
 */
export function flatlineWindow(metric: MetricName, role: Role | null, step: number): number | null {
  const window = metric === 'water_temperature' && role !== null ? STILLEST[role] : undefined;
  return window === undefined ? null : window * Math.max(1, step / FINE_STEP);
}

/** The window while nothing is known of the sensor's resolution. */
export function finestWindow(metric: MetricName, role: Role | null): number | null {
  return flatlineWindow(metric, role, FINE_STEP);
}

/** Steps that sensors have, coarsest first, in hundredths of a degree. */
const STEPS = [100, 50, 25, 10] as const;

/** The coarsest step (°C) that a sensor may have whose values so far had `step` (null: none yet) and now are `value`. */
export function narrowStep(step: number | null, value: number): number {
  const hundredths = Math.round(value * 100);
  const coarsest = step === null ? Infinity : Math.round(step * 100);
  for (const candidate of STEPS) if (candidate <= coarsest && hundredths % candidate === 0) return candidate / 100;
  return 0.01;
}
