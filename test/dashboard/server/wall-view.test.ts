import { expect, test } from 'vitest';
import type { AlarmView } from '../../../contract/alarm.ts';
import type { SiteRegistry } from '../../../contract/registry.ts';
import { wallDelta, wallView } from '../../../dashboard/server/wall-view.ts';
import { alarm } from './doubles.ts';

const name = { zh: '浴室', en: 'Bath' };
const registry: SiteRegistry = {
  site: 'north',
  name,
  timezone: 'Asia/Shanghai',
  areas: ['bath', 'dorm'].map((id) => ({ id, name })),
  points: [
    { id: 'pool', area: 'bath', name, role: 'pool' },
    { id: 'room', area: 'dorm', name, role: 'dormitory_room' },
  ],
  devices: ['pool-1', 'room-1', 'spare'].map((id) => ({ id, name })),
  bindings: [
    { device: 'pool-1', metric: 'water_temperature', point: 'pool', interval: 60 },
    { device: 'room-1', metric: 'room_temperature', point: 'room', interval: 60 },
  ],
};
const bath = wallView(['bath'], registry);
const of = (kind: AlarmView['subject']['kind'], id: string, gathers: string[] = []) =>
  alarm(1, { subject: { kind, id }, gathers });
const shown = (view: AlarmView) =>
  wallDelta({ epoch: 'e', site: 'north', seq: 7, at: 0, alarms: [view] }, bath).alarms?.length === 1;

test.each([
  ['a point of its area', of('point', 'pool'), true],
  ['a point of another area', of('point', 'room'), false],
  ['a device that measures in its area', of('device', 'pool-1'), true],
  ['a device of another area', of('device', 'room-1'), false],
  ['a device of nobody', of('device', 'spare'), false],
  ['a gateway that stands for a point of its area', of('device', 'spare', ['room', 'pool']), true],
  ['the whole site', of('site', 'north'), true],
  ['a channel by which alarms leave', of('channel', '3'), true],
])('a wall of one area is told what concerns it: %s', (_what, view, expected) => {
  expect(shown(view)).toBe(expected);
});

test('a delta that holds nothing for a wall still counts', () => {
  const delta = { epoch: 'e', site: 'north', seq: 8, at: 5, alarms: [of('point', 'room')], reload: true };
  expect(wallDelta(delta, bath)).toEqual({ epoch: 'e', site: 'north', seq: 8, at: 5, alarms: [], reload: true });
});

test('a wall of all areas is told of all of them, by duty post alone', () => {
  const acknowledged = { by: 'chen.wei', post: '后勤值班', at: 1, note: '叫了老王' };
  const before = alarm(1, { acknowledged, detail: '10.0.0.5 / 10.0.0.6' });
  const { alarms } = wallDelta({ epoch: 'e', site: 'north', seq: 1, at: 0, alarms: [before] }, null);
  expect(alarms).toEqual([alarm(1, { acknowledged: { by: '', post: '后勤值班', at: 1, note: null } })]);
  expect(before.acknowledged?.by).toBe('chen.wei');
});

test('a wall says what mode its area is in and which post set it, and keeps the reason from whoever passes by', () => {
  const byHand = { mode: 'drained', reason: '老王摔伤了', since: 1, until: 2, post: '后勤值班' } as const;
  const areas = ['bath', 'dorm'].map((id) => ({ id, name, mode: byHand.mode, byHand, hours: '' }));
  const told = wallDelta({ epoch: 'e', site: 'north', seq: 1, at: 0, areas }, bath);
  expect(told.areas).toEqual([{ id: 'bath', name, mode: 'drained', byHand: { ...byHand, reason: '' }, hours: '' }]);
  expect(JSON.stringify(wallDelta({ epoch: 'e', site: 'north', seq: 1, at: 0, areas }, null))).not.toContain('老王');
});
