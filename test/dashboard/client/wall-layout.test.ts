import { expect, test } from 'vitest';
import type { AlarmView } from '../../../contract/alarm.ts';
import type { PointView } from '../../../contract/live.ts';
import { sortAlarms } from '../../../dashboard/client/alarms/order.ts';
import { linkStage } from '../../../dashboard/client/live/link.ts';
import { fromSnapshot } from '../../../dashboard/client/live/state.ts';
import { type Calm, calmStep } from '../../../dashboard/client/wall/calm.ts';
import { cellsOf, type WallCell } from '../../../dashboard/client/wall/cells.ts';
import { bodyOf, extent, newDraft } from '../../../dashboard/client/wall/draft.ts';
import { linkState } from '../../../dashboard/client/wall/link-words.ts';
import { wallPlan } from '../../../dashboard/client/wall/plan.ts';
import { pagesOf, rowsOf, type WallRow } from '../../../dashboard/client/wall/rows.ts';
import { chosenAlarms, chosenAreas, chosenDevices, chosenPoints } from '../../../dashboard/client/wall/scope.ts';
import { MINUTE, NOW, sampleAlarms } from './sample-alarms.ts';
import { sampleSnapshot, value } from './sample-site.ts';

const HD = { width: 1920, height: 1080 };
const USUAL = { inches: 55, metres: 3 };
const site = () => fromSnapshot(sampleSnapshot());
const pointsOf = (area: string) => [...site().points.values()].filter((point) => point.area === area);
const alarms = () => sortAlarms(sampleAlarms());

/** One that the sample has. */
function the<T>(all: readonly T[], index = 0): T {
  const found = all[index];
  if (found === undefined) throw new Error(`the sample has no ${index}`);
  return found;
}
const kinds = (cells: readonly WallCell[]) => cells.map(({ kind }) => kind);

test('a screen of 55 inches and 1080 lines three metres away is drawn as designed: three rows of four', () => {
  expect(wallPlan(HD, USUAL)).toMatchObject({ scale: 1, width: 1920, height: 1080, columns: 4, rows: 3 });
});

test('letters grow with the distance and the density of the screen, and fewer cells are shown', () => {
  const small = wallPlan(HD, { inches: 43, metres: 3 });
  expect(small.scale).toBeCloseTo(55 / 43);
  expect(small).toMatchObject({ columns: 3, rows: 2 });
  expect(wallPlan(HD, { inches: 55, metres: 4 }).scale).toBeCloseTo(4 / 3);
});

test.each([
  ['4K', { width: 3840, height: 2160 }, 2],
  ['1366 × 768', { width: 1366, height: 768 }, 0.711],
])('%s shows what 1080 lines show', (_, view, scale) => {
  const plan = wallPlan(view, USUAL);
  expect(plan.scale).toBeCloseTo(scale, 2);
  expect(plan).toMatchObject({ columns: 4, rows: 3 });
});

test('upright, the rail goes below the areas', () => {
  expect(wallPlan({ width: 1080, height: 1920 }, USUAL)).toMatchObject({ portrait: true, columns: 3, rows: 3 });
});

test.each([
  [{ inches: 20, metres: 12 }, HD],
  [{ inches: 120, metres: 1 }, HD],
  [USUAL, { width: 320, height: 200 }],
  [USUAL, { width: 0, height: 0 }],
])('there is always room for a cell beside the rail: %j on %j', (layout, view) => {
  const plan = wallPlan(view, layout);
  expect(plan.columns).toBeGreaterThanOrEqual(1);
  expect(plan.rows).toBeGreaterThanOrEqual(1);
  expect(Number.isFinite(plan.scale) && plan.scale > 0).toBe(true);
});

test('the air that a fan moves stands in its cell, and an alarm about it too', () => {
  const air: AlarmView = {
    ...the(alarms(), 1),
    id: 90,
    metric: 'co2',
    subject: { kind: 'point', id: 'men-hall' },
  };
  const cells = cellsOf(pointsOf('men'), [air]);
  expect(kinds(cells)).toEqual(['value', 'value', 'value', 'value', 'fan']);
  const fan = cells.at(-1);
  expect(fan?.kind === 'fan' && fan.air?.metric).toBe('co2');
  expect(cells.map(({ alarm }) => alarm?.id)).toEqual([undefined, undefined, undefined, undefined, 90]);
});

test('the coldest of many rooms stands for them, beside it only those with an alarm', () => {
  const cells = cellsOf(pointsOf('dormitory'), alarms());
  expect(cells.map(({ key }) => key)).toEqual(['rooms', 'room-303/room_temperature', 'room-311/room_temperature']);
  const [rooms] = cells;
  expect(rooms?.kind === 'rooms' && [rooms.point?.id, rooms.rooms.inBand, rooms.rooms.unknown]).toEqual([
    'room-301',
    11,
    1,
  ]);
});

test('doors and terminals are gathered, with the worst alarm of any of them', () => {
  expect(cellsOf(pointsOf('doors'), alarms())).toMatchObject([{ kind: 'doors', alarm: { id: 16 } }]);
  expect(cellsOf(pointsOf('gate'), alarms())).toMatchObject([{ kind: 'terminals', alarm: { id: 13 } }]);
  expect(kinds(cellsOf(pointsOf('doors').slice(0, 2), []))).toEqual(['door', 'door']);
});

test('an alarm about something that has no cell stands on the main value of its point, never nowhere', () => {
  const pool = the(pointsOf('men'));
  const point: PointView = { ...pool, values: [...pool.values, value('battery', 12, 3)] };
  const low: AlarmView = { ...the(alarms(), 1), metric: 'battery' };
  expect(cellsOf([point], [low]).map(({ alarm }) => alarm?.id)).toEqual([low.id]);
  expect(cellsOf([{ ...point, values: [] }], [low])).toMatchObject([{ kind: 'empty', alarm: { id: low.id } }]);
});

const blocks = () => [...site().areas.values()].map((area) => ({ area, cells: cellsOf(pointsOf(area.id), alarms()) }));

test('every cell is in exactly one row, none of which is wider than its columns', () => {
  for (const columns of [1, 2, 3, 4]) {
    const rows = rowsOf(blocks(), columns);
    const keys = rows.flatMap((row) => row.blocks.flatMap(({ area, cells }) => cells.map(({ key }) => area.id + key)));
    const all = blocks().flatMap(({ area, cells }) => cells.map(({ key }) => area.id + key));
    expect(keys.toSorted()).toEqual(all.toSorted());
    for (const row of rows) expect(row.blocks.reduce((sum, { span }) => sum + span, 0)).toBe(columns);
  }
});

test('what fits does not turn and keeps its place', () => {
  const rows = rowsOf(blocks(), 4);
  expect(pagesOf(rows, rows.length)).toMatchObject({ kept: 0, pages: [{ rows }] });
});

test('rows with a critical or high alarm stay on every page, the critical one first; every other row has its turn', () => {
  const rows = rowsOf(blocks(), 4);
  const { kept, pages } = pagesOf(rows, 3);
  expect(kept).toBe(2);
  expect(pages.length).toBeGreaterThan(1);
  for (const page of pages) {
    expect(page.rows[0]?.blocks.some(({ cells }) => cells.some(({ alarm }) => alarm?.priority === 1))).toBe(true);
    expect(page.rows[1]?.blocks.some(({ cells }) => cells.some(({ alarm }) => alarm?.priority === 2))).toBe(true);
    expect(page.rows.length).toBeLessThanOrEqual(3);
  }
  const seen = new Set(pages.flatMap((page) => page.rows.map(({ key }) => key)));
  expect([...seen].toSorted()).toEqual(rows.map(({ key }) => key).toSorted());
});

test('of two high alarms the one that nobody acknowledged stays, and the other has its turn first', () => {
  const high = the(alarms(), 1);
  const fresh: AlarmView = { ...high, id: 91, subject: { kind: 'point', id: 'office' }, state: 'unacknowledged' };
  const areas = [...site().areas.values()].map((area) => ({
    area,
    cells: cellsOf(pointsOf(area.id), sortAlarms([...sampleAlarms().filter(({ id }) => id === 13), fresh])),
  }));
  const names = (rows: readonly WallRow[]) => rows.map(({ blocks }) => blocks.map(({ area }) => area.id).join());
  const { kept, pages } = pagesOf(rowsOf(areas, 4), 2);
  expect(kept).toBe(1);
  expect(names(pages[0]?.rows ?? [])).toEqual([expect.stringContaining('office'), expect.stringContaining('gate')]);
});

test('however many areas are in alarm, one row is left to turn', () => {
  const critical = the(alarms());
  const areas = [...site().areas.values()].map((area, index) => ({
    area,
    cells: pointsOf('men')
      .slice(0, 1)
      .flatMap((point) => cellsOf([point], [{ ...critical, id: index, subject: { kind: 'point', id: point.id } }])),
  }));
  const rows = rowsOf(areas, 1);
  for (const capacity of [1, 2, 3]) {
    const { kept, pages } = pagesOf(rows, capacity);
    expect(kept).toBe(capacity - 1);
    expect(new Set(pages.flatMap((page) => page.rows.map(({ key }) => key))).size).toBe(rows.length);
  }
});

test('a wall for some areas counts their alarms, those of their devices, and those of the site itself', () => {
  const state = site();
  const areas = chosenAreas(state, ['women']);
  const points = chosenPoints(state, areas);
  const own = { ...the(alarms()), id: 77, subject: { kind: 'site' as const, id: state.site.id }, area: null };
  const more = { ...state, alarms: new Map([...state.alarms, [77, own]]) };
  expect(chosenAlarms(more, areas, points).map(({ id }) => id)).toEqual([14, 77]);
  expect(chosenDevices(state, points).map(({ id }) => id)).toEqual(['gw-2', 'gw-3']);
  expect(chosenAlarms(more, null, points)).toHaveLength(7);
});

const quiet: Calm = { since: NOW, exact: true, last: null, seenAt: NOW };
const critical = the(alarms());

test('it is quiet since the last alarm was seen to go, and that alarm is remembered', () => {
  const standing = calmStep(quiet, { before: [], alarms: [critical], now: NOW + 1_000 });
  expect(standing).toMatchObject({ since: null });
  const after = calmStep(standing, { before: [critical], alarms: [], now: NOW + 2_000 });
  expect(after).toMatchObject({ since: NOW + 2_000, exact: true, last: { endedAt: NOW + 2_000 } });
  expect(JSON.stringify(after)).not.toContain('后勤值班');
});

test('a screen that only just looks, or was away, claims nothing about the time before', () => {
  expect(calmStep(null, { before: null, alarms: [], now: NOW })).toEqual({
    since: NOW,
    exact: false,
    last: null,
    seenAt: NOW,
  });
  const later = NOW + 2 * MINUTE;
  expect(calmStep(quiet, { before: [], alarms: [], now: later })).toMatchObject({ since: later, exact: false });
});

test('a reload of a few seconds does not end the quiet', () => {
  expect(calmStep(quiet, { before: null, alarms: [], now: NOW + 9_000 })).toMatchObject({ since: NOW, exact: true });
});

test('a patient screen is lost by 15 s of silence, not by a connection that is back at once', () => {
  const stage = (sinceTick: number) => linkStage({ loaded: true, connected: false, sinceTick, patient: true });
  expect([0, 4_999, 5_000, 14_999, 15_000].map(stage)).toEqual(['live', 'live', 'stalled', 'stalled', 'lost']);
  expect(linkStage({ loaded: true, connected: false, sinceTick: 0 })).toBe('lost');
});

test('all areas chosen means the whole site, whatever is added to it later', () => {
  const all = ['men', 'women'];
  expect(bodyOf({ ...newDraft(all), name: ' 门厅 ' }, all)).toEqual({
    name: '门厅',
    layout: { areas: null, inches: 55, metres: 3 },
    days: 90,
    reason: null,
  });
  const one = bodyOf({ ...newDraft(all), areas: ['women'], expiry: 'none', reason: '常开' }, all);
  expect(one).toMatchObject({ layout: { areas: ['women'] }, days: null, reason: '常开' });
});

test('a form says how many points and pages its choice comes to', () => {
  expect(extent(site(), { areas: ['men'], ...USUAL })).toEqual({ points: 5, pages: 1 });
  expect(extent(site(), { areas: null, ...USUAL }).pages).toBe(2);
  expect(extent(site(), { areas: [], ...USUAL })).toEqual({ points: 0, pages: 0 });
});

test('a link works until it expires or is revoked', () => {
  const view = {
    ...{ id: 1, site: 's', name: 'n', createdBy: 'a', createdAt: NOW, reason: null, watching: 0 },
    ...{ layout: { areas: null, ...USUAL }, lastSeenAt: null, lastAddress: null, revokedAt: null },
    expiresAt: NOW + MINUTE,
  };
  expect(linkState(view, NOW)).toBe('works');
  expect(linkState(view, NOW + MINUTE)).toBe('expired');
  expect(linkState({ ...view, revokedAt: NOW }, NOW)).toBe('revoked');
});
