/** Uniform numbers from 0 (inclusive) to 1 (exclusive), whose state can be kept and gone on from. */
export interface Random {
  (): number;
  /** What `seededRandom` takes to go on from here. */
  state(): number;
}

/** Mulberry32: the same seed gives the same numbers on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return Object.assign(next, { state: () => state });
}

/** A seed of its own for each part of a facility: what one part draws changes nothing for another (FNV-1a). */
export function seedFor(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** Normally distributed around 0 with standard deviation 1 (Box–Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Seconds until the next of events that come at random, `rate` a second on average. */
export function waitFor(random: Random, rate: number): number {
  return -Math.log(1 - random()) / rate;
}

/**
 * Noise that drifts instead of jumping (Ornstein–Uhlenbeck), as of a probe in moving water: it returns to 0 within
 * `memory` seconds and stays around ±`deviation`.
 */
export function drift(
  noise: number,
  { dt, memory, deviation }: { dt: number; memory: number; deviation: number },
  random: Random,
): number {
  const kept = Math.exp(-dt / memory);
  return noise * kept + deviation * Math.sqrt(1 - kept * kept) * normal(random);
}

/** One step of something that approaches `target` with a time constant in seconds. */
export function approach(value: number, target: number, { dt, constant }: { dt: number; constant: number }): number {
  return target + (value - target) * Math.exp(-dt / constant);
}
