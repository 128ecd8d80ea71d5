import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hour, type Hour, type HourInput, type HourLimit, type HourReading } from '../../../ingest/standards/hour.ts';

const FROM = Date.UTC(2026, 10, 20, 4);
const at = (second: number) => FROM + second * 1_000;

/** The same question put to every single second. Everything falls on whole seconds here. */
function secondBySecond({ span, carry, readings, holds, limits, downtimes }: HourInput): Hour {
  const seconds = (span.to - span.from) / 1_000;
  const tally = { good: 0, suspect: 0, bad: 0, missing: 0 };
  const names = [...new Set(limits.map(({ standard }) => standard))];
  const standards = names.map((standard) => ({ standard, inBand: 0, out: 0, unknown: 0, outOfService: 0 }));
  const heard = carry ? [carry, ...readings] : [...readings];
  const goodValues: number[] = [];

  for (let second = 0; second < seconds; second++) {
    const now = span.from + second * 1_000;
    let newest: HourReading | undefined;
    for (const one of heard) if (one.t <= now && (newest === undefined || one.t > newest.t)) newest = one;
    let hold = holds[0]?.hold ?? 0;
    for (const one of holds) if (newest !== undefined && one.from <= newest.t) hold = one.hold;
    const cutOff = downtimes.some(({ from }) => newest !== undefined && newest.t <= from && from <= now);
    const holding = newest !== undefined && now - newest.t < hold && !cutOff ? newest : undefined;
    tally[holding?.q ?? 'missing']++;
    if (holding?.q === 'good') goodValues.push(holding.v);

    for (const entry of standards) {
      const inForce = limits.filter(
        (one) => one.standard === entry.standard && one.inForce.some(({ from, to }) => from <= now && now < to),
      );
      if (inForce.length === 0) entry.outOfService++;
      else if (holding?.q !== 'good') entry.unknown++;
      else if (inForce.some((one) => breaks(one, holding.v))) entry.out++;
      else entry.inBand++;
    }
  }
  return {
    ...tally,
    standards,
    count: readings.filter(({ q }) => q === 'good').length,
    min: goodValues.length === 0 ? null : Math.min(...goodValues),
    max: goodValues.length === 0 ? null : Math.max(...goodValues),
    mean: goodValues.length === 0 ? null : goodValues.reduce((a, b) => a + b, 0) / goodValues.length,
    last: goodValues.at(-1) ?? null,
  };
}

function breaks({ side, limit, reached }: HourLimit, value: number): boolean {
  if (value === limit) return reached === true;
  return side === 'low' ? value < limit : value > limit;
}

const anySecond = fc.integer({ min: -120, max: 400 });
const anySpan = fc
  .tuple(anySecond, fc.integer({ min: 0, max: 200 }))
  .map(([start, length]) => ({ from: at(start), to: at(start + length) }));
const anyReading = (min: number, max: number): fc.Arbitrary<HourReading> =>
  fc.record({
    t: fc.integer({ min, max }).map(at),
    v: fc.constantFrom(39, 40, 42.5, 48, 49, 50),
    q: fc.constantFrom('good', 'good', 'good', 'suspect', 'bad'),
  });
const anyLimit: fc.Arbitrary<HourLimit> = fc.record({
  standard: fc.constantFrom('base.water', 'base.scald'),
  side: fc.constantFrom('low', 'high'),
  limit: fc.constantFrom(40, 48, 50),
  reached: fc.boolean(),
  inForce: fc.array(anySpan, { maxLength: 3 }),
});
const anyInput: fc.Arbitrary<HourInput> = fc.integer({ min: 1, max: 360 }).chain((seconds) =>
  fc.record({
    span: fc.constant({ from: at(0), to: at(seconds) }),
    carry: fc.option(anyReading(-100, -1)),
    readings: fc.uniqueArray(anyReading(0, seconds - 1), { selector: ({ t }) => t, maxLength: 25 }),
    holds: fc
      .uniqueArray(
        fc.record({ from: anySecond.map(at), hold: fc.integer({ min: 0, max: 90 }).map((one) => one * 1_000) }),
        { selector: ({ from }) => from, minLength: 1, maxLength: 3 },
      )
      .map((holds) => holds.toSorted((a, b) => a.from - b.from)),
    limits: fc.array(anyLimit, { maxLength: 4 }),
    downtimes: fc.array(anySpan, { maxLength: 2 }),
  }),
);

test('an hour is what a look at each of its seconds finds', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const [result, expected] = [hour(input), secondBySecond(input)];
      if (expected.mean === null) expect(result.mean).toBeNull();
      else expect(result.mean).toBeCloseTo(expected.mean, 9);
      expect({ ...result, mean: null }).toEqual({ ...expected, mean: null });
    }),
    { numRuns: 1_000 },
  );
});

const milliseconds = (...seconds: number[]) => seconds.reduce((total, one) => total + Math.round(one * 1_000), 0);

test('the parts of an hour add up to it, wherever its readings fall', () => {
  const jittered = fc.tuple(anyInput, fc.infiniteStream(fc.nat(999))).map(([input, stream]): HourInput => {
    const shift = () => stream.next().value ?? 0;
    const readings = input.readings.map((one) => ({ ...one, t: one.t + shift() }));
    return {
      ...input,
      span: { from: input.span.from, to: input.span.to + shift() },
      readings,
      downtimes: input.downtimes.map(({ from, to }) => ({ from: from + shift(), to })),
    };
  });
  fc.assert(
    fc.property(jittered, (input) => {
      const whole = input.span.to - input.span.from;
      const { good, suspect, bad, missing, standards, min, mean, max } = hour(input);
      expect(milliseconds(good, suspect, bad, missing)).toBe(whole);
      for (const { inBand, out, unknown, outOfService } of standards) {
        expect(milliseconds(inBand, out, unknown, outOfService)).toBe(whole);
        expect(Math.min(inBand, out, unknown, outOfService)).toBeGreaterThanOrEqual(0);
        expect(milliseconds(inBand, out)).toBeLessThanOrEqual(milliseconds(good));
      }
      if (mean !== null) expect(min !== null && max !== null && min <= mean + 1e-9 && mean <= max + 1e-9).toBe(true);
    }),
  );
});
