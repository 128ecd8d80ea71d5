import { InfluxFailed } from './types.ts';

/** ms for each of the few questions of a start. */
export const PATIENCE = 10_000;

const HOUR = 3_600_000;

/** What is written to, found or made. */
export interface Destination {
  /** ms; null: for ever, or not to be found out. */
  readonly retention: number | null;
  readonly to: { readonly path: string } | { readonly org: string; readonly bucket: string };
}

/** What somebody has to do, who reads `message`. */
export function refused(message: string, cause?: unknown): InfluxFailed {
  const status = cause instanceof InfluxFailed ? cause.status : null;
  return new InfluxFailed(message, { trouble: 'refused', status });
}

/** It may be otherwise when it is asked again. */
export function isPassing({ trouble }: InfluxFailed): boolean {
  return trouble === 'unreachable' || trouble === 'busy';
}

/** InfluxDB 1 says it in a 200, too. */
export function isForbidden({ status, message }: InfluxFailed): boolean {
  return status === 401 || status === 403 || /not authorized|requires admin|privilege/i.test(message);
}

/** Whole hours, at least one. */
export function hoursOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / HOUR));
}
