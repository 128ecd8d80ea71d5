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
];
