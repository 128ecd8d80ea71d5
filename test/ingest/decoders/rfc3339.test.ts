import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRfc3339 } from '../../../ingest/decoders/rfc3339.ts';

test.each([
  ['2026-11-25T04:00:00Z', Date.UTC(2026, 10, 25, 4)],
  ['2026-11-25t04:00:00z', Date.UTC(2026, 10, 25, 4)],
  ['2026-11-25T12:00:00+08:00', Date.UTC(2026, 10, 25, 4)],
  ['2026-11-24T22:30:00.5-05:30', Date.UTC(2026, 10, 25, 4, 0, 0, 500)],
  ['2026-11-25T04:00:00.123456789Z', Date.UTC(2026, 10, 25, 4, 0, 0, 123)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['2000-02-29T23:59:59.999Z', Date.UTC(2000, 1, 29, 23, 59, 59, 999)],
  ['1970-01-01T00:00:00Z', 0],
  ['0000-01-01T00:00:00Z', -62_167_219_200_000],
  ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
])('%s is a time', (text, time) => {
  expect(parseRfc3339(text)).toBe(time);
});

test.each([
  ['no zone', '2026-11-25T04:00:00'],
  ['a blank for T', '2026-11-25 04:00:00Z'],
  ['30 February', '2026-02-30T04:00:00Z'],
  ['29 February of no leap year', '2026-02-29T04:00:00Z'],
  ['29 February 2100', '2100-02-29T04:00:00Z'],
  ['31 April', '2026-04-31T04:00:00Z'],
  ['month 0', '2026-00-10T04:00:00Z'],
  ['month 13', '2026-13-10T04:00:00Z'],
  ['day 0', '2026-01-00T04:00:00Z'],
  ['hour 24', '2026-11-25T24:00:00Z'],
  ['minute 60', '2026-11-25T04:60:00Z'],
  ['second 60', '2026-06-30T23:59:60Z'],
  ['a zone beyond a day', '2026-11-25T04:00:00+24:00'],
  ['a zone with 60 minutes', '2026-11-25T04:00:00+08:60'],
  ['a zone without a colon', '2026-11-25T04:00:00+0800'],
  ['no seconds', '2026-11-25T04:00Z'],
  ['a fraction without digits', '2026-11-25T04:00:00.Z'],
  ['blanks around it', ' 2026-11-25T04:00:00Z'],
  ['a line break after it', '2026-11-25T04:00:00Z\n'],
  ['five digits of a year', '12026-11-25T04:00:00Z'],
  ['a sign before the year', '-002026-11-25T04:00:00Z'],
  ['a named zone', '2026-11-25T04:00:00+08:00[Asia/Shanghai]'],
  ['other digits', '２026-11-25T04:00:00Z'],
])('a text with %s is none', (_, text) => {
  expect(parseRfc3339(text)).toBeUndefined();
});

test('every time that JavaScript prints is read back', () => {
  const dates = fc.date({
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  fc.assert(fc.property(dates, (date) => parseRfc3339(date.toISOString()) === date.getTime()));
});
