import { expect, test } from 'vitest';
import { createDoor, forceDoor, resetDoor, stepDoor } from '../../../simulators/models/door.ts';
import { createPool, stepPool, type PoolParameters, type PoolState } from '../../../simulators/models/pool.ts';
import { createRoom, stepRoom } from '../../../simulators/models/room.ts';
import { createShower, stepShower } from '../../../simulators/models/shower.ts';
import { createTerminal, stepTerminal } from '../../../simulators/models/terminal.ts';
import { seededRandom } from '../../../simulators/random.ts';
import type { EventDetail } from '../../../contract/event.ts';

const LIFE: PoolParameters = { volume: 14, heaterPower: 100, loss: 0, setPoint: 60, pace: 1 };

function poolAfter(minutes: number, state: PoolState, parameters: PoolParameters): PoolState {
  const random = seededRandom(1);
  let pool = state;
  for (let second = 0; second < minutes * 60; second++) pool = stepPool(pool, { dt: 1, hall: 28, parameters }, random);
  return pool;
}

test('100 kW warm 14 m³ of water by about 0.10 °C a minute', () => {
  const after = poolAfter(10, createPool(40), LIFE);
  expect((after.temperature - 40) / 10).toBeCloseTo(0.103, 2);
});

test('at twelve times the pace a pool without its heater sinks by half a degree a minute', () => {
  const failed = { ...createPool(40.3), heaterFailed: true };
  const after = poolAfter(1, failed, { ...LIFE, loss: 3.33, pace: 12 });
  expect(40.3 - after.temperature).toBeGreaterThan(0.45);
  expect(40.3 - after.temperature).toBeLessThan(0.55);
});

test('a heated pool settles near its set point, and below it', () => {
  const { temperature } = poolAfter(30, createPool(39), { ...LIFE, loss: 3.33, setPoint: 42.5, pace: 12 });
  expect(temperature).toBeGreaterThan(42);
  expect(temperature).toBeLessThan(42.5);
});

test('no step depends on how finely time is cut', () => {
  const coarse = stepPool(
    { ...createPool(41), heaterFailed: true },
    { dt: 10, hall: 28, parameters: LIFE },
    seededRandom(1),
  );
  expect(coarse.temperature).toBeCloseTo(
    poolAfter(10 / 60, { ...createPool(41), heaterFailed: true }, LIFE).temperature,
    3,
  );
});

test('a valve that sticks hot brings 56 °C within half a minute, and the set point after its repair', () => {
  const random = seededRandom(2);
  const water = { dt: 1, setPoint: 41.5, header: 57, cold: 12 };
  let shower = { ...createShower(41.5), valveFailed: true };
  for (let second = 0; second < 30; second++) shower = stepShower(shower, water, random);
  expect(shower.temperature).toBeGreaterThan(55);
  expect(shower.temperature).toBeLessThan(57);
  shower = { ...shower, valveFailed: false };
  for (let second = 0; second < 40; second++) shower = stepShower(shower, water, random);
  expect(shower.temperature).toBeGreaterThan(40);
  expect(shower.temperature).toBeLessThan(43);
});

test('a room whose exhaust fan stops grows damp and stale', () => {
  const random = seededRandom(3);
  const parameters = { setPoint: 28, humidity: 70, people: 400 };
  let room = createRoom(parameters);
  for (let second = 0; second < 600; second++) room = stepRoom(room, { dt: 1, parameters, fanRunning: false }, random);
  expect(room.humidity).toBeGreaterThan(85);
  expect(room.co2).toBeGreaterThan(1_200);
});

function punches(
  seconds: number,
  { frozen, rush }: { frozen: boolean; rush: number },
): { at: number; result: string }[] {
  const random = seededRandom(4);
  let terminal = { ...createTerminal(random), frozen };
  const seen: { at: number; result: string }[] = [];
  for (let second = 0; second < seconds; second++) {
    const step = stepTerminal(terminal, { dt: 1, rush }, random);
    terminal = step.state;
    for (const punch of step.punches) if (punch.kind === 'punch') seen.push({ at: second, result: punch.result });
  }
  return seen;
}

test('a working terminal has a success well within the forty seconds after which the demo calls it frozen', () => {
  const successes = punches(4 * 3_600, { frozen: false, rush: 0 }).filter(({ result }) => result === 'ok');
  const gaps = successes.map(({ at }, index) => at - (successes[index - 1]?.at ?? 0));
  expect(Math.max(...gaps)).toBeLessThan(40);
});

test('a frozen terminal goes on being tried and never succeeds', () => {
  const tries = punches(600, { frozen: true, rush: 0 });
  expect(tries.length).toBeGreaterThan(20);
  expect(new Set(tries.map(({ result }) => result))).toEqual(new Set(['error']));
});

test('a shift change brings more people than a calm hour', () => {
  const calm = punches(600, { frozen: false, rush: 0 }).length;
  expect(punches(600, { frozen: false, rush: 1 }).length).toBeGreaterThan(2 * calm);
});

test('a punch says nothing about a person', () => {
  const random = seededRandom(5);
  let terminal = createTerminal(random);
  const keys = new Set<string>();
  for (let second = 0; second < 600; second++) {
    const step = stepTerminal(terminal, { dt: 1, rush: 1 }, random);
    terminal = step.state;
    for (const punch of step.punches) Object.keys(punch).forEach((key) => keys.add(key));
  }
  expect([...keys].sort()).toEqual(['direction', 'kind', 'method', 'result']);
});

test('a door opens only after access was granted, and shuts within the time that is allowed', () => {
  const random = seededRandom(6);
  let door = createDoor(random);
  const history: { at: number; event: EventDetail }[] = [];
  for (let second = 0; second < 3_600; second++) {
    const step = stepDoor(door, 1, random);
    door = step.state;
    for (const event of step.events) history.push({ at: second, event });
  }
  const contacts = history.filter(({ event }) => event.kind === 'contact');
  expect(contacts.length).toBeGreaterThan(50);
  contacts.forEach(({ at, event }, index) => {
    if (event.kind !== 'contact') return;
    expect(event.open).toBe(index % 2 === 0);
    if (!event.open) return;
    expect(
      history.some((other) => other.at === at && other.event.kind === 'access' && other.event.result === 'ok'),
    ).toBe(true);
    const shut = contacts[index + 1];
    if (shut !== undefined) expect(shut.at - at).toBeLessThan(30);
  });
});

test('a forced door says so, is pushed shut, and complains until it is reset', () => {
  const random = seededRandom(7);
  const forced = forceDoor(createDoor(random));
  expect(forced.events).toEqual([
    { kind: 'contact', open: true },
    { kind: 'forced', active: true },
  ]);
  let door = forced.state;
  const events: EventDetail[] = [];
  for (let second = 0; second < 180; second++) {
    const step = stepDoor(door, 1, random);
    door = step.state;
    events.push(...step.events);
  }
  expect(events).toEqual([{ kind: 'contact', open: false }]);
  expect(door.forced).toBe(true);
  const reset = resetDoor(door, random);
  expect(reset.state).toMatchObject({ open: false, forced: false });
  expect(reset.events[0]).toEqual({ kind: 'forced', active: false });
});
