import { parse } from 'yaml';
import { Value } from 'typebox/value';
import { beforeAll, describe, expect, test } from 'vitest';
import { metricSpec } from '../../contract/metrics.ts';
import { SiteRegistry } from '../../contract/registry.ts';
import { demoSiteFile } from '../../simulators/demo.ts';
import { targetsOf } from '../../simulators/faults.ts';
import { planSite } from '../../simulators/plan.ts';
import { registryOf } from '../../simulators/registry.ts';
import { loadScenario } from '../../simulators/scenarios.ts';
import { createSimulation, type DeviceAction } from '../../simulators/simulation.ts';

const HOUR = 3_600_000;
/** 06:00 in Shanghai, in the heating season. */
const START = Date.UTC(2026, 10, 24, 22);
const plan = planSite({ site: 'mine', devices: 28 });
const registry = registryOf(plan);

function simulation({ seed = 1, scenario = 'normal_day', step = 1 } = {}) {
  return createSimulation({ plan, scenario: loadScenario(scenario, targetsOf(plan)), seed, start: START, step });
}

interface Told {
  readonly ts?: number;
  readonly id?: string;
  readonly values?: Readonly<Record<string, number>>;
}

function told(actions: readonly DeviceAction[]): { device: string; leaf: string; at: number; one: Told }[] {
  return actions.flatMap((action) => {
    if (action.kind !== 'publish') return [];
    const parsed = JSON.parse(action.payload) as Told | Told[];
    return [parsed].flat().map((one) => ({ device: action.device, leaf: action.leaf, at: action.at, one }));
  });
}

let morning: readonly DeviceAction[];
beforeAll(() => {
  morning = simulation({ step: 5 }).advance(START + 4 * HOUR);
});

test('the registry keeps the contract, that of the demo too, and binds what devices report and nothing else', () => {
  expect(Value.Check(SiteRegistry, registry)).toBe(true);
  expect(Value.Check(SiteRegistry, parse(demoSiteFile().text))).toBe(true);
  const bound = registry.bindings.map(({ device, metric }) => `${device} ${metric}`);
  const reported = told(morning).flatMap(({ device, leaf, one }) =>
    leaf === 'events' ? [`${device} events`] : Object.keys(one.values ?? {}).map((key) => `${device} ${key}`),
  );
  expect([...new Set(reported)].sort()).toEqual([...bound].sort());
  expect(new Set(registry.devices.map(({ id }) => id))).toEqual(new Set(morning.map(({ device }) => device)));
});

test('same seed, same messages, however they are asked for; another seed, others', () => {
  const whole = simulation({ scenario: 'bad_night' }).advance(START + HOUR);
  const piecemeal = simulation({ scenario: 'bad_night' });
  const pieces: DeviceAction[] = [];
  for (let at = START; at <= START + HOUR; at += 7_300) pieces.push(...piecemeal.advance(at));
  pieces.push(...piecemeal.advance(START + HOUR));
  expect(pieces).toEqual(whole);
  expect(whole.length).toBeGreaterThan(1_500);
  expect(simulation({ scenario: 'bad_night', seed: 2 }).advance(START + HOUR)).not.toEqual(whole);
});

test('a simulation goes on from the state of another as if it were the same', () => {
  const one = simulation({ scenario: 'normal_day' });
  one.advance(START + HOUR / 2);
  const from: unknown = JSON.parse(JSON.stringify(one.state()));
  const other = createSimulation({
    plan,
    scenario: { title: '', faults: [] },
    seed: 1,
    start: START + HOUR / 2,
    from: from as ReturnType<typeof one.state>,
  });
  const values = (actions: readonly DeviceAction[]) =>
    told(actions)
      .filter(({ device, leaf }) => device === 'mens-plant' && leaf === 'readings')
      .map(({ one: { values: told } }) => told?.['water_level.tank']);
  const [before] = values(one.advance(START + HOUR));
  const [after] = values(other.advance(START + HOUR));
  expect(after).toBeCloseTo(before ?? NaN, 2);
  const ids = told(one.advance(START + 2 * HOUR)).flatMap(({ device, one: { id } }) =>
    id === undefined ? [] : [`${device} ${id}`],
  );
  expect(new Set(ids).size).toBe(ids.length);
});

describe('what devices report on a normal morning', () => {
  test('lies within the physical range of its metric and comes in the expected interval', () => {
    const intervals = new Map(
      registry.bindings.map(({ device, metric, interval }) => [`${device} ${metric}`, interval]),
    );
    const last = new Map<string, number>();
    for (const { device, at, one } of told(morning)) {
      for (const [key, value] of Object.entries(one.values ?? {})) {
        const spec = metricSpec(key.split('.')[0] ?? '');
        expect(spec, key).toBeDefined();
        if (value < (spec?.min ?? Infinity) || value > (spec?.max ?? -Infinity))
          throw new Error(`${device} ${key} ${value}`);
        const series = `${device} ${key}`;
        const gap = at - (last.get(series) ?? at);
        if (gap > 1_000 * (intervals.get(series) ?? 0)) throw new Error(`${series} was silent for ${gap} ms`);
        last.set(series, at);
      }
    }
    expect(last.size).toBe([...intervals.values()].filter((interval) => interval !== undefined).length);
  });

  test('is in order of time, and no punch says anything about a person', () => {
    const times = morning.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const keys = told(morning).flatMap(({ device, leaf, one }) =>
      leaf === 'events' && device.startsWith('terminal') ? Object.keys(one) : [],
    );
    expect([...new Set(keys)].sort()).toEqual(['direction', 'id', 'kind', 'method', 'result', 'ts']);
  });
});

test('a device that loses its network says nothing, comes back, and a terminal sends what it kept, oldest first', () => {
  const actions = simulation({ scenario: 'terminal_backlog' })
    .advance(START + HOUR)
    .filter(({ device }) => device === 'terminal-2');
  const at = (minute: number) => START + 60_000 * minute;
  expect(actions.filter(({ kind }) => kind !== 'publish').map(({ kind, at }) => [kind, at])).toEqual([
    ['connect', START],
    ['disconnect', at(10)],
    ['connect', at(30)],
  ]);
  const silent = actions.filter((action) => action.at > at(10) && action.at < at(30));
  expect(silent).toEqual([]);
  const kept = told(actions).filter(({ leaf, at: sent, one: { ts = NaN } }) => leaf === 'events' && sent - ts > 5_000);
  const times = kept.map(({ one: { ts = NaN } }) => ts);
  expect(times.length).toBeGreaterThan(20);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect([Math.min(...times) >= at(10), Math.max(...times) <= at(30)]).toEqual([true, true]);
});
