import type { Mutant } from '../mutant.ts';

const SIMULATION = 'test/simulators/simulation.test.ts';
const PHYSICS = 'test/simulators/models/physics.test.ts';
const HISTORY = 'test/app/demo-history.test.ts';

/** What simulated devices are relied on for: the same story twice, the faults that they play, a demo without a seam. */
export const SIMULATOR_FAULTS: readonly Mutant[] = [
  {
    name: 'chance-without-a-seed',
    breaks: 'the same seed gives the same messages',
    edits: [
      { file: 'simulators/facility.ts', from: 'seedFor(seed, id)', to: 'seedFor(Math.floor(1e9 * Math.random()), id)' },
    ],
    tests: [SIMULATION],
  },
  {
    name: 'history-all-at-once',
    breaks: 'a backfill has no more under way than a link keeps for sending again',
    edits: [{ file: 'simulators/backfill.ts', from: 'const UNDER_WAY = 100;', to: 'const UNDER_WAY = 100_000;' }],
    tests: ['test/simulators/backfill.test.ts'],
  },
  {
    name: 'history-of-the-first-only',
    breaks: 'a backfill sends every message of a device',
    edits: [
      {
        file: 'simulators/backfill.ts',
        from: 'for (const some of chunks(batches, UNDER_WAY))',
        to: 'for (const some of chunks(batches, UNDER_WAY).slice(0, 1))',
      },
    ],
    tests: ['test/simulators/backfill.test.ts'],
  },
  {
    name: 'backlog-forgotten',
    breaks: 'a terminal without a network keeps its punches',
    edits: [
      {
        file: 'simulators/simulation.ts',
        from: '...(linked ? {} : { backlog: [...backlog, ...told] })',
        to: '...(linked ? {} : { backlog: [...backlog] })',
      },
    ],
    tests: [SIMULATION],
  },
  {
    name: 'connections-that-never-break',
    breaks: 'a device that loses its network is seen to lose it',
    edits: [
      {
        file: 'simulators/simulation.ts',
        from: 'const before = { ...memoryOf(id) };',
        to: 'const before = memoryOf(id);',
      },
    ],
    tests: [SIMULATION],
  },
  {
    name: 'runaway-that-rests',
    breaks: 'a thermostat that sticks goes on heating',
    edits: [
      {
        file: 'simulators/models/pool.ts',
        from: "return heater === 'runaway';",
        to: "return heater === 'runaway' && temperature < setPoint;",
      },
    ],
    tests: [PHYSICS],
  },
  {
    name: 'handover-loses-its-timers',
    breaks: 'what was to happen in told time happens in real time',
    edits: [{ file: 'app/handover-clock.ts', from: 'for (const timer of pending) start(timer);', to: 'void start;' }],
    tests: [HISTORY],
  },
  {
    name: 'own-question-listed-as-refused',
    breaks: 'finding out whose broker it is leaves no refusal that somebody would mend',
    edits: [
      {
        file: 'simulators/fleet.ts',
        from: 'await refuseStrangersBroker(broker, firstIn)',
        to: "await refuseStrangersBroker(broker, { username: 'mine.broker-check', clientId: 'mine.broker-check' })",
      },
    ],
    tests: ['test/simulators/process.test.ts'],
  },
  {
    name: 'demo-first-alarm-late',
    breaks: 'whoever starts the demo sees an alarm within a minute',
    edits: [
      {
        file: 'simulators/scenarios/demo_story.yaml',
        from: 'at: 10s, fault: door_forced',
        to: 'at: 70s, fault: door_forced',
      },
    ],
    tests: [HISTORY],
  },
  {
    name: 'demo-delays-of-a-real-site',
    breaks: 'what is mended in the demo returns while its visitor looks',
    edits: [{ file: 'simulators/demo.ts', from: "{ standard: 'base.scald', onDelay: 5, offDelay: 10 },", to: '' }],
    tests: [HISTORY],
  },
  {
    name: 'beginning-is-always-now',
    breaks: 'the same seed, site and beginning give the same messages from the command line',
    edits: [
      {
        file: 'simulators/options.ts',
        from: 'const beginning = start ?? now - 1_000 * backfill;',
        to: 'const beginning = now - (start === undefined ? 1_000 * backfill : 7_200_000);',
      },
    ],
    tests: ['test/simulators/process.test.ts'],
  },
  {
    name: 'waits-in-a-terminal',
    breaks: 'in a terminal the simulators say that credentials are missing',
    edits: [
      {
        file: 'simulators/main.ts',
        from: 'if (process.stdin.isTTY)',
        to: 'if (process.stdin.isTTY && options.seed > 1)',
      },
    ],
    tests: ['test/simulators/process.test.ts'],
  },
  {
    name: 'demo-week-with-a-quiet-day',
    breaks: 'each day of the week before the demo has its alarms',
    edits: [
      {
        file: 'simulators/scenarios/demo_week.yaml',
        from: 'fault: terminal_frozen, target: terminal-2, for: 6m',
        to: 'fault: terminal_frozen, target: terminal-2, for: 10s',
      },
    ],
    tests: [HISTORY],
  },
];
