import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  DEFAULT_HEATING_SEASON,
  type HeatingSeason,
  type OpeningWindow,
  type SiteRegistry,
} from '../../../contract/registry.ts';
import { compileSchedule } from '../../../ingest/standards/schedule.ts';
import { site } from './site.ts';

const MINUTE = 60_000;
const ZONES = ['Asia/Shanghai', 'Asia/Kolkata', 'Europe/Berlin', 'America/St_Johns'];
/** Ordinary days, both changes of the clocks in Europe and America, the ends of season and year. */
const DAYS = [
  '2026-06-10',
  '2026-03-29',
  '2026-10-25',
  '2026-03-08',
  '2026-11-01',
  '2026-11-15',
  '2027-03-15',
  '2026-12-31',
  '2028-02-29',
];

/** What a clock on the wall shows, minute by minute; made by Intl, which shares nothing with Temporal's arithmetic. */
function wallClock(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return (at) => format.format(at);
}

/** Seven days, minute by minute, begun three days early so that each window's beginning is among them. */
function watched(zone: string, from: number): Watched {
  const key = `${zone} ${from}`;
  const known = watchedDays.get(key);
  if (known !== undefined) return known;
  const minutes = Array.from({ length: 7 * 1_440 }, (_, index) => from + (index - 3 * 1_440) * MINUTE);
  const days = { minutes, shown: minutes.map(wallClock(zone)) };
  watchedDays.set(key, days);
  return days;
}

interface Watched {
  readonly minutes: readonly number[];
  readonly shown: readonly string[];
}
const watchedDays = new Map<string, Watched>();

const nextDate = (date: string) => later(date, 1);

/** Looks at every minute of some days: a window is open from the first minute that shows its start to the last before its end. */
function openMinutes(
  minutes: readonly number[],
  shown: readonly string[],
  windows: readonly OpeningWindow[],
): ReadonlySet<number> {
  const open = new Set<number>();
  for (const date of new Set(shown.map((text) => text.slice(0, 10)))) {
    for (const { from, to } of windows) {
      const start = `${date} ${from}`;
      const end = to === '24:00' ? `${nextDate(date)} 00:00` : `${to <= from ? nextDate(date) : date} ${to}`;
      const first = shown.findIndex((text) => text >= start);
      const last = shown.findLastIndex((text) => text < end);
      // A window that began before these minutes is not to be judged by them.
      if (first < 1) continue;
      for (const minute of minutes.slice(first, last + 1)) open.add(minute);
    }
  }
  return open;
}

function heats(season: HeatingSeason, date: string): boolean {
  const day = date.slice(5);
  const { from, to, overrides = [] } = season;
  let heating = from <= to ? day >= from && day <= to : day >= from || day <= to;
  for (const one of overrides) if (date >= one.from && date <= one.to) heating = one.heating;
  return heating;
}

const twoDigits = (number: number) => String(number).padStart(2, '0');
const someTimes = [
  '00:00',
  '00:01',
  '01:00',
  '01:30',
  '02:00',
  '02:01',
  '02:15',
  '02:30',
  '02:59',
  '03:00',
  '03:30',
  '06:00',
  '12:00',
  '23:00',
  '23:59',
];
const anyTime = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...someTimes) },
  {
    weight: 1,
    arbitrary: fc.nat(1_439).map((minute) => `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`),
  },
);
const anyWindow: fc.Arbitrary<OpeningWindow> = fc.record({
  from: anyTime,
  to: fc.oneof({ weight: 7, arbitrary: anyTime }, fc.constant('24:00')),
});
const hours = fc.option(fc.array(anyWindow, { maxLength: 3 }), { nil: undefined, freq: 5 });
const anyMonthDay = fc.oneof(
  fc.constantFrom(...DAYS.map((day) => day.slice(5))),
  fc
    .record({ month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }) })
    .map(({ month, day }) => `${twoDigits(month)}-${twoDigits(day)}`),
);
const anyOverride = fc.record({ before: fc.nat(2), days: fc.nat(3), heating: fc.boolean() });

const anyCase = fc.record({
  zone: fc.constantFrom(...ZONES),
  day: fc.constantFrom(...DAYS),
  siteHours: hours,
  areaHours: hours,
  season: fc.option(
    fc.record({ from: anyMonthDay, to: anyMonthDay, overrides: fc.array(anyOverride, { maxLength: 3 }) }),
    { nil: undefined },
  ),
});

const later = (date: string, days: number) =>
  new Date(Date.parse(`${date}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

test('every minute around any day, in any zone, is what the clock on the wall and the calendar say', () => {
  fc.assert(
    fc.property(anyCase, ({ zone, day, siteHours, areaHours, season }) => {
      const heatingSeason = season && {
        ...season,
        overrides: season.overrides.map(({ before, days, heating }) => ({
          from: later(day, -before),
          to: later(day, days - before),
          heating,
        })),
      };
      const registry: SiteRegistry = site({
        timezone: zone,
        areas: [{ id: 'bath', name: { zh: '甲', en: 'a' }, ...(areaHours && { openingHours: areaHours }) }],
        ...(siteHours && { openingHours: siteHours }),
        ...(heatingSeason && { heatingSeason }),
      });
      const noon = Date.parse(`${day}T12:00Z`);
      const [from, until] = [noon - 1.5 * 86_400_000, noon + 1.5 * 86_400_000];
      const schedule = compileSchedule(registry, { from, until });
      const { minutes, shown } = watched(zone, from);
      const windows = areaHours ?? siteHours;
      const open = windows && openMinutes(minutes, shown, windows);

      const heatingOpen = { applies: 'heating_open', critical: false } as const;
      const told: string[] = [];
      const expected: string[] = [];
      const lateChanges: string[] = [];
      let next = schedule.nextChange(from - 1);
      let before: string | undefined;
      minutes.forEach((at, index) => {
        if (at < from || at >= until) return;
        const wall = shown[index] ?? '';
        const date = wall.slice(0, 10);
        const isOpen = open?.has(at) ?? true;
        const isHeating = heats(heatingSeason ?? DEFAULT_HEATING_SEASON, date);
        expected.push(`${wall} ${isOpen} ${isHeating} ${isOpen && isHeating} ${date} 00:00`);
        const midnight = shown[(schedule.startOfDay(at) - (minutes[0] ?? 0)) / MINUTE];
        const state = `${schedule.mode('bath', at) === 'open'} ${schedule.heating(at)} ${schedule.applies(heatingOpen, 'bath', at)}`;
        told.push(`${wall} ${state} ${midnight}`);
        const all = `${state} ${schedule.hours('bath', at)}`;
        if (before !== undefined && all !== before && next !== at) lateChanges.push(wall);
        if (at >= next) next = schedule.nextChange(at);
        before = all;
      });
      const wrong = told.findIndex((line, index) => line !== expected[index]);
      expect(told[wrong]).toBe(expected[wrong]);
      expect(lateChanges).toEqual([]);
    }),
    {
      numRuns: 150,
      examples: [
        // The clocks are set back to the very time at which it closes.
        [
          {
            zone: 'America/St_Johns',
            day: '2026-11-01',
            siteHours: undefined,
            areaHours: [{ from: '00:00', to: '01:00' }],
            season: undefined,
          },
        ],
      ],
    },
  );
});
