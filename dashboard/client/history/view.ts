/** What a chart shows: from and to, ms epoch. */
export interface View {
  readonly from: number;
  readonly to: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const SPANS = { h1: HOUR, h8: 8 * HOUR, d1: DAY, d7: 7 * DAY, d30: 30 * DAY, y1: 365 * DAY } as const;
export type SpanName = keyof typeof SPANS;

const SHORTEST = 60_000;
const LONGEST = 10 * 366 * DAY;

export const spanOf = ({ from, to }: View): number => to - from;

/** The span that a view shows, if it is one of those with a button. */
export function namedSpan(view: View): SpanName | null {
  const names = Object.keys(SPANS) as SpanName[];
  return names.find((name) => Math.abs(SPANS[name] - spanOf(view)) < 1_000) ?? null;
}

/** Longer (factor > 1) or shorter, with the moment under the pointer staying where it is. */
export function zoomed(view: View, factor: number, at: number, now: number): View {
  const span = Math.min(LONGEST, Math.max(SHORTEST, spanOf(view) * factor));
  const share = (at - view.from) / spanOf(view);
  return within({ from: at - share * span, to: at + (1 - share) * span }, now);
}

/** Moved by a part of its length; negative: back in time. */
export function moved(view: View, share: number, now: number): View {
  const by = spanOf(view) * share;
  return within({ from: view.from + by, to: view.to + by }, now);
}

/** The future holds nothing: a view ends now at the latest. */
export function within({ from, to }: View, now: number): View {
  const over = Math.max(0, to - now);
  return { from: from - over, to: to - over };
}

/** Whether it ends now, so that it goes on with what comes. */
export function followsNow(view: View, now: number): boolean {
  return now - view.to < Math.max(2_000, spanOf(view) / 500);
}

export interface TimeTick {
  readonly at: number;
  /** Begins a local day. */
  readonly day: boolean;
}

const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 4, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 10, 30, 90, 180, 365].map((days) => days * DAY),
];

/** Where the time axis is lettered: at round times of the site's clocks, `most` of them. `offset`: zone to UTC, ms. */
export function timeTicks({ from, to }: View, most: number, offset: (at: number) => number): TimeTick[] {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? 365 * DAY;
  const ticks: TimeTick[] = [];
  for (let local = Math.ceil((from + offset(from)) / step) * step; local - offset(from) <= to; local += step) {
    const at = local - offset(local - offset(from));
    if (at >= from && at <= to) ticks.push({ at, day: (((at + offset(at)) % DAY) + DAY) % DAY === 0 });
  }
  return ticks;
}

/** ms by which a zone's clocks are ahead of UTC. */
export function zoneOffset(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (at) => {
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * 60_000);
  };
}
