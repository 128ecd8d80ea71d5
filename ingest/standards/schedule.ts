import {
  DEFAULT_HEATING_SEASON,
  type HeatingSeason,
  type OpeningWindow,
  type SiteRegistry,
} from '../../contract/registry.ts';
import { isCovered, modesByHand } from './modes.ts';
import type { ModeSpan, InForceRule, SiteSchedule } from './types.ts';
import { indexAt, instantAfter, timeline, valueAt, type Span, type Timeline } from './timeline.ts';

interface Hours {
  readonly open: boolean;
  readonly hours: string;
}

interface LocalDay {
  readonly date: Temporal.PlainDate;
  /** ms epoch */
  readonly start: number;
}

const ALWAYS_OPEN: Hours = { open: true, hours: '' };
const NEVER_OPEN: Hours = { open: false, hours: '' };
/** A window may begin the day before, and the next one the day after; a change of the clocks may move it further. */
const MARGIN_DAYS = 2;

/**
 * Compiles opening hours and heating season to instants, so that nothing counts days later. `from` and `until` are ms
 * epoch; asked about a moment outside them, the schedule answers as near as it can. `modes`: set by hand, they lie over
 * the opening hours. Throws RangeError for a time zone or date that does not exist: a registry is checked before it
 * comes here.
 */
export function compileSchedule(
  registry: SiteRegistry,
  { from, until, modes = [] }: { from: number; until: number; modes?: readonly ModeSpan[] },
): SiteSchedule {
  const days = localDays(registry.timezone, from, until);
  const heating = heatingTimeline(registry.heatingSeason ?? DEFAULT_HEATING_SEASON, days);
  const siteHours = hoursTimeline(registry.openingHours, days, registry.timezone);
  const areaHours = new Map(
    registry.areas.map(({ id, openingHours }) => [
      id,
      openingHours === undefined ? siteHours : hoursTimeline(openingHours, days, registry.timezone),
    ]),
  );
  const hoursOf = (area: string, at: number) => valueAt(areaHours.get(area) ?? siteHours, at);
  const changes = [...new Set([heating, siteHours, ...areaHours.values()].flatMap(({ instants }) => instants.slice(1)))]
    .filter((instant) => instant < until)
    .sort((a, b) => a - b);
  const dayStarts = days.map(({ start }) => start);
  const hand = modesByHand(modes);
  const isOpen = (area: string, at: number) => hand.at(area, at)?.mode === 'open' || hoursOf(area, at).open;

  return {
    from,
    until,
    heating: (at) => valueAt(heating, at),
    mode: (area, at) => hand.at(area, at)?.mode ?? (hoursOf(area, at).open ? 'open' : 'closed'),
    byHand: (area, at) => hand.at(area, at),
    isOpen,
    applies(rule, area, at) {
      const { applies } = rule;
      const open = applies === 'always' || applies === 'heating' || isOpen(area, at);
      if (!open || !(applies === 'always' || applies === 'open' || valueAt(heating, at))) return false;
      const mode = hand.at(area, at)?.mode;
      return mode === undefined || !isCovered(mode, rule);
    },
    nextChange(at) {
      const next = hand.nextChange(at);
      return Math.min(instantAfter(changes, at), next < until ? next : Infinity);
    },
    hours: (area, at) => hoursOf(area, at).hours,
    startOfDay: (at) => dayStarts[Math.max(0, indexAt(dayStarts, at))] ?? at,
  };
}

/** When a standard applies in an area, cut to a time within the schedule's span. */
export function inForceSpans(
  schedule: SiteSchedule,
  { area, ...rule }: InForceRule & { readonly area: string },
  { from, to }: Span,
): readonly Span[] {
  const spans: Span[] = [];
  for (let at = from; at < to;) {
    const end = Math.min(to, schedule.nextChange(at));
    const last = spans.at(-1);
    if (schedule.applies(rule, area, at)) {
      if (last?.to === at) spans[spans.length - 1] = { from: last.from, to: end };
      else spans.push({ from: at, to: end });
    }
    at = end;
  }
  return spans;
}

function localDays(zone: string, from: number, until: number): LocalDay[] {
  const dateOf = (at: number) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
  const last = dateOf(until).add({ days: MARGIN_DAYS });
  const days: LocalDay[] = [];
  for (
    let date = dateOf(from).subtract({ days: MARGIN_DAYS });
    Temporal.PlainDate.compare(date, last) <= 0;
    date = date.add({ days: 1 })
  ) {
    days.push({ date, start: date.toZonedDateTime(zone).epochMilliseconds });
  }
  return days;
}

function heatingTimeline(season: HeatingSeason, days: readonly LocalDay[]): Timeline<boolean> {
  const byStart = new Map(days.map(({ date, start }) => [start, date.toString()]));
  const heats = (start: number) => isHeated(season, byStart.get(start) ?? '');
  return timeline([...byStart.keys()], heats, (a, b) => a === b);
}

/** Both ends belong to the season, which may cross the year; the last override that covers a day decides it. */
function isHeated({ from, to, overrides = [] }: HeatingSeason, date: string): boolean {
  const override = overrides.findLast((one) => one.from <= date && date <= one.to);
  if (override !== undefined) return override.heating;
  const day = date.slice(5);
  return from <= to ? from <= day && day <= to : from <= day || day <= to;
}

function hoursTimeline(
  windows: readonly OpeningWindow[] | undefined,
  days: readonly LocalDay[],
  zone: string,
): Timeline<Hours> {
  const start = days[0]?.start ?? 0;
  if (windows === undefined || windows.length === 0) {
    return { instants: [start], values: [windows === undefined ? ALWAYS_OPEN : NEVER_OPEN] };
  }
  const spans = days
    .flatMap(({ date }) =>
      windows.map((window) => ({ ...windowSpan(window, date, zone), hours: `${window.from}–${window.to}` })),
    )
    .filter((span) => span.from < span.to)
    .sort((a, b) => a.from - b.from);

  let first = 0;
  const hoursAt = (instant: number): Hours => {
    while ((spans[first]?.to ?? Infinity) <= instant) first++;
    const span = spans[first];
    return span === undefined ? NEVER_OPEN : { open: span.from <= instant, hours: span.hours };
  };
  const instants = [start, ...spans.flatMap(({ from, to }) => [from, to])];
  return timeline(instants, hoursAt, (a, b) => a.open === b.open && a.hours === b.hours);
}

/** A window belongs to the day on which it starts. */
export function windowSpan({ from, to }: OpeningWindow, date: Temporal.PlainDate, zone: string): Span {
  const end = to <= from ? date.add({ days: 1 }) : date;
  return { from: instantOf(date, from, zone, 'earlier'), to: instantOf(end, to, zone, 'later') };
}

/** Where the clocks show a time twice, `which` of the two; a time that they leave out is the moment at which they jump. */
function instantOf(date: Temporal.PlainDate, time: string, zone: string, which: 'earlier' | 'later'): number {
  const wanted = time === '24:00' ? date.add({ days: 1 }).toPlainDateTime('00:00') : date.toPlainDateTime(time);
  const found = wanted.toZonedDateTime(zone, { disambiguation: which });
  const before = wanted.toZonedDateTime(zone, { disambiguation: 'earlier' });
  // Clocks that are set back to just this time have not shown an earlier one since they showed it first.
  const setBackToIt = before.getTimeZoneTransition('next')?.epochMilliseconds === found.epochMilliseconds;
  if (found.toPlainDateTime().equals(wanted)) return (setBackToIt ? before : found).epochMilliseconds;
  return (before.getTimeZoneTransition('next') ?? found).epochMilliseconds;
}
