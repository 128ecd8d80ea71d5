import { expect, test } from 'vitest';
import type { AlarmView } from '../../../contract/alarm.ts';
import {
  alarmOfPoint,
  compareAlarms,
  countByPriority,
  hasReturned,
  needsAcknowledge,
  sortAlarms,
} from '../../../dashboard/client/alarms/order.ts';
import { sampleAlarms } from './sample-alarms.ts';

const [sample] = sampleAlarms();
if (sample === undefined) throw new Error('the sample has no alarm');
const alarm = (id: number, changes: Partial<AlarmView> = {}): AlarmView => ({ ...sample, id, ...changes });

test('alarms stand by priority, then unacknowledged, returned, acknowledged, then the newest first', () => {
  const sorted = sortAlarms([
    alarm(1, { priority: 3, state: 'unacknowledged', raisedAt: 100 }),
    alarm(2, { priority: 2, state: 'acknowledged', raisedAt: 900 }),
    alarm(3, { priority: 2, state: 'returned_unacknowledged', raisedAt: 500 }),
    alarm(4, { priority: 2, state: 'unacknowledged', raisedAt: 100 }),
    alarm(5, { priority: 2, state: 'unacknowledged', raisedAt: 200 }),
    alarm(6, { priority: 1, state: 'acknowledged', raisedAt: 1 }),
    alarm(7, { priority: 2, state: 'unacknowledged', raisedAt: 200 }),
  ]);
  expect(sorted.map(({ id }) => id)).toEqual([6, 7, 5, 4, 3, 2, 1]);
});

test('two alarms are never equal, so that rows do not jump', () => {
  const all = sampleAlarms();
  for (const a of all) for (const b of all) expect(compareAlarms(a, b) === 0).toBe(a.id === b.id);
});

test('somebody must acknowledge what is unacknowledged, whether it returned or not', () => {
  expect(
    (['unacknowledged', 'returned_unacknowledged', 'acknowledged', 'normal'] as const).map((state) =>
      needsAcknowledge({ state }),
    ),
  ).toEqual([true, true, false, false]);
  expect(hasReturned({ state: 'acknowledged' })).toBe(false);
  expect(hasReturned({ state: 'returned_unacknowledged' })).toBe(true);
});

test('a group of one priority is drawn as its most urgent alarm', () => {
  const counts = countByPriority([
    alarm(1, { priority: 2, state: 'acknowledged' }),
    alarm(2, { priority: 2, state: 'unacknowledged' }),
    alarm(3, { priority: 4, state: 'acknowledged' }),
  ]);
  expect(counts).toEqual([
    { priority: 2, count: 2, state: 'unacknowledged' },
    { priority: 4, count: 1, state: 'acknowledged' },
  ]);
});

test('a point shows the alarm of the device that stands for its silence', () => {
  const sorted = sortAlarms(sampleAlarms());
  expect(alarmOfPoint(sorted, 'women-shower')?.rule).toBe('device.offline');
  expect(alarmOfPoint(sorted, 'men-pool')?.rule).toBe('base.water');
  expect(alarmOfPoint(sorted, 'tank')).toBeUndefined();
});
