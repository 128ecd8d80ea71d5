import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Instant } from '../../../contract/clock.ts';
import {
  afterRestart,
  INITIAL_MACHINE,
  isStanding,
  nextDue,
  settleElapsed,
  step,
} from '../../../ingest/alarms/machine.ts';
import type { AlarmPhase, MachineState, MachineTiming } from '../../../ingest/alarms/types.ts';
import { line } from './course.ts';
import { reference, type Happening } from './reference.ts';

const anyTiming: fc.Arbitrary<MachineTiming> = fc.record({
  onDelay: fc.integer({ min: 0, max: 9 }).map((seconds) => seconds * 1_000),
  offDelay: fc.integer({ min: 0, max: 6 }).map((seconds) => seconds * 1_000),
  critical: fc.boolean(),
});

const sample = (quality: 'good' | 'suspect') =>
  fc
    .constantFrom('breach', 'breach', 'between', 'clear')
    .map((verdict): Happening[] => [{ kind: 'sample', quality, verdict, value: null }]);

const happenings = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.integer({ min: 1, max: 7 }).map((seconds) => Array<Happening>(seconds).fill({ kind: 'pass' })),
  },
  { weight: 5, arbitrary: sample('good') },
  { weight: 3, arbitrary: sample('suspect') },
  { weight: 2, arbitrary: fc.constant<Happening[]>([{ kind: 'unknown' }]) },
  { weight: 1, arbitrary: fc.boolean().map((inForce): Happening[] => [{ kind: 'force', inForce }]) },
  { weight: 1, arbitrary: fc.constant<Happening[]>([{ kind: 'force', inForce: true }]) },
  { weight: 1, arbitrary: fc.constant<Happening[]>([{ kind: 'acknowledge' }]) },
  { weight: 1, arbitrary: fc.constant<Happening[]>([{ kind: 'restart' }]) },
);
const anyHistory = fc
  .array(happenings, { minLength: 5, maxLength: 50 })
  .map((parts): Happening[] => [{ kind: 'force', inForce: true }, ...parts.flat()]);

/** The machine as the line drives it: ticked only when it says that it is due, committed and read back at a restart. */
function play(history: readonly Happening[], timing: MachineTiming) {
  const diary: string[] = [];
  const phases: AlarmPhase[] = [];
  const states: MachineState[] = [];
  let state = INITIAL_MACHINE;
  let second = 0;
  let start = 0;
  const now = (): Instant => ({ wall: second * 1_000, mono: 5_000 + (second - start) * 1_000 });
  for (const happening of history) {
    if (happening.kind === 'restart') {
      state = afterRestart(JSON.parse(JSON.stringify(settleElapsed(state, now()))));
      start = second;
    } else {
      if (happening.kind === 'pass') second++;
      const due = nextDue(state, timing);
      const input = happening.kind === 'pass' ? ({ kind: 'tick' } as const) : happening;
      if (happening.kind !== 'pass' || (due !== null && due <= now().mono)) {
        const after = step(state, input, now(), timing);
        state = after.state;
        diary.push(...after.transitions.map((one) => line(second, one)));
      }
    }
    phases.push(state.phase);
    states.push(state);
  }
  return { diary, phases, states };
}

test('random histories take the same course as the plain reference of the state chart', () => {
  fc.assert(
    fc.property(anyHistory, anyTiming, (history, timing) => {
      const { diary, phases } = play(history, timing);
      expect({ diary, phases }).toEqual(reference(history, timing));
    }),
    { numRuns: 1_000 },
  );
});

test('what is not good never clears: an alarm returns by good values or by its standard going out of force alone', () => {
  fc.assert(
    fc.property(anyHistory, anyTiming, (history, timing) => {
      const { states } = play(history, timing);
      let lastSample: Happening | undefined;
      history.forEach((happening, index) => {
        const before = states[index - 1] ?? INITIAL_MACHINE;
        const after = states[index] ?? INITIAL_MACHINE;
        if (['sample', 'unknown', 'restart'].includes(happening.kind)) lastSample = happening;
        if (!isStanding(before) || isStanding(after)) return;
        const outOfForce = happening.kind === 'force' && !happening.inForce;
        const good = lastSample?.kind === 'sample' && lastSample.quality === 'good' && lastSample.verdict !== 'breach';
        expect(outOfForce || good).toBe(true);
      });
    }),
  );
});

test('a machine read back from its committed state goes on as if nothing had been committed', () => {
  fc.assert(
    fc.property(anyHistory, anyTiming, fc.nat(400), (history, timing, second) => {
      const state = play(history, timing).states.at(-1) ?? INITIAL_MACHINE;
      const latest = Math.max(state.on.since ?? 0, state.off.since ?? 0);
      const now = { wall: 0, mono: latest + second };
      const settled: MachineState = JSON.parse(JSON.stringify(settleElapsed(state, now)));
      expect(settleElapsed(settled, now)).toEqual(settled);
      const due = nextDue(state, timing);
      const settledDue = nextDue(settled, timing);
      if (due !== null && due >= now.mono) expect(settledDue).toBe(due);
      else expect(settledDue === null).toBe(due === null);
    }),
  );
});
