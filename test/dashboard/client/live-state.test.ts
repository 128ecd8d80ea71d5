import { expect, test } from 'vitest';
import type { SiteDelta } from '../../../contract/live.ts';
import { linkStage } from '../../../dashboard/client/live/link.ts';
import {
  type Applied,
  applyDelta,
  fromSnapshot,
  type SiteState,
  tickShowsGap,
} from '../../../dashboard/client/live/state.ts';
import { NOW, SITE } from './sample-alarms.ts';
import { sampleSnapshot } from './sample-site.ts';

const start = () => fromSnapshot(sampleSnapshot());
const delta = (seq: number, change: Partial<SiteDelta> = {}): SiteDelta => ({
  epoch: 'start-1',
  site: SITE,
  seq,
  at: NOW,
  ...change,
});
function applied(result: Applied): SiteState {
  if (result.verdict !== 'applied') throw new Error(`the delta was not applied: ${result.verdict}`);
  return result.state;
}
const point = (id: string) => {
  const found = sampleSnapshot().points.find((each) => each.id === id);
  if (found === undefined) throw new Error(`the sample has no point ${id}`);
  return found;
};

test('a delta replaces whole views of the same id and leaves the rest untouched', () => {
  const before = start();
  const changed = { ...point('men-pool'), alarm: null };
  const after = applied(applyDelta(before, delta(1, { points: [changed] })));
  expect(after.points.get('men-pool')).toBe(changed);
  expect(after.points.get('women-pool')).toBe(before.points.get('women-pool'));
  expect(after.areas).toBe(before.areas);
  expect(after.seq).toBe(1);
});

test('an alarm that is over leaves the list, a new one joins it', () => {
  const [first] = sampleSnapshot().alarms;
  if (first === undefined) throw new Error('the sample has no alarm');
  const after = applied(
    applyDelta(
      start(),
      delta(1, {
        alarms: [
          { ...first, state: 'normal' },
          { ...first, id: 99 },
        ],
      }),
    ),
  );
  expect(after.alarms.has(first.id)).toBe(false);
  expect(after.alarms.has(99)).toBe(true);
});

test('a missing delta, another start of the server and a changed registry ask for a snapshot', () => {
  expect(applyDelta(start(), delta(2)).verdict).toBe('gap');
  expect(applyDelta(start(), delta(1, { epoch: 'start-2' })).verdict).toBe('gap');
  expect(applyDelta(start(), delta(1, { reload: true })).verdict).toBe('gap');
});

test('a delta that the snapshot holds already changes nothing', () => {
  expect(applyDelta(start(), delta(0)).verdict).toBe('already');
});

test('a tick that is ahead of the last delta shows the gap', () => {
  const tick = { epoch: 'start-1', site: SITE, seq: 0, at: NOW };
  expect(tickShowsGap(start(), tick)).toBe(false);
  expect(tickShowsGap(start(), { ...tick, seq: 1 })).toBe(true);
  expect(tickShowsGap(start(), { ...tick, epoch: 'start-2' })).toBe(true);
});

test('a sparkline grows by one sample in three minutes, its last one always the newest', () => {
  let state = start();
  const before = state.sparklines.get('men-pool/water_temperature') ?? [];
  for (let second = 10; second <= 400; second += 10) {
    const [value] = point('men-pool').values;
    if (value === undefined) throw new Error('the pool has no value');
    const at = NOW + second * 1000;
    const moved = { ...point('men-pool'), values: [{ ...value, value: second, sourceTime: at, receivedAt: at }] };
    state = applied(applyDelta(state, delta(state.seq + 1, { points: [moved], at })));
  }
  const after = state.sparklines.get('men-pool/water_temperature') ?? [];
  expect(after.at(-1)).toEqual([NOW + 400_000, 400]);
  expect(after.filter(([at]) => at > NOW).length).toBeLessThanOrEqual(3);
  expect(after[0]?.[0]).toBeGreaterThanOrEqual(NOW + 400_000 - 3 * 3_600_000);
  expect(before.at(-1)?.[0]).toBe(NOW);
});

test('an unknown value adds nothing to its sparkline', () => {
  const before = start();
  const after = applied(applyDelta(before, delta(1, { points: [point('women-shower')] })));
  expect(after.sparklines.get('women-shower/water_temperature')).toBe(
    before.sparklines.get('women-shower/water_temperature'),
  );
});

test.each([
  ['loading', { loaded: false, connected: true, sinceTick: null }],
  ['live', { loaded: true, connected: true, sinceTick: 4_999 }],
  ['stalled', { loaded: true, connected: true, sinceTick: 5_000 }],
  ['lost', { loaded: true, connected: true, sinceTick: 15_000 }],
  ['lost', { loaded: true, connected: false, sinceTick: 100 }],
] as const)('a screen is %s with %o', (stage, state) => {
  expect(linkStage(state)).toBe(stage);
});
