import { describe, expect, test } from 'vitest';
import { INITIAL_MACHINE, nextDue, settleElapsed, step } from '../../../ingest/alarms/machine.ts';
import {
  acknowledge,
  CRITICAL,
  force,
  good,
  inForce,
  instant,
  notInForce,
  suspect,
  tick,
  TIMING,
  unknown,
} from './course.ts';

describe('the on-delay', () => {
  test('a breach raises by tick, without another reading', () => {
    const course = inForce().at(0, good('breach', 39)).ticks(0, 200);
    expect(course.diary).toEqual(['180 raised']);
    expect(course.state.phase).toBe('unacknowledged');
  });

  test('39.9 and 40.1 in turn for ever raise', () => {
    let course = inForce();
    for (let second = 0; second <= 240; second += 10)
      course = course.at(second, good(second % 20 === 0 ? 'breach' : 'between'));
    expect(course.diary).toEqual(['180 raised']);
  });

  test('a good value past the deadband resets it', () => {
    const course = inForce().at(0, good('breach')).at(170, good('clear')).at(175, good('breach')).ticks(175, 400);
    expect(course.diary).toEqual(['355 raised']);
  });

  test('a good value within the deadband starts nothing', () => {
    expect(inForce().at(0, good('between')).ticks(0, 400).diary).toEqual([]);
  });

  test('a delay that is over raises even when a clear value is the next to come', () => {
    expect(inForce().at(0, good('breach')).at(185, good('clear')).diary).toEqual(['185 raised']);
  });

  test('a delay of 0 raises at once', () => {
    const course = inForce({ ...TIMING, onDelay: 0, offDelay: 0 })
      .at(3, good('breach'))
      .at(4, good('clear'));
    expect(course.diary).toEqual(['3 raised', '4 returned']);
  });
});

describe('a suspect value of an ordinary limit', () => {
  test.each(['breach', 'between', 'clear'] as const)('that is %s starts no on-delay', (verdict) => {
    expect(inForce().at(0, suspect(verdict)).ticks(0, 600).diary).toEqual([]);
  });
  test.each(['breach', 'between', 'clear'] as const)('that is %s keeps a running on-delay', (verdict) => {
    expect(inForce().at(0, good('breach')).at(100, suspect(verdict)).ticks(100, 200).diary).toEqual(['180 raised']);
  });
  test.each(['breach', 'between', 'clear'] as const)('that is %s stops and resets the off-delay', (verdict) => {
    const standing = inForce()
      .at(0, good('breach'))
      .ticks(0, 180)
      .at(200, good('clear'))
      .at(259, suspect(verdict))
      .ticks(259, 400);
    expect(standing.diary).toEqual(['180 raised']);
    expect(standing.at(400, good('clear')).ticks(400, 500).diary).toEqual(['180 raised', '460 returned']);
  });
  test('a breach of a standing alarm brings the deadband back', () => {
    const standing = inForce().at(0, good('breach')).ticks(0, 180).at(200, good('clear')).at(210, suspect('breach'));
    expect(standing.at(220, good('between')).ticks(220, 900).diary).toEqual(['180 raised']);
  });
});

describe('a suspect value of a critical limit', () => {
  test('starts the on-delay and raises', () => {
    expect(inForce(CRITICAL).at(0, suspect('breach', 55)).ticks(0, 30).diary).toEqual(['20 raised']);
  });
  test.each(['between', 'clear'] as const)('that is %s never resets the on-delay', (verdict) => {
    expect(inForce(CRITICAL).at(0, suspect('breach')).at(10, suspect(verdict)).ticks(10, 30).diary).toEqual([
      '20 raised',
    ]);
  });
  test('a good clear value does', () => {
    expect(inForce(CRITICAL).at(0, suspect('breach')).at(10, good('clear')).ticks(10, 60).diary).toEqual([]);
  });
  test.each(['breach', 'between', 'clear'] as const)('that is %s stops and resets the off-delay', (verdict) => {
    const standing = inForce(CRITICAL)
      .at(0, good('breach'))
      .ticks(0, 30)
      .at(30, good('clear'))
      .at(89, suspect(verdict));
    expect(standing.ticks(89, 300).diary).toEqual(['20 raised']);
  });
});

describe('unknown', () => {
  test('stops the on-delay; the next breach goes on with the time left', () => {
    const course = inForce().at(0, good('breach')).at(100, unknown).ticks(100, 500);
    expect(course.diary).toEqual([]);
    expect(course.at(500, good('breach')).ticks(500, 600).diary).toEqual(['580 raised']);
  });
  test('a suspect breach is believable too: it goes on with the time left', () => {
    const course = inForce().at(0, good('breach')).at(100, unknown).at(500, suspect('breach')).ticks(500, 600);
    expect(course.diary).toEqual(['580 raised']);
  });
  test('a good value within the deadband still is the breach: it goes on', () => {
    const course = inForce().at(0, good('breach')).at(100, unknown).at(500, good('between')).ticks(500, 600);
    expect(course.diary).toEqual(['580 raised']);
  });
  test('a suspect clear value neither goes on nor resets', () => {
    const course = inForce().at(0, good('breach')).at(100, unknown).at(500, suspect('clear')).ticks(500, 900);
    expect(course.diary).toEqual([]);
    expect(course.at(900, good('breach')).ticks(900, 1_000).diary).toEqual(['980 raised']);
  });
  test('a good value past the deadband resets', () => {
    const course = inForce().at(0, good('breach')).at(100, unknown).at(500, good('clear')).at(501, good('breach'));
    expect(course.ticks(501, 700).diary).toEqual(['681 raised']);
  });
  test('a standing alarm stays and says so, once; then it is known again', () => {
    const course = inForce()
      .at(0, good('breach'))
      .ticks(0, 180)
      .at(300, unknown)
      .at(301, unknown)
      .at(400, suspect('breach'));
    expect(course.diary).toEqual(['180 raised', '300 unknown', '400 known']);
    expect(course.state.phase).toBe('unacknowledged');
  });
  test('stops and resets the off-delay', () => {
    const course = inForce()
      .at(0, good('breach'))
      .ticks(0, 180)
      .at(200, good('clear'))
      .at(259, unknown)
      .ticks(259, 400);
    expect(course.diary).toEqual(['180 raised', '259 unknown']);
    expect(course.at(400, good('clear')).ticks(400, 500).diary).toEqual([
      '180 raised',
      '259 unknown',
      '400 known',
      '460 returned',
    ]);
  });
  test('is no news where nothing stands', () => {
    expect(inForce().at(0, unknown).at(5, good('clear')).at(6, unknown).at(7, good('breach')).diary).toEqual([]);
  });
  test('of an alarm that has returned is no news: nothing stands', () => {
    const returned = inForce().at(0, good('breach')).ticks(0, 180).at(200, good('clear')).ticks(200, 260);
    expect(returned.at(300, unknown).at(400, good('clear')).diary).toEqual(['180 raised', '260 returned']);
  });
});

describe('our restart', () => {
  test('keeps what has elapsed of the on-delay and goes on at the next breach', () => {
    const course = inForce().at(0, good('breach')).at(100, good('breach')).restart(100).ticks(300, 600);
    expect(course.diary).toEqual([]);
    expect(course.at(600, good('breach')).ticks(600, 700).diary).toEqual(['680 raised']);
  });
  test('raises nothing twice', () => {
    const course = inForce().at(0, good('breach')).ticks(0, 180).restart(181).at(300, good('breach')).ticks(300, 900);
    expect(course.diary).toEqual(['180 raised', '300 known']);
  });
  test('starts the off-delay anew', () => {
    const course = inForce()
      .at(0, good('breach'))
      .ticks(0, 180)
      .at(200, good('clear'))
      .restart(250)
      .at(300, good('clear'));
    expect(course.ticks(300, 400).diary).toEqual(['180 raised', '300 known', '360 returned']);
  });
});

describe('a standard that does not apply', () => {
  test('raises nothing; its delay starts when it comes into force', () => {
    const course = notInForce().at(0, good('breach')).ticks(0, 600).at(600, force(true)).ticks(600, 900);
    expect(course.diary).toEqual(['780 raised']);
  });
  test('waits for a known breach when it comes into force while unknown', () => {
    const course = notInForce().at(0, good('breach')).at(50, unknown).at(600, force(true)).ticks(600, 900);
    expect(course.diary).toEqual([]);
    expect(course.at(900, good('breach')).ticks(900, 1_100).diary).toEqual(['1080 raised']);
  });
  test('resets a running on-delay when it ends', () => {
    const course = inForce().at(0, good('breach')).at(170, force(false)).at(171, force(true)).ticks(171, 400);
    expect(course.diary).toEqual(['351 raised']);
  });
  test('lets a standing alarm return at once and says why', () => {
    const course = inForce().at(0, good('breach')).ticks(0, 180).at(200, force(false));
    expect(course.diary).toEqual(['180 raised', '200 returned not_in_force']);
    expect(course.state.phase).toBe('returned_unacknowledged');
    expect(course.at(300, force(true)).ticks(300, 500).diary.at(-1)).toBe('480 raised_again');
  });
  test('closes an acknowledged one', () => {
    const course = inForce().at(0, good('breach')).ticks(0, 180).at(190, acknowledge).at(200, force(false));
    expect(course.diary).toEqual(['180 raised', '190 acknowledged', '200 returned not_in_force']);
    expect(course.state.phase).toBe('normal');
  });
  test('being told again that it applies changes nothing', () => {
    expect(inForce().at(0, good('breach')).at(100, force(true)).ticks(100, 200).diary).toEqual(['180 raised']);
  });
});

describe('the states of ISA-18.2', () => {
  const raised = inForce().at(0, good('breach')).ticks(0, 180);
  const returned = raised.at(200, good('clear')).ticks(200, 260);

  test('raised, acknowledged, returned: normal', () => {
    const course = raised.at(190, acknowledge).at(200, good('clear')).ticks(200, 300);
    expect(course.diary).toEqual(['180 raised', '190 acknowledged', '260 returned']);
    expect(course.state.phase).toBe('normal');
  });
  test('raised, returned, acknowledged: normal', () => {
    expect(returned.state.phase).toBe('returned_unacknowledged');
    expect(returned.at(270, acknowledge).diary).toEqual(['180 raised', '260 returned', '270 acknowledged']);
    expect(returned.at(270, acknowledge).state.phase).toBe('normal');
  });
  test('a second acknowledge changes nothing', () => {
    const once = raised.at(190, acknowledge);
    expect(once.at(191, acknowledge).state).toBe(once.state);
    expect(inForce().at(1, acknowledge).diary).toEqual([]);
  });
  test('raised while returned and unacknowledged is the same occurrence, raised again', () => {
    const again = returned.at(300, good('breach')).ticks(300, 500);
    expect(again.diary).toEqual(['180 raised', '260 returned', '480 raised_again']);
    expect(again.state.phase).toBe('unacknowledged');
  });
  test('acknowledged while the next on-delay runs, the next one is a new occurrence', () => {
    const again = returned.at(300, good('breach')).at(400, acknowledge).ticks(400, 500);
    expect(again.diary).toEqual(['180 raised', '260 returned', '400 acknowledged', '480 raised']);
  });
  test('the off-delay starts anew after a breach', () => {
    const course = raised.at(200, good('clear')).at(250, good('breach')).at(260, good('clear')).ticks(260, 400);
    expect(course.diary).toEqual(['180 raised', '320 returned']);
  });
  test('a good value within the deadband goes on clearing once one was past it', () => {
    expect(raised.at(200, good('clear')).at(230, good('between')).ticks(230, 300).diary).toEqual([
      '180 raised',
      '260 returned',
    ]);
    expect(raised.at(200, good('between')).ticks(200, 900).diary).toEqual(['180 raised']);
  });
});

describe('values', () => {
  test('the worst is the lowest of a low limit since it was raised, and the highest of a high one', () => {
    const low = inForce().at(0, good('breach', 35)).at(100, good('breach', 39)).ticks(100, 180);
    expect(low.state).toMatchObject({ value: 39, worst: 39 });
    expect(low.at(200, good('breach', 36)).at(210, good('breach', 38)).state).toMatchObject({ value: 38, worst: 36 });
    const high = inForce(CRITICAL)
      .at(0, good('breach', 51))
      .ticks(0, 20)
      .at(30, good('breach', 58))
      .at(40, good('breach', 52));
    expect(high.state).toMatchObject({ value: 52, worst: 58 });
  });
  test('the worst ends with the occurrence', () => {
    const over = inForce()
      .at(0, good('breach', 35))
      .ticks(0, 180)
      .at(190, acknowledge)
      .at(200, good('clear', 45))
      .ticks(200, 260);
    expect(over.state).toMatchObject({ value: 45, worst: null });
  });
  test('a transition tells the newest value', () => {
    const breach = inForce().at(0, good('breach', 35)).at(170, good('breach', 36)).state;
    const { transitions } = step(breach, tick, instant(180), TIMING);
    expect(transitions).toEqual([{ what: 'raised', value: 36, because: 'condition' }]);
  });
});

describe('the next due moment', () => {
  test('is when the running delay ends, and nothing when none runs', () => {
    expect(nextDue(INITIAL_MACHINE, TIMING)).toBeNull();
    const breach = inForce().at(5, good('breach'));
    expect(nextDue(breach.state, TIMING)).toBe(185_000);
    expect(nextDue(breach.at(100, unknown).state, TIMING)).toBeNull();
    expect(nextDue(breach.at(100, unknown).at(500, good('breach')).state, TIMING)).toBe(585_000);
    const standing = breach.ticks(5, 185);
    expect(nextDue(standing.state, TIMING)).toBeNull();
    expect(nextDue(standing.at(200, good('clear')).state, TIMING)).toBe(260_000);
  });
  test('a tick before it changes nothing, not even the object', () => {
    const breach = inForce().at(5, good('breach')).state;
    expect(step(breach, tick, instant(184), TIMING)).toEqual({ state: breach, transitions: [] });
    expect(step(breach, tick, instant(184), TIMING).state).toBe(breach);
  });
  test('settling what has elapsed, however often, leaves it where it was', () => {
    const breach = inForce().at(5, good('breach')).state;
    const often = settleElapsed(settleElapsed(settleElapsed(breach, instant(50)), instant(50)), instant(90));
    expect(often.on.elapsed).toBe(85_000);
    expect(nextDue(often, TIMING)).toBe(185_000);
  });
});

describe('the farthest value since it was raised', () => {
  test.each([
    { side: 'low', values: [39, 37, 38], worst: 37 },
    { side: 'high', values: [51, 55, 52], worst: 55 },
    // A condition has no far side: its newest value.
    { side: null, values: [3, 9, 5], worst: 5 },
    { side: 'low', values: [39, null], worst: 39 },
    { side: 'low', values: [null, 38], worst: 38 },
  ] as const)('of $values on the side $side is $worst', ({ side, values, worst }) => {
    let course = inForce({ ...TIMING, onDelay: 0, side });
    for (const [second, value] of values.entries()) course = course.at(second + 1, good('breach', value));
    expect(course.state.worst).toBe(worst);
  });
});
