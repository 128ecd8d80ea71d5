/** A pair of lithium AA cells lasts such a sensor about two years: 100 % in 700 days. */
const PER_DAY = 100 / 700;

/** % that is left of a battery that was full `days` ago; somebody changes it at 15 %. */
export function batteryAfter(days: number): number {
  const life = 85 / PER_DAY;
  return 100 - PER_DAY * (days % life);
}
