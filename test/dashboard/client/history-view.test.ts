import { expect, test } from 'vitest';
import type { HistoryAnswer, HistorySeries, LimitView } from '../../../contract/history.ts';
import { excursionsOf } from '../../../dashboard/client/history/excursions.ts';
import { dayOf, fieldTime, rangeOf } from '../../../dashboard/client/history/range.ts';
import { stretchesOf, suspectLine } from '../../../dashboard/client/history/spans.ts';
import { SPANS, zoneOffset } from '../../../dashboard/client/history/view.ts';
import { readAddress, writeAddress } from '../../../dashboard/client/history/address.ts';

const NOW = Date.UTC(2026, 10, 28, 4);
const title = { zh: '池浴及淋浴水温', en: 'Pool and shower water' };

/** Buckets of ten, from 0. */
function answerOf(min: readonly (number | null)[], max = min): [HistoryAnswer, HistorySeries] {
  const zeros = min.map(() => 0);
  const nulls = min.map(() => null);
  const series = {
    ...{ point: 'pool', metric: 'water_temperature', count: zeros, suspect: zeros, bad: zeros, missing: zeros },
    ...{ min: [...min], max: [...max], mean: [...min], last: [...min], suspectValue: nulls, badValue: nulls },
  };
  const edges = Array.from({ length: min.length + 1 }, (_, index) => index * 10);
  return [{ level: 'raw', width: 10, edges, rawGone: false, series: [series] }, series];
}

function limitOf(limit: number, more: Partial<LimitView> = {}): LimitView {
  return {
    ...{ standard: 'base.water', title, side: 'low', limit, reached: false, critical: false, priority: 2 },
    ...{ applies: 'open', onDelay: 180, deadband: 0.5 },
    ...{ compliance: true, inForce: [{ from: 0, to: 1_000 }], ...more },
  };
}

test('what lies beyond a limit is filled up to it, from where the curve crosses it to where it crosses back', () => {
  const [answer, series] = answerOf([42, 38, 39, 41, null, 39]);
  expect(excursionsOf(answer, series, [limitOf(40)])).toEqual([
    {
      ...{ side: 'low', limit: 40, priority: 2 },
      dots: [
        ...[
          [0, 40],
          [5, 40],
          [10, 40],
          [15, 38],
          [25, 39],
          [30, 40],
          [35, 40],
        ],
        // Nothing is known there: it is not bridged.
        ...[
          [40, 40],
          [40, null],
          [50, 39],
          [55, 39],
          [60, 39],
          [60, null],
        ],
      ],
    },
  ]);
});

test('only while a limit was in force, with the limit of that time, by the extremes, the most severe last', () => {
  const [answer, series] = answerOf([30, 30, 45, 45], [30, 30, 45, 51]);
  const opened = { inForce: [{ from: 12, to: 40 }] };
  const scald = limitOf(50, { side: 'high', priority: 1, critical: true });
  const found = excursionsOf(answer, series, [scald, limitOf(48, { side: 'high', ...opened }), limitOf(40, opened)]);
  // The bucket at 10 lies partly before the opening: nobody can tell when in it the pool was cold.
  expect(found.map(({ limit, priority }) => [limit, priority])).toEqual([
    [48, 2],
    [50, 1],
  ]);
  const changed = [limitOf(40, { inForce: [{ from: 0, to: 10 }] }), limitOf(29, { inForce: [{ from: 10, to: 40 }] })];
  expect(excursionsOf(answer, series, changed).map(({ limit }) => limit)).toEqual([40]);
});

test('bad and suspect stretches are as long as they lasted, and a suspect value is drawn as long as it held', () => {
  const [answer, series] = answerOf(new Array(6).fill(null));
  // Begins within a bucket, goes on, ends within one; and one that is alone.
  expect(stretchesOf(answer, [0, 0.004, 0.01, 0.002, 0, 0.006])).toEqual([
    { from: 16, to: 32 },
    { from: 52, to: 58 },
  ]);
  const doubted = { ...series, suspect: [0, 0.005, 0.01, 0, 0, 0], suspectValue: [null, 39, null, null, null, null] };
  expect(suspectLine(answer, doubted).map(([, value]) => value)).toEqual([null, 39, 39, null, null, null]);
});

test("a range is read by the site's clocks, also on the days on which they change, and ends now at the latest", () => {
  const shanghai = { offset: zoneOffset('Asia/Shanghai'), now: NOW };
  expect(fieldTime(NOW, 'Asia/Shanghai')).toBe('2026-11-28T12:00');
  expect(dayOf('2026-11-27', shanghai)).toEqual({ from: Date.UTC(2026, 10, 26, 16), to: Date.UTC(2026, 10, 27, 16) });
  expect(dayOf('2026-11-28', shanghai)).toEqual({ from: Date.UTC(2026, 10, 27, 16), to: NOW });
  expect(dayOf('2026-11-29', shanghai)).toBeNull();
  const berlin = { offset: zoneOffset('Europe/Berlin'), now: NOW };
  const summer = dayOf('2026-10-25', berlin);
  expect(summer).toEqual({ from: Date.UTC(2026, 9, 24, 22), to: Date.UTC(2026, 9, 25, 23) });
  const range = (from: string, to: string) => rangeOf({ from, to }, shanghai);
  expect(range('2026-11-20T06:00', '2026-11-20T11:00')).toEqual({
    from: Date.UTC(2026, 10, 19, 22),
    to: Date.UTC(2026, 10, 20, 3),
  });
  expect(range('2026-11-28T11:00', '2026-11-30T11:00')).toMatchObject({ to: NOW });
  expect(range('2026-11-28T11:00', '2026-11-28T11:00')).toBe('reversed');
  expect(range('2026-11-29T11:00', '2026-11-30T11:00')).toBe('future');
  expect(range('', '2026-11-30T11:00')).toBe('incomplete');
});

test('the address of a chart brings its range and what lies over it back, and nonsense brings the usual day', () => {
  const day = { view: null, span: SPANS.d1, others: [] };
  const fixed = { view: { from: 1_764_000_000_000, to: 1_764_003_600_000 }, span: SPANS.h1, others: ['women-pool'] };
  for (const address of [day, { ...day, span: SPANS.d30 }, fixed]) {
    expect(readAddress(writeAddress(address), 4)).toEqual(address);
  }
  expect(writeAddress(day)).toEqual({});
  const nonsense: Record<string, string | null>[] = [
    { from: '5', to: '4' },
    { from: '1e3', to: '-1' },
    { span: '0' },
    { with: ',' },
    { span: null },
  ];
  for (const query of nonsense) expect(readAddress(query, 4)).toEqual(day);
  expect(readAddress({ with: 'a,b,a,c' }, 2).others).toEqual(['a', 'b']);
});
