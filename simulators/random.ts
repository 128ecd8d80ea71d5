/** Uniform numbers from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** Mulberry32: the same seed gives the same numbers on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
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
