import { describe, expect, test } from 'vitest';
import { hour, shares, type HourInput, type HourLimit, type HourReading } from '../../../ingest/standards/hour.ts';

const FROM = Date.UTC(2026, 10, 20, 4);
const span = { from: FROM, to: FROM + 3_600_000 };
const at = (second: number) => FROM + second * 1_000;
const spanOf = (from: number, to: number) => ({ from: at(from), to: at(to) });
const good = (second: number, v: number): HourReading => ({ t: at(second), v, q: 'good' });
const water: HourLimit[] = [
  { standard: 'base.water', side: 'low', limit: 40, inForce: [span] },
  { standard: 'base.water', side: 'high', limit: 48, inForce: [span] },
];
const input = (changes: Partial<HourInput>): HourInput => ({
  span,
  carry: null,
  readings: [],
  holds: [{ from: 0, hold: 30_000 }],
  limits: water,
  downtimes: [],
  ...changes,
});
/** A reading every 10 s for a whole hour. */
const everyTen = (v: (second: number) => number) =>
  Array.from({ length: 360 }, (_, index) => good(index * 10, v(index * 10)));

describe('an hour of readings', () => {
  test('holds each value until the next one', () => {
    const result = hour(input({ readings: everyTen((second) => (second < 900 ? 39.9 : 42)) }));
    expect(result).toMatchObject({
      count: 360,
      min: 39.9,
      max: 42,
      last: 42,
      good: 3_600,
      suspect: 0,
      bad: 0,
      missing: 0,
    });
    expect(result.mean).toBeCloseTo(41.475, 9);
    expect(result.standards).toEqual([
      { standard: 'base.water', inBand: 2_700, out: 900, unknown: 0, outOfService: 0 },
    ]);
  });
  test('counts limits as inclusive, and one that may not be reached from there', () => {
    const scald: HourLimit = { standard: 'base.scald', side: 'high', limit: 50, reached: true, inForce: [span] };
    const values = [40, 48, 48.01, 50, 49.99];
    const readings = everyTen((second) => values[Math.floor(second / 720)] ?? 0);
    expect(hour(input({ readings, limits: [...water, scald] })).standards).toEqual([
      { standard: 'base.water', inBand: 1_440, out: 2_160, unknown: 0, outOfService: 0 },
      { standard: 'base.scald', inBand: 2_880, out: 720, unknown: 0, outOfService: 0 },
    ]);
  });
  test('takes readings in any order and leaves those of other hours out', () => {
    const readings = everyTen(() => 42);
    const mixed = [...readings.toReversed(), good(-10, 10), good(3_600, 90)];
    expect(hour(input({ readings: mixed }))).toEqual(hour(input({ readings })));
  });
  test('has a mean that is exactly the value where there was but one', () => {
    expect(hour(input({ readings: everyTen(() => 42.1) })).mean).toBe(42.1);
  });
});

describe('an hour without readings', () => {
  test('is missing and unknown', () => {
    expect(hour(input({}))).toEqual({
      count: 0,
      min: null,
      max: null,
      mean: null,
      last: null,
      good: 0,
      suspect: 0,
      bad: 0,
      missing: 3_600,
      standards: [{ standard: 'base.water', inBand: 0, out: 0, unknown: 3_600, outOfService: 0 }],
    });
  });
  test('begins with the value carried into it, for as long as that holds', () => {
    const result = hour(input({ carry: good(-10, 41) }));
    expect(result).toMatchObject({ count: 0, min: 41, max: 41, mean: 41, last: 41, good: 20, missing: 3_580 });
    expect(hour(input({ carry: good(-31, 41) }))).toMatchObject({ good: 0, mean: null, last: null });
  });
});

describe('a value', () => {
  test('holds at most its three intervals', () => {
    expect(hour(input({ readings: [good(0, 42), good(100, 42)] }))).toMatchObject({ good: 60, missing: 3_540 });
  });
  test('holds by the interval that was expected when it was taken', () => {
    const holds = [
      { from: at(-1_000), hold: 30_000 },
      { from: at(100), hold: 180_000 },
    ];
    expect(hour(input({ readings: [good(0, 42), good(100, 42)], holds }))).toMatchObject({ good: 30 + 180 });
    expect(hour(input({ readings: [good(-2_000, 42), good(0, 42)], holds }))).toMatchObject({ good: 30 });
  });
  test('that is suspect or bad ends the one before, and both are unknown', () => {
    const readings: HourReading[] = [good(0, 42), { t: at(10), v: 85, q: 'bad' }, { t: at(20), v: 45, q: 'suspect' }];
    const result = hour(input({ readings }));
    expect(result).toMatchObject({ count: 1, good: 10, bad: 10, suspect: 30, missing: 3_550, max: 42, last: 42 });
    expect(result.standards).toMatchObject([{ inBand: 10, unknown: 3_590 }]);
  });
  test('does not hold across a downtime of ours', () => {
    const downtimes = [spanOf(10, 12)];
    expect(hour(input({ readings: [good(5, 42)], downtimes }))).toMatchObject({ good: 5 });
    expect(hour(input({ carry: good(-5, 42), downtimes: [spanOf(-3, -2)] }))).toMatchObject({ good: 0 });
    expect(hour(input({ readings: [good(10, 42)], downtimes }))).toMatchObject({ count: 1, good: 0 });
  });
  test('that a device sent in later for our downtime counts from its own time', () => {
    expect(hour(input({ readings: [good(5, 42), good(11, 43)], downtimes: [spanOf(10, 12)] }))).toMatchObject({
      good: 5 + 30,
    });
  });
});

describe('a standard', () => {
  test('that is not in force is out of service, known or not', () => {
    const limits = water.map((one) => ({ ...one, inForce: [spanOf(600, 1_200), spanOf(3_000, 9_000)] }));
    const readings = everyTen(() => 39).filter(({ t }) => t < at(900));
    expect(hour(input({ readings, limits })).standards).toEqual([
      { standard: 'base.water', inBand: 0, out: 320, unknown: 880, outOfService: 2_400 },
    ]);
  });
  test('whose limit changed is judged by the one that held', () => {
    const limits: HourLimit[] = [
      { standard: 'x', side: 'low', limit: 40, inForce: [spanOf(0, 1_800)] },
      { standard: 'x', side: 'low', limit: 42, inForce: [spanOf(1_800, 3_600)] },
    ];
    expect(hour(input({ readings: everyTen(() => 41), limits })).standards).toMatchObject([
      { inBand: 1_800, out: 1_800 },
    ]);
  });
  test('of an open hour is counted for what has passed', () => {
    const open = { from: FROM, to: at(125.5) };
    const result = hour(input({ span: open, readings: everyTen(() => 42) }));
    expect(result).toMatchObject({ count: 13, good: 125.5, missing: 0 });
    expect(result.standards).toMatchObject([{ inBand: 125.5, outOfService: 0 }]);
  });
});

describe('the shares', () => {
  const standard = (inBand: number, out: number, unknown: number) => ({
    standard: 'x',
    inBand,
    out,
    unknown,
    outOfService: 0,
  });
  test.each([
    [standard(2_700, 900, 0), { compliance: 0.75, coverage: 1 }],
    [standard(1_800, 0, 200), { compliance: 1, coverage: 0.9 }],
    [standard(1_799, 0, 201), { compliance: null, coverage: 1_799 / 2_000 }],
    [standard(0, 0, 3_600), { compliance: null, coverage: 0 }],
    [standard(0, 0, 0), { compliance: null, coverage: null }],
  ])('of %j', (one, expected) => {
    expect(shares(one)).toEqual(expected);
  });
});
