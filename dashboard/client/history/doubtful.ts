import type { HistoryAnswer, HistorySeries } from '../../../contract/history.ts';
import { hatch, token } from './marks.ts';
import { stretchesOf, suspectLine } from './spans.ts';

/** More question marks (one for each stretch) say less. */
const MOST_MARKS = 6;

export interface DoubtfulOptions {
  /** Ends of the axis. */
  readonly low: number;
  readonly high: number;
  readonly text: (value: number) => string;
}

/** Bad and suspect stretches, shaded as long as they lasted; suspect values dotted, with a question mark. */
export function doubtful(
  answer: HistoryAnswer,
  series: HistorySeries,
  { low, high, text }: DoubtfulOptions,
): readonly object[] {
  const still = { silent: true, animation: false };
  const shade = (kind: 'bad' | 'suspect') => ({
    ...{ type: 'line', data: [], ...still },
    markArea: {
      ...still,
      itemStyle: { color: hatch(kind), opacity: 0.75 },
      data: stretchesOf(answer, series[kind]).map(({ from, to }) => [{ xAxis: from }, { xAxis: to }]),
    },
  });
  // A spike does not press the rest of the curve flat: it lies at the edge, and its number is told.
  const within = (value: number) => Math.min(high, Math.max(low, value));
  const dots = suspectLine(answer, series);
  const marks = dots.flatMap(([at, value], index) =>
    value !== null && (dots[index - 1]?.[1] ?? null) === null ? [{ at, value }] : [],
  );
  const color = token('suspect');
  return [
    shade('bad'),
    shade('suspect'),
    {
      ...{ type: 'line', ...still, symbol: 'none', z: 6 },
      data: dots.map(([at, value]) => [at, value === null ? null : within(value)]),
      lineStyle: { width: 2, color, type: [2, 3] },
    },
    {
      ...{ type: 'scatter', ...still, z: 8, symbol: 'circle', symbolSize: 5, itemStyle: { color } },
      label: {
        show: true,
        position: 'top',
        ...{ color, fontWeight: 700 },
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const mark = marks[dataIndex];
          return mark === undefined || marks.length > MOST_MARKS ? '?' : `? ${text(mark.value)}`;
        },
      },
      data: marks.map(({ at, value }) => [at, within(value)]),
    },
  ];
}
