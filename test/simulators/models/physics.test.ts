import { describe, expect, test } from 'vitest';
import { phaseAt, type Phase } from '../../../simulators/calendar.ts';
import { createHouse, stepHouse, type HouseInputs } from '../../../simulators/house.ts';
import { createDoor, stepDoor, type DoorTrouble } from '../../../simulators/models/door.ts';
import { createPool, stepPool, type PoolInputs } from '../../../simulators/models/pool.ts';
import { createRoom, HALL, roomReading, stepRoom, type RoomInputs } from '../../../simulators/models/room.ts';
import { createShower, stepShower, type ShowerInputs } from '../../../simulators/models/shower.ts';
import { createTerminal, queueWait, stepTerminal } from '../../../simulators/models/terminal.ts';
import { weatherFor } from '../../../simulators/models/weather.ts';
import { seededRandom } from '../../../simulators/random.ts';

const POOL_AT_REST: PoolInputs = {
  dt: 1,
  hall: 28,
  mains: 12,
  crowd: 0,
  exchanging: false,
  heater: 'thermostat',
};

/** °C after so many minutes. */
function poolAfter(minutes: number, from: number, inputs: Partial<PoolInputs> = {}): number {
  const random = seededRandom(1);
  const { dt } = { ...POOL_AT_REST, ...inputs };
  let pool = createPool(from);
  for (let second = 0; second < 60 * minutes; second += dt)
    pool = stepPool(pool, { ...POOL_AT_REST, ...inputs }, random);
  return pool.temperature;
}

describe('a pool', () => {
  test('of 14 m³ is warmed by 100 kW about 0.08 °C a minute, its losses taken off', () => {
    expect((poolAfter(10, 38) - 38) / 10).toBeCloseTo(0.09, 1);
    expect(poolAfter(10, 38) - 38).toBeGreaterThan(0.75);
  });

  test('is held within a degree below its set point', () => {
    for (const minutes of [60, 67, 80, 99]) {
      expect(poolAfter(minutes, 42)).toBeGreaterThan(41.9);
      expect(poolAfter(minutes, 42)).toBeLessThan(42.8);
    }
  });

  test('without its heater cools by about a degree an hour, and by two and more while it is full of people', () => {
    const still = 42 - poolAfter(60, 42, { heater: 'failed' });
    const full = 42 - poolAfter(60, 42, { heater: 'failed', crowd: 1 });
    expect(still).toBeGreaterThan(0.8);
    expect(still).toBeLessThan(1.4);
    expect(full).toBeGreaterThan(1.3 * still);
  });

  test('with a welded contactor passes 48 °C within three hours, slowly enough to be believed', () => {
    expect(poolAfter(180, 42.5, { heater: 'runaway' })).toBeGreaterThan(48);
    expect(poolAfter(1, 42.5, { heater: 'runaway' }) - 42.5).toBeLessThan(0.2);
  });

  test('a fifth of fresh water at 12 °C costs it five to six degrees', () => {
    const lost = 42 - poolAfter(20, 42, { heater: 'failed', exchanging: true });
    expect(lost).toBeGreaterThan(5);
    expect(lost).toBeLessThan(6.5);
  });

  test('does not depend on how finely time is cut', () => {
    expect(poolAfter(60, 42, { heater: 'failed', crowd: 0.5, dt: 10 })).toBeCloseTo(
      poolAfter(60, 42, { heater: 'failed', crowd: 0.5 }),
      1,
    );
  });
});

describe('a shower', () => {
  const WATER: ShowerInputs = {
    dt: 1,
    setPoint: 42,
    header: 58,
    mains: 12,
    hall: 28,
    crowd: 1,
    warm: true,
    stuck: false,
    neighbours: 0,
  };
  const after = (secondsLong: number, inputs: Partial<ShowerInputs>, from = createShower(42)) => {
    const random = seededRandom(2);
    let shower = from;
    for (let second = 0; second < secondsLong; second++) shower = stepShower(shower, { ...WATER, ...inputs }, random);
    return shower;
  };

  test('whose valve sticks hot brings 55 °C within half a minute, and the set point after its repair', () => {
    const hot = after(30, { stuck: true });
    expect(hot.temperature).toBeGreaterThan(55);
    expect(hot.temperature).toBeLessThan(58);
    expect(after(40, {}, hot).temperature).toBeCloseTo(42, 0);
  });

  test('stays warm while the recirculation runs, cools down with the hall without it, and no mixing makes hot water of cold', () => {
    expect(after(3_600, { crowd: 0 }).temperature).toBeGreaterThan(41);
    expect(after(3 * 3_600, { crowd: 0, warm: false }).temperature).toBeLessThan(30);
    expect(after(600, { header: 30 }).temperature).toBeLessThanOrEqual(30.1);
  });
});

describe('a room', () => {
  const INPUTS: RoomInputs = {
    dt: 10,
    parameters: HALL,
    outdoor: -8,
    people: 20,
    steam: 10,
    draught: 0,
    fanRunning: true,
    heated: true,
  };
  const after = (hours: number, inputs: Partial<RoomInputs>) => {
    const random = seededRandom(3);
    let room = createRoom(HALL);
    for (let step = 0; step < 360 * hours; step++) room = stepRoom(room, { ...INPUTS, ...inputs }, random);
    return { ...roomReading(room), co2: room.co2 };
  };

  test('keeps 25 °C on a winter day, and loses it without heating', () => {
    expect(after(24, {}).temperature).toBeGreaterThan(26);
    expect(after(3, { heated: false }).temperature).toBeLessThan(24);
  });

  test('grows damp and stale when its fan stops, and cold when a door stands open', () => {
    const [normal, still] = [after(1, {}), after(1, { fanRunning: false })];
    expect(still.humidity).toBeGreaterThan(normal.humidity + 15);
    expect(still.co2).toBeGreaterThan(1.5 * normal.co2);
    expect(after(2, { draught: 1 }).temperature).toBeLessThan(25);
  });
});

test('it is colder in January than in July, at five than at three in the afternoon', () => {
  const weather = weatherFor(1);
  const at = (month: number, hour: number) => weather(Date.UTC(2026, month, 20, hour), hour).outdoor;
  expect(at(0, 12)).toBeLessThan(8);
  expect(at(6, 12)).toBeGreaterThan(20);
  expect(at(0, 5)).toBeLessThan(at(0, 15) - 5);
});

test('windows cross midnight, and say how long they have been open', () => {
  const windows = [{ from: 1_380, to: 60 }];
  expect(phaseAt(windows, 1_410)).toEqual({ open: true, since: 30, until: 90 } satisfies Phase);
  expect(phaseAt(windows, 30)).toEqual({ open: true, since: 90, until: 30 });
  expect(phaseAt(windows, 720)).toEqual({ open: false, since: 660, until: 660 });
});

function punches(minutes: number, { frozen = false, manned = true, rush = 0, dt = 1 } = {}) {
  const random = seededRandom(4);
  let terminal = createTerminal(random);
  let longestQueue = 0;
  const seen: { at: number; result: string }[] = [];
  for (let second = 0; second < 60 * minutes; second += dt) {
    const step = stepTerminal(terminal, { dt, manned, rush, frozen }, random);
    terminal = step.state;
    longestQueue = Math.max(longestQueue, queueWait(terminal));
    for (const { after, detail } of step.punches)
      if (detail.kind === 'punch') seen.push({ at: second + after, result: detail.result });
  }
  return { seen, longestQueue };
}

describe('a terminal', () => {
  test('has a success at least every forty seconds while the gate is manned', () => {
    for (const dt of [1, 10]) {
      const ok = punches(24 * 60, { dt }).seen.filter(({ result }) => result === 'ok');
      const gaps = ok.slice(1).map(({ at }, index) => at - (ok[index]?.at ?? 0));
      expect(Math.max(...gaps)).toBeLessThan(40);
    }
  });

  test('has queues at the height of a shift change, and hardly anybody between', () => {
    expect(punches(30, { rush: 1 }).longestQueue).toBeGreaterThan(5);
    expect(punches(30, { rush: 1 }).seen.length).toBeGreaterThan(5 * punches(30).seen.length);
    expect(punches(240, { manned: false }).seen.length).toBeLessThan(30);
  });

  test('that is frozen goes on being tried and never succeeds', () => {
    const { seen } = punches(20, { frozen: true });
    expect(seen.length).toBeGreaterThan(20);
    expect(new Set(seen.map(({ result }) => result))).toEqual(new Set(['error']));
  });
});

function door(minutes: number, troubleAt: (second: number) => DoorTrouble) {
  const random = seededRandom(6);
  let state = createDoor(random);
  const events: { at: number; text: string }[] = [];
  for (let second = 0; second < 60 * minutes; second++) {
    const step = stepDoor(state, { dt: 1, crowd: 1, trouble: troubleAt(second) }, random);
    state = step.state;
    for (const { after, detail } of step.events)
      events.push({ at: second + after, text: Object.values(detail).slice(0, 2).join(' ') });
  }
  return events;
}

describe('a door', () => {
  test('opens after access was granted, and shuts within seconds', () => {
    const events = door(60, () => 'none');
    const opened = events.filter(({ text }) => text === 'contact true');
    expect(opened.length).toBeGreaterThan(30);
    for (const { at } of opened) {
      expect(events.some((other) => other.at === at && other.text === 'access ok')).toBe(true);
      const shut = events.find((other) => other.at > at && other.text === 'contact false');
      if (shut !== undefined) expect(shut.at - at).toBeLessThan(10);
    }
  });

  test('that is forced says so, is pushed shut, and complains until it is reset', () => {
    const said = door(5, (second) => (second >= 60 && second < 240 ? 'forced' : 'none')).filter(({ at }) => at >= 60);
    expect(said.slice(0, 4)).toEqual([
      { at: 60, text: 'contact true' },
      { at: 60, text: 'forced true' },
      { at: 80, text: 'contact false' },
      { at: 240, text: 'forced false' },
    ]);
  });

  test('that is held open stays open until it is let go', () => {
    const said = door(5, (second) => (second >= 60 && second < 240 ? 'held_open' : 'none'));
    const during = said.filter(({ at, text }) => at >= 60 && at <= 240 && text.startsWith('contact'));
    expect(during.slice(0, 2)).toEqual([
      { at: 60, text: 'contact true' },
      { at: 240, text: 'contact false' },
    ]);
  });
});

test('without power a bathhouse cools, and its fan stands still', () => {
  const random = seededRandom(8);
  const inputs: HouseInputs = {
    dt: 10,
    phase: { open: true, since: 60, until: 240 },
    weather: { outdoor: 0, mains: 12 },
    poolHeater: 'thermostat',
    powered: false,
    fanStopped: false,
    doorOpen: false,
    stuckValves: new Set(),
  };
  let house = createHouse({ showers: 2 });
  for (let step = 0; step < 90; step++) house = stepHouse(house, inputs, random);
  expect(house.fanRunning).toBe(false);
  expect(house.pool.temperature).toBeLessThan(42);
  expect(house.showers[0]?.temperature).toBeLessThan(41);
});
