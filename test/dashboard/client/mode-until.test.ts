import { expect, test } from 'vitest';
import { endOfWindow, untilOf } from '../../../dashboard/client/modes/until.ts';

const HOUR = 3_600_000;
/** Local times of 25 November in Beijing. */
const at = (hours: number) => Date.UTC(2026, 10, 24, 16) + hours * HOUR;
const clock = (hours: number) => ({ now: at(hours), zone: 'Asia/Shanghai', offset: () => 8 * HOUR });

test.each([
  ['within a window', '14:00–19:00', 15, 19],
  ['before the next one', '14:00–19:00', 12, 19],
  ['at its very end, of the next day', '14:00–19:00', 19, 43],
  ['in one that crosses midnight', '23:00–01:00', 23.5, 25],
  ['after midnight in it', '23:00–01:00', 0.5, 1],
  ['in one that ends the day', '18:00–24:00', 20, 24],
])('the end of the open window, asked %s', (_when, hours, now, end) => {
  expect(endOfWindow(hours, clock(now))).toBe(at(end));
});

test('what is always open has no such end, and a field that holds no time none either', () => {
  expect(endOfWindow('', clock(12))).toBeNull();
  expect(untilOf('own', clock(12), { hours: '', own: '' })).toBeNull();
  expect(untilOf('own', clock(12), { hours: '', own: '2026-11-27T12:00' })).toBe(at(60));
  expect(untilOf('morning', clock(23), { hours: '', own: '' })).toBe(at(30));
});
