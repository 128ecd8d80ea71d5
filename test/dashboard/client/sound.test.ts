import { expect, test } from 'vitest';
import type { AlarmState, AlarmView, Priority } from '../../../contract/alarm.ts';
import {
  mute,
  QUIET,
  type Signal,
  type SoundMemory,
  soundStep,
  unmute,
} from '../../../dashboard/client/sound/schedule.ts';
import { sampleAlarms } from './sample-alarms.ts';

const [sample] = sampleAlarms();
if (sample === undefined) throw new Error('the sample has no alarm');
const alarm = (id: number, priority: Priority, state: AlarmState = 'unacknowledged'): AlarmView => ({
  ...sample,
  id,
  priority,
  state,
});

/** Steps through seconds and notes what sounded when. */
function listen(seconds: number, alarmsAt: (second: number) => AlarmView[], start: SoundMemory = QUIET) {
  let memory = start;
  const heard: [number, Signal][] = [];
  for (let second = 0; second <= seconds; second += 1) {
    const step = soundStep(memory, alarmsAt(second), second * 1000);
    memory = step.memory;
    if (step.play !== null) heard.push([second, step.play]);
  }
  return { heard, memory };
}

test('a critical alarm sounds every 5 s until it is acknowledged', () => {
  const { heard } = listen(20, (second) => [alarm(1, 1, second < 12 ? 'unacknowledged' : 'acknowledged')]);
  expect(heard).toEqual([
    [0, 'critical'],
    [5, 'critical'],
    [10, 'critical'],
  ]);
});

test('a high alarm sounds every 15 s, a medium one once, a low one never', () => {
  expect(listen(31, () => [alarm(1, 2)]).heard.map(([second]) => second)).toEqual([0, 15, 30]);
  expect(listen(31, () => [alarm(1, 3)]).heard).toEqual([[0, 'medium']]);
  expect(listen(31, () => [alarm(1, 4)]).heard).toEqual([]);
});

test('only the loudest sounds, and a new alarm of its kind at once', () => {
  const { heard } = listen(9, (second) => [
    alarm(1, 2),
    ...(second >= 2 ? [alarm(2, 1)] : []),
    ...(second >= 4 ? [alarm(3, 1)] : []),
  ]);
  expect(heard).toEqual([
    [0, 'high'],
    [2, 'critical'],
    [4, 'critical'],
    [9, 'critical'],
  ]);
});

test('a mute lasts ten minutes', () => {
  const { heard } = listen(605, () => [alarm(1, 1)], mute({ ...QUIET, known: new Set([1]) }, 0));
  expect(heard[0]).toEqual([600, 'critical']);
});

test('a new critical alarm breaks the mute, a new high one does not', () => {
  const muted = mute({ ...QUIET, known: new Set([1]) }, 0);
  expect(listen(60, (second) => [alarm(1, 2), ...(second >= 7 ? [alarm(2, 2)] : [])], muted).heard).toEqual([]);
  const { heard, memory } = listen(12, (second) => [alarm(1, 2), ...(second >= 7 ? [alarm(2, 1)] : [])], muted);
  expect(heard).toEqual([
    [7, 'critical'],
    [12, 'critical'],
  ]);
  expect(memory.mutedUntil).toBeNull();
});

test('what was lifted sounds again', () => {
  const lifted = unmute(mute({ ...QUIET, known: new Set([1]) }, 0));
  expect(listen(0, () => [alarm(1, 1)], lifted).heard).toEqual([[0, 'critical']]);
});

test('an alarm that returned still calls for somebody', () => {
  expect(listen(5, () => [alarm(1, 1, 'returned_unacknowledged')]).heard).toHaveLength(2);
});
