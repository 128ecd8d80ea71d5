import { approach, drift, type Random } from '../random.ts';
import { HEAT_CAPACITY } from './pool.ts';

/** A storage tank and the header that it feeds through a heat exchanger. */
export interface HotWaterState {
  /** °C */
  readonly tank: number;
  readonly heating: boolean;
  readonly header: number;
  /** m */
  readonly level: number;
  /** kelvin by which the probes miss. */
  readonly probe: number;
}

/** 8 m³ kept between 61 and 64 °C (storage from 60 °C on against legionella, HSE L8) by 250 kW of steam. */
const TANK = { area: 4.4, level: 1.8, from: 61, to: 64, heaterPower: 250, loss: 0.06 };
/** What the header loses on its way, in kelvin. */
const HEADER_DROP = 5;
/** m³/s of the filling valve. */
const FILLING = 0.001;

export function createHotWater(): HotWaterState {
  return { tank: 63, heating: false, header: 58, level: TANK.level, probe: 0 };
}

/** `dt` in seconds, `draw` in m³/s of hot water, `mains` and `air` in °C; without power nothing heats. */
export function stepHotWater(
  state: HotWaterState,
  { dt, draw, mains, air, powered }: { dt: number; draw: number; mains: number; air: number; powered: boolean },
  random: Random,
): HotWaterState {
  const volume = TANK.area * Math.max(0.3, state.level);
  const heating = powered && (state.heating ? state.tank < TANK.to : state.tank < TANK.from);
  const filling = powered ? Math.min(FILLING, Math.max(0, ((TANK.level - state.level) * TANK.area) / 120)) : 0;
  const power = (heating ? TANK.heaterPower : 0) - TANK.loss * (state.tank - air);
  const warming = power / (volume * HEAT_CAPACITY) + (filling / volume) * (mains - state.tank);
  const tank = state.tank + warming * dt;
  return {
    tank,
    heating,
    header: approach(state.header, tank - HEADER_DROP, { dt, constant: 40 }),
    level: Math.max(0, state.level + ((filling - draw) / TANK.area) * dt),
    probe: drift(state.probe, { dt, memory: 60, deviation: 0.06 }, random),
  };
}
