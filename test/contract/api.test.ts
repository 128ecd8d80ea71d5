import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { Password, Post, Username, UserRole } from '../../contract/account.ts';
import { AlarmState, Priority } from '../../contract/alarm.ts';
import {
  AcknowledgeBody,
  AlarmHistoryQuery,
  LinkBody,
  Problem,
  RangeQuery,
  SetupBody,
  SignInBody,
} from '../../contract/api.ts';
import { WatchRequest } from '../../contract/live.ts';
import { Quality } from '../../contract/reading.ts';

test('the words of the alarm states, priorities, qualities and roles', () => {
  expect(AlarmState.enum).toEqual(['unacknowledged', 'acknowledged', 'returned_unacknowledged', 'normal']);
  expect(Priority.enum).toEqual([1, 2, 3, 4]);
  expect(Quality.enum).toEqual(['good', 'suspect', 'bad']);
  expect(UserRole.enum).toEqual(['viewer', 'operator', 'administrator']);
});

describe('a password', () => {
  test.each([
    ['eleven char', false],
    ['twelve chars', true],
    ['水'.repeat(12), true],
    ['x'.repeat(256), true],
    ['x'.repeat(257), false],
    [123_456_789_012, false],
  ])('%j is long enough: %s', (password, right) => {
    expect(Value.Check(Password, password)).toBe(right);
  });
});

test.each([
  ['zhang', true],
  ['duty.1', true],
  ['a', false],
  ['Zhang', false],
  ['.zhang', false],
  ['zhang wei', false],
  ['a'.repeat(33), false],
])('%j as a user name: %s', (username, right) => {
  expect(Value.Check(Username, username)).toBe(right);
});

test.each([
  ['后勤值班', true],
  ['', false],
  ['x'.repeat(61), false],
])('%j as a duty post: %s', (post, right) => {
  expect(Value.Check(Post, post)).toBe(right);
});

const password = 'correct horse';
const bodies = [
  ['sign in', SignInBody, { username: 'zhang', password }],
  ['set up', SetupBody, { token: 't', username: 'zhang', post: '值班', password }],
  ['use a link', LinkBody, { token: 't' }],
  ['acknowledge', AcknowledgeBody, { note: 'on my way' }],
  ['acknowledge without a note', AcknowledgeBody, {}],
  ['ask for a range', RangeQuery, { metric: 'water_temperature', from: 0, to: 1 }],
  ['ask for alarms', AlarmHistoryQuery, { before: 7, limit: 50 }],
  ['watch a site', WatchRequest, { site: 'mine' }],
] as const;
test.each(bodies)('what is sent to %s has these fields and no others', (_, schema, body) => {
  expect(Value.Check(schema, body)).toBe(true);
  expect(Value.Check(schema, { ...body, isAdmin: true })).toBe(false);
  expect(Value.Check(schema, null)).toBe(false);
  expect(Value.Check(schema, [body])).toBe(false);
});

test.each([
  ['a limit of nothing', { limit: 0 }],
  ['a limit beyond bounds', { limit: 100_001 }],
  ['half a reading', { limit: 1.5 }],
  ['a time before 1970', { from: -1 }],
  ['no metric', { metric: '' }],
  ['a metric with a quote', { metric: "co2'; --" }],
])('a range with %s is refused', (_, change) => {
  expect(Value.Check(RangeQuery, { metric: 'co2', from: 0, to: 1, ...change })).toBe(false);
});

test('a problem names the fields that are wrong', () => {
  const problem = {
    type: 'about:blank',
    title: 'Bad request',
    status: 400,
    errors: [{ field: 'username', message: 'is missing' }],
  };
  expect(Value.Check(Problem, problem)).toBe(true);
  expect(Value.Check(Problem, { ...problem, status: '400' })).toBe(false);
});
