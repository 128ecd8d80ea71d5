import { approach, drift, type Random } from '../random.ts';

/** A storage tank and the header that it feeds through a heat exchanger. */
export interface HotWaterState {
  /** °C */
  readonly tank: number;
  readonly header: number;
  /** m */
  readonly level: number;
}

const TANK = { mean: 63, memory: 400, deviation: 0.9 };
const LEVEL = { mean: 1.8, memory: 500, deviation: 0.08 };
/** What the header loses on its way, in kelvin. */
const HEADER_DROP = 6;

export function createHotWater(): HotWaterState {
  return { tank: TANK.mean, header: TANK.mean - HEADER_DROP, level: LEVEL.mean };
}

export function stepHotWater(state: HotWaterState, dt: number, random: Random): HotWaterState {
  const tank = TANK.mean + drift(state.tank - TANK.mean, { dt, ...TANK }, random);
  return {
    tank,
    header: approach(state.header, tank - HEADER_DROP, { dt, constant: 40 }),
    level: LEVEL.mean + drift(state.level - LEVEL.mean, { dt, ...LEVEL }, random),
  };
}
