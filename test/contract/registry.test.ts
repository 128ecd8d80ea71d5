import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import {
  AreaMode,
  BindingSpec,
  HeatingSeason,
  MonthDay,
  OpeningWindow,
  Role,
  SiteRegistry,
  StandardOverride,
  TimeOfDay,
} from '../../contract/registry.ts';

const name = { zh: '男浴', en: 'Men' };
const registry = {
  site: 'mine',
  name,
  timezone: 'Asia/Shanghai',
  notice: name,
  heatingSeason: { from: '11-15', to: '03-15', overrides: [{ from: '2026-11-01', to: '2026-11-14', heating: true }] },
  openingHours: [
    { from: '06:00', to: '11:00' },
    { from: '23:00', to: '01:00' },
  ],
  standards: ['legionella'],
  overrides: [{ standard: 'base.water', points: ['pool'], low: 41, onDelay: 30 }],
  areas: [{ id: 'men', name, openingHours: [] }],
  points: [{ id: 'pool', area: 'men', name, role: 'pool' }],
  devices: [{ id: 'd1', name, sleeping: true, liveBack: 600, liveAhead: 60 }],
  bindings: [
    {
      device: 'd1',
      metric: 'water_temperature.outlet3',
      point: 'pool',
      interval: 60,
      since: '2026-11-01T00:00:00+08:00',
    },
    { device: 'd1', metric: 'events', point: 'pool', longestSilence: 3_600 },
  ],
};
const accepts = (change: object) => Value.Check(SiteRegistry, { ...registry, ...change });

test('a registry holds a site, its areas, points, devices and bindings, its season, hours, standards and overrides', () => {
  expect(Value.Check(SiteRegistry, registry)).toBe(true);
  const { site, timezone, areas, points, devices, bindings } = registry;
  expect(Value.Check(SiteRegistry, { site, name, timezone, areas, points, devices, bindings })).toBe(true);
});

describe('a registry is refused with', () => {
  test.each<readonly [string, object]>([
    ['no areas', { areas: undefined }],
    ['an unknown key', { area: [] }],
    ['a misspelt key in an area', { areas: [{ id: 'men', name, openinghours: [] }] }],
    ['an id in capitals', { site: 'Mine' }],
    ['an id that YAML made a number of', { site: 123 }],
    ['an id that YAML made a boolean of', { devices: [{ id: false, name }] }],
    ['an id that YAML made a date of', { areas: [{ id: new Date(0), name }] }],
    ['a name in one language', { name: '男浴' }],
    ['an unknown role', { points: [{ id: 'p', area: 'men', name, role: 'sauna' }] }],
    ['a standard twice', { standards: ['legionella', 'legionella'] }],
    ['an interval of nothing', { bindings: [{ device: 'd1', metric: 'co2', point: 'p', interval: 0 }] }],
    ['an interval as text', { bindings: [{ device: 'd1', metric: 'co2', point: 'p', interval: '60' }] }],
    ['a metric in capitals', { bindings: [{ device: 'd1', metric: 'CO2', point: 'p' }] }],
    ['a negative tolerance', { devices: [{ id: 'd1', name, liveBack: -1 }] }],
  ])('%s', (_, change) => {
    expect(accepts(change)).toBe(false);
  });
});

test.each([
  ['00:00', true],
  ['23:59', true],
  ['24:00', true],
  ['24:01', false],
  ['6:00', false],
  ['06:60', false],
  ['06:00:00', false],
  [360, false],
])('%j as a time of day: %s', (time, right) => {
  expect(Value.Check(TimeOfDay, time)).toBe(right);
});

test.each([
  ['11-15', true],
  ['02-29', true],
  ['13-01', false],
  ['00-10', false],
  ['11-32', false],
  ['1-5', false],
])('%j as a day of the year: %s', (day, right) => {
  expect(Value.Check(MonthDay, day)).toBe(right);
});

test('a window may end on the next day, and a season in the next year', () => {
  expect(Value.Check(OpeningWindow, { from: '23:00', to: '01:00' })).toBe(true);
  expect(Value.Check(HeatingSeason, { from: '11-15', to: '03-15' })).toBe(true);
  expect(Value.Check(OpeningWindow, { from: '23:00', to: '01:00', days: [1] })).toBe(false);
});

test('a binding has an interval or a longest silence, in seconds', () => {
  const binding = { device: 'd1', metric: 'co2', point: 'hall' };
  expect(Value.Check(BindingSpec, binding)).toBe(true);
  expect(Value.Check(BindingSpec, { ...binding, longestSilence: 604_800 })).toBe(true);
  expect(Value.Check(BindingSpec, { ...binding, longestSilence: 604_801 })).toBe(false);
});

test.each([
  [{ standard: 'base.water', low: 41 }, true],
  [{ standard: 'device.offline', onDelay: 10 }, true],
  [{ standard: 'water' }, false],
  [{ standard: 'base.water', points: [] }, false],
  [{ standard: 'base.water', deadband: -0.5 }, false],
  [{ standard: 'base.water', limit: 41 }, false],
])('%j as an override: %s', (override, right) => {
  expect(Value.Check(StandardOverride, override)).toBe(right);
});

test('the roles and the modes of areas', () => {
  for (const role of [
    'pool',
    'shower_outlet',
    'header',
    'tank',
    'bath_hall',
    'changing_room',
    'dormitory_room',
    'attendance_terminal',
    'door',
    'exhaust_fan',
  ]) {
    expect(Value.Check(Role, role)).toBe(true);
  }
  expect(AreaMode.enum).toEqual(['open', 'closed', 'filling', 'cleaning', 'drained', 'out_of_service']);
});
