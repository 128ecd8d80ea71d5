import { seededRandom, seedFor } from '../random.ts';

const DAY = 86_400_000;
const YEAR = 365.25 * DAY;

/**
 * Hebei plain: January about −3 °C, July about 27 °C on average (climate normals of Baoding), coldest around 18 January;
 * about 10 K between the night (05:00) and the afternoon (15:00).
 */
const MEAN = 12;
const SEASON = 15;
const COLDEST = Date.UTC(2026, 0, 18);
const DAY_SWING = 5;
/** Fronts come and go within days: period in days, kelvin. */
const FRONTS = [
  { period: 3.1, swing: 1.6 },
  { period: 5.7, swing: 1.6 },
  { period: 9.3, swing: 1.2 },
] as const;

/** °C of the mains: ground water damps the seasons, 8 °C in March to 18 °C in September. */
const MAINS = { mean: 13, swing: 5, lag: 50 * DAY };

export interface Weather {
  /** °C of the air outside. */
  readonly outdoor: number;
  /** °C of the cold water. */
  readonly mains: number;
}

/** A function of time alone: `wall` in ms epoch, `hour` of the local day, 0 to 24. */
export function weatherFor(seed: number): (wall: number, hour: number) => Weather {
  const random = seededRandom(seedFor(seed, 'weather'));
  const phases = FRONTS.map(() => 2 * Math.PI * random());
  return (wall, hour) => {
    const season = (2 * Math.PI * (wall - COLDEST)) / YEAR;
    const fronts = FRONTS.reduce(
      (sum, { period, swing }, index) =>
        sum + swing * Math.sin((2 * Math.PI * wall) / (period * DAY) + (phases[index] ?? 0)),
      0,
    );
    const outdoor = MEAN - SEASON * Math.cos(season) - DAY_SWING * Math.cos((2 * Math.PI * (hour - 4)) / 24) + fronts;
    const mains = MAINS.mean - MAINS.swing * Math.cos((2 * Math.PI * (wall - COLDEST - MAINS.lag)) / YEAR);
    return { outdoor, mains };
  };
}
