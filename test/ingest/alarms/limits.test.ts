import { describe, expect, test } from 'vitest';
import { complies, verdict, type Limit } from '../../../ingest/alarms/limits.ts';

const low: Limit = { side: 'low', limit: 40, deadband: 0.5 };
const high: Limit = { side: 'high', limit: 48, deadband: 0.5 };
const scald: Limit = { side: 'high', limit: 50, deadband: 0.5, reached: true };
const fan: Limit = { side: 'low', limit: 1, deadband: 0 };

describe('limits are inclusive', () => {
  test.each([
    { limit: low, value: 40, is: true },
    { limit: low, value: 39.99, is: false },
    { limit: high, value: 48, is: true },
    { limit: high, value: 48.01, is: false },
    { limit: scald, value: 49.99, is: true },
    { limit: scald, value: 50, is: false },
    { limit: fan, value: 1, is: true },
    { limit: fan, value: 0, is: false },
  ])('$value against $limit.side $limit.limit complies: $is', ({ limit, value, is }) => {
    expect(complies(limit, value)).toBe(is);
    expect(verdict(limit, value, false)).toBe(is ? 'clear' : 'breach');
  });
});

describe('once in breach, a value has to be past the deadband', () => {
  test.each([
    { limit: low, value: 40, is: 'between' },
    { limit: low, value: 40.1, is: 'between' },
    { limit: low, value: 40.5, is: 'between' },
    { limit: low, value: 40.51, is: 'clear' },
    { limit: high, value: 47.5, is: 'between' },
    { limit: high, value: 47.49, is: 'clear' },
    { limit: scald, value: 49.99, is: 'between' },
    { limit: scald, value: 49.5, is: 'between' },
    { limit: scald, value: 49.49, is: 'clear' },
    { limit: low, value: 39.9, is: 'breach' },
  ])('$value against $limit.side $limit.limit is $is', ({ limit, value, is }) => {
    expect(verdict(limit, value, true)).toBe(is);
  });

  test('a deadband of 0 is none: the limit itself is clear', () => {
    expect(verdict(fan, 1, true)).toBe('clear');
    expect(verdict({ ...scald, deadband: 0 }, 49.99, true)).toBe('clear');
  });

  test('sums of decimals are compared as the decimals they stand for', () => {
    // 25.1 + 0.2 is 25.300000000000001, 0.3 - 0.1 is 0.19999999999999998
    expect(verdict({ side: 'low', limit: 25.1, deadband: 0.2 }, 25.3, true)).toBe('between');
    expect(verdict({ side: 'low', limit: 0.1, deadband: 0.2 }, 0.3, true)).toBe('between');
    expect(verdict({ side: 'high', limit: 0.3, deadband: 0.1 }, 0.2, true)).toBe('between');
    expect(complies({ side: 'low', limit: 0.3 }, 0.1 + 0.2)).toBe(true);
    expect(complies({ side: 'high', limit: 0.3 }, 0.1 + 0.2)).toBe(true);
  });
});
