import { expect, test } from 'vitest';
import { startRig, type Rig } from './rig.ts';
import { SITE, WELL } from './site.ts';

/** As the broker tells it. */
function fight(rig: Rig, addresses: readonly string[], device = 'gateway'): Promise<void> {
  const username = `mine.${device}`;
  rig.ingest.refused({
    at: rig.clock.now(),
    reason: 'identity_conflict',
    clientId: username,
    username,
    address: addresses.at(-1) ?? '',
    detail: `${addresses.join(' and ')} push each other out`,
    contested: { site: 'mine', device, addresses },
  });
  return rig.ingest.drained();
}

test('two clients that fight over one identity are one alarm of their device, with both addresses', async () => {
  const rig = await startRig({ registry: SITE });
  for (let minute = 0; minute < 5; minute += 1) {
    await fight(rig, ['10.0.0.5', '10.0.0.6']);
    await rig.report('gateway', WELL, { seconds: 60, every: 10 });
  }
  expect(rig.alarms()).toMatchObject([
    {
      rule: 'device.identity_conflict',
      subject: { kind: 'device', id: 'gateway' },
      priority: 3,
      state: 'unacknowledged',
      detail: '10.0.0.5, 10.0.0.6',
    },
  ]);
  const journal = await rig.ingest.query.journal(rig.alarms()[0]?.id ?? 0);
  expect(journal).toMatchObject([{ what: 'raised', note: '10.0.0.5, 10.0.0.6' }]);
});

test('a third address is added to the alarm that stands', async () => {
  const rig = await startRig({ registry: SITE });
  await fight(rig, ['10.0.0.5', '10.0.0.6']);
  await fight(rig, ['10.0.0.5', '10.0.0.6', '10.0.0.7']);
  expect(rig.alarms()).toMatchObject([{ detail: '10.0.0.5, 10.0.0.6, 10.0.0.7' }]);
  expect(rig.rows('SELECT detail FROM alarm')).toEqual([{ detail: '10.0.0.5, 10.0.0.6, 10.0.0.7' }]);
});

test('the alarm returns when nothing was told of the fight for three minutes', async () => {
  const rig = await startRig({ registry: SITE });
  await fight(rig, ['10.0.0.5', '10.0.0.6']);
  await rig.pass(60);
  await fight(rig, ['10.0.0.5', '10.0.0.6']);
  await rig.pass(179);
  expect(rig.alarms('device.identity_conflict')).toMatchObject([{ state: 'unacknowledged' }]);
  await rig.pass(3);
  expect(rig.alarms('device.identity_conflict')).toMatchObject([{ state: 'returned_unacknowledged' }]);
});

test('after a start the alarm still stands, once, and returns when the fight does not go on', async () => {
  const before = await startRig({ registry: SITE });
  await fight(before, ['10.0.0.5', '10.0.0.6']);
  const rig = await before.restart({ downMs: 5_000 });
  await fight(rig, ['10.0.0.5', '10.0.0.6']);
  expect(rig.alarms()).toMatchObject([{ rule: 'device.identity_conflict', detail: '10.0.0.5, 10.0.0.6' }]);
  await rig.pass(183);
  expect(rig.alarms('device.identity_conflict')).toMatchObject([{ state: 'returned_unacknowledged' }]);
  expect(rig.rows("SELECT what FROM journal WHERE what = 'raised'")).toHaveLength(1);
});

test('where nobody fights on after a start, the alarm that stood returns too', async () => {
  const before = await startRig({ registry: SITE });
  await fight(before, ['10.0.0.5', '10.0.0.6']);
  const rig = await before.restart({ downMs: 5_000 });
  await rig.pass(183);
  expect(rig.alarms('device.identity_conflict')).toMatchObject([{ state: 'returned_unacknowledged' }]);
});
