import { createHotWater, stepHotWater, type HotWaterState } from './models/hot-water.ts';
import { createPool, poolReading, stepPool, type PoolParameters, type PoolState } from './models/pool.ts';
import { createRoom, stepRoom, type RoomParameters, type RoomState } from './models/room.ts';
import { createShower, stepShower, type ShowerState } from './models/shower.ts';
import type { Random } from './random.ts';

/** Heat runs at this many times its pace in life, so that a pool's story fits into minutes; the page says so. */
export const POOL_PACE = 12;
const POOL: PoolParameters = { volume: 14, heaterPower: 100, loss: 3.33, setPoint: 42.5, pace: POOL_PACE };
const HALL: RoomParameters = { setPoint: 28, humidity: 78, people: 350 };
const CHANGING: RoomParameters = { setPoint: 26.6, humidity: 58, people: 380 };
/** °C of the mains in winter. */
const COLD_WATER = 12;
const SHOWER_SET_POINT = 41.5;

/** Pool, showers, plant and rooms of one bathhouse, which share their air and their water. */
export interface Bathhouse {
  readonly pool: PoolState;
  readonly showers: readonly ShowerState[];
  readonly plant: HotWaterState;
  readonly hall: RoomState;
  readonly changing: RoomState;
  readonly fanRunning: boolean;
}

/** `pool`: °C of its water at the start. */
export function createBathhouse({ pool, showers }: { pool: number; showers: number }): Bathhouse {
  return {
    pool: createPool(pool),
    showers: Array.from({ length: showers }, (_, index) => createShower(SHOWER_SET_POINT + 0.3 * index)),
    plant: createHotWater(),
    hall: createRoom(HALL),
    changing: createRoom(CHANGING),
    fanRunning: true,
  };
}

/** `dt` in seconds. */
export function stepBathhouse(house: Bathhouse, dt: number, random: Random): Bathhouse {
  const { fanRunning } = house;
  const plant = stepHotWater(house.plant, dt, random);
  const hall = stepRoom(house.hall, { dt, parameters: HALL, fanRunning }, random);
  return {
    fanRunning,
    plant,
    hall,
    changing: stepRoom(house.changing, { dt, parameters: CHANGING, fanRunning }, random),
    pool: stepPool(house.pool, { dt, hall: hall.temperature, parameters: POOL }, random),
    showers: house.showers.map((shower, index) => {
      const setPoint = SHOWER_SET_POINT + 0.3 * index;
      return stepShower(shower, { dt, setPoint, header: plant.header, cold: COLD_WATER }, random);
    }),
  };
}

/** What the devices of a bathhouse report, by the part of their name after `mens-` or `womens-`. */
export function bathhouseReadings(house: Bathhouse): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const { pool, showers, plant, hall, changing, fanRunning } = house;
  return {
    pool: { water_temperature: poolReading(pool), water_level: pool.level, turbidity: pool.turbidity },
    showers: Object.fromEntries(
      showers.map(({ temperature }, index) => [`water_temperature.outlet${index + 1}`, temperature]),
    ),
    plant: {
      'water_temperature.tank': plant.tank,
      'water_temperature.header': plant.header,
      'water_level.tank': plant.level,
    },
    climate: {
      'room_temperature.hall': hall.temperature,
      'humidity.hall': hall.humidity,
      'room_temperature.changing': changing.temperature,
      'humidity.changing': changing.humidity,
      'co2.changing': changing.co2,
    },
    fan: { fan_running: fanRunning ? 1 : 0 },
  };
}
