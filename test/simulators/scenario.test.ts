import { describe, expect, test } from 'vitest';
import { FAULTS, targetsOf } from '../../simulators/faults.ts';
import { planSite } from '../../simulators/plan.ts';
import { activeFaults, nextChange, parseScenario, ScenarioError } from '../../simulators/scenario.ts';
import { loadScenario, scenarioNames } from '../../simulators/scenarios.ts';

const targets = targetsOf(planSite({ site: 'mine', devices: 28 }));
const read = (text: string) => parseScenario(text, { file: 'own.yaml', targets });

test('a fault comes, goes and comes again', () => {
  const scenario = read(`title: t
faults:
  - { at: 1m, fault: door_forced, target: lamp-door, for: 30s, every: 10m }
  - { at: 2m, fault: clock_wrong, target: mens-pool }
`);
  const holding = (at: number) => activeFaults(scenario, at).map(({ fault, since }) => `${fault} ${since}`);
  expect([59, 60, 89, 90, 130, 660, 690].map(holding)).toEqual([
    [],
    ['door_forced 0'],
    ['door_forced 29'],
    [],
    ['clock_wrong 10'],
    ['door_forced 0', 'clock_wrong 540'],
    ['clock_wrong 570'],
  ]);
  expect([0, 60, 90, 120, 660].map((at) => nextChange(scenario, at))).toEqual([60, 90, 120, 660, 690]);
});

describe('what is wrong with a scenario is said with line and key', () => {
  const rows: readonly [text: string, problem: string][] = [
    ['title: [', 'own.yaml, line 1'],
    ['- 1', 'own.yaml, line 1: a scenario has a title and faults'],
    ['title: t', 'own.yaml, line 1, faults: is missing'],
    ['title: t\nfaults: 3', 'own.yaml, line 2, faults: has to be a list'],
    ['title: t\nfault: []\nfaults: []', 'own.yaml, line 2, fault: is no key here; there are title, faults'],
    ['title: t\nfaults:\n  - 7', 'own.yaml, line 3, faults[0]: has to have at, fault and target'],
    [
      'title: t\nfaults:\n  - at: 10\n    fault: fan_stopped\n    target: mens-fan',
      'own.yaml, line 3, faults[0].at: has to be a time such as 90s',
    ],
    [
      'title: t\nfaults:\n  - at: 1m\n    fault: fan_stoped\n    target: mens-fan',
      'own.yaml, line 4, faults[0].fault: "fan_stoped" is no fault; there are heater_failure',
    ],
    [
      'title: t\nfaults:\n  - at: 1m\n    fault: fan_stopped\n    target: mens-pool',
      'own.yaml, line 5, faults[0].target: fan_stopped needs a fan, and "mens-pool" is none; there are mens-fan, womens-fan',
    ],
    [
      'title: t\nfaults:\n  - at: 1m\n    fault: fan_stopped\n    target: mens-fan\n    by: 3',
      'own.yaml, line 6, faults[0].by: fan_stopped takes none',
    ],
    [
      'title: t\nfaults:\n  - at: 1m\n    fault: fan_stopped\n    target: mens-fan\n    for: 10m\n    every: 10m',
      'own.yaml, line 7, faults[0].every: has to be longer than for',
    ],
  ];
  test.each(rows)('%j', (text, problem) => {
    expect(() => read(text)).toThrow(ScenarioError);
    expect(() => read(text)).toThrow(problem);
  });
});

test('a normal day, a bad night and one scenario for each fault come along, and all can be read', () => {
  const names = scenarioNames();
  for (const name of names) expect(loadScenario(name, targets).title, name).toContain(' / ');
  expect(names).toEqual(expect.arrayContaining(['normal_day', 'bad_night', ...FAULTS]));
  for (const fault of FAULTS) expect(loadScenario(fault, targets).faults.map((one) => one.fault)).toEqual([fault]);
});

test('a scenario that is neither a name nor a file is refused with the names that there are', () => {
  expect(() => loadScenario('heater', targets)).toThrow(/--scenario "heater" is neither a file nor one of bad_night/);
});
