import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { EpochMs, Id, LocalText } from '../../contract/ids.ts';

describe('an id', () => {
  test.each(['a', '0', 'pool-1', 'pool_1', '1-', 'a'.repeat(63)])('may be %s', (id) => {
    expect(Value.Check(Id, id)).toBe(true);
  });
  test.each([
    '',
    '-a',
    '_a',
    'A',
    'a.b',
    'a b',
    'a/b',
    '池',
    'é',
    'a\n',
    'a'.repeat(64),
    '__proto__',
    'hasOwnProperty',
    7,
    null,
    ['a'],
  ])('may not be %j', (id) => {
    expect(Value.Check(Id, id)).toBe(false);
  });
  // YAML reads these as something else unless they are quoted; as texts they are ids.
  test.each(['no', '1e5', '0123', '2026-11-23'])('may be %s, as text', (id) => {
    expect(Value.Check(Id, id)).toBe(true);
  });
});

test.each([
  [{ zh: '男浴', en: 'Men' }, true],
  [{ zh: '男浴' }, false],
  [{ zh: '', en: 'Men' }, false],
  [{ zh: '男浴', en: 'Men', ru: 'x' }, false],
  [{ zh: 'x'.repeat(201), en: 'Men' }, false],
])('a text for people has both languages and nothing else: %j', (text, right) => {
  expect(Value.Check(LocalText, text)).toBe(right);
});

test.each([
  [0, true],
  [Date.UTC(2026, 10, 25), true],
  [8_640_000_000_000_000, true],
  [8_640_000_000_000_001, false],
  [-1, false],
  [NaN, false],
  [Infinity, false],
  ['0', false],
])('%j as a time in ms: %s', (time, right) => {
  expect(Value.Check(EpochMs, time)).toBe(right);
});
