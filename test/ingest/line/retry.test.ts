import { expect, test } from 'vitest';
import type { QuarantineSelection } from '../../../contract/devices.ts';
import type { SiteRegistry } from '../../../contract/registry.ts';
import { breakable } from './breakable.ts';
import { OPERATOR as USER, startRig, type Rig } from './rig.ts';
import { SITE, WELL } from './site.ts';

const MINUTE = 60_000;
const WITHOUT: SiteRegistry = {
  ...SITE,
  devices: SITE.devices.filter(({ id }) => id !== 'gateway'),
  bindings: SITE.bindings.filter(({ device }) => device !== 'gateway'),
};
const UNKNOWN: QuarantineSelection = {
  device: 'gateway',
  code: 'unknown_device',
  topic: 'fw/v1/mine/gateway/readings',
};

const retry = (rig: Rig, selection: QuarantineSelection) =>
  rig.ingest.desk.devices.retry({ site: 'mine', selection, user: USER });
const groups = (rig: Rig) => rig.ingest.query.devices.quarantine('mine')?.groups ?? [];
const items = (rig: Rig, selection: QuarantineSelection) =>
  rig.ingest.query.devices.quarantineItems('mine', selection)?.items ?? [];

async function readings(rig: Rig, point: string) {
  const now = rig.clock.now().wall;
  const query = { metric: 'water_temperature', from: now - 24 * 60 * MINUTE, to: now + MINUTE };
  return (await rig.ingest.query.range('mine', point, query))?.readings ?? [];
}

test('what came before its device was in the registry is read after all, once, as backfill that judges nothing', async () => {
  const rig = await startRig({ registry: WITHOUT });
  const scalding = { ...WELL, 'water_temperature.outlet': 60 };
  const start = rig.clock.now().wall;
  for (let minute = 0; minute < 5; minute += 1) {
    // Half of them without a time: dated by their receipt.
    await rig.values('gateway', scalding, minute % 2 === 0 ? rig.clock.now().wall : undefined);
    await rig.pass(60);
  }
  expect(groups(rig)).toMatchObject([{ ...UNKNOWN, count: 5, scope: 'message', contentKept: true, firstAt: start }]);
  await rig.register(SITE);
  await rig.values('gateway', WELL);

  const answers = await Promise.all([retry(rig, UNKNOWN), retry(rig, UNKNOWN)]);
  expect(answers).toEqual([
    { tried: 5, read: 5, unreadable: 0, written: 20 },
    { tried: 0, read: 0, unreadable: 0, written: 0 },
  ]);
  expect(groups(rig)).toEqual([]);
  expect((await readings(rig, 'shower')).map(({ t, v, backfilled }) => [t - start, v, backfilled])).toEqual([
    ...[0, 1, 2, 3, 4].map((minute) => [minute * MINUTE, 60, true]),
    [301_000, 41.5, false],
  ]);
  await rig.pass(60);
  expect(rig.value('shower')).toMatchObject({ value: 41.5 });
  expect(rig.alarms()).toEqual([]);
  expect(rig.rows("SELECT actor, detail FROM system_event WHERE kind = 'quarantine.retried'")).toMatchObject([
    { actor: 'duty' },
  ]);
});

test('of a message that was taken in part, a retry takes the rest alone', async () => {
  const rig = await startRig({ registry: SITE });
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`humidity.c${index}`, 50]));
  await rig.values('gateway', many);
  await rig.pass(10);
  // No time: what was stored of it must not come a second time.
  await rig.values('gateway', { 'water_temperature.pool': 43, 'water_temperature.outlet3': 41 });
  const selection = { ...UNKNOWN, code: 'too_many_series' };
  expect(groups(rig)).toMatchObject([{ ...selection, count: 1, scope: 'part' }]);
  expect(await retry(rig, selection)).toEqual({ tried: 1, read: 0, unreadable: 1, written: 0 });
  expect(groups(rig)).toMatchObject([{ count: 1 }]);

  const binding = { device: 'gateway', metric: 'water_temperature.outlet3', point: 'shower', interval: 10 };
  const bindings = [...SITE.bindings.filter(({ point }) => point !== 'shower'), binding];
  await rig.register({ ...SITE, bindings });
  expect(await retry(rig, selection)).toEqual({ tried: 1, read: 1, unreadable: 0, written: 1 });
  expect(await readings(rig, 'shower')).toMatchObject([{ v: 41, backfilled: true }]);
  expect(await readings(rig, 'pool')).toHaveLength(1);
});

test('what still cannot be read stays, and what is wrong with the rest of a message is said anew', async () => {
  const rig = await startRig({ registry: WITHOUT });
  await rig.publish('gateway', '{"values":{"water_temperature.pool":43,"temp":1}}');
  await rig.publish('gateway', '{"values":{"temp":1}}');
  await rig.register(SITE);
  expect(await retry(rig, UNKNOWN)).toEqual({ tried: 2, read: 1, unreadable: 1, written: 1 });
  expect(
    groups(rig)
      .map(({ code, count }) => [code, count])
      .sort(),
  ).toEqual([
    ['unknown_device', 1],
    ['unknown_metric', 1],
  ]);
});

test('of an event nothing is kept that could be read again', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.publish('lock', '{"id":"1","kind":"opened","name":"somebody"}', { leaf: 'events' });
  const [group] = groups(rig);
  expect(group).toMatchObject({ device: 'lock', code: 'unknown_event_kind', contentKept: false });
  const selection = { device: 'lock', code: 'unknown_event_kind', topic: 'fw/v1/mine/lock/events' };
  expect(items(rig, selection)).toMatchObject([{ payload: null, keys: ['id', 'kind', 'name'], offset: null }]);
  expect(await retry(rig, selection)).toEqual({ tried: 1, read: 0, unreadable: 1, written: 0 });
});

test('bytes are shown as they came, with the place of the fault', async () => {
  const rig = await startRig({ registry: SITE });
  const gbk = Buffer.concat([Buffer.from('{"loc":"'), Buffer.from([0xc4, 0xd0]), Buffer.from('"}')]);
  await rig.publish('probe', gbk);
  await rig.publish('probe', '{"水":1,}');
  const of = (code: string) => items(rig, { device: 'probe', code, topic: 'fw/v1/mine/probe/readings' });
  expect(of('not_utf8')).toMatchObject([{ offset: 8, size: gbk.length, payload: gbk.toString('base64') }]);
  expect(of('not_json')).toMatchObject([{ offset: 9, size: 10 }]);
});

test('a discarded row is gone, with who did it, and comes again when its device goes on', async () => {
  const rig = await startRig({ registry: SITE });
  await rig.publish('probe', '{');
  await rig.publish('probe', '{');
  const selection = { device: 'probe', code: 'not_json', topic: 'fw/v1/mine/probe/readings' };
  const discard = () => rig.ingest.desk.devices.discard({ site: 'mine', selection, user: USER });
  expect(await discard()).toBe('discarded');
  expect(await discard()).toBe('discarded');
  expect(groups(rig)).toEqual([]);
  const audits = rig.rows("SELECT site, actor, detail FROM system_event WHERE kind = 'quarantine.discarded'");
  expect(audits).toMatchObject([{ site: 'mine', actor: 'duty' }]);
  expect(JSON.parse(String(audits[0]?.['detail']))).toMatchObject({ device: 'probe', code: 'not_json', count: 2 });
  await rig.publish('probe', '{');
  expect(groups(rig)).toMatchObject([{ count: 1 }]);
});

test('a retry that cannot be stored leaves everything in the quarantine', async () => {
  const { disk, wrap } = breakable();
  const rig = await startRig({ registry: WITHOUT, ledger: wrap });
  await rig.values('gateway', WELL, rig.clock.now().wall);
  await rig.register(SITE);
  disk.full = true;
  const answer = retry(rig, UNKNOWN);
  await rig.clock.run(7_000, 250);
  expect(await answer).toEqual({ refused: 'not_storing' });
  disk.full = false;
  await rig.pass(5);
  expect(groups(rig)).toMatchObject([{ ...UNKNOWN, count: 1 }]);
  expect(await retry(rig, UNKNOWN)).toMatchObject({ read: 1, written: 4 });
  expect(await readings(rig, 'shower')).toHaveLength(1);
});
