import { expect, test } from 'vitest';
import { breakable } from './breakable.ts';
import { OPERATOR, startRig, type Rig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const robot = {
  kind: 'webhook',
  name: 'desk',
  address: 'https://127.0.0.1:1/',
  secret: 'geheimnis',
  priority: null,
  areas: null,
  language: 'en',
  enabled: false,
} as const;
const humidity = { device: 'probe', metric: 'humidity', point: { id: 'room' }, interval: 60, from: 'first' } as const;

/** An alarm to acknowledge and a metric to bind. */
async function prepared(rig: Rig) {
  await rig.publish('lock', { id: 'f1', kind: 'forced', active: true }, { leaf: 'events' });
  await rig.values('probe', { humidity: 50 });
  const alarm = rig.alarms('door.forced')[0]?.id ?? 0;
  return {
    commands: () => [
      rig.ingest.desk.acknowledge({ alarm, user: OPERATOR, note: null }),
      rig.ingest.desk.devices.bind({ site: 'mine', body: humidity, user: OPERATOR }),
      rig.ingest.channels.create('mine', robot, OPERATOR.username),
    ],
    unchanged() {
      expect(rig.alarms('door.forced')).toMatchObject([{ state: 'unacknowledged', acknowledged: null }]);
      expect(rig.point('room').values.map(({ metric }) => metric)).not.toContain('humidity');
      expect(rig.ingest.channels.list('mine')).toMatchObject({ channels: [] });
      expect(rig.rows("SELECT * FROM journal WHERE what = 'acknowledged'")).toEqual([]);
      expect(rig.rows('SELECT * FROM channel')).toEqual([]);
      expect(rig.rows("SELECT kind FROM system_event WHERE kind LIKE 'channel%' OR actor IS NOT NULL")).toEqual([]);
    },
  };
}

const refused = { refused: 'not_storing' };

test('commands that are the first of all that cannot be stored are refused and change nothing, then or later', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  const { commands, unchanged } = await prepared(rig);
  disk.full = true;
  const answers = Promise.all(commands());
  await rig.clock.run(2_000, 100);
  expect(await answers).toEqual([refused, refused, refused]);
  unchanged();
  // Nothing else came in, and storing has stopped all the same: people are told.
  await rig.clock.run(7_000, 250);
  await rig.pass(1);
  expect(rig.alarms('system.not_stored')).toHaveLength(1);
  disk.full = false;
  await rig.pass(3);
  expect(rig.snapshot().site.storing).toBe(true);
  unchanged();
  expect(await Promise.all(commands())).toMatchObject([{ outcome: 'acknowledged' }, 'bound', { id: 2 }]);
});

test('commands between the messages that cannot be stored are taken back alone', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  const { commands, unchanged } = await prepared(rig);
  disk.full = true;
  void rig.values('gateway', WELL);
  const answers = Promise.all(commands());
  void rig.values('gateway', { ...WELL, 'water_temperature.pool': 42 });
  await rig.clock.run(7_000, 250);
  expect(await answers).toEqual([refused, refused, refused]);
  await rig.ingest.drained();
  expect(rig.value('pool')).toMatchObject({ value: 42, stored: false });
  disk.full = false;
  await rig.pass(3);
  unchanged();
});

test('while readings wait for room commands are stored, all of each; when the reserve ends they are refused and change nothing', async () => {
  const { disk, wrap } = breakable();
  const room = { is: 'ample' as 'ample' | 'reserve' };
  const rig = await startRig({ registry: SITE, ledger: (real) => ({ ...wrap(real), room: () => room.is }) });
  const { commands, unchanged } = await prepared(rig);
  room.is = 'reserve';
  void rig.values('gateway', WELL);
  await rig.ingest.drained();
  expect(rig.snapshot().site.storing).toBe(false);
  disk.full = true;
  expect(await Promise.all(commands())).toEqual([refused, refused, refused]);
  disk.full = false;
  await rig.pass(3);
  unchanged();
  expect(rig.snapshot().site.storing).toBe(false);
  const [acknowledge, bind, channel] = await Promise.all(commands());
  expect([acknowledge, channel]).toMatchObject([{ outcome: 'acknowledged', alarm: { stored: true } }, { id: 2 }]);
  // Its history would have to be copied.
  expect(bind).toEqual(refused);
  expect(rig.rows('SELECT name FROM channel')).toEqual([{ name: 'desk' }]);
});

test('an acknowledge that is refused while nothing can be stored changes nothing, then or later', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: SITE, ledger: wrap });
  await rig.publish('lock', { id: 'f1', kind: 'forced', active: true }, { leaf: 'events' });
  disk.full = true;
  void rig.values('gateway', WELL);
  await rig.clock.run(7_000, 250);
  await rig.ingest.drained();
  const alarm = rig.alarms('door.forced')[0]?.id ?? 0;
  expect(await rig.ingest.desk.acknowledge({ alarm, user: OPERATOR, note: null })).toEqual({ refused: 'not_storing' });
  expect(rig.alarms('door.forced')).toMatchObject([{ state: 'unacknowledged' }]);
  disk.full = false;
  await rig.pass(3);
  expect(rig.snapshot().site.storing).toBe(true);
  expect(rig.alarms('door.forced')).toMatchObject([{ state: 'unacknowledged', acknowledged: null }]);
  expect(rig.rows("SELECT * FROM journal WHERE what = 'acknowledged'")).toEqual([]);
});
