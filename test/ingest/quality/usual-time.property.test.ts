import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  dateAny,
  dateUsual,
  EMPTY_CLOCK,
  type ClockMemory,
  type DatingInput,
} from '../../../ingest/quality/source-time.ts';
import { MINUTE, SECOND, START } from './series.ts';

const near = (span: number) => fc.integer({ min: -span, max: span });
const message = fc.record({
  /** ms since the message before, and by how much the wall clock moved besides. */
  passed: fc.integer({ min: 0, max: 20 * SECOND }),
  stepped: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: near(5 * SECOND) }),
  claims: fc.oneof(
    { weight: 8, arbitrary: fc.array(near(20 * SECOND), { minLength: 1, maxLength: 1 }) },
    { weight: 2, arbitrary: fc.array(fc.option(near(10 * MINUTE), { freq: 3 }), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant('again' as const) },
  ),
  hostTrusted: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

test('a live sample is dated the short way as it is the long way, whatever the clock showed before', () => {
  let short = 0;
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 30 }),
      fc.constantFrom(MINUTE, 365 * 24 * 60 * MINUTE),
      (messages, retention) => {
        let memory: ClockMemory = EMPTY_CLOCK;
        let [wall, mono, last] = [START, 1_000, START];
        for (const { passed, stepped, claims, hostTrusted } of messages) {
          mono += passed;
          wall += passed + stepped;
          const claimed: readonly (number | null)[] =
            claims === 'again' ? [last] : [...claims].map((off) => (off === null ? null : wall + off));
          last = claimed.at(-1) ?? last;
          const tolerance = { back: 5 * MINUTE, ahead: 2 * MINUTE };
          const input: DatingInput = {
            claimed,
            received: wall,
            mono,
            interval: 10 * SECOND,
            tolerance,
            retention,
            hostTrusted,
            lastCommitAt: START,
          };
          const usual = dateUsual(memory, input);
          const dating = dateAny(memory, input);
          if (usual !== undefined) {
            short += 1;
            expect(usual).toEqual(dating);
          }
          memory = dating.memory;
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(short).toBeGreaterThan(1_000);
});
