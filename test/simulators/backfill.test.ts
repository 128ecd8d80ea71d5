import { expect, test } from 'vitest';
import { backfill } from '../../simulators/backfill.ts';
import { targetsOf } from '../../simulators/faults.ts';
import { planSite } from '../../simulators/plan.ts';
import { loadScenario } from '../../simulators/scenarios.ts';
import { createSimulation } from '../../simulators/simulation.ts';

const START = Date.UTC(2026, 10, 25, 4);
const HOUR = 3_600_000;
const HOURS = 1;
/** Messages a second of the busy device. */
const RATE = 60;
/** What a link keeps for sending again; the oldest beyond it are let go. */
const LINK_KEEPS = 500;

test('history comes whole, each device in its order, with no more under way than a link keeps', async () => {
  const plan = planSite({ site: 'mine', devices: 5 });
  const simulation = createSimulation({
    plan,
    scenario: loadScenario('normal_day', targetsOf(plan)),
    seed: 1,
    start: START,
    step: 10,
    // Hundreds of messages of one device within the same hours.
    interval: ({ id }) => (id === 'mens-pool' ? 1 / RATE : 60),
  });
  const underWay = new Map<string, number>();
  let most = 0;
  const times: number[] = [];
  const { entries, until } = await backfill({
    simulation,
    from: START,
    to: () => START + HOURS * HOUR,
    async perform(action) {
      if (action.kind !== 'publish') return;
      const { device } = action;
      underWay.set(device, (underWay.get(device) ?? 0) + 1);
      most = Math.max(most, underWay.get(device) ?? 0);
      if (device === 'mens-pool') times.push(...[...action.payload.matchAll(/"ts":(\d+)/g)].map(([, t]) => Number(t)));
      await new Promise((resolve) => setImmediate(resolve));
      underWay.set(device, (underWay.get(device) ?? 0) - 1);
    },
  });

  expect(until).toBe(START + HOURS * HOUR);
  expect(times.length).toBeGreaterThan(0.95 * HOURS * 3_600 * RATE);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(entries).toBeGreaterThan(3 * times.length);
  expect(most).toBeLessThan(LINK_KEEPS);
});
