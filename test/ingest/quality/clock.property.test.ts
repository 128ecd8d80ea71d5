import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateSamples, EMPTY_CLOCK } from '../../../ingest/quality/source-time.ts';
import {
  createRoad,
  HOUR,
  MINUTE,
  runOutage,
  SECOND,
  START,
  TOLERANCE,
  type DeviceClock,
  type Order,
} from './clock-simulation.ts';

const intervals = fc.constantFrom(10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE);
const orders = fc.constantFrom<Order>('oldest first', 'newest first', 'between live ones');
const outages = fc.record({
  interval: intervals,
  order: orders,
  perSecond: fc.constantFrom(1, 100),
  batch: fc.constantFrom(1, 7, 100),
});

const off =
  (offset: number): DeviceClock =>
  (time) =>
    time + offset;
const drifting =
  (rate: number, offset = 0): DeviceClock =>
  (time) =>
    Math.round(time + offset + (time - START) * rate);
/** Counts milliseconds since the device started, an hour before. */
const uptime = off(HOUR - START);

/** Messages within which a clock that has changed is known: three, over two intervals and 30 s. */
function bound(interval: number): number {
  return Math.ceil(Math.max(30 * SECOND, 2 * interval) / interval) + 2;
}

/** The longest run of live values that were not judged. */
function longestBlind(sent: readonly { readonly isLive: boolean; readonly judges: boolean }[]): number {
  let [run, longest] = [0, 0];
  for (const { isLive, judges } of sent) {
    if (!isLive) continue;
    run = judges ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

describe('six hours of backlog', () => {
  test('of a clock that is right keep their times; live values are judged at once, the backlog never', () => {
    fc.assert(
      fc.property(outages, (outage) => {
        for (const one of runOutage({ ...outage, clock: off(0) })) {
          expect(one.dated).toMatchObject({ sourceTime: one.measured, claimedTime: null, byReceipt: false });
          expect(one.clockWrong).toBe(false);
          const age = one.received - one.measured;
          expect(one.dated.verdict).toBe(age > TOLERANCE.back ? 'backfill' : 'live');
          expect(one.dated.judges).toBe(age <= TOLERANCE.back && one.isNewest);
        }
      }),
      { numRuns: 40 },
    );
  });

  const wrong: readonly (readonly [string, DeviceClock])[] = [
    ['slow', off(-HOUR)],
    ['slow by days', off(-50 * HOUR)],
    ['fast', off(8 * HOUR)],
    ['fast by years', off(90_000 * HOUR)],
    ['that counts since its start', uptime],
    ['that drifts', drifting(0.0005)],
    ['that is wrong and drifts', drifting(-0.0005, -HOUR)],
  ];
  test.each(wrong)(
    'of a clock %s are dated where they belong; live values are judged, the backlog never',
    (_, clock) => {
      fc.assert(
        fc.property(outages, (outage) => {
          const sent = runOutage({ ...outage, clock });
          // What is a drift of 0.05 % in six hours, and on the way.
          const slack = 20 * SECOND;
          const known = sent.filter((one) => one.received > START + bound(outage.interval) * outage.interval);
          for (const one of known) {
            const age = one.received - one.measured;
            expect(Math.abs(one.dated.sourceTime - one.measured)).toBeLessThanOrEqual(slack);
            if (age > TOLERANCE.back + slack) expect(one.dated).toMatchObject({ verdict: 'backfill', judges: false });
            else if (age < TOLERANCE.back - slack)
              expect(one.dated).toMatchObject({ verdict: 'live', judges: one.isNewest });
          }
          const live = sent.map((one) => ({
            isLive: one.isNewest && one.received - one.measured < SECOND,
            judges: one.dated.judges,
          }));
          expect(longestBlind(live)).toBeLessThanOrEqual(bound(outage.interval));
        }),
        { numRuns: 25 },
      );
    },
  );
});

test('a clock that jumps about, stands still and runs again blinds for a few messages only, and loses nothing', () => {
  const clocks = fc.constantFrom<DeviceClock>(
    off(0),
    off(0),
    off(-HOUR),
    off(-30 * HOUR),
    off(8 * HOUR),
    uptime,
    drifting(0.05),
    drifting(-0.05),
    () => START,
    () => START - 9 * HOUR,
    () => 0,
  );
  const phases = fc.array(
    fc.record({ clock: clocks, messages: fc.integer({ min: 1, max: 60 }), jitter: fc.integer({ min: 0, max: 1_500 }) }),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(intervals, phases, (interval, plan) => {
      const road = createRoad({ clock: off(0), interval });
      let now = START;
      for (const { clock, messages, jitter } of plan) {
        const before = road.sent.length;
        for (let n = 0; n < messages; n += 1, now += interval)
          road.send([now], now + (n % 2 === 0 ? jitter : 0), clock);
        const phase = road.sent.slice(before);
        expect(phase).toHaveLength(messages);
        // A clock set back within the tolerance is caught up with first.
        const patience = bound(interval) + Math.ceil((TOLERANCE.back + TOLERANCE.ahead) / interval);
        expect(longestBlind(phase.map((one) => ({ isLive: true, judges: one.dated.judges })))).toBeLessThanOrEqual(
          patience,
        );
      }
      for (const { dated, received } of road.sent)
        if (dated.judges) expect(Math.abs(dated.sourceTime - received)).toBeLessThanOrEqual(TOLERANCE.back);
    }),
    { numRuns: 300 },
  );
});

test('a slow clock that slips once to a newer time and back is learned all the same', () => {
  const interval = 10 * SECOND;
  const slow = off(-30 * HOUR);
  const road = createRoad({ clock: slow, interval });
  let now = START;
  road.send([now], now);
  road.send([now + interval], now + interval, () => START - 9 * HOUR);
  for (now = START + 2 * interval; now < START + HOUR; now += interval) road.send([now], now);
  const after = road.sent.slice(2).map(({ dated }) => ({ isLive: true, judges: dated.judges }));
  expect(longestBlind(after)).toBeLessThanOrEqual(2 * bound(interval));
});

test('a clock that drifts by five per cent is learned again and again, and never blinds for longer', () => {
  for (const rate of [0.05, -0.05]) {
    const interval = MINUTE;
    const road = createRoad({ clock: drifting(rate), interval });
    for (let now = START; now < START + 48 * HOUR; now += interval) road.send([now], now);
    expect(longestBlind(road.sent.map((one) => ({ isLive: true, judges: one.dated.judges })))).toBeLessThanOrEqual(
      bound(interval),
    );
  }
});

test('whatever a device claims, each reading gets a date and at most one of a message judges', () => {
  const time = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.maxSafeInteger(),
    fc.integer({ min: START - HOUR, max: START + HOUR }),
  );
  const messages = fc.array(fc.array(fc.option(time), { maxLength: 5 }), { maxLength: 20 });
  fc.assert(
    fc.property(messages, fc.boolean(), (plan, hostTrusted) => {
      let memory = EMPTY_CLOCK;
      plan.forEach((claimed, n) => {
        const at = { received: START + n * 10 * SECOND, mono: n * 10 * SECOND, interval: 10 * SECOND };
        const dating = dateSamples(memory, {
          ...at,
          claimed,
          tolerance: TOLERANCE,
          retention: 90 * 24 * HOUR,
          hostTrusted,
          lastCommitAt: START,
        });
        memory = dating.memory;
        expect(dating.dated).toHaveLength(claimed.length);
        expect(dating.dated.every((one) => Number.isFinite(one.sourceTime))).toBe(true);
        expect(dating.dated.filter((one) => one.judges).length).toBeLessThanOrEqual(1);
        const receipts = dating.dated.filter((one) => one.byReceipt).map((one) => one.sourceTime);
        expect(new Set(receipts).size).toBe(receipts.length);
      });
    }),
  );
});
