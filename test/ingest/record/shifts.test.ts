import { expect, test } from 'vitest';
import { shiftKind } from '../../../contract/record.ts';
import type { SiteRegistry } from '../../../contract/registry.ts';
import { shiftsOf, windowsOf } from '../../../ingest/record/shifts.ts';

const registry: SiteRegistry = {
  site: 'mine-a',
  name: { zh: '甲矿', en: 'Mine A' },
  timezone: 'Asia/Shanghai',
  openingHours: [
    { from: '23:00', to: '01:00' },
    { from: '06:00', to: '11:00' },
    { from: '14:00', to: '19:00' },
  ],
  areas: [
    { id: 'men', name: { zh: '男浴', en: 'Men' } },
    { id: 'gate', name: { zh: '门岗', en: 'Gate' }, openingHours: [] },
    { id: 'women', name: { zh: '女浴', en: 'Women' }, openingHours: [{ from: '22:30', to: '22:30' }] },
  ],
  points: [],
  devices: [],
  bindings: [],
};

test('a shift that crosses midnight, and the month, belongs to the day on which it starts', () => {
  const shifts = shiftsOf(registry, 'men', { from: '2026-11-29', to: '2026-11-30' });
  expect(shifts.map(({ day, from, to, start, end }) => [day, from, to, start, end])).toEqual([
    ['2026-11-29', '06:00', '11:00', Date.parse('2026-11-28T22:00Z'), Date.parse('2026-11-29T03:00Z')],
    ['2026-11-29', '14:00', '19:00', Date.parse('2026-11-29T06:00Z'), Date.parse('2026-11-29T11:00Z')],
    ['2026-11-29', '23:00', '01:00', Date.parse('2026-11-29T15:00Z'), Date.parse('2026-11-29T17:00Z')],
    ['2026-11-30', '06:00', '11:00', Date.parse('2026-11-29T22:00Z'), Date.parse('2026-11-30T03:00Z')],
    ['2026-11-30', '14:00', '19:00', Date.parse('2026-11-30T06:00Z'), Date.parse('2026-11-30T11:00Z')],
    ['2026-11-30', '23:00', '01:00', Date.parse('2026-11-30T15:00Z'), Date.parse('2026-11-30T17:00Z')],
  ]);
});

test('an area has its own hours, none at all, or those of its site; without any the day is one shift', () => {
  expect(shiftsOf(registry, 'gate', { from: '2026-11-29', to: '2026-11-30' })).toEqual([]);
  expect(shiftsOf(registry, 'women', { from: '2026-11-29', to: '2026-11-29' })).toMatchObject([
    { start: Date.parse('2026-11-29T14:30Z'), end: Date.parse('2026-11-30T14:30Z') },
  ]);
  const { openingHours, ...always } = registry;
  expect(openingHours).toHaveLength(3);
  expect(windowsOf(always, 'men')).toEqual([{ from: '00:00', to: '24:00' }]);
  expect(shiftsOf(always, 'men', { from: '2026-11-29', to: '2026-11-29' })).toMatchObject([
    { start: Date.parse('2026-11-28T16:00Z'), end: Date.parse('2026-11-29T16:00Z') },
  ]);
});

test('where the clocks change, a shift is as long as it was', () => {
  const berlin = { ...registry, timezone: 'Europe/Berlin' };
  const [, , night] = shiftsOf(berlin, 'men', { from: '2026-10-24', to: '2026-10-24' });
  expect(night).toMatchObject({ from: '23:00', to: '01:00', start: Date.parse('2026-10-24T21:00Z') });
  const long = { ...berlin, openingHours: [{ from: '23:00', to: '06:00' }] };
  const [spring] = shiftsOf(long, 'men', { from: '2026-03-28', to: '2026-03-28' });
  expect(((spring?.end ?? 0) - (spring?.start ?? 0)) / 3_600_000).toBe(6);
});

test.each([
  [
    ['06:00-11:00', '14:00-19:00', '23:00-01:00'],
    ['early', 'late', 'night'],
  ],
  [
    ['04:00-09:00', '11:00-16:00', '19:00-24:00'],
    ['early', 'late', 'night'],
  ],
  [
    ['00:00-08:00', '08:00-16:00', '16:00-24:00'],
    ['night', 'early', 'late'],
  ],
  [
    ['06:00-18:00', '18:00-06:00'],
    ['early', 'late'],
  ],
  [['00:00-24:00'], ['day']],
  [['20:00-06:00'], ['night']],
])('shifts %j of a day are called %j', (hours, names) => {
  const windows = hours.map((text) => ({ from: text.slice(0, 5), to: text.slice(6) }));
  expect(windows.map(({ from }) => shiftKind(from, windows))).toEqual(names);
});
