import { expect, test } from 'vitest';
import { signInPace, waitAfter } from '../../../dashboard/server/sign-in-pace.ts';
import { DrivenClock } from '../../driven-clock.ts';

const guess = { username: 'chen', address: '10.0.0.66' };

test.each([
  [0, 0],
  [4, 0],
  [5, 1_000],
  [6, 2_000],
  [10, 32_000],
  [11, 60_000],
  [1_000, 60_000],
])('after %i failures in a row the next attempt waits %i ms', (failures, wait) => {
  expect(waitAfter(failures)).toBe(wait);
});

test('the sixth guess waits, and is let through when its time has come', () => {
  const clock = new DrivenClock();
  const pace = signInPace(clock);
  for (let i = 0; i < 5; i++) expect(pace.attempt(guess).allowed).toBe(true);
  expect(pace.attempt(guess)).toEqual({ allowed: false, waitMs: 1_000 });
  clock.advance(999);
  expect(pace.attempt(guess).allowed).toBe(false);
  clock.advance(1);
  expect(pace.attempt(guess).allowed).toBe(true);
  expect(pace.attempt(guess)).toEqual({ allowed: false, waitMs: 2_000 });
});

test('guesses from many addresses at one user count together', () => {
  const pace = signInPace(new DrivenClock());
  for (let i = 0; i < 5; i++) pace.attempt({ username: 'chen', address: `10.0.0.${i}` });
  expect(pace.attempt({ username: 'chen', address: '10.0.0.9' }).allowed).toBe(false);
});

test('a user is not kept out where he has signed in before by the guesses of a stranger', () => {
  const pace = signInPace(new DrivenClock());
  const home = { username: 'chen', address: '10.0.0.5' };
  const first = pace.attempt(home);
  if (first.allowed) first.succeeded();
  for (let i = 0; i < 9; i++) pace.attempt(guess);
  expect(pace.attempt(guess).allowed).toBe(false);
  expect(pace.attempt(home).allowed).toBe(true);
});

test('a right password clears the failures before it', () => {
  const pace = signInPace(new DrivenClock());
  for (let i = 0; i < 4; i++) pace.attempt(guess);
  const right = pace.attempt(guess);
  if (right.allowed) right.succeeded();
  for (let i = 0; i < 5; i++) expect(pace.attempt(guess).allowed).toBe(true);
});

test('an attempt that was never checked does not count', () => {
  const pace = signInPace(new DrivenClock());
  for (let i = 0; i < 20; i++) {
    const attempt = pace.attempt(guess);
    expect(attempt.allowed).toBe(true);
    if (attempt.allowed) attempt.unchecked();
  }
});

test('failures are forgotten a quarter of an hour after the last', () => {
  const clock = new DrivenClock();
  const pace = signInPace(clock);
  for (let i = 0; i < 5; i++) pace.attempt(guess);
  clock.advance(15 * 60_000);
  for (let i = 0; i < 5; i++) expect(pace.attempt(guess).allowed).toBe(true);
});
