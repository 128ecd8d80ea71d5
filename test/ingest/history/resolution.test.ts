import { expect, test } from 'vitest';
import { dayEdges, daysTouching, edgesOf, resolutionFor } from '../../../ingest/history/resolution.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const END = Date.UTC(2026, 10, 28, 4, 30);

test.each([
  ['an hour', HOUR, 1_000, 'raw', 5_000],
  ['twelve hours', 12 * HOUR, 1_000, 'raw', 60_000],
  ['a week', 7 * DAY, 700, 'raw', 900_000],
  ['forty days on a wide screen', 40 * DAY, 2_000, 'raw', 1_800_000],
  ['sixty days', 60 * DAY, 800, 'hours', 2 * HOUR],
  ['a quarter, however many pixels', 90 * DAY, 4_000, 'hours', HOUR],
  ['a year', 366 * DAY, 1_000, 'hours', 12 * HOUR],
  ['two years', 731 * DAY, 1_000, 'days', DAY],
  ['three years on a phone', 1_096 * DAY, 300, 'days', 5 * DAY],
] as const)('%s is answered from what is just fine enough', (_name, range, pixels, level, width) => {
  const span = { from: END - range, to: END };
  expect(resolutionFor(span, { pixels, rawUpTo: 62 * DAY, rawSince: 0 })).toEqual({ level, width });
  expect(edgesOf(span, width).length - 1).toBeLessThanOrEqual(pixels + 2);
});

test('buckets stay where they are when a chart moves', () => {
  const edges = edgesOf({ from: END - HOUR, to: END }, 300_000);
  const moved = edgesOf({ from: END - HOUR + 61_000, to: END + 61_000 }, 300_000);
  expect(edges[0]).toBe(END - HOUR);
  expect(moved.slice(0, -1)).toEqual([...edges.slice(0, -1), END]);
});

test('local days begin where the clocks say, also on the day on which they change', () => {
  const summer = Date.UTC(2026, 2, 28, 12);
  expect(daysTouching({ from: summer, to: summer + DAY }, 'Europe/Berlin').map(({ from, to }) => to - from)).toEqual([
    DAY,
    DAY - HOUR,
  ]);
  const [kolkata] = daysTouching({ from: END, to: END + 1 }, 'Asia/Kolkata');
  expect(kolkata).toEqual({ from: Date.UTC(2026, 10, 27, 18, 30), to: Date.UTC(2026, 10, 28, 18, 30) });
});

test('groups of days begin on the same days wherever a range begins', () => {
  const starts = [0, 1, 2, 3, 4].map((days) =>
    dayEdges({ from: END + days * DAY, to: END + 30 * DAY }, 'Asia/Shanghai', 5).slice(0, -1),
  );
  for (const edges of starts) expect(new Set(edges).difference(new Set(starts[0])).size).toBe(0);
});
