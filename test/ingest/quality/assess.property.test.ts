import fc from 'fast-check';
import { expect, test } from 'vitest';
import { METRIC_NAMES, METRICS, type MetricName } from '../../../contract/metrics.ts';
import { Role } from '../../../contract/registry.ts';
import { assess, assessAlone, EMPTY_MEMORY } from '../../../ingest/quality/assess.ts';
import type { QualityContext } from '../../../ingest/quality/types.ts';
import { contextOf, grades, GOOD, MINUTE, SECOND, START, type Step } from './series.ts';

const roles = fc.constantFrom(...Role.enum);
const contexts: fc.Arbitrary<QualityContext> = fc.record({
  metric: fc.constantFrom(...METRIC_NAMES),
  role: fc.option(roles),
  open: fc.boolean(),
  filling: fc.boolean(),
});
const anyValue = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -30, max: 130 }),
  fc.constantFrom(0, 85, -127, 127.94, -100, 327.67, 6550, 255, 65_535),
);
const histories = fc.array(
  fc.record({ value: anyValue, gap: fc.integer({ min: 0, max: 30 * MINUTE }), context: contexts }),
  { maxLength: 40 },
);

test('whatever comes is graded, remembered as plain data of bounded size, and only the value before is graded again', () => {
  fc.assert(
    fc.property(histories, (history) => {
      let [memory, at, before] = [EMPTY_MEMORY, START, START];
      for (const { value, gap, context } of history) {
        at += gap;
        const { assessed, regraded, ...after } = assess(memory, { value, sourceTime: at }, context);
        expect(assessed.reason === null).toBe(assessed.quality === 'good');
        expect(after.memory.recent.length).toBeLessThanOrEqual(2);
        expect(after.memory.recent.every((sample) => sample.quality !== 'bad')).toBe(true);
        expect(JSON.parse(JSON.stringify(after.memory))).toEqual(after.memory);
        if (regraded !== null)
          expect(regraded).toMatchObject({ sourceTime: memory.recent[0]?.sourceTime, value: memory.recent[0]?.value });
        [memory, before] = [after.memory, at];
      }
      expect(before).toBe(at);
    }),
  );
});

test('what is bad by itself is bad among others, but for the value of a power-on; neighbours never make a value bad', () => {
  fc.assert(
    fc.property(histories, anyValue, contexts, (history, value, context) => {
      let memory = EMPTY_MEMORY;
      history.forEach((one, n) => {
        memory = assess(memory, { value: one.value, sourceTime: START + n * MINUTE }, context).memory;
      });
      const sample = { value, sourceTime: START + history.length * MINUTE };
      if (value === 85) return;
      expect(assess(memory, sample, context).assessed.quality === 'bad').toBe(
        assessAlone(sample, context).quality === 'bad',
      );
    }),
  );
});

test('a steady good value stays good within every window', () => {
  const steady = fc.constantFrom(...METRIC_NAMES).chain((metric: MetricName) => {
    const { min, max, resolution } = METRICS[metric];
    const steps = fc.integer({ min: Math.ceil(min / resolution) + 1, max: Math.floor(Math.min(max, 84) / resolution) });
    return fc.record({
      metric: fc.constant(metric),
      value: steps.map((n) => Math.round(n * resolution * 1_000) / 1_000),
    });
  });
  fc.assert(
    fc.property(steady, roles, fc.integer({ min: 1, max: 600 }), ({ metric, value }, role, interval) => {
      if (value === 0) return;
      const count = Math.min(50, Math.ceil((30 * 60) / interval));
      const steps = Array.from({ length: count }, (_, n): Step => [n * interval * SECOND, value]);
      expect(new Set(grades({ metric, role }, steps))).toEqual(new Set([GOOD]));
    }),
  );
});

test('a pool at its heater’s pace, with a probe’s noise, is good at every sampling', () => {
  const noise = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(
      noise,
      fc.double({ min: -0.5, max: 0.5, noNaN: true }),
      fc.integer({ min: 1, max: 300 }),
      (jitter, slope, interval) => {
        const steps = jitter.map((sixteenths, n): Step => {
          const value = 42 + Math.max(-10, Math.min(10, (slope * n * interval) / 60)) + sixteenths / 16;
          return [n * interval * SECOND, Math.round(value * 100) / 100];
        });
        expect(grades({ role: 'pool' }, steps).filter((grade) => grade !== GOOD)).toEqual([]);
      },
    ),
  );
});

test('after any step in range a level that holds is good again within two minutes', () => {
  const value = fc.integer({ min: 1, max: 55 });
  fc.assert(
    fc.property(
      value,
      value,
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom<Role>('pool', 'bath_hall', 'shower_outlet'),
      (from, to, interval, role) => {
        const metric = role === 'bath_hall' ? 'room_temperature' : 'water_temperature';
        const before = Array.from({ length: 5 }, (_, n): Step => [n * interval * SECOND, from + 0.5]);
        const after = Array.from({ length: Math.ceil(180 / interval) + 3 }, (_, n): Step => [
          (5 + n) * interval * SECOND,
          to + 0.5,
        ]);
        const graded = grades({ metric, role }, [...before, ...after]);
        expect(graded.slice(5 + Math.ceil(120 / interval)).every((grade) => grade === GOOD)).toBe(true);
      },
    ),
  );
});

test('an outlet is never doubted for two values in a row that agree', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 84 }), { minLength: 2, maxLength: 40 }), (values) => {
      let memory = EMPTY_MEMORY;
      values.forEach((value, n) => {
        const { assessed, ...after } = assess(
          memory,
          { value, sourceTime: START + n * SECOND },
          contextOf({ role: 'shower_outlet' }),
        );
        if (n > 0 && values[n - 1] === value) expect(assessed.quality).toBe('good');
        memory = after.memory;
      });
    }),
  );
});
