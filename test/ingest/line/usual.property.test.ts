import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packSeries, SERIES_ROW, unpackSeries } from '../../../ingest/line/series-rows.ts';
import type { SeriesState } from '../../../ingest/line/state.ts';
import { takeUsualRow } from '../../../ingest/line/usual-row.ts';
import { assess, EMPTY_MEMORY } from '../../../ingest/quality/assess.ts';
import type { QualityContext } from '../../../ingest/quality/types.ts';

const START = Date.UTC(2026, 10, 28, 4);
const MINUTE = 60_000;

const context: fc.Arbitrary<QualityContext> = fc.record({
  metric: fc.constantFrom('water_temperature', 'water_temperature', 'room_temperature', 'humidity', 'fan_running'),
  role: fc.constantFrom('pool', 'shower_outlet', 'header', 'bath_hall', 'tank', null),
  open: fc.boolean(),
  filling: fc.boolean(),
});
const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 30 }).map((step) => 40 + step / 10) },
  { weight: 2, arbitrary: fc.constantFrom(47.5, 52, 0, 85, -127, 110, 1, 55.5, 300) },
);
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(1_000, 10_000, 59_999, MINUTE) },
  { weight: 1, arbitrary: fc.constantFrom(16 * MINUTE, 40 * MINUTE) },
  { weight: 1, arbitrary: fc.constant(-5_000) },
);
const steps = fc.array(fc.record({ value, gap, filling: fc.boolean(), open: fc.boolean() }), { maxLength: 90 });

/** The long way of a believable reading that is judged and breaks no limit. */
function long(
  state: SeriesState,
  sample: { value: number; sourceTime: number },
  now: Instant,
  context: QualityContext,
) {
  const { assessed, memory, regraded } = assess(state.memory, sample, context);
  const { quality } = assessed;
  if (quality === 'bad') return { isSimplyGood: false, after: { ...state, memory, assessedTime: sample.sourceTime } };
  const after: SeriesState = {
    ...state,
    memory,
    assessedTime: sample.sourceTime,
    current: { ...sample, ...assessed, quality, receivedAt: now.wall },
    believableMono: now.mono,
    goodMono: quality === 'good' ? now.mono : state.goodMono,
    sampleMono: now.mono,
    bad: null,
    unknownSince: null,
  };
  return { isSimplyGood: quality === 'good' && regraded === null, after };
}

interface Instant {
  readonly wall: number;
  readonly mono: number;
}

test('a reading on the row of its series does what the long way does, or nothing', () => {
  let [taken, left] = [0, 0];
  fc.assert(
    fc.property(context, steps, (common, readings) => {
      let state: SeriesState = {
        series: { id: 1, site: 'mine', owner: { kind: 'point', id: 'pool' }, metric: common.metric },
        memory: EMPTY_MEMORY,
        current: null,
        assessedTime: -Infinity,
        believableMono: 0,
        goodMono: 0,
        sampleMono: null,
        bad: { since: START, reason: 'sentinel' },
        unknownSince: START,
      };
      const rows = new Float64Array(3 * SERIES_ROW);
      let sourceTime = START;
      for (const [index, { value: given, gap: ms, ...rest }] of readings.entries()) {
        sourceTime += ms;
        const sample = { value: given, sourceTime };
        const now = { wall: sourceTime + 40, mono: 1_000 + index };
        const known = { ...common, ...rest };
        packSeries(rows, SERIES_ROW, state);
        const before = rows.slice();
        const isTaken = takeUsualRow(rows, SERIES_ROW, { ...sample, ...known, received: now });
        if (!isTaken) expect(rows).toEqual(before);
        if (sourceTime <= state.assessedTime) {
          expect(isTaken).toBe(false);
          continue;
        }
        const { isSimplyGood, after } = long(state, sample, now, known);
        // What is only just no spike any more, or has only just held a new level for long enough, is left to the long way.
        const mayBeLeft = state.memory.unlessSpike !== null || state.memory.pace.level !== null;
        if (!mayBeLeft) expect({ given, isTaken }).toEqual({ given, isTaken: isSimplyGood });
        if (isTaken) expect(unpackSeries(rows, SERIES_ROW, state.series)).toEqual(after);
        if (isTaken) taken += 1;
        else left += 1;
        state = after;
      }
    }),
    { numRuns: 400 },
  );
  expect(Math.min(taken, left)).toBeGreaterThan(500);
});
