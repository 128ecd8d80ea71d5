import type { SiteRegistry } from '../contract/registry.ts';
import { localMinute } from './calendar.ts';
import type { SimulatedDevice } from './devices.ts';
import { targetsOf } from './faults.ts';
import { BLOCK_DEVICES, planSite, type SitePlan } from './plan.ts';
import { registryOf, registryText, type RegistryExtras } from './registry.ts';
import { loadScenario } from './scenarios.ts';
import type { Scenario } from './scenario.ts';
import { createSimulation, type DeviceAction, type Simulation } from './simulation.ts';
import type { SimulationState } from './state.ts';

/** Id of the demo mine. */
export const DEMO_SITE = 'caozhuang';

const EXTRAS: RegistryExtras = {
  name: { zh: '曹庄矿（演示）', en: 'Caozhuang mine (demo)' },
  // What a visitor has to know to read the page rightly.
  notice: {
    zh: '演示：数据为模拟；报警延时已缩短，全年按采暖季判定，班次按启动时间排',
    en: 'Demo: the data are simulated; alarm delays are shortened, it is always the heating season, and shifts go by when it was started',
  },
  // Rooms are judged whatever the date on which somebody tries the demo.
  heatingSeason: {
    from: '11-15',
    to: '03-15',
    overrides: [{ from: '2000-01-01', to: '2099-12-31', heating: true }],
  },
  // Seconds instead of minutes, so that a story fits into a minute. Dormitories are held to the site's own 25 °C.
  overrides: [
    { standard: 'base.water', onDelay: 10, offDelay: 10 },
    { standard: 'base.scald', onDelay: 5, offDelay: 10 },
    { standard: 'base.bath_room', onDelay: 20, offDelay: 10 },
    { standard: 'base.dormitory', low: 25, onDelay: 20, offDelay: 10 },
    { standard: 'base.exhaust_fan', onDelay: 20, offDelay: 10 },
    { standard: 'point.no_data', onDelay: 20, offDelay: 5 },
    { standard: 'device.offline', onDelay: 15, offDelay: 5 },
    { standard: 'terminal.frozen', onDelay: 40 },
  ],
};

/** The hour of the shifts' day at which somebody who starts the demo comes in: the first bath hour is half over. */
const FIRST_HOUR = 7;
const TIMEZONE = 'Asia/Shanghai';

/** Whole hours by which the demo's shifts are later, so that one is bathing when it starts (ms epoch). */
export function demoShift(start: number): number {
  return Math.floor(localMinute(TIMEZONE)(start) / 60) - FIRST_HOUR;
}

export function demoPlan(shift = 0): SitePlan {
  return planSite({ site: DEMO_SITE, devices: BLOCK_DEVICES, timezone: TIMEZONE, shift });
}

export function demoRegistry(shift = 0): SiteRegistry {
  return registryOf(demoPlan(shift), EXTRAS);
}

/** The registry of the demo mine as a file, for the importer that real sites use too. */
export function demoSiteFile(shift = 0): { path: string; text: string } {
  const comment = 'The demo mine, as an administrator would import the registry of a real site.';
  return { path: 'the demo site', text: registryText(demoRegistry(shift), comment) };
}

/** Seconds between reports while somebody watches; a battery sensor keeps sleeping for a minute. */
export function demoInterval({ interval, sleeps }: SimulatedDevice): number {
  return sleeps ? 60 : interval > 60 ? 20 : interval < 60 ? 3 : 5;
}

/** In the days before, pools, plants and terminals report every other time: often enough to count as heard. */
function historyInterval({ id, interval }: SimulatedDevice): number {
  return interval === 60 && !id.endsWith('-climate') ? 2 * interval : interval;
}

/** Steps of the models in seconds: coarse in the days before, fine while somebody watches. */
export const DEMO_STEP = { history: 10, live: 1 } as const;
/** The men's pool is to leave its band so many seconds after the demo begins: its heater failed about an hour ago. */
const COLD_AFTER = 15;
/** °C: what a probe shows as less than 40.00. */
const COLD = { house: 'mens', pool: 'mens-pool', low: 39.995 } as const;
/** Seconds before the end at which the last stretch begins, and within which the heater fails. */
const LAST_STRETCH = 2 * 3_600;
/** After a fault is over its alarms return within so many seconds: a pool takes its time to warm. */
const AFTERMATH = 75 * 60;

/** The days before the demo begins, told once. */
export interface DemoHistory {
  /** Everything that devices do until `to` (ms epoch), in order. */
  advance(to: number): DeviceAction[];
  /** Whether something is wrong at a moment, or was until just before: there time is to be told finely. */
  isEventful(at: number): boolean;
  state(): SimulationState;
}

export interface DemoHistoryOptions {
  readonly seed: number;
  readonly shift: number;
  /** ms epoch */
  readonly start: number;
  /** When the demo is going to begin (ms epoch), as far as can be told now; asked again for the last stretch. */
  readonly end: () => number;
}

/** From `start` to about the end, at which the men's pool is about to get too cold. */
export function demoHistory({ seed, shift, start, end }: DemoHistoryOptions): DemoHistory {
  const plan = demoPlan(shift);
  const lastStretch = Math.max(start, end() - 1_000 * LAST_STRETCH);
  const week = loadScenario('demo_week', targetsOf(plan));
  const quiet = (lastStretch - start) / 1_000 - AFTERMATH;
  const faults = week.faults.filter(({ at, lasts }) => at + lasts < quiet);
  const common = { plan, seed, step: DEMO_STEP.history, interval: historyInterval };
  let simulation = createSimulation({ ...common, scenario: { ...week, faults }, start });
  let last = false;
  return {
    advance(to) {
      if (last || to < lastStretch) return simulation.advance(to);
      const actions = simulation.advance(lastStretch);
      const from = simulation.state();
      simulation = coldAt(end() + 1_000 * COLD_AFTER, (scenario) =>
        createSimulation({ ...common, scenario, start: from.at, from }),
      );
      last = true;
      return [...actions, ...simulation.advance(to)];
    },
    isEventful: (at) =>
      faults.some((fault) => {
        const since = (at - start) / 1_000 - fault.at;
        return since >= -60 && since < fault.lasts + AFTERMATH;
      }),
    state: () => simulation.state(),
  };
}

/** The later the heater fails, the warmer the pool is at a moment: the right time is looked for by halves. */
function coldAt(moment: number, begin: (scenario: Scenario) => Simulation): Simulation {
  const failing = (at: number): Simulation =>
    begin({
      title: '',
      faults: [{ fault: 'heater_failure', target: COLD.pool, at, lasts: Infinity, every: null, by: 0 }],
    });
  let [early, late] = [0, LAST_STRETCH];
  while (late - early > DEMO_STEP.history) {
    const middle = Math.round((early + late) / 2);
    const tried = failing(middle);
    tried.advance(moment);
    const pool = tried.state().facility.houses[COLD.house]?.pool.temperature ?? COLD.low;
    if (pool < COLD.low) early = middle;
    else late = middle;
  }
  return failing(late);
}

/** What goes on from a state, as somebody watches it. */
export function demoLive({ seed, shift, from }: { seed: number; shift: number; from: SimulationState }): Simulation {
  const plan = demoPlan(shift);
  const scenario = loadScenario('demo_story', targetsOf(plan));
  return createSimulation({
    plan,
    scenario,
    seed,
    start: from.at,
    from,
    reconnects: true,
    step: DEMO_STEP.live,
    interval: demoInterval,
  });
}
