import type { AlarmView } from '../../../contract/alarm.ts';
import type { HistoryAnswer, HistorySeries, LimitView } from '../../../contract/history.ts';
import { excursionsOf, type Excursion } from './excursions.ts';

/** A colour of the theme, as the page has it now. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Above the band and below the curve. */
const FILLED = 4;

/** What lay beyond a limit, filled up to it in the colour of the alarm that it raises. */
export function filled(answer: HistoryAnswer, series: HistorySeries, limits: readonly LimitView[]): object[] {
  return excursionsOf(answer, series, limits).map(({ limit, priority, dots }: Excursion) => ({
    type: 'line',
    data: dots,
    symbol: 'none',
    silent: true,
    animation: false,
    lineStyle: { width: 1, color: token(`edge-${priority}`), opacity: 0 },
    areaStyle: { origin: limit, color: token(`fill-${priority}`), opacity: 0.8 },
    z: FILLED,
  }));
}

/** A dotted line from each alarm's symbol down to the time axis. */
export function alarmLines(alarms: readonly AlarmView[], { low, high }: { low: number; high: number }): object {
  return {
    type: 'line',
    data: [],
    silent: true,
    animation: false,
    z: FILLED,
    markLine: {
      silent: true,
      animation: false,
      symbol: 'none',
      label: { show: false },
      data: alarms.map(({ raisedAt, priority }) => [
        { coord: [raisedAt, low], lineStyle: { color: token(`edge-${priority}`), type: [2, 3], width: 1.2 } },
        { coord: [raisedAt, high] },
      ]),
    },
  };
}

export interface LastValue {
  readonly at: number;
  readonly value: number;
}

/** The value that held at the end of what was asked for; null: none did. */
export function lastValue({ edges }: HistoryAnswer, { last, mean }: HistorySeries): LastValue | null {
  const index = last.length - 1;
  const value = last[index] ?? null;
  return value === null || (mean[index] ?? null) === null ? null : { at: edges[index + 1] ?? 0, value };
}

/** A label this close to another (px) is moved away. */
export const LABEL = 17;

export interface LastMark {
  readonly limits: readonly LimitView[];
  readonly text: (value: number) => string;
  /** Height of one unit, px. */
  readonly grain: number;
}

/** A dot where the curve ends, with its value at the right; in the colour of the limit that it is beyond. */
export function lastMark({ at, value }: LastValue, { limits, text, grain }: LastMark): object {
  const inForce = limits.filter((one) => one.inForce.some(({ from, to }) => from < at && at <= to));
  const broken = inForce
    .filter(({ side, limit }) => (side === 'low' ? value < limit : value > limit))
    .sort((a, b) => a.priority - b.priority)[0];
  const color = broken === undefined ? token('text-1') : token(`edge-${broken.priority}`);
  // Limits have their words there too where they are in force no more.
  const near = limits
    .filter((one) => one.inForce.length > 0)
    .map(({ limit }) => (value - limit) * grain)
    .filter((px) => Math.abs(px) < LABEL)
    .sort((a, b) => Math.abs(a) - Math.abs(b))[0];
  const away = near === undefined ? 0 : near > 0 || (near === 0 && broken === undefined) ? near - LABEL : near + LABEL;
  return {
    type: 'scatter',
    silent: true,
    animation: false,
    clip: false,
    z: 9,
    symbol: 'circle',
    symbolSize: 9,
    itemStyle: { color, opacity: 1 },
    label: {
      show: true,
      position: 'right',
      distance: 3,
      offset: [0, away],
      color,
      fontSize: 13,
      fontWeight: 700,
      formatter: text(value),
    },
    data: [[at, value]],
  };
}

const TILE = 8;

/** What is not known, bad or suspect is told apart by its pattern: lines up, lines across each other, dots. */
export function hatch(kind: 'unknown' | 'bad' | 'suspect'): object | string {
  const color = token(kind === 'unknown' ? 'hatch' : 'suspect');
  const canvas = document.createElement('canvas');
  canvas.width = TILE;
  canvas.height = TILE;
  const pen = canvas.getContext('2d');
  if (pen === null) return color;
  pen.strokeStyle = color;
  pen.fillStyle = color;
  pen.lineWidth = kind === 'unknown' ? 1.6 : 1;
  if (kind === 'suspect') pen.fillRect(TILE / 2 - 1, TILE / 2 - 1, 2, 2);
  else
    for (const shift of [-TILE, 0, TILE]) {
      pen.moveTo(shift, TILE);
      pen.lineTo(shift + TILE, 0);
      if (kind === 'unknown') continue;
      pen.moveTo(shift, 0);
      pen.lineTo(shift + TILE, TILE);
    }
  pen.stroke();
  return { image: canvas, repeat: 'repeat' };
}
