import { expect, test } from 'vitest';
import { countdown, durationParts } from '../../../dashboard/client/format/duration.ts';
import { localText, preferredLanguage } from '../../../dashboard/client/format/language.ts';
import { baseMetric } from '../../../dashboard/client/format/metric.ts';
import { decimalsToTell, formatLimit, formatNumber } from '../../../dashboard/client/format/number.ts';
import { clockTime, momentTime } from '../../../dashboard/client/format/time.ts';

const WATER = { decimals: 1, resolution: 0.01 };

test.each([
  ['38.6', 38.6, [40, 48, 50], 1],
  ['39.96, which 40.0 would hide', 39.96, [40, 48, 50], 2],
  ['40.0 itself', 40, [40, 48, 50], 1],
  ['48.04', 48.04, [40, 48, 50], 2],
  ['49.99 beside the scald ceiling', 49.99, [40, 48, 50], 2],
  ['a value without limits', 39.96, [null, null], 1],
])('prints as many decimals as tell the value from its limit: %s', (_, value, limits, decimals) => {
  expect(decimalsToTell(value, limits, WATER)).toBe(decimals);
});

test('never prints more decimals than are stored', () => {
  expect(decimalsToTell(1000.4, [1000], { decimals: 0, resolution: 1 })).toBe(0);
  expect(decimalsToTell(2.5999, [2.6], { decimals: 2, resolution: 0.001 })).toBe(3);
});

test('numbers are grouped, keep their decimals and have a true minus sign', () => {
  expect(formatNumber(1284, { language: 'zh-CN', decimals: 0 })).toBe('1,284');
  expect(formatNumber(40, { language: 'en', decimals: 1 })).toBe('40.0');
  expect(formatNumber(-18.25, { language: 'en', decimals: 2 })).toBe('−18.25');
  expect(formatNumber(-0.01, { language: 'zh-CN', decimals: 1 })).toBe('0.0');
});

test('limits carry no needless decimals', () => {
  expect([40, 0.8, 1000, -18].map(formatLimit)).toEqual(['40', '0.8', '1000', '−18']);
});

test.each([
  [-5, { unit: 'seconds', n: 0 }],
  [52_900, { unit: 'seconds', n: 52 }],
  [360_000, { unit: 'minutes', n: 6 }],
  [3_600_000, { unit: 'hours', n: 1 }],
  [4_080_000, { unit: 'hoursMinutes', h: 1, m: 8 }],
  [47 * 3_600_000, { unit: 'hours', n: 47 }],
  [80 * 3_600_000, { unit: 'days', n: 3 }],
])('%d ms is said as people say it', (ms, parts) => {
  expect(durationParts(ms)).toEqual(parts);
});

test('a countdown ends at 0:00', () => {
  expect([600_000, 581_200, 9_001, 0, -5].map(countdown)).toEqual(['10:00', '9:42', '0:10', '0:00', '0:00']);
});

test('times are those of the site, not of the browser', () => {
  const at = Date.UTC(2026, 10, 25, 7, 42, 18);
  expect(clockTime(at, 'Asia/Shanghai')).toBe('15:42:18');
  expect(clockTime(at, 'Asia/Kolkata')).toBe('13:12:18');
  expect(clockTime(Date.UTC(2026, 10, 25, 16, 0, 0), 'Asia/Shanghai')).toBe('00:00:00');
});

test('what began on another day of the site bears its date', () => {
  const now = Date.UTC(2026, 10, 24, 16, 30); // 00:30 on the 25th in Shanghai
  const zone = 'Asia/Shanghai';
  expect(momentTime(now - 20 * 60_000, { now, zone })).toBe('00:10');
  expect(momentTime(now - 40 * 60_000, { now, zone })).toBe('11-24 23:50');
});

test('Chinese comes first unless the browser asks for English before it', () => {
  expect(preferredLanguage(['fr', 'en-GB', 'zh-CN'])).toBe('en');
  expect(preferredLanguage(['zh-TW', 'en'])).toBe('zh-CN');
  expect(preferredLanguage(['de'])).toBe('zh-CN');
  expect(localText({ zh: '大池', en: 'Pool' }, 'en')).toBe('Pool');
});

test('a metric is told from its channel', () => {
  expect(baseMetric('water_temperature.outlet3')).toBe('water_temperature');
  expect(baseMetric('co2')).toBe('co2');
});
