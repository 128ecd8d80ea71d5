/** A window of the local day in minutes; one that ends at or before its start ends on the next day. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

const DAY = 1_440;

export interface Phase {
  readonly open: boolean;
  /** Minutes since it opened or, when it is closed, since it closed. */
  readonly since: number;
  /** Minutes until it closes or, when it is closed, until it opens. */
  readonly until: number;
}

/** Where a minute of the day lies among windows that do not overlap; without any it is closed for ever. */
export function phaseAt(windows: readonly Window[], minute: number): Phase {
  let since = Infinity;
  let until = Infinity;
  for (const { from, to } of windows) {
    const into = mod(minute - from);
    const length = mod(to - from) || DAY;
    if (into < length) return { open: true, since: into, until: length - into };
    since = Math.min(since, mod(minute - to));
    until = Math.min(until, mod(from - minute));
  }
  return { open: false, since, until };
}

function mod(minutes: number): number {
  return ((minutes % DAY) + DAY) % DAY;
}

/** Minute of the local day (0 to 1440, with fractions) at a moment in ms epoch. */
export type LocalMinute = (wall: number) => number;

const HOUR = 3_600_000;

/** @throws RangeError for a time zone that does not exist. */
export function localMinute(timezone: string): LocalMinute {
  let hour = NaN;
  let offset = 0;
  const offsetAt = (wall: number) =>
    Temporal.Instant.fromEpochMilliseconds(wall).toZonedDateTimeISO(timezone).offsetNanoseconds / 1e6;
  offsetAt(0);
  return (wall) => {
    // Clocks are set at whole quarters of an hour; within one the offset stays.
    const quarter = Math.floor(wall / (HOUR / 4));
    if (quarter !== hour) {
      hour = quarter;
      offset = offsetAt(quarter * (HOUR / 4));
    }
    return mod((wall + offset) / 60_000);
  };
}

/**
 * How full a bathhouse is, 0 to 1: the shift that came up fills it within the hour, later ones come one by one, and
 * the last leave before it closes.
 */
export function bathCrowd({ open, since, until }: Phase): number {
  if (!open) return 0;
  const peak = Math.exp(-(((since - 50) / 30) ** 2));
  return Math.min(1, peak + 0.15) * Math.min(1, until / 15);
}

/** How many people are at the gate, 0 to 1: the rush of a shift change lasts about twenty minutes, amid its window. */
export function gateRush({ open, since, until }: Phase): number {
  return open ? Math.sin((Math.PI * since) / (since + until)) ** 80 : 0;
}
