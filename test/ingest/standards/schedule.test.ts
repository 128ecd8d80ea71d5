import { describe, expect, test } from 'vitest';
import type { OpeningWindow } from '../../../contract/registry.ts';
import { compileSchedule, inForceSpans } from '../../../ingest/standards/schedule.ts';
import { site } from './site.ts';

const at = (local: string, zone = 'Asia/Shanghai') =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds;
const windows = (...texts: string[]): OpeningWindow[] =>
  texts.map((text) => {
    const [from = '', to = ''] = text.split('–');
    return { from, to };
  });
const compile = (changes: Parameters<typeof site>[0], from = '2026-11-01T00:00', until = '2027-04-01T00:00') =>
  compileSchedule(site(changes), { from: at(from, changes?.timezone), until: at(until, changes?.timezone) });

describe('opening hours', () => {
  const openingHours = windows('06:00–11:00', '14:00–19:00', '23:00–01:00');
  const schedule = compile({ openingHours });

  test.each([
    ['2026-11-20T05:59:59', 'closed', '06:00–11:00'],
    ['2026-11-20T06:00', 'open', '06:00–11:00'],
    ['2026-11-20T10:59:59', 'open', '06:00–11:00'],
    ['2026-11-20T11:00', 'closed', '14:00–19:00'],
    ['2026-11-20T22:59', 'closed', '23:00–01:00'],
    ['2026-11-20T23:30', 'open', '23:00–01:00'],
    ['2026-11-21T00:59:59', 'open', '23:00–01:00'],
    ['2026-11-21T01:00', 'closed', '06:00–11:00'],
  ])('at %s: %s, %s', (local, mode, hours) => {
    expect(schedule.mode('bath', at(local))).toBe(mode);
    expect(schedule.hours('bath', at(local))).toBe(hours);
  });

  test('a window that began yesterday is open when the span begins after midnight', () => {
    expect(compile({ openingHours }, '2026-11-20T00:30').mode('bath', at('2026-11-20T00:30'))).toBe('open');
  });
  test('the next window is named even beyond the compiled span', () => {
    const evening = compile({ openingHours }, '2026-11-20T00:00', '2026-11-21T02:00');
    expect(evening.hours('bath', at('2026-11-21T01:30'))).toBe('06:00–11:00');
  });
  test('an area has its own, else those of the site, else it is always open; none at all is never', () => {
    const areas = [
      { id: 'own', name: { zh: '甲', en: 'a' }, openingHours: windows('08:00–09:00') },
      { id: 'never', name: { zh: '乙', en: 'b' }, openingHours: [] },
      { id: 'site', name: { zh: '丙', en: 'c' } },
    ];
    const some = compile({ areas, openingHours: windows('10:00–24:00') });
    const modes = (local: string) => ['own', 'never', 'site'].map((area) => some.mode(area, at(local)));
    expect(modes('2026-11-20T08:30')).toEqual(['open', 'closed', 'closed']);
    expect(modes('2026-11-20T23:59:59')).toEqual(['closed', 'closed', 'open']);
    expect(modes('2026-11-21T00:00')).toEqual(['closed', 'closed', 'closed']);
    expect(['own', 'never', 'site'].map((area) => some.hours(area, at('2026-11-20T12:00')))).toEqual([
      '08:00–09:00',
      '',
      '10:00–24:00',
    ]);
    const always = compile({ areas });
    expect(always.mode('site', at('2026-11-20T03:00'))).toBe('open');
    expect(always.hours('site', at('2026-11-20T03:00'))).toBe('');
  });
  test('a window that ends when it starts lasts a day', () => {
    const day = compile({ openingHours: windows('06:00–06:00') });
    expect(day.mode('bath', at('2026-11-20T05:59'))).toBe('open');
    expect(day.nextChange(at('2026-11-20T05:59'))).not.toBe(Infinity);
  });
  test('an hour that the clocks leave out opens with the hour after it, and one that comes twice is open twice', () => {
    const zone = 'Europe/Berlin';
    const berlin = compile(
      { timezone: zone, openingHours: windows('02:30–04:00') },
      '2026-03-01T00:00',
      '2026-12-01T00:00',
    );
    expect(berlin.mode('bath', at('2026-03-29T01:59:59', zone))).toBe('closed');
    expect(berlin.mode('bath', at('2026-03-29T03:00', zone))).toBe('open');
    const night = compile(
      { timezone: zone, openingHours: windows('02:00–02:30') },
      '2026-03-01T00:00',
      '2026-12-01T00:00',
    );
    const second = Date.parse('2026-10-25T02:29:59+01:00');
    expect([second, second + 1_000].map((moment) => night.mode('bath', moment))).toEqual(['open', 'closed']);
    expect(night.mode('bath', at('2026-03-29T03:00', zone))).toBe('closed');
  });
});

describe('the heating season', () => {
  const heating = (changes: Parameters<typeof site>[0], local: string) => {
    const year = Number(local.slice(0, 4));
    return compile(changes, `${year - 1}-12-30T00:00`, `${year + 1}-01-05T00:00`).heating(at(local));
  };
  test.each([
    ['2026-11-14T23:59:59', false],
    ['2026-11-15T00:00', true],
    ['2026-12-31T23:59', true],
    ['2027-01-01T00:00', true],
    ['2027-03-15T23:59:59', true],
    ['2027-03-16T00:00', false],
  ])('unless the site says otherwise, at %s: %s', (local, is) => {
    expect(heating({}, local)).toBe(is);
  });
  test('may stay within a year', () => {
    const heatingSeason = { from: '10-20', to: '12-20' };
    expect(
      ['2026-01-01T00:00', '2026-10-20T00:00', '2026-12-20T23:59', '2026-12-21T00:00'].map((one) =>
        heating({ heatingSeason }, one),
      ),
    ).toEqual([false, true, true, false]);
  });
  test('that ends on 29 February ends with February', () => {
    const heatingSeason = { from: '11-15', to: '02-29' };
    expect(
      ['2027-02-28T12:00', '2027-03-01T00:00', '2028-02-29T12:00', '2028-03-01T00:00'].map((one) =>
        heating({ heatingSeason }, one),
      ),
    ).toEqual([true, false, true, false]);
  });
  test('is changed by dated overrides, both days included, and a later one wins', () => {
    const heatingSeason = {
      from: '11-15',
      to: '03-15',
      overrides: [
        { from: '2026-11-01', to: '2026-11-20', heating: true },
        { from: '2026-11-10', to: '2026-11-10', heating: false },
      ],
    };
    expect(
      ['2026-10-31T23:59', '2026-11-01T00:00', '2026-11-10T12:00', '2026-11-11T00:00', '2025-11-05T12:00'].map((one) =>
        heating({ heatingSeason }, one),
      ),
    ).toEqual([false, true, false, true, false]);
  });
});

describe('what applies', () => {
  const schedule = compile({ openingHours: windows('06:00–11:00') });
  test.each([
    ['2026-11-10T07:00', [true, true, false, false]],
    ['2026-11-10T12:00', [true, false, false, false]],
    ['2026-11-20T07:00', [true, true, true, true]],
    ['2026-11-20T12:00', [true, false, true, false]],
  ])('at %s', (local, expected) => {
    const applies = (['always', 'open', 'heating', 'heating_open'] as const).map((one) =>
      schedule.applies({ applies: one, critical: false }, 'bath', at(local)),
    );
    expect(applies).toEqual(expected);
  });
  test('changes at the instants named, and at none after the span', () => {
    expect(schedule.nextChange(at('2026-11-14T05:00'))).toBe(at('2026-11-14T06:00'));
    expect(schedule.nextChange(at('2026-11-14T06:00'))).toBe(at('2026-11-14T11:00'));
    expect(schedule.nextChange(at('2026-11-14T11:00'))).toBe(at('2026-11-15T00:00'));
    expect(schedule.nextChange(at('2027-03-31T12:00'))).toBe(Infinity);
    expect(compile({}, '2026-06-01T00:00', '2026-07-01T00:00').nextChange(at('2026-06-01T00:00'))).toBe(Infinity);
  });
  test('is in force during spans that are cut out of a time asked for', () => {
    const asked = { from: at('2026-11-15T10:30'), to: at('2026-11-16T06:15') };
    expect(inForceSpans(schedule, { applies: 'heating_open', critical: false, area: 'bath' }, asked)).toEqual([
      { from: asked.from, to: at('2026-11-15T11:00') },
      { from: at('2026-11-16T06:00'), to: asked.to },
    ]);
    expect(inForceSpans(schedule, { applies: 'always', critical: false, area: 'bath' }, asked)).toEqual([asked]);
  });
});

test('a local day starts at its midnight, also where that is no whole hour of UTC, and where midnight is left out', () => {
  const kolkata = compile({ timezone: 'Asia/Kolkata' });
  const noon = at('2026-11-20T12:00', 'Asia/Kolkata');
  expect(kolkata.startOfDay(noon)).toBe(Date.parse('2026-11-19T18:30Z'));
  // In Santiago the clocks go from 00:00 to 01:00.
  const santiago = compile({ timezone: 'America/Santiago' }, '2026-09-01T00:00', '2026-09-20T00:00');
  expect(santiago.startOfDay(at('2026-09-06T12:00', 'America/Santiago'))).toBe(
    at('2026-09-06T01:00', 'America/Santiago'),
  );
});
