import type { Band } from '../../../contract/live.ts';
import { longestStep, type Sample, unbroken } from './trace.ts';

export interface ChartSize {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface TrendShape {
  readonly plot: Box;
  /** Only while the limits are in force. */
  readonly band: Box | null;
  readonly gaps: readonly Box[];
  readonly lines: readonly { readonly kind: 'limit' | 'scald'; readonly limit: number; readonly y: number }[];
  readonly path: string;
  readonly end: { readonly x: number; readonly y: number } | null;
  readonly hours: readonly { readonly at: number; readonly x: number }[];
}

const HOUR_MS = 3_600_000;
const SPAN_MS = 3 * HOUR_MS;
const LABELS_MS = HOUR_MS / 2;

/** Lays three hours of samples out on a chart of the given size (units of the drawing). */
export function trendShape(
  all: readonly Sample[],
  { band, until, size }: { band: Band | null; until: number; size: ChartSize },
): TrendShape {
  const from = until - SPAN_MS;
  const samples = all.filter(([at]) => at >= from && at <= until);
  const limits = [band?.low ?? null, band?.high ?? null].filter((limit) => limit !== null);
  const values = [...samples.map(([, value]) => value), ...limits];
  const [least, most] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const margin = Math.max((most - least) * 0.15, 0.5);
  const [bottom, top] = [least - margin, most + margin];

  const plot = {
    x: size.left,
    y: size.top,
    width: size.width - size.left - size.right,
    height: size.height - size.top - size.bottom,
  };
  const x = (at: number) => round(plot.x + ((at - from) / SPAN_MS) * plot.width);
  const y = (value: number) => round(plot.y + (1 - (value - bottom) / (top - bottom)) * plot.height);
  const clampedY = (value: number) => Math.min(plot.y + plot.height, Math.max(plot.y, y(value)));
  const column = (start: number, end: number) => ({
    x: x(start),
    width: Math.max(1, x(end) - x(start)),
    y: plot.y,
    height: plot.height,
  });

  const longest = longestStep(samples);
  const runs = unbroken(samples, longest);
  const edges = [from, ...runs.flatMap((run) => [run[0]?.[0] ?? from, run.at(-1)?.[0] ?? until]), until];
  const gaps = pairs(edges).filter(([start, end]) => end - start > longest);
  const last = samples.at(-1);
  const bandTop = clampedY(band?.high ?? top);
  return {
    plot,
    band:
      band === null || !band.inForce || limits.length === 0
        ? null
        : { x: plot.x, width: plot.width, y: bandTop, height: clampedY(band.low ?? bottom) - bandTop },
    gaps: samples.length === 0 ? [] : gaps.map(([start, end]) => column(start, end)),
    lines: [
      ...limits.map((limit) => ({ kind: 'limit' as const, limit, y: y(limit) })),
      ...(band?.scald != null && band.scald <= top
        ? [{ kind: 'scald' as const, limit: band.scald, y: y(band.scald) }]
        : []),
    ],
    path: runs
      .map((run) => run.map(([at, value], index) => `${index === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`).join(''))
      .join(''),
    end: last === undefined ? null : { x: x(last[0]), y: y(last[1]) },
    hours: labels(from, until).map((at) => ({ at, x: x(at) })),
  };
}

/** [a, b, c, d] → [[a, b], [c, d]]: what lies before, between and after the runs. */
function pairs(edges: readonly number[]): [number, number][] {
  return edges.flatMap((edge, index) =>
    index % 2 === 0 ? [[edge, edges[index + 1] ?? edge] as [number, number]] : [],
  );
}

function labels(from: number, until: number): number[] {
  const first = Math.ceil((from + LABELS_MS / 3) / LABELS_MS) * LABELS_MS;
  const count = Math.max(0, Math.floor((until - LABELS_MS / 3 - first) / LABELS_MS) + 1);
  return Array.from({ length: count }, (_, index) => first + index * LABELS_MS);
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
