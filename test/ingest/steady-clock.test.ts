import fc from 'fast-check';
import { expect, test } from 'vitest';
import { steadyClock } from '../../ingest/steady-clock.ts';
import { DrivenClock } from '../driven-clock.ts';

const START = Date.UTC(2026, 10, 25, 4);

test('whatever steps the machine makes, time goes on evenly', () => {
  const steps = fc.array(
    fc.record({ passed: fc.integer({ min: 0, max: 600_000 }), step: fc.integer({ min: -1e9, max: 1e9 }) }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(steps, (plan) => {
      const machine = new DrivenClock(START);
      const clock = steadyClock(machine);
      let passed = 0;
      for (const one of plan) {
        machine.advance(one.passed);
        machine.stepWall(one.step);
        passed += one.passed;
        const { wall } = clock.now();
        // Steps of up to two seconds are the ordinary course of a clock that is being set.
        expect(Math.abs(wall - START - passed)).toBeLessThanOrEqual(2_000 * plan.length);
        if (clock.held() !== null) expect(clock.held()?.ms).toBe(machine.now().wall - wall);
      }
    }),
  );
});

test('what was sent before a step and is taken after it has its own moment, and is no step back', () => {
  const machine = new DrivenClock(START);
  const clock = steadyClock(machine);
  const sent = machine.now();
  machine.advance(1_000);
  machine.stepWall(3_600_000);
  expect(clock.now().wall).toBe(START + 1_000);
  expect(clock.at(sent)).toEqual(sent);
  clock.follow({ spoken: true });
  expect(clock.at(sent).wall).toBe(START + 3_600_000);
  expect(clock.takeSteps()).toEqual([3_600_000]);
});

test('a step back to what was given up without a reason is known as one', () => {
  const machine = new DrivenClock(START);
  const clock = steadyClock(machine);
  machine.stepWall(86_400_000);
  expect(clock.now().wall).toBe(START);
  expect(clock.held()).toMatchObject({ ms: 86_400_000, returns: false });
  clock.follow({ spoken: false });
  expect(clock.now().wall).toBe(START + 86_400_000);
  machine.stepWall(-86_395_000);
  clock.now();
  expect(clock.held()).toMatchObject({ ms: -86_395_000, returns: true });
});
