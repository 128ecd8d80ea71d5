import { LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { AlarmView } from '../../../contract/alarm.ts';
import type { CourseAnswer, HistoryAnswer, LimitView, TimeSpan } from '../../../contract/history.ts';
import { alarmLines, filled, hatch, LABEL, lastMark, lastValue, token } from './marks.ts';
import { doubtful } from './doubtful.ts';
import { badMarks, covers, lineOf, missingSpans } from './spans.ts';
import type { TimeTick, View } from './view.ts';

use([LineChart, ScatterChart, GridComponent, MarkAreaComponent, MarkLineComponent, CanvasRenderer]);

/** Beside and above the plot, px: lanes in HTML stand over the same time. */
export const GRID = { left: 52, right: 64, top: 8, bottom: 40 } as const;

export interface Drawing {
  readonly view: View;
  readonly answer: HistoryAnswer;
  readonly course: CourseAnswer;
  /** Those that are marked. */
  readonly alarms: readonly AlarmView[];
  readonly ticks: readonly TimeTick[];
  readonly tickText: (tick: TimeTick) => string;
  /** Of the axis, and of what was measured. */
  readonly axisText: (value: number) => string;
  readonly valueText: (value: number) => string;
  readonly limitText: (limit: { side: 'low' | 'high'; critical: boolean; limit: number }) => string;
  readonly missingText: (span: { readonly from: number; readonly to: number }) => string;
  readonly width: number;
  /** The view ends now: the last value is of now. */
  readonly isLive: boolean;
}

export function startChart(element: HTMLElement) {
  const chart = init(element, null, { renderer: 'canvas' });
  return {
    draw: (drawing: Drawing) =>
      chart.setOption(optionOf(drawing, chart.getHeight()), { notMerge: true, lazyUpdate: false }),
    resize: () => chart.resize(),
    dispose: () => chart.dispose(),
  };
}

function optionOf(drawing: Drawing, canvasHeight: number): EChartsCoreOption {
  const { view, answer, course, ticks, tickText, axisText, valueText, width } = drawing;
  const [first, ...others] = answer.series;
  const { low, high } = domain(drawing);
  const open = course.open ?? [{ from: view.from, to: view.to }];
  const counted = course.limits.filter(({ critical }) => !critical).flatMap(({ inForce }) => inForce);
  const isCounted = (at: number) => counted.length === 0 || covers(counted, at);
  const text = { color: token('text-2'), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  const boxes = (spans: readonly TimeSpan[]) => spans.map(({ from, to }) => [{ xAxis: from }, { xAxis: to }]);
  const line = (data: unknown, lineWidth: number, more: object = {}) => ({
    type: 'line',
    data,
    symbol: 'none',
    silent: true,
    animation: false,
    lineStyle: { width: lineWidth, color: token('text-1') },
    z: 5,
    ...more,
  });
  const area = (data: unknown, itemStyle: object, more: object = {}) => ({
    type: 'line',
    data: [],
    silent: true,
    animation: false,
    markArea: { silent: true, animation: false, itemStyle, data, ...more },
  });
  const least = ((view.to - view.from) / Math.max(1, width)) * 3;
  const gaps = first === undefined ? [] : missingSpans(answer, first, least);
  const bad = first === undefined ? [] : badMarks(answer, first);
  const grain = width / Math.max(1, view.to - view.from);
  const last = first === undefined || !drawing.isLive ? null : lastValue(answer, first);
  // Of long ranges nobody tells when the area was open: only what holds whenever it is fills.
  const telling = course.limits.filter(({ critical }) => critical || course.open !== null);

  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { ...GRID, containLabel: false, show: true, backgroundColor: token('ground'), borderWidth: 0 },
    xAxis: {
      type: 'value',
      min: view.from,
      max: view.to,
      axisLine: { lineStyle: { color: token('line') } },
      splitLine: { show: false },
      axisTick: { customValues: ticks.map(({ at }) => at), length: 4 },
      axisLabel: {
        ...text,
        customValues: ticks.map(({ at }) => at),
        formatter: (at: number) => tickText(ticks.find((tick) => tick.at === at) ?? { at, day: false }),
        hideOverlap: true,
        lineHeight: 15,
      },
    },
    yAxis: {
      type: 'value',
      min: low,
      max: high,
      axisLine: { show: false },
      axisTick: { show: false },
      splitNumber: 4,
      splitLine: { lineStyle: { color: token('line') } },
      axisLabel: { ...text, formatter: axisText, showMinLabel: false, showMaxLabel: false },
    },
    series: [
      area(boxes(open), { color: token('raised') }),
      ...bandsOf(drawing, { low, high, grain: (canvasHeight - GRID.top - GRID.bottom) / (high - low) }),
      // The least and the greatest of each bucket: no peak is lost in a mean.
      ...(first === undefined ? [] : envelope(answer, first)),
      ...(first === undefined ? [] : filled(answer, first, telling)),
      alarmLines(drawing.alarms, { low, high }),
      ...(first === undefined
        ? []
        : [
            line(
              lineOf(answer, first, (at) => !isCounted(at)),
              1.4,
              { lineStyle: { width: 1.4, color: token('trace') } },
            ),
            line(lineOf(answer, first, isCounted), 2.2),
          ]),
      ...others.map((series, index) =>
        line(
          lineOf(answer, series, () => true),
          1.8,
          {
            lineStyle: { width: 1.8, color: token(OTHERS[index % OTHERS.length] ?? 'focus'), type: DASHES[index % 3] },
          },
        ),
      ),
      area(
        gaps.map(({ from, to }) => [
          { xAxis: from, name: (to - from) * grain > 44 ? drawing.missingText({ from, to }) : '' },
          { xAxis: to },
        ]),
        { color: hatch('unknown') },
        {
          label: {
            ...text,
            color: token('text-1'),
            position: 'insideBottom',
            distance: 12,
            backgroundColor: token('raised'),
            padding: [3, 6],
            borderRadius: 4,
          },
        },
      ),
      ...(first === undefined ? [] : doubtful(answer, first, { low, high, text: valueText })),
      {
        type: 'scatter',
        silent: true,
        animation: false,
        z: 8,
        symbol: 'path://M2 0 10 8 18 0 20 2 12 10 20 18 18 20 10 12 2 20 0 18 8 10 0 2Z',
        symbolSize: 10,
        itemStyle: { color: token('suspect') },
        label: {
          show: true,
          position: 'right',
          color: token('suspect'),
          fontWeight: 700,
          formatter: ({ dataIndex }: { dataIndex: number }) => {
            const value = bad[dataIndex]?.value ?? null;
            return value === null || bad.length > 6 ? '' : valueText(value);
          },
        },
        data: bad.map(({ at }) => [at, high - (high - low) * 0.03]),
      },
      ...(last === null
        ? []
        : [
            lastMark(last, {
              limits: course.limits,
              text: valueText,
              grain: (canvasHeight - GRID.top - GRID.bottom) / (high - low),
            }),
          ]),
    ],
  };
}

export const OTHERS = ['focus', 'edge-4', 'suspect', 'edge-2'] as const;
const DASHES = ['solid', 'dashed', 'dotted'] as const;

/** Bands only where they were in force, with the limits of that time; critical limits as dashed lines. */
function bandsOf(
  { course, limitText, view }: Drawing,
  { low, high, grain }: { low: number; high: number; grain: number },
): object[] {
  const service = course.limits.filter(({ critical }) => !critical);
  const boxes = service
    .filter(({ side }) => side === 'low')
    .flatMap((limit) => {
      const top = service.find(
        (other) => other.side === 'high' && other.standard === limit.standard && overlap(other.inForce, limit.inForce),
      );
      return limit.inForce.map(({ from, to }) => [{ coord: [from, limit.limit] }, { coord: [to, top?.limit ?? high] }]);
    });
  const lone = service
    .filter(
      ({ side, standard }) =>
        side === 'high' && !service.some((one) => one.side === 'low' && one.standard === standard),
    )
    .flatMap(({ limit, inForce }) => inForce.map(({ from, to }) => [{ coord: [from, low] }, { coord: [to, limit] }]));
  const shown = course.limits.filter(({ limit, inForce }) => limit > low && limit < high && inForce.length > 0);
  // Of limits too close for two labels the last one has the words of all, the higher one above.
  const near = (limit: LimitView) =>
    shown
      .filter((one) => Math.abs(one.limit - limit.limit) * grain < LABEL)
      .filter(
        ({ side, limit: at, critical }, index, all) =>
          all.findIndex((one) => one.side === side && one.limit === at && one.critical === critical) === index,
      )
      .sort((a, b) => b.limit - a.limit || Number(b.critical) - Number(a.critical));
  const lineFor = (limit: (typeof course.limits)[number], from: number, to: number, labelled: boolean) => [
    {
      coord: [Math.max(from, view.from), limit.limit],
      lineStyle: limit.critical
        ? { color: token('edge-1'), type: [7, 5], width: 1.4 }
        : { color: token('band-edge'), type: 'solid', width: 1.2 },
      label: {
        show: labelled,
        position: 'end',
        formatter: near(limit).map(limitText).join('\n'),
        color: token(limit.critical ? 'edge-1' : 'text-2'),
        fontSize: 12,
      },
    },
    { coord: [Math.min(to, view.to), limit.limit] },
  ];
  const lines = shown.flatMap((limit, index) => {
    const last = shown.slice(index + 1).some((one) => Math.abs(one.limit - limit.limit) * grain < LABEL)
      ? undefined
      : limit.inForce.at(-1);
    return limit.inForce.map((one) => lineFor(limit, one.from, one.to, one === last));
  });
  return [
    {
      type: 'line',
      data: [],
      silent: true,
      animation: false,
      markArea: {
        silent: true,
        animation: false,
        itemStyle: { color: token('band'), opacity: 0.75 },
        data: [...boxes, ...lone],
      },
      markLine: { silent: true, animation: false, symbol: 'none', data: lines },
    },
  ];
}

function envelope(answer: HistoryAnswer, series: HistoryAnswer['series'][number]): object[] {
  const at = (index: number) => ((answer.edges[index] ?? 0) + (answer.edges[index + 1] ?? 0)) / 2;
  const base = {
    type: 'line',
    symbol: 'none',
    silent: true,
    animation: false,
    stack: 'range',
    lineStyle: { opacity: 0 },
  };
  return [
    { ...base, stackStrategy: 'all', data: series.min.map((value, index) => [at(index), value]) },
    {
      ...base,
      stackStrategy: 'all',
      areaStyle: { color: token('trace'), opacity: 0.28 },
      data: series.max.map((value, index) => [at(index), value === null ? null : value - (series.min[index] ?? value)]),
    },
  ];
}

/** What the values and the limits in force need, with some room. */
function domain({ answer, course }: Drawing): { low: number; high: number } {
  const values = answer.series.flatMap(({ min, max }) => [...min, ...max]).filter((value) => value !== null);
  const limits = course.limits.map(({ limit }) => limit);
  const all = [...values, ...limits];
  if (all.length === 0) return { low: 0, high: 1 };
  const [least, greatest] = [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))];
  const room = Math.max((greatest - least) * 0.12, 0.5);
  return { low: Math.floor((least - room) * 2) / 2, high: Math.ceil((greatest + room) * 2) / 2 };
}

function overlap(one: readonly TimeSpan[], other: readonly TimeSpan[]): boolean {
  return one.some((a) => other.some((b) => a.from < b.to && b.from < a.to));
}
