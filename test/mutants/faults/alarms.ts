import type { Mutant } from '../mutant.ts';

const MACHINE = 'test/ingest/alarms/machine.test.ts';
const HISTORIES = 'test/ingest/alarms/machine.property.test.ts';
const LIMITS = 'test/ingest/alarms/limits.test.ts';
const HOUR = 'test/ingest/standards/hour.test.ts';
const SCHEDULE = 'test/ingest/standards/schedule.test.ts';

/** The pure state machines, and the standards that they judge by. */
export const ALARM_FAULTS: readonly Mutant[] = [
  {
    name: 'unknown-clears-an-alarm',
    breaks: 'a value that is unknown never clears a standing alarm',
    edits: [
      {
        file: 'ingest/alarms/machine.ts',
        from: "if (isStanding(state)) transitions.push({ what: 'unknown', value: state.value, because: 'input' });",
        to: "if (isStanding(state)) return returned({ ...state, known: false }, 'condition', { now, transitions, timing: { onDelay: 0, offDelay: 0, critical: false } });",
      },
    ],
    tests: [MACHINE, HISTORIES],
  },
  {
    name: 'suspect-value-clears-an-alarm',
    breaks: 'only a good value clears',
    edits: [
      {
        file: 'ingest/alarms/machine.ts',
        from: "const clearing = sample.quality === 'good' && !breached;",
        to: "const clearing = sample.verdict === 'clear';",
      },
    ],
    tests: [MACHINE, HISTORIES],
  },
  {
    name: 'suspect-value-resets-a-delay',
    breaks: 'a suspect value never resets an on-delay',
    edits: [
      {
        file: 'ingest/alarms/machine.ts',
        from: "return state.breached || (verdict === 'breach' &&",
        to: "return (state.breached && verdict !== 'clear') || (verdict === 'breach' &&",
      },
    ],
    tests: [MACHINE],
  },
  {
    name: 'suspect-value-never-scalds',
    breaks: 'a critical limit judges suspect values too',
    edits: [{ file: 'ingest/alarms/machine.ts', from: '(critical || isStanding(state))', to: 'isStanding(state)' }],
    tests: [MACHINE],
  },
  {
    name: 'delay-ends-with-the-next-reading',
    breaks: 'an on-delay ends by tick',
    edits: [
      {
        file: 'ingest/alarms/machine.ts',
        from: 'const taken = take(endDelays(state, turn), input, turn);',
        to: "if (input.kind === 'tick') return { state, transitions: [] };\n  const taken = take(endDelays(state, turn), input, turn);",
      },
    ],
    tests: [MACHINE],
  },
  {
    name: 'scald-beside-too-warm',
    breaks: 'a critical alarm stands for the lesser limit of the same value, however it came to stand',
    edits: [
      {
        file: 'ingest/line/drive.ts',
        from: 'if (isStanding(state) && !isStanding(stateBefore))',
        to: 'if (isStanding(state) && !isStanding(stateBefore) && watch.covers.length < 0)',
      },
    ],
    tests: ['test/ingest/line/alarms.test.ts'],
  },
  {
    name: 'outage-counts-as-delay',
    breaks: 'while a value is unknown its on-delay stands still',
    edits: [
      {
        file: 'ingest/alarms/machine.ts',
        from: 'known: false, on: { elapsed: elapsed(state.on, now), since: null }, off: RESET };',
        to: 'known: false, on: { elapsed: elapsed(state.on, now), since: state.on.since === null ? null : now.mono }, off: RESET };',
      },
    ],
    tests: [MACHINE],
  },
  {
    name: 'restart-forgets-the-elapsed-delay',
    breaks: 'a restart goes on with what is left of a delay',
    edits: [
      { file: 'ingest/alarms/machine.ts', from: 'on: { elapsed: state.on.elapsed, since: null }', to: 'on: RESET' },
    ],
    tests: [MACHINE],
  },
  {
    name: 'deadband-ignored',
    breaks: 'once in breach, a value has to be past the deadband to be clear',
    edits: [
      {
        file: 'ingest/alarms/limits.ts',
        from: "> limit.deadband ? 'clear' : 'between';",
        to: ">= 0 ? 'clear' : 'between';",
      },
    ],
    tests: [LIMITS],
  },
  {
    name: 'limits-exclusive',
    breaks: 'a value equal to its limit complies',
    edits: [{ file: 'ingest/alarms/limits.ts', from: 'inside > 0 : inside >= 0', to: 'inside > 0 : inside > 0' }],
    tests: [LIMITS, HOUR],
  },
  {
    name: 'scald-limit-raised',
    breaks: 'water of 50 °C at a pool or shower is critical',
    edits: [{ file: 'ingest/standards/catalogue/base.yaml', from: 'limit: 50', to: 'limit: 55' }],
    tests: ['test/ingest/standards/catalogue.test.ts'],
  },
  {
    name: 'season-ends-a-day-early',
    breaks: 'the heating season includes its last day',
    edits: [
      { file: 'ingest/standards/schedule.ts', from: 'from <= day || day <= to;', to: 'from <= day || day < to;' },
    ],
    tests: [SCHEDULE],
  },
  {
    name: 'night-shift-never-opens',
    breaks: 'a window that ends on the next day is open until then',
    edits: [
      {
        file: 'ingest/standards/schedule.ts',
        from: 'to <= from ? date.add({ days: 1 }) : date',
        to: 'to < from ? date : date',
      },
    ],
    tests: [SCHEDULE],
  },
  {
    name: 'value-holds-for-ever',
    breaks: 'a value holds three intervals, the rest is unknown',
    edits: [
      {
        file: 'ingest/standards/hour.ts',
        from: 'reading.t + holdOf(holds, reading.t), down);',
        to: 'Infinity, down);',
      },
    ],
    tests: [HOUR],
  },
  {
    name: 'value-holds-over-our-downtime',
    breaks: 'no value holds across a downtime of ours',
    edits: [
      { file: 'ingest/standards/hour.ts', from: 'holdOf(holds, reading.t), down);', to: 'holdOf(holds, reading.t));' },
    ],
    tests: [HOUR],
  },
  {
    name: 'suspect-values-comply',
    breaks: 'what is not good is never counted as compliant',
    edits: [
      {
        file: 'ingest/standards/hour.ts',
        from: "const good = held.filter(({ reading }) => reading.q === 'good');",
        to: "const good = held.filter(({ reading }) => reading.q !== 'bad');",
      },
    ],
    tests: [HOUR],
  },
  {
    name: 'coverage-ignored',
    breaks: 'below 90 % coverage no compliance is stated',
    edits: [{ file: 'ingest/standards/hour.ts', from: '|| coverage < LEAST_COVERAGE', to: '|| coverage < 0' }],
    tests: [HOUR, 'test/ingest/live/open-hour.test.ts'],
  },
];
