import { describe, expect, test } from 'vitest';
import type { MetricName } from '../../../contract/metrics.ts';
import { assess, assessAlone, crossCheck, EMPTY_MEMORY } from '../../../ingest/quality/assess.ts';
import { contextOf, grades, GOOD, MINUTE, SECOND, START, type Step } from './series.ts';

function alone(metric: MetricName, value: number) {
  const { quality, reason } = assessAlone({ value, sourceTime: START }, contextOf({ metric, role: 'pool' }));
  return reason === null ? quality : `${quality} ${reason}`;
}

describe('a value by itself', () => {
  const table: readonly (readonly [MetricName, number, string])[] = [
    // sentinels
    ['water_temperature', 85, 'bad sentinel'],
    ['water_temperature', 84.94, 'good'],
    ['water_temperature', 85.06, 'good'],
    ['room_temperature', 85, 'bad sentinel'],
    ['water_temperature', -127, 'bad sentinel'],
    ['room_temperature', -127, 'bad sentinel'],
    ['water_temperature', 127.94, 'bad sentinel'],
    ['water_temperature', -251, 'bad sentinel'],
    ['water_temperature', -273.15, 'bad sentinel'],
    ['water_temperature', -250.99, 'bad out_of_range'],
    ['water_temperature', -100, 'bad sentinel'],
    ['room_temperature', 327.67, 'bad sentinel'],
    ['room_temperature', 6550, 'bad sentinel'],
    ['co2', 65_535, 'bad sentinel'],
    ['co2', 255, 'bad sentinel'],
    ['humidity', 65_535, 'bad sentinel'],
    ['humidity', 255, 'bad sentinel'],
    ['battery', 255, 'bad sentinel'],
    ['battery', 65_535, 'bad sentinel'],
    ['verify_time', 255, 'good'],
    ['turbidity', 255, 'good'],
    // exact zero
    ['water_temperature', 0, 'suspect exact_zero'],
    ['room_temperature', 0, 'suspect exact_zero'],
    ['water_temperature', 0.06, 'good'],
    ['room_temperature', -0.06, 'good'],
    ['fan_running', 0, 'good'],
    ['ammonia', 0, 'good'],
    ['queue_wait', 0, 'good'],
    ['co2', 0, 'good'],
    ['battery', 0, 'good'],
    // physical range, both ends included
    ['water_temperature', -0.01, 'bad out_of_range'],
    ['water_temperature', 95, 'good'],
    ['water_temperature', 95.01, 'bad out_of_range'],
    ['water_temperature', 104, 'bad out_of_range'],
    ['room_temperature', -20, 'good'],
    ['room_temperature', -20.01, 'bad out_of_range'],
    ['room_temperature', 60, 'good'],
    ['room_temperature', 60.01, 'bad out_of_range'],
    ['humidity', 100, 'good'],
    ['humidity', 100.1, 'bad out_of_range'],
    ['humidity', -0.1, 'bad out_of_range'],
    ['co2', 10_000, 'good'],
    ['co2', 10_001, 'bad out_of_range'],
    ['ammonia', -0.1, 'bad out_of_range'],
    ['water_level', -0.001, 'bad out_of_range'],
    ['verify_time', -1, 'bad out_of_range'],
    ['queue_wait', -0.1, 'bad out_of_range'],
    ['battery', 101, 'bad out_of_range'],
    ['fan_running', 1, 'good'],
    ['fan_running', 2, 'bad out_of_range'],
    ['fan_running', 0.5, 'bad out_of_range'],
    ['fan_running', -1, 'bad out_of_range'],
  ];
  test.each(table)('%s %d is %s', (metric, value, verdict) => {
    expect(alone(metric, value)).toBe(verdict);
  });
});

/** Grades of values that come a minute apart. */
const every = (step: number, values: readonly number[]): Step[] => values.map((value, n) => [n * step, value]);
const minutely = (...values: readonly number[]) => every(MINUTE, values);

describe('the value of a power-on', () => {
  test('is bad right after a start, and alone', () => {
    expect(grades({ role: 'tank' }, minutely(85))).toEqual(['bad sentinel']);
    expect(grades({ role: 'shower_outlet' }, minutely(41, 85, 41))).toEqual([GOOD, 'bad sentinel', GOOD]);
    expect(grades({ role: 'pool' }, minutely(85, 85, 85))).toEqual(['bad sentinel', 'bad sentinel', 'bad sentinel']);
  });
  test('is a temperature in a tank near it', () => {
    expect(grades({ role: 'tank' }, minutely(84.5, 85, 85, 85.5))).toEqual([GOOD, GOOD, GOOD, GOOD]);
  });
  test('is not explained by a value of long ago', () => {
    expect(
      grades({ role: 'tank' }, [
        [0, 84.5],
        [16 * MINUTE, 85],
      ]),
    ).toEqual([GOOD, 'bad sentinel']);
  });
});

describe('three between 100 and 120 in a row', () => {
  test('are asked for their unit', () => {
    expect(grades({ role: 'pool' }, minutely(106, 107, 106, 107))).toEqual([
      'bad out_of_range',
      'bad out_of_range',
      'bad fahrenheit',
      'bad fahrenheit',
    ]);
  });
  test('are counted anew after another value', () => {
    expect(grades({ role: 'pool' }, minutely(106, 107, 42, 106, 107)).slice(3)).toEqual([
      'bad out_of_range',
      'bad out_of_range',
    ]);
  });
});

describe('a spike', () => {
  test('is suspect on arrival and stays so when the next value is back', () => {
    expect(grades({ role: 'shower_outlet' }, minutely(41, 56, 41, 41))).toEqual([GOOD, 'suspect spike', GOOD, GOOD]);
  });
  test('that the next value confirms was a step, and is good again', () => {
    expect(grades({ role: 'shower_outlet' }, minutely(41, 56, 57, 57))).toEqual([
      GOOD,
      'suspect spike → good',
      GOOD,
      GOOD,
    ]);
  });
  test('of five degrees is none', () => {
    expect(grades({ role: 'shower_outlet' }, minutely(41, 46, 41))).toEqual([GOOD, GOOD, GOOD]);
  });
  test('of a mixing valve that fails hot is there to be judged at once, whatever the pace', () => {
    expect(grades({ role: 'shower_outlet' }, every(2 * SECOND, [41, 49, 56, 56]))).toEqual([
      GOOD,
      'suspect spike',
      'suspect spike → good',
      GOOD,
    ]);
    expect(grades({ role: 'shower_outlet' }, every(SECOND, [41, 45, 49, 53, 56]))).toEqual([
      GOOD,
      GOOD,
      GOOD,
      GOOD,
      GOOD,
    ]);
  });
  test('that comes again and again stays one each time', () => {
    expect(grades({ role: 'header' }, minutely(50, 70, 50, 70, 50))).toEqual([
      GOOD,
      'suspect spike',
      GOOD,
      'suspect spike',
      GOOD,
    ]);
  });
  test('between two levels is one, and the second level is believed', () => {
    expect(grades({ role: 'header' }, minutely(50, 70, 30, 30))).toEqual([
      GOOD,
      'suspect spike',
      'suspect spike → good',
      GOOD,
    ]);
  });
  test('has no neighbours across a long silence', () => {
    expect(
      grades({ role: 'shower_outlet' }, [
        [0, 20],
        [16 * MINUTE, 41],
      ]),
    ).toEqual([GOOD, GOOD]);
    expect(
      grades({ role: 'shower_outlet' }, [
        [0, 20],
        [MINUTE, 41],
        [17 * MINUTE, 41],
      ]),
    ).toEqual([GOOD, 'suspect spike', GOOD]);
  });
  test('is none of a bad value or an exact zero, nor of the values beside them', () => {
    expect(grades({ role: 'tank' }, minutely(60, -127, 60, 0, 60))).toEqual([
      GOOD,
      'bad sentinel',
      GOOD,
      'suspect exact_zero',
      GOOD,
    ]);
  });
  test('is a matter of temperatures', () => {
    expect(grades({ metric: 'co2', role: 'bath_hall' }, minutely(800, 5_000, 800))).toEqual([GOOD, GOOD, GOOD]);
    expect(grades({ metric: 'humidity', role: 'bath_hall' }, minutely(40, 99, 40))).toEqual([GOOD, GOOD, GOOD]);
  });
  test('of a pool that proves to be a step came too fast all the same', () => {
    expect(grades({ role: 'pool' }, minutely(42, 34, 34))).toEqual([GOOD, 'suspect spike → suspect rate', GOOD]);
  });
});

describe('the rate', () => {
  const table: readonly (readonly [string, Parameters<typeof grades>[0], readonly Step[], readonly string[]])[] = [
    ['of a pool may be a degree a minute', { role: 'pool' }, minutely(40, 41, 42, 43), [GOOD, GOOD, GOOD, GOOD]],
    [
      'of a pool beyond that is suspect while it lasts',
      { role: 'pool' },
      minutely(40, 41.1, 42.2, 43.3),
      [GOOD, 'suspect rate', 'suspect rate', 'suspect rate'],
    ],
    [
      'of a room may be two degrees a minute',
      { metric: 'room_temperature', role: 'bath_hall' },
      minutely(20, 22, 24),
      [GOOD, GOOD, GOOD],
    ],
    [
      'of a room beyond that is suspect',
      { metric: 'room_temperature', role: 'changing_room' },
      minutely(20, 22.1),
      [GOOD, 'suspect rate'],
    ],
    ['of an outlet is free', { role: 'shower_outlet' }, minutely(38, 42, 46), [GOOD, GOOD, GOOD]],
    ['of a header is free', { role: 'header' }, minutely(50, 54, 58), [GOOD, GOOD, GOOD]],
    ['of a tank is free', { role: 'tank' }, minutely(50, 54, 58), [GOOD, GOOD, GOOD]],
    ['rests while a pool is filled', { role: 'pool', filling: true }, minutely(42, 39, 36), [GOOD, GOOD, GOOD]],
    ['falls like it rises', { role: 'pool' }, minutely(42, 40.9), [GOOD, 'suspect rate']],
    [
      'of a longer pause counts by its minutes',
      { role: 'pool' },
      [
        [0, 40],
        [5 * MINUTE, 45],
      ],
      [GOOD, GOOD],
    ],
    [
      'is not asked across a long silence',
      { role: 'pool' },
      [
        [0, 42],
        [16 * MINUTE, 20],
      ],
      [GOOD, GOOD],
    ],
    [
      'of a coarse sensor may be one step, however soon',
      { role: 'pool' },
      every(SECOND, [41, 42, 41, 42]),
      [GOOD, GOOD, GOOD, GOOD],
    ],
    ['of noise is none', { role: 'pool' }, every(SECOND, [41.1, 41.4, 40.9, 41.3]), [GOOD, GOOD, GOOD, GOOD]],
    ['of one stray value leaves the next good', { role: 'pool' }, minutely(41, 44, 41), [GOOD, 'suspect rate', GOOD]],
    [
      'of a step that holds for a minute is believed',
      { role: 'pool' },
      minutely(42, 38, 38, 38),
      [GOOD, 'suspect rate', GOOD, GOOD],
    ],
  ];
  test.each(table)('%s', (_, context, steps, expected) => {
    expect(grades(context, steps)).toEqual(expected);
  });

  test('cannot be climbed unseen in small steps that follow fast', () => {
    const climbing = grades(
      { role: 'pool' },
      every(
        SECOND,
        Array.from({ length: 60 }, (_, n) => 40 + n * 0.2),
      ),
    );
    expect(climbing.slice(0, 6)).toEqual([GOOD, GOOD, GOOD, GOOD, GOOD, GOOD]);
    expect(new Set(climbing.slice(6))).toEqual(new Set(['suspect rate']));
  });

  test('after a filling is measured from there', () => {
    let memory = EMPTY_MEMORY;
    const at = (minute: number, value: number, filling: boolean) => {
      const result = assess(
        memory,
        { value, sourceTime: START + minute * MINUTE },
        contextOf({ role: 'pool', filling }),
      );
      memory = result.memory;
      return result.assessed.quality;
    };
    expect([at(0, 42, false), at(1, 38, true), at(2, 36, true), at(3, 36, false), at(4, 36.5, false)]).toEqual(
      Array(5).fill('good'),
    );
  });
});

describe('a flat line', () => {
  const flat = (minutes: number, value = 41.37) =>
    every(
      MINUTE,
      Array.from({ length: minutes + 1 }, () => value),
    );
  const last = (context: Parameters<typeof grades>[0], steps: readonly Step[]) => grades(context, steps).at(-1);

  test.each([
    ['pool', 59, GOOD],
    ['pool', 60, 'suspect flatline'],
    ['shower_outlet', 29, GOOD],
    ['shower_outlet', 30, 'suspect flatline'],
    ['header', 30, 'suspect flatline'],
    ['tank', 600, GOOD],
    ['other', 600, GOOD],
  ] as const)('of a %s for %d minutes is %s', (role, minutes, verdict) => {
    expect(last({ role }, flat(minutes))).toBe(verdict);
  });

  test('of a room is a well heated room', () => {
    expect(last({ metric: 'room_temperature', role: 'bath_hall' }, flat(600, 25.37))).toBe(GOOD);
  });
  test('ends with the first value that differs', () => {
    expect(grades({ role: 'pool' }, [...flat(61), [62 * MINUTE, 41.38], [63 * MINUTE, 41.38]]).slice(-3)).toEqual([
      'suspect flatline',
      GOOD,
      GOOD,
    ]);
  });
  test('is none while closed, and counts from the opening', () => {
    expect(last({ role: 'pool', open: false }, flat(600))).toBe(GOOD);
    expect(last({ role: 'pool', openFrom: 100 * MINUTE }, flat(159))).toBe(GOOD);
    expect(last({ role: 'pool', openFrom: 100 * MINUTE }, flat(160))).toBe('suspect flatline');
  });
  test.each([
    ['half a degree', [41, 41.5], 41.5, 300],
    ['a whole degree', [41, 42], 42, 600],
    ['a quarter of a degree', [41, 41.25], 41.25, 150],
    ['a tenth of a degree', [41, 41.1], 41.1, 60],
    ['a sixteenth of a degree', [41, 41.06], 41.06, 60],
  ])('of a sensor that resolves %s takes longer in proportion', (_, before, value, minutes) => {
    const lead = every(-MINUTE, before.toReversed()).toReversed();
    expect(last({ role: 'pool' }, [...lead, ...flat(minutes - 1, value)])).toBe(GOOD);
    expect(last({ role: 'pool' }, [...lead, ...flat(minutes, value)])).toBe('suspect flatline');
  });
  test('is made of reports, not of silence', () => {
    expect(
      grades({ role: 'pool' }, [
        [0, 41.37],
        [70 * MINUTE, 41.37],
        [71 * MINUTE, 41.37],
      ]),
    ).toEqual([GOOD, GOOD, GOOD]);
  });
  test('is not broken by a bad value', () => {
    const steps = [...flat(30), [30 * MINUTE + SECOND, -127] as Step, ...flat(60).slice(31)];
    expect(last({ role: 'pool' }, steps)).toBe('suspect flatline');
  });
});

test.each([
  [26, 26, 'cross_check'],
  [27, 26, 'cross_check'],
  [25, 26, 'cross_check'],
  [28, 26, null],
  [42, 26, null],
])('a pool of %d in a hall of %d: %s', (pool, room, reason) => {
  expect(crossCheck(pool, room).reason).toBe(reason);
});
