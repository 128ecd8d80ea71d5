import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Band } from '../../../contract/live.ts';
import { bandShape, brokenSide } from '../../../dashboard/client/band/geometry.ts';
import { isWorthATrace, longestStep, type Sample, trace, unbroken } from '../../../dashboard/client/band/trace.ts';
import { trendShape } from '../../../dashboard/client/band/trend.ts';

const POOL: Band = { low: 40, high: 48, scald: 50, from: 34, to: 54, inForce: true };
const ROOM: Band = { low: 25, high: null, scald: null, from: 15, to: 35, inForce: true };

test('the segment spans the limits, and the pointer stands where the value is', () => {
  expect(bandShape(POOL, 44)).toEqual({
    segment: { start: 30, width: 40 },
    ticks: [
      { at: 30, limit: 40 },
      { at: 70, limit: 48 },
    ],
    pointer: 50,
    stretch: null,
    scald: 80,
  });
});

test('outside, the stretch leads from the limit to the pointer', () => {
  expect(bandShape(POOL, 38).stretch).toEqual({ start: 20, width: 10 });
  expect(bandShape(POOL, 52).stretch).toEqual({ start: 70, width: 20 });
});

test('limits are inclusive', () => {
  expect([40, 48].map((value) => brokenSide(POOL, value))).toEqual([null, null]);
  expect([39.99, 48.01].map((value) => brokenSide(POOL, value))).toEqual(['low', 'high']);
});

test('a limit on one side runs to the end of the track', () => {
  expect(bandShape(ROOM, 26).segment).toEqual({ start: 50, width: 50 });
  expect(bandShape({ ...ROOM, low: null, high: 30 }, 26).segment).toEqual({ start: 0, width: 75 });
  expect(bandShape({ ...ROOM, low: null }, 26).segment).toBeNull();
});

test('nothing is called outside while the limits are not in force', () => {
  expect(bandShape({ ...POOL, inForce: false }, 20).stretch).toBeNull();
});

test('a scald ceiling alone can be broken', () => {
  const outlet: Band = { ...POOL, low: null, high: null };
  expect(brokenSide(outlet, 52)).toBe('high');
  expect(bandShape(outlet, 52).stretch).toEqual({ start: 80, width: 10 });
});

test('whatever the value, everything stays on the track', () => {
  const numbers = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(numbers, fc.option(numbers), fc.option(numbers), (value, low, high) => {
      const { segment, pointer, stretch } = bandShape({ ...POOL, low, high }, value);
      expect(pointer).toBeGreaterThanOrEqual(0);
      expect(pointer).toBeLessThanOrEqual(100);
      for (const part of [segment, stretch]) {
        if (part === null) continue;
        expect(part.width).toBeGreaterThanOrEqual(0);
        expect(part.start + part.width).toBeLessThanOrEqual(100.0001);
      }
    }),
  );
});

const minutes = (n: number) => n * 60_000;
const line = (from: number, to: number, step: number): Sample[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => [minutes(from + index * step), 42]);

test('missing samples are a gap in the line, never a bridge', () => {
  const samples = [...line(0, 30, 3), ...line(60, 90, 3)];
  expect(unbroken(samples).map((run) => run.length)).toEqual([11, 11]);
  expect(
    trace(samples, { from: 0, to: minutes(90), width: 90, height: 20, leastSpan: 1 }).path.match(/M/g),
  ).toHaveLength(2);
});

test('a slow sensor is no gap', () => {
  expect(unbroken(line(0, 160, 20))).toHaveLength(1);
  expect(longestStep([])).toBe(minutes(6));
});

test('a value that hardly moves is drawn flat', () => {
  const samples: Sample[] = [
    [0, 42],
    [minutes(3), 42.05],
  ];
  expect(trace(samples, { from: 0, to: minutes(3), width: 100, height: 20, leastSpan: 3 })).toEqual({
    path: 'M0 10.2L100 9.8',
    end: { x: 100, y: 9.8 },
  });
});

test('a trace needs ten minutes of samples', () => {
  expect([[], line(0, 0, 3), line(0, 9, 3), line(0, 10, 1)].map((samples) => isWorthATrace(samples))).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

test('without samples there is no line and no end', () => {
  expect(trace([], { from: 0, to: 1, width: 10, height: 10, leastSpan: 1 })).toEqual({ path: '', end: null });
});

const size = { width: 300, height: 120, left: 0, right: 0, top: 10, bottom: 10 };

test('a chart hatches what is missing before, between and after its samples', () => {
  const samples = [...line(30, 60, 3), ...line(90, 150, 3)];
  const { gaps, plot } = trendShape(samples, { band: POOL, until: minutes(180), size });
  expect(plot).toEqual({ x: 0, y: 10, width: 300, height: 100 });
  expect(gaps.map(({ x, width }) => [x, width])).toEqual([
    [0, 50],
    [100, 50],
    [250, 50],
  ]);
});

test('a chart shows its limits wherever the value is, and the scald ceiling only when in reach', () => {
  const low = trendShape([[minutes(170), 20]], { band: POOL, until: minutes(180), size });
  expect(low.lines.map(({ limit }) => limit)).toEqual([40, 48, 50]);
  const { lines } = trendShape([[minutes(170), 44]], { band: { ...POOL, scald: 60 }, until: minutes(180), size });
  expect(lines.map(({ limit }) => limit)).toEqual([40, 48]);
  for (const { y } of low.lines) expect(y).toBeGreaterThanOrEqual(10);
});

test('a band that is not in force is not drawn into a chart', () => {
  expect(trendShape(line(0, 180, 3), { band: { ...POOL, inForce: false }, until: minutes(180), size }).band).toBeNull();
});
