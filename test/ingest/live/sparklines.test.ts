import { expect, test } from 'vitest';
import { placeName } from '../../../ingest/live/place-name.ts';
import { startRig } from '../line/rig.ts';
import { SITE } from '../line/site.ts';

const MINUTE = 60_000;

test('what a device kept while it was away fills the line that is drawn of it, from one message', async () => {
  const rig = await startRig({ registry: SITE });
  const drawn = () => rig.snapshot().sparklines['pool/water_temperature'] ?? [];
  const { wall } = rig.clock.now();
  const samples = Array.from({ length: 121 }, (_, index) => ({
    ts: wall - (120 - index) * MINUTE,
    values: { 'water_temperature.pool': 42 + index / 100 },
  }));
  await rig.publish('gateway', samples);
  const whole = drawn();
  const steps = whole.slice(1).map(([at], index) => at - (whole[index]?.[0] ?? 0));
  expect(new Set(steps)).toEqual(new Set([3 * MINUTE]));
  expect(whole.length).toBeGreaterThanOrEqual(40);
  expect(whole.at(-1)?.[1]).toBe(43.2);

  // What comes late for a time that is drawn changes nothing; what is not to be believed is not drawn.
  await rig.publish('gateway', [{ ts: wall - 30 * MINUTE - 1, values: { 'water_temperature.pool': 20 } }]);
  await rig.publish('gateway', [{ ts: wall + 1, values: { 'water_temperature.pool': 500 } }]);
  expect(drawn()).toEqual(whole);
});

test('a name that begins with a digit or a letter stands apart from the Chinese before it', () => {
  const named = (zh: string) => ({ zh, en: 'x' });
  const joined = ([whole, part]: readonly [string, string]) => placeName(named(whole), named(part)).zh;
  expect(
    [['井口', '3 号考勤机'] as const, ['男浴', '大池'] as const, ['宿舍 2F', '东侧'] as const].map(joined),
  ).toEqual(['井口 3 号考勤机', '男浴大池', '宿舍 2F 东侧']);
});
