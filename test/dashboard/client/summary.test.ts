import { expect, test } from 'vitest';
import type { PointView } from '../../../contract/live.ts';
import { summarise } from '../../../dashboard/client/live/area-summary.ts';
import { roomSummary } from '../../../dashboard/client/live/room-summary.ts';
import { commonFloor } from '../../../dashboard/client/live/season.ts';
import { sampleSnapshot, value } from './sample-site.ts';

const { points, alarms } = sampleSnapshot();
const of = (area: string) => points.filter((point) => point.area === area);

test('an area that holds something unknown, suspect, outside or awaited is not normal', () => {
  expect(summarise(of('women'), [])).toMatchObject({ unknown: 1, normal: false });
  expect(summarise(of('plant'), [])).toMatchObject({ suspect: 1, awaited: 1, normal: false });
  expect(summarise(of('men'), [])).toMatchObject({ outside: 1, normal: false });
  expect(summarise(of('office'), alarms)).toEqual({
    alarms: 0,
    unknown: 0,
    suspect: 0,
    outside: 0,
    awaited: 0,
    normal: true,
  });
});

test('an area without points says nothing, not that it is normal', () => {
  expect(summarise([], alarms).normal).toBe(false);
});

test('an alarm of a device counts in each area whose points it stands for', () => {
  expect(summarise(of('women'), alarms).alarms).toBe(1);
  expect(summarise(of('dormitory'), alarms).alarms).toBe(2);
});

test('rooms that are unknown never count as in band', () => {
  const summary = roomSummary(of('dormitory'));
  expect(summary).toMatchObject({ total: 12, inBand: 11, unknown: 1 });
});

test('the coldest room stands for those with nothing to see; the others stay listed', () => {
  const room = (id: string, celsius: number, changes: Partial<PointView> = {}): PointView => {
    const [template] = of('dormitory');
    if (template === undefined) throw new Error('the sample has no room');
    return { ...template, id, values: [value('room_temperature', celsius, 5)], ...changes };
  };
  const rooms = [room('a', 26), room('b', 25.2), room('c', 27), room('d', 24, { alarm: 3 }), room('e', 26.5)];
  const summary = roomSummary(rooms);
  expect(summary?.coldest?.id).toBe('d');
  expect([...(summary?.folded ?? [])]).toEqual(['a', 'b', 'c', 'e']);
  expect(roomSummary(rooms.slice(0, 4))).toBeNull();
});

test('the floor of the season is said only when all rooms share one', () => {
  expect(commonFloor(points)).toBe(25);
  expect(commonFloor(of('plant'))).toBeNull();
});
