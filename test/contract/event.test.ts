import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { EVENT_KINDS, EventDetail, EventId } from '../../contract/event.ts';

const right: readonly object[] = [
  { kind: 'punch', result: 'ok' },
  { kind: 'punch', result: 'refused', direction: 'in', method: 'face' },
  { kind: 'punch', result: 'error', direction: 'out', method: 'card' },
  { kind: 'access', result: 'ok' },
  { kind: 'access', result: 'refused', direction: 'out' },
  { kind: 'contact', open: true },
  { kind: 'lock', locked: false },
  { kind: 'forced', active: true },
  { kind: 'held_open', active: false },
  { kind: 'tamper', active: true },
  { kind: 'jam', active: true },
];

test('each kind of event has its own fields', () => {
  for (const detail of right) expect(Value.Check(EventDetail, detail)).toBe(true);
  expect(new Set(right.map((detail) => 'kind' in detail && detail.kind))).toEqual(new Set(EVENT_KINDS));
});

test.each([
  {},
  { kind: 'punch' },
  { kind: 'punch', result: 'OK' },
  { kind: 'punch', result: 'ok', direction: 'entry' },
  { kind: 'punch', result: 'ok', method: 5 },
  { kind: 'contact' },
  { kind: 'contact', open: 1 },
  { kind: 'contact', open: 'true' },
  { kind: 'lock', open: true },
  { kind: 'forced', active: null },
  { kind: 'fire', active: true },
  { kind: 'constructor' },
])('%j is no event', (detail) => {
  expect(Value.Check(EventDetail, detail)).toBe(false);
});

test('no kind of event has a field for a person', () => {
  const known = new Set(['kind', 'result', 'direction', 'method', 'open', 'locked', 'active']);
  const fields = EventDetail.anyOf.flatMap((kind) => Object.keys(kind.properties));
  expect(fields.filter((field) => !known.has(field))).toEqual([]);
});

describe('an event id', () => {
  test.each(['1', 'door-17:000001', '打卡', 'x'.repeat(128), '9007199254740993'])('may be %s', (id) => {
    expect(Value.Check(EventId, id)).toBe(true);
  });
  test.each(['', 'x'.repeat(129), 7, 9_007_199_254_740_992, null, undefined, ['1']])('may not be %j', (id) => {
    expect(Value.Check(EventId, id)).toBe(false);
  });
});
