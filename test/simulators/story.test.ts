import { describe, expect, test } from 'vitest';
import { changesBetween, DEMO_STORY, type Change } from '../../simulators/story.ts';

/** What stands at a moment of the story, in seconds since the start. */
function standingAt(seconds: number): string[] {
  const broken = new Set<string>();
  for (const change of [...DEMO_STORY.opening, ...changesBetween(DEMO_STORY, 0, seconds)]) {
    const [name, breaks] = describeChange(change);
    if (breaks) broken.add(name);
    else broken.delete(name);
  }
  return [...broken].sort();
}

function describeChange(change: Change): [name: string, breaks: boolean] {
  switch (change.kind) {
    case 'heater':
      return [`heater ${change.house}`, change.failed];
    case 'valve':
      return [`valve ${change.house} ${change.outlet}`, change.failed];
    case 'door':
      return [`forced ${change.device}`, change.forced];
    case 'terminal':
      return [`frozen ${change.device}`, change.frozen];
    case 'power':
      return [`silent ${change.device}`, change.off];
  }
}

describe('what is broken', () => {
  const heater = 'heater mens';
  const door = 'forced lamp-door';
  const valve = 'valve womens 2';
  const terminal = 'frozen terminal-3';
  const sensor = 'silent womens-climate';
  const rows: readonly [seconds: number, broken: string[]][] = [
    [0, [heater]],
    [15, [door, heater]],
    [70, [door, heater, valve]],
    [100, [door, terminal, heater, valve]],
    [130, [door, terminal, heater]],
    [160, [door, terminal]],
    [180, [door, terminal, sensor]],
    [210, [terminal, sensor]],
    [240, [sensor]],
    [330, []],
    [399, []],
    [450, [heater]],
    [600, [heater]],
    [615, [door, heater]],
    [930, []],
    [6_000, [heater]],
    [6_370, []],
  ];
  test.each(rows)('at %i s: %j', (seconds, broken) => {
    expect(standingAt(seconds)).toEqual([...broken].sort());
  });
});

test('every scene happens exactly once, however the time is cut', () => {
  const whole = changesBetween(DEMO_STORY, 0, 1_800);
  const pieces: Change[] = [];
  for (let at = 0; at < 1_800; at += 7) pieces.push(...changesBetween(DEMO_STORY, at, Math.min(at + 7, 1_800)));
  expect(pieces).toEqual(whole);
  expect(whole).toHaveLength(3 * DEMO_STORY.scenes.length);
});

test('scenes are written in order of time and lie within the cycle', () => {
  const times = DEMO_STORY.scenes.map(({ at }) => at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.every((at) => at > 0 && at < DEMO_STORY.cycle)).toBe(true);
});
