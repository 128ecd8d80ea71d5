import { expect, test } from 'vitest';
import { startRig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const HOUR = 3_600_000;

test('a healthy clock shows its offset too', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.values('gateway', WELL, rig.clock.now().wall + 400);
  expect(rig.device('gateway')).toMatchObject({ clockWrong: false, clockOffset: 400 });
});

test('what was learned of a wrong clock outlives a restart: its first reading is live, at our time', async () => {
  const rig = await startRig({ registry: SITE });
  for (let round = 0; round < 10; round += 1) {
    await rig.values('gateway', WELL, rig.clock.now().wall - 3 * HOUR);
    await rig.pass(10);
  }
  const after = await rig.restart({ downMs: 60_000 });
  expect(after.device('gateway')).toMatchObject({ clockWrong: true, clockOffset: -3 * HOUR });
  const now = after.clock.now().wall;
  await after.values('gateway', WELL, now - 3 * HOUR);
  expect(after.value('shower')).toMatchObject({ state: 'inside', sourceTime: now });
  expect(after.alarms()).toMatchObject([{ rule: 'device.clock' }]);
});

test('a clock that was put right while we were down is believed again after a few messages, and stays so', async () => {
  const rig = await startRig({ registry: SITE });
  for (let round = 0; round < 10; round += 1) {
    await rig.values('gateway', WELL, rig.clock.now().wall + 3 * HOUR);
    await rig.pass(10);
  }
  const after = await rig.restart({ downMs: 60_000 });
  for (let round = 0; round < 10; round += 1) {
    await after.values('gateway', WELL, after.clock.now().wall);
    await after.pass(10);
  }
  expect(after.device('gateway')).toMatchObject({ clockWrong: false, clockOffset: 0 });
  expect(after.value('shower').state).toBe('inside');
  const again = await after.restart({ downMs: 60_000 });
  await again.values('gateway', WELL, again.clock.now().wall);
  expect(again.device('gateway')).toMatchObject({ clockWrong: false });
});
