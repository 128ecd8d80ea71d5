import fc from 'fast-check';
import { expect, test } from 'vitest';
import { METRICS } from '../../../contract/metrics.ts';
import { cellOf, minutes, percent, printed, totalOf } from '../../../ingest/record/cell.ts';
import { gapsOf, reasonOf } from '../../../ingest/record/gaps.ts';
import type { Bucket } from '../../../ingest/history/buckets.ts';
import type { Rollup } from '../../../ingest/stores/rollups.ts';

const SPEC = METRICS.water_temperature;
const LIMITS = [
  { standard: 'base.water', side: 'low', limit: 40, critical: false },
  { standard: 'base.water', side: 'high', limit: 48, critical: false },
  { standard: 'base.scald', side: 'high', limit: 50, critical: true },
] as const;
const HOURS = 5 * 3_600;
const judging = { limits: LIMITS, inForce: 0, spec: SPEC, excursions: 2 };

function shift(changes: Partial<Rollup>): Rollup {
  return {
    ...{ from: 0, to: HOURS * 1_000, count: 1_800, min: 41, max: 45, mean: 43.21, last: 44 },
    ...{ good: HOURS, suspect: 0, bad: 0, missing: 0, standards: [] },
    ...changes,
  };
}
const judged = (changes: Partial<Rollup['standards'][number]>) => ({
  ...{ standard: 'base.water', inBand: HOURS, out: 0, unknown: 0, outOfService: 0 },
  ...changes,
});

test.each([
  [1, '100'],
  [0.9999, '99.9'],
  [0.29, '29.0'],
  [0.933, '93.3'],
  [0, '0.0'],
])('a share of %d prints %s: only all of it is 100', (share, text) => {
  expect(percent(share)).toBe(text);
});

test('a share is never printed larger than it is', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
      expect(Number(percent(share))).toBeLessThanOrEqual(share * 100 + 1e-6);
      expect(Number(percent(share))).toBeGreaterThan(share * 100 - 0.1001);
    }),
  );
});

test.each([
  [39.96, '39.96'],
  [40, '40.0'],
  [39.94, '39.9'],
  [48.04, '48.04'],
  [50.01, '50.0'],
])('%d beside 40 and 48 prints %s', (value, text) => {
  expect(printed(value, [40, 48], SPEC)).toBe(text);
});

test.each([
  [0, 0],
  [0.4, 0],
  [1, 1],
  [60, 1],
  [61, 2],
])('%d s are %d begun minutes', (seconds, whole) => {
  expect(minutes(seconds)).toBe(whole);
});

test('a shift in band, one out of it at both ends, one that is not known, one that nothing judges', () => {
  expect(cellOf(shift({ standards: [judged({})] }), judging)).toEqual({
    ...{ low: '41.0', mean: '43.2', high: '45.0', lowBroken: false, highBroken: false },
    ...{ compliance: '100', coverage: '100', outMinutes: 0, excursions: 2, missingMinutes: 0, scaldMinutes: null },
  });
  const out = { inBand: HOURS - 1_561, out: 1_561 };
  const scald = { standard: 'base.scald', inBand: HOURS - 90, out: 90, unknown: 0, outOfService: 0 };
  expect(cellOf(shift({ min: 38.4, max: 51.2, standards: [judged(out), scald] }), judging)).toMatchObject({
    ...{ low: '38.4', high: '51.2', lowBroken: true, highBroken: true },
    ...{ compliance: '91.3', outMinutes: 27, scaldMinutes: 2 },
  });
  const unknown = { inBand: HOURS * 0.89, unknown: HOURS * 0.11 };
  expect(cellOf(shift({ good: HOURS * 0.89, standards: [judged(unknown)] }), judging)).toMatchObject({
    ...{ compliance: 'insufficient', coverage: '89.0', outMinutes: 0, missingMinutes: 33 },
  });
  const idle = judged({ inBand: 0, outOfService: HOURS });
  expect(cellOf(shift({ min: 20, standards: [idle] }), judging)).toMatchObject({
    ...{ low: '20.0', lowBroken: false, compliance: 'not_judged', outMinutes: null, excursions: null },
  });
});

test('where the standard was in force and nothing is known, nothing complies', () => {
  const silent = shift({ ...{ count: 0, min: null, max: null, mean: null, last: null }, good: 0, missing: HOURS });
  expect(cellOf(silent, { ...judging, inForce: HOURS })).toMatchObject({
    ...{ low: null, compliance: 'insufficient', coverage: '0.0', outMinutes: 0, missingMinutes: 300 },
  });
});

test('minutes of a month are the sum of what its shifts print', () => {
  const cells = [61, 61, 119].map((out) =>
    cellOf(shift({ standards: [judged({ inBand: HOURS - out, out })] }), judging),
  );
  const whole = cellOf(
    shift({ to: 3 * HOURS * 1_000, good: 3 * HOURS, standards: [judged({ inBand: 3 * HOURS - 241, out: 241 })] }),
    judging,
  );
  expect(totalOf(whole, cells)).toMatchObject({ outMinutes: 6, excursions: 6, compliance: '99.5', scaldMinutes: null });
});

const MINUTE = 60_000;
const bucket = (index: number, changes: Partial<Bucket>): Bucket => ({
  ...{ from: index * MINUTE, to: (index + 1) * MINUTE, count: 0, min: null, mean: null, max: null, last: null },
  ...{ good: 0, suspect: 0, bad: 0, missing: MINUTE, suspectValue: null, badValue: null },
  ...changes,
});

test('minutes without a good value that follow each other are one gap', () => {
  const good = { good: 1, missing: MINUTE - 1 };
  const found = gapsOf([0, 1, 2, 3, 4, 5, 6].map((index) => bucket(index, index === 0 || index === 4 ? good : {})));
  expect(found).toEqual([
    { from: MINUTE, to: 4 * MINUTE, minutes: 3, bad: false },
    { from: 5 * MINUTE, to: 7 * MINUTE, minutes: 2, bad: false },
  ]);
  expect(gapsOf([bucket(0, {}), bucket(1, { bad: MINUTE })])).toMatchObject([{ minutes: 2, bad: true }]);
});

const NOTHING = { downtimes: [], offline: [], sensor: [], noData: [] };
test.each([
  [
    'our own downtime, whatever else it caused',
    { ...NOTHING, downtimes: [{ from: 0, to: 90 }], offline: [{ from: 0, to: 100 }] },
    'system',
  ],
  ['the device', { ...NOTHING, offline: [{ from: 50, to: 500 }], noData: [{ from: 0, to: 100 }] }, 'device_offline'],
  ['less than half of it', { ...NOTHING, offline: [{ from: 51, to: 500 }] }, 'unknown'],
  [
    'two downtimes together',
    {
      ...NOTHING,
      downtimes: [
        { from: 0, to: 30 },
        { from: 60, to: 90 },
      ],
    },
    'system',
  ],
  ['nothing', NOTHING, 'unknown'],
])('a gap is explained by %s', (_what, evidence, reason) => {
  expect(reasonOf({ from: 0, to: 100, minutes: 0, bad: false }, evidence)).toBe(reason);
});
