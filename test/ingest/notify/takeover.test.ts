import { expect, test } from 'vitest';
import { CommitFailed } from '../../../ingest/stores/ledger/types.ts';
import { accepted, startNotifyRig } from './rig.ts';
import { ok, says, startRobot, type Behaviour } from './robot.ts';

const broken = says({ errcode: 310000, errmsg: 'sign not match' });
const heads = (texts: readonly string[]) => texts.map((text) => text.split('\n')[0]);

test('a channel that keeps failing is one alarm, the next takes over, and it returns by itself', async () => {
  const rig = await startNotifyRig();
  const [first, next] = [await startRobot(broken), await startRobot()];
  const { id } = await rig.add({
    kind: 'dingtalk',
    name: '设备维修群',
    address: first.url,
    secret: 'SECabcdefgh',
    areas: ['gate'],
  });
  const standIn = await rig.add({ kind: 'wecom', address: next.url, areas: ['bath'], priority: 1 });
  await rig.forced(true);
  await rig.later(59);
  // Three attempts, but within a minute: no failing channel yet.
  expect(first.received).toHaveLength(3);
  expect(rig.alarms('channel.failing')).toEqual([]);
  expect(next.texts).toEqual([]);
  await rig.later(40);
  expect(rig.alarms('channel.failing')).toMatchObject([
    {
      priority: 3,
      state: 'unacknowledged',
      subject: { kind: 'channel', id: String(id) },
      place: { zh: '钉钉 设备维修群' },
    },
  ]);
  expect(heads(next.texts).sort()).toEqual(['■3 一般　钉钉 设备维修群 通知发不出', '▲2 重要　门岗东门 门被强开']);
  expect(next.texts.find((text) => text.includes('东门'))).toContain('代“设备维修群”');
  expect(rig.channel(id)).toMatchObject({
    health: 'failing',
    waiting: 0,
    standIn: standIn.id,
    diverted: 1,
    failure: { problem: 'wrong_signature' },
  });
  expect(accepted(rig.ingest.channels.list('mine')).today).toEqual({ delivered: 2, diverted: 1 });

  await rig.forced(false);
  await rig.later(1);
  expect(heads(next.texts).at(-1)).toBe('▲2 已恢复　门岗东门 门被强开');
  first.behave(ok);
  await rig.leap(361);
  expect(rig.channel(id)).toMatchObject({ health: 'delivering', standIn: null, diverted: 0, failure: null });
  expect(first.texts.at(-1)).toMatch(/^通道恢复\u3000设备维修群\n12:00 起发不到这里，2 条/);
  expect(rig.alarms('channel.failing')).toMatchObject([{ state: 'returned_unacknowledged' }]);
  await rig.forced(true, 'bolt');
  await rig.later(1);
  expect(heads(first.texts).at(-1)).toBe('▲2 重要　门岗后门 门被强开');
  expect(heads(next.texts).at(-1)).toBe('■3 已恢复　钉钉 设备维修群 通知发不出');
});

test('when nobody works they wait, the alarms about it never loop, and the first that works gets what waits', async () => {
  const rig = await startNotifyRig();
  const [one, two] = [await startRobot(broken), await startRobot(broken)];
  await rig.add({ kind: 'wecom', name: '甲', address: one.url });
  await rig.add({ kind: 'wecom', name: '乙', address: two.url, priority: null });
  await rig.forced(true);
  for (let minute = 0; minute < 30; minute += 1) await rig.leap(60);
  expect(rig.alarms('channel.failing')).toHaveLength(2);
  expect(rig.rows('SELECT id FROM notification')).toHaveLength(3);
  const asked = one.received.length + two.received.length;
  expect(asked).toBeLessThan(40);
  two.behave(ok);
  for (let minute = 0; minute < 10; minute += 1) await rig.leap(60);
  const told = two.texts.slice(-2);
  expect(told.some((text) => text.includes('门岗东门 门被强开'))).toBe(true);
  expect(
    two.texts.filter((text) => text.includes('门岗东门')).filter((text) => !text.includes('重发')).length,
  ).toBeGreaterThan(0);
  // Of itself no channel tells: that waits for the other.
  const waiting = rig.rows('SELECT DISTINCT rule FROM delivery JOIN alarm ON alarm.id = alarm WHERE outcome IS NULL');
  expect(waiting).toEqual([{ rule: 'channel.failing' }]);
});

test('what both would have told is told once', async () => {
  const rig = await startNotifyRig();
  const [one, two] = [await startRobot(broken), await startRobot()];
  await rig.add({ kind: 'wecom', address: one.url });
  await rig.add({ kind: 'wecom', address: two.url });
  await rig.forced(true);
  await rig.later(100);
  expect(two.texts.filter((text) => text.includes('门岗东门'))).toHaveLength(1);
  expect(rig.rows("SELECT outcome FROM delivery WHERE outcome = 'covered'")).toHaveLength(1);
});

test('a removed channel leaves what waits to the next, and its alarm is over', async () => {
  const rig = await startNotifyRig();
  const [one, two] = [await startRobot(broken), await startRobot(broken)];
  const { id } = await rig.add({ kind: 'wecom', address: one.url });
  await rig.forced(true);
  for (const seconds of [7, 20, 73]) await rig.leap(seconds);
  expect(rig.alarms('channel.failing')).toHaveLength(1);
  await rig.add({ kind: 'wecom', address: two.url, priority: 1 });
  two.behave(ok);
  expect(await rig.ingest.channels.remove('mine', id, 'li')).toBeNull();
  await rig.later(2);
  expect(two.texts.filter((text) => text.includes('门岗东门'))).toHaveLength(1);
  expect(rig.alarms('channel.failing')).toEqual([]);
});

test('a restart loses nothing and sends nothing again but what may have arrived, which it marks', async () => {
  const rig = await startNotifyRig();
  const [sure, unsure] = [await startRobot(), await startRobot(() => {})];
  const known = await rig.add({ kind: 'wecom', name: '甲', address: sure.url });
  const { id } = await rig.add({ kind: 'webhook', name: '乙', address: unsure.url, secret: 'shared-secret' });
  await rig.forced(true);
  rig.clock.advance(1_000);
  await Promise.all([sure.got(1), unsure.got(1)]);
  while (rig.channel(known.id).waiting > 0) await new Promise((resolve) => setImmediate(resolve));
  // The end of the process comes between sending and answer: nobody waits for it.
  const closing = rig.close();
  rig.clock.advance(2_000);
  await closing;
  unsure.behave(says(''));
  const again = await rig.again();
  await again.later(10);
  expect(sure.texts).toHaveLength(1);
  expect(unsure.received.map(({ body }) => body['repeat'])).toEqual([false, true]);
  const [before, after] = unsure.received.map(({ body }) => body['delivery']);
  expect(after).toBe(before);
  expect(again.channel(id)).toMatchObject({ health: 'delivering', waiting: 0 });
  await again.forced(false);
  await again.later(2);
  expect(sure.texts).toHaveLength(2);
  expect(unsure.received).toHaveLength(3);
});

test('a delivery that could not be written down is written before anything else is sent, and not sent again', async () => {
  let full = false;
  const refuse = () => new CommitFailed('no room', { transient: true, sqliteCode: 13 });
  const rig = await startNotifyRig({
    ledger: (real) => ({
      ...real,
      commit: (batch) =>
        full && batch.channels?.some(({ op }) => op === 'delivery.end') === true
          ? Promise.reject(refuse())
          : real.commit(batch),
    }),
  });
  const robot = await startRobot();
  await rig.add({ kind: 'wecom', address: robot.url });
  full = true;
  await rig.forced(true);
  rig.clock.advance(1_000);
  await robot.got(1);
  for (let second = 0; second < 10; second += 1) await rig.pass(1);
  expect(robot.texts).toHaveLength(1);
  full = false;
  await rig.pass(2);
  await rig.ingest.notified();
  expect(robot.texts).toHaveLength(1);
  expect(rig.rows('SELECT outcome FROM delivery')).toEqual([{ outcome: 'delivered' }]);
});

const CROWDS = [
  { kind: 'wecom', most: 2_048, taken: ok, tooLong: says({ errcode: 40058, errmsg: 'too long' }) },
  { kind: 'dingtalk', most: 4_096, taken: ok, tooLong: says({ errcode: 400105, errmsg: 'too long' }) },
  {
    kind: 'feishu',
    most: 4_096,
    taken: says({ code: 0, msg: 'success' }),
    tooLong: says({ code: 9499, msg: 'Bad Request' }),
  },
] as const;

test.each(CROWDS)(
  'a flood becomes one message that fits $kind; the pace stays below what mutes a robot',
  async ({ kind, most, taken, tooLong }) => {
    const doors = Array.from({ length: 60 }, (_, at) => `d${at}`);
    const name = (text: string) => ({ zh: text, en: text });
    const long = '很长的名字'.repeat(8);
    const rig = await startNotifyRig({
      registry: {
        site: 'mine',
        name: name('矿'),
        timezone: 'Asia/Shanghai',
        areas: [{ id: 'gate', name: name('门岗') }],
        points: doors.map((id) => ({ id, area: 'gate', name: name(`${long}${id}`), role: 'door' as const })),
        devices: doors.map((id) => ({ id, name: name(id) })),
        bindings: doors.map((id) => ({ device: id, metric: 'events' as const, point: id })),
      },
    });
    const limited: Behaviour = (got, answer) => (Buffer.byteLength(got.text) > most ? tooLong : taken)(got, answer);
    const robot = await startRobot(limited);
    const { id } = await rig.add({ kind, address: robot.url });
    await Promise.all(doors.map((door) => rig.forced(true, door)));
    await rig.later(3);
    expect(rig.channel(id)).toMatchObject({ waiting: 0, health: 'delivering' });
    expect(robot.received.length).toBeLessThanOrEqual(15);
    const [digest = ''] = robot.texts.filter((text) => text.includes('并成一条'));
    expect(digest).toMatch(/另有 \d+ 条/);
    expect(Buffer.byteLength(digest)).toBeLessThanOrEqual(most);
    for (let turn = 0; turn < 10; turn += 1) {
      await Promise.all(doors.slice(0, 3).map((door) => rig.forced(turn % 2 === 1, door)));
      await rig.later(2);
    }
    expect(robot.received.length).toBeLessThanOrEqual(15);
    await rig.leap(61);
    await rig.later(1);
    expect(rig.channel(id).waiting).toBe(0);
  },
);
