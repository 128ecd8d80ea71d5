import { InfluxFailed, type InfluxTrouble } from '../influx/types.ts';

/** ms before the first and between the last attempts. */
const FIRST = 250;
const LAST = 30_000;
/** What only somebody's hand can mend is tried again this often (ms). */
const REFUSED = 60_000;
/** A server may ask for so much patience (ms) and no more: an answer of a year would be the end of forwarding. */
const LONGEST = 3_600_000;

/**
 * ms to wait after a failure. `failures`: how many there were in a row; `random`: from 0 to 1, so that several
 * systems do not come back to one server at one moment.
 */
export function delayAfter(error: unknown, { failures, random }: { failures: number; random: number }): number {
  if (error instanceof InfluxFailed && error.trouble === 'refused') return REFUSED;
  const full = Math.min(LAST, FIRST * 2 ** failures);
  const wait = Math.max(FIRST, (full * (1 + random)) / 2);
  const asked = error instanceof InfluxFailed ? (error.retryAfter ?? 0) : 0;
  return Math.max(wait, Math.min(asked, LONGEST));
}

/** `failed`: by nothing that the server did. */
export type ForwardTrouble = InfluxTrouble | 'failed';

/** Whether a request that failed so may be carried out yet: without an answer, or by a server that gave up waiting for itself. */
export function mayBeUnderWay(error: unknown): boolean {
  return error instanceof InfluxFailed && error.trouble !== 'refused';
}

export function troubleOf(error: unknown): ForwardTrouble {
  return error instanceof InfluxFailed ? error.trouble : 'failed';
}
