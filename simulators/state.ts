import { Type, type Static } from 'typebox';

const strict = { additionalProperties: false };
const numbers = <T extends string>(...names: readonly T[]) =>
  Type.Object(
    Object.fromEntries(names.map((name) => [name, Type.Number()])) as Record<T, ReturnType<typeof Type.Number>>,
    strict,
  );

const Room = numbers('temperature', 'vapour', 'co2', 'sensor');
const Shower = numbers('temperature', 'inUse', 'hunting');
const Terminal = Type.Object(
  {
    queue: Type.Number(),
    nextArrival: Type.Number(),
    busy: Type.Number(),
    verifyTime: Type.Number(),
    again: Type.Boolean(),
  },
  strict,
);
const Pool = Type.Object(
  {
    temperature: Type.Number(),
    heating: Type.Boolean(),
    probe: Type.Number(),
    level: Type.Number(),
    turbidity: Type.Number(),
  },
  strict,
);
const HotWater = Type.Object(
  {
    tank: Type.Number(),
    heating: Type.Boolean(),
    header: Type.Number(),
    level: Type.Number(),
    probe: Type.Number(),
  },
  strict,
);
const House = Type.Object(
  { pool: Pool, showers: Type.Array(Shower), plant: HotWater, hall: Room, changing: Room, fanRunning: Type.Boolean() },
  strict,
);
const Door = Type.Object(
  { open: Type.Boolean(), trouble: Type.Enum(['none', 'forced', 'held_open']), next: Type.Number() },
  strict,
);

const byId = <T extends Parameters<typeof Type.Record>[1]>(state: T) => Type.Record(Type.String(), state);

/** Everything that a facility is at a moment, as plain data; `random`: state of each part's random numbers. */
export const FacilityState = Type.Object(
  {
    houses: byId(House),
    rooms: byId(Room),
    terminals: byId(Terminal),
    doors: byId(Door),
    random: byId(Type.Number()),
  },
  strict,
);
export type FacilityState = Static<typeof FacilityState>;

/** What one device remembers. */
export const DeviceMemory = Type.Object(
  {
    /** ms epoch of its next report. */
    nextReport: Type.Number(),
    powered: Type.Boolean(),
    linked: Type.Boolean(),
    /** It got power and has not measured yet. */
    fresh: Type.Boolean(),
    eventCount: Type.Integer(),
    /** Values that stuck probes repeat, by key. */
    stuck: byId(Type.Number()),
    /** Events that wait for the network, as JSON. */
    backlog: Type.Array(Type.String()),
  },
  strict,
);
export type DeviceMemory = Static<typeof DeviceMemory>;

/** A simulation at a moment (ms epoch), as plain data: another one goes on from it. */
export const SimulationState = Type.Object(
  { at: Type.Number(), run: Type.String(), facility: FacilityState, devices: byId(DeviceMemory) },
  strict,
);
export type SimulationState = Static<typeof SimulationState>;
