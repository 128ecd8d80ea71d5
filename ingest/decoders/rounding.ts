/**
 * Rounds to a resolution that is a power of ten (contract/metrics.ts), half away from zero. The result is the number
 * nearest to the decimal fraction, so that it prints without noise: 42.3, never 42.300000000000004.
 */
export function roundTo(resolution: number, value: number): number {
  const steps = Math.round(1 / resolution);
  const scaled = Math.abs(value) * steps;
  // Beyond this there are no decimals left to round, and the product loses digits.
  if (scaled > Number.MAX_SAFE_INTEGER) return value;
  // `+ 0` makes a plain zero of a negative one.
  return (Math.sign(value) * Math.round(scaled)) / steps + 0;
}
