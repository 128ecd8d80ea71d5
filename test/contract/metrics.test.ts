import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { Metric, METRIC_NAMES, METRICS, metricKey, MetricKey, metricSpec } from '../../contract/metrics.ts';

test('the metrics and their units', () => {
  expect(Object.fromEntries(METRIC_NAMES.map((name) => [name, METRICS[name].unit]))).toEqual({
    water_temperature: '°C',
    room_temperature: '°C',
    humidity: '%RH',
    co2: 'ppm',
    ammonia: 'ppm',
    turbidity: 'NTU',
    water_level: 'm',
    fan_running: '',
    verify_time: 'ms',
    queue_wait: 's',
    battery: '%',
  });
});

test.each([
  ['water_temperature', 0, 95],
  ['room_temperature', -20, 60],
  ['humidity', 0, 100],
  ['co2', 0, 10_000],
  ['battery', 0, 100],
  ['fan_running', 0, 1],
] as const)('%s can physically be %d to %d', (metric, min, max) => {
  expect(METRICS[metric]).toMatchObject({ min, max });
});

test.each(['ammonia', 'turbidity', 'water_level', 'verify_time', 'queue_wait'] as const)(
  '%s is never negative',
  (metric) => {
    expect(METRICS[metric].min).toBe(0);
  },
);

test.each(METRIC_NAMES)('%s is snake_case, resolves a power of ten and prints no finer', (name) => {
  expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
  const { resolution, decimals, min, max } = METRICS[name];
  expect(Number.isInteger(-Math.log10(resolution))).toBe(true);
  expect(resolution).toBeLessThanOrEqual(1);
  expect(decimals).toBeLessThanOrEqual(Math.round(-Math.log10(resolution)));
  expect(min).toBeLessThan(max);
});

test.each([
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'valueOf',
  '',
  'Water_temperature',
  'water_temprature',
])('%j is no metric', (name) => {
  expect(metricSpec(name)).toBeUndefined();
  expect(Value.Check(Metric, name)).toBe(false);
});

describe('a key of values', () => {
  test.each(['water_temperature', 'water_temperature.outlet3', 'co2.1', 'humidity.a_b-c', `co2.${'a'.repeat(63)}`])(
    'may be %s',
    (key) => {
      expect(Value.Check(MetricKey, key)).toBe(true);
    },
  );
  test.each([
    '',
    '.',
    'co2.',
    '.co2',
    'co2.A',
    'co2.a.b',
    'co2.-a',
    'co2 .a',
    'Co2',
    '2co',
    `co2.${'a'.repeat(64)}`,
    'co2\n',
  ])('may not be %j', (key) => {
    expect(Value.Check(MetricKey, key)).toBe(false);
  });
  test('is the metric, with its channel after a full stop where there is one', () => {
    expect(metricKey({ metric: 'co2', channel: '' })).toBe('co2');
    expect(metricKey({ metric: 'water_temperature', channel: 'outlet3' })).toBe('water_temperature.outlet3');
  });
});
