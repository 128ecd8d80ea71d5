import { expect, test } from 'vitest';
import { loadCatalogue } from '../../../ingest/standards/catalogue.ts';
import { OPERATOR } from '../line/rig.ts';
import { ok, says, startRobot, type Behaviour } from './robot.ts';
import { accepted, startNotifyRig } from './rig.ts';

test('an alarm is told with place, priority, what to do first and since when; its end with how long it lasted', async () => {
  const rig = await startNotifyRig();
  const robot = await startRobot();
  await rig.add({ kind: 'wecom', address: robot.url });
  await rig.values('gateway', { water_temperature: 38.6 });
  await rig.later(1);
  expect(robot.texts).toHaveLength(1);
  expect(robot.texts[0]?.split('\n')).toEqual([
    '▲2 重要　男浴大池 水温低',
    '38.6 ℃，低于 40.0',
    expect.stringMatching(/^先做：/),
    '曹庄矿 / 男浴　12:00 起',
  ]);
  await rig.leap(720);
  await rig.values('gateway', { water_temperature: 42 });
  await rig.later(1);
  expect(robot.texts[1]?.split('\n')).toEqual([
    '▲2 已恢复　男浴大池 水温低',
    '最远 38.6 ℃，低于 40.0，持续 12 分',
    '曹庄矿 / 男浴　12:00 至 12:12',
  ]);
  expect(robot.texts).toHaveLength(2);
});

test('an acknowledgement shows the duty post, and neither the account nor the note', async () => {
  const rig = await startNotifyRig();
  const robot = await startRobot();
  await rig.add({ kind: 'wecom', address: robot.url });
  await rig.forced(true);
  await rig.later(1);
  const [alarm] = rig.alarms('door.forced');
  await rig.ingest.desk.acknowledge({ alarm: alarm?.id ?? 0, user: OPERATOR, note: '张三去看了' });
  await rig.later(1);
  expect(robot.texts[1]).toMatch(/^▲2 已确认\u3000门岗东门/);
  expect(robot.texts[1]).toContain(`${OPERATOR.post} 12:00 确认`);
  expect(robot.texts[1]).not.toMatch(/duty|张三/);
});

test('a robot that answers 200 and a code of failure has not delivered; it is tried again until it has', async () => {
  const rig = await startNotifyRig();
  const robot = await startRobot(says({ errcode: 93000, errmsg: 'invalid webhook url' }));
  const { id } = await rig.add({ kind: 'wecom', address: robot.url });
  await rig.forced(true);
  await rig.later(1);
  const failure = { problem: 'wrong_address', code: '93000', httpStatus: 200 };
  expect(rig.channel(id)).toMatchObject({ health: 'retrying', waiting: 1, lastDelivered: null, failure });
  robot.behave(ok);
  await rig.later(7);
  expect(rig.channel(id)).toMatchObject({ health: 'delivering', waiting: 0, failure: null });
  expect(robot.received).toHaveLength(2);
});

test('a robot that never answers is given up after ten seconds, and what may have arrived comes again as a repeat', async () => {
  const rig = await startNotifyRig();
  const robot = await startRobot(() => {});
  const { id } = await rig.add({ kind: 'wecom', address: robot.url });
  await rig.forced(true);
  rig.clock.advance(1_000);
  await robot.got(1);
  rig.clock.advance(10_000);
  await rig.ingest.notified();
  expect(rig.channel(id).failure).toMatchObject({ problem: 'timeout', took: 10_000 });
  robot.behave(ok);
  await rig.later(10);
  expect(robot.texts).toHaveLength(2);
  expect(robot.texts[0]).not.toContain('重发');
  expect(robot.texts[1]).toContain('重发');
});

test('refused for 20 s, it is no failing channel, nothing is marked as a repeat and nothing is lost', async () => {
  const rig = await startNotifyRig();
  const robot = await startRobot();
  const { id } = await rig.add({ kind: 'wecom', address: robot.url });
  await robot.shut();
  await rig.forced(true);
  await rig.later(20);
  expect(rig.channel(id)).toMatchObject({ health: 'retrying', failure: { problem: 'unreachable' } });
  await robot.open();
  await rig.leap(80);
  expect(robot.texts).toHaveLength(1);
  expect(robot.texts[0]).not.toContain('重发');
  expect(rig.alarms('channel.failing')).toEqual([]);
});

test('when the raise is refused and the alarm is over before it passes, one message tells both, and no end comes first', async () => {
  const rig = await startNotifyRig();
  const refusesRaises: Behaviour = (got, answer) =>
    (got.text.includes('已恢复') ? ok : says({ errcode: 40058, errmsg: 'content not allowed' }))(got, answer);
  const robot = await startRobot(refusesRaises);
  const { id } = await rig.add({ kind: 'wecom', address: robot.url });
  await rig.forced(true);
  await rig.later(10);
  const refused = robot.received.length;
  expect(refused).toBeGreaterThan(1);
  await rig.forced(false);
  await rig.leap(60);
  expect(robot.received.slice(refused).map(({ text }) => text.split('\n')[0])).toEqual([
    '▲2 已恢复　门岗东门 门被强开',
  ]);
  expect(rig.channel(id)).toMatchObject({ waiting: 0, health: 'delivering' });
});

test('a raise that is refused for good holds no other alarm up, and its end says that it never came', async () => {
  const rig = await startNotifyRig();
  const refusesEast: Behaviour = (got, answer) =>
    (got.text.includes('东门') && !got.text.includes('已恢复') ? says({ errcode: 40058, errmsg: 'no' }) : ok)(
      got,
      answer,
    );
  const robot = await startRobot(refusesEast);
  const { id } = await rig.add({ kind: 'wecom', address: robot.url });
  await rig.forced(true);
  for (let turn = 0; turn < 12; turn += 1) {
    await rig.forced(turn % 2 === 0, 'bolt');
    await rig.leap(30);
    await rig.later(1);
  }
  const others = robot.texts.filter((text) => text.includes('后门'));
  expect(others).toHaveLength(12);
  expect(rig.channel(id)).toMatchObject({ waiting: 0, health: 'delivering' });
  expect(rig.rows("SELECT outcome FROM delivery WHERE outcome = 'refused'")).toHaveLength(1);
  await rig.forced(false);
  await rig.later(1);
  expect(robot.texts.at(-1)).toContain('已恢复');
  expect(robot.texts.at(-1)).toContain('报警本身没能送到这里');
});

test('a slow channel holds no other up', async () => {
  const rig = await startNotifyRig();
  const slow = await startRobot(() => {});
  const quick = await startRobot();
  await rig.add({ kind: 'wecom', address: slow.url });
  await rig.add({ kind: 'wecom', address: quick.url });
  await rig.forced(true);
  rig.clock.advance(1_000);
  await Promise.all([slow.got(1), quick.got(1)]);
  await rig.forced(false);
  rig.clock.advance(1_000);
  await quick.got(2);
  expect(slow.received).toHaveLength(1);
});

test('what happened while there was no channel waits for nobody', async () => {
  const rig = await startNotifyRig();
  const robot = await startRobot();
  await rig.forced(true);
  await rig.later(1);
  expect(rig.rows('SELECT recipients FROM notification')).toEqual([{ recipients: 0 }]);
  await rig.add({ kind: 'wecom', address: robot.url });
  await rig.forced(false);
  await rig.later(5);
  expect(robot.texts).toEqual([]);
});

test('a channel hears of its areas and priorities alone, and of the end of what it heard of', async () => {
  const rig = await startNotifyRig();
  const [gate, urgent] = [await startRobot(), await startRobot()];
  const { id } = await rig.add({ kind: 'wecom', address: gate.url, areas: ['gate'] });
  await rig.add({ kind: 'wecom', address: urgent.url, priority: 1 });
  await rig.values('gateway', { water_temperature: 38.6 });
  await rig.forced(true);
  await rig.later(1);
  expect(gate.texts.map((text) => text.split('\n')[0])).toEqual(['▲2 重要　门岗东门 门被强开']);
  accepted(await rig.ingest.channels.change('mine', { id, change: { areas: ['bath'] }, actor: 'li' }));
  await rig.forced(false);
  await rig.later(1);
  expect(gate.texts[1]).toMatch(/^▲2 已恢复/);
  expect(urgent.texts).toEqual([]);
});

test('a site without channels has its alarms in one commit each', async () => {
  let commits = 0;
  const rig = await startNotifyRig({
    ledger: (real) => ({
      ...real,
      commit(batch) {
        commits += 1;
        return real.commit(batch);
      },
    }),
  });
  commits = 0;
  await rig.forced(true);
  await rig.ingest.drained();
  await rig.ingest.notified();
  expect(commits).toBe(1);
  expect(rig.rows('SELECT what, recipients FROM notification')).toEqual([{ what: 'raised', recipients: 0 }]);
});

test('a standing alarm is as urgent as its rule is now, and begins again for whoever asks for that', async () => {
  const rig = await startNotifyRig();
  const robot = await startRobot();
  await rig.add({ kind: 'wecom', address: robot.url, priority: 1 });
  await rig.values('gateway', { water_temperature: 38 });
  await rig.later(1);
  expect(rig.alarms('base.water')).toMatchObject([{ priority: 2, state: 'unacknowledged' }]);
  const { standards, ...rest } = loadCatalogue();
  // A newer program may think otherwise of a standard.
  const catalogue = {
    ...rest,
    standards: standards.map((one) => (one.id === 'base.water' ? { ...one, priority: 1 as const } : one)),
  };
  const again = await rig.again({ catalogue });
  expect(again.alarms('base.water')).toMatchObject([{ priority: 1, state: 'unacknowledged' }]);
  expect(again.rows("SELECT priority FROM alarm WHERE rule = 'base.water'")).toEqual([{ priority: 1 }]);
  for (const water of [43, 38]) {
    // Water changes slowly, or its sensor is not believed.
    await again.leap(720);
    await again.values('gateway', { water_temperature: water });
    await again.later(1);
  }
  expect(robot.texts).toEqual([expect.stringMatching(/^\S*1 紧急\u3000又报\u3000男浴大池 水温低/)]);
});
