import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Compile } from 'typebox/compile';
import { ChannelList, ChannelTest, ChannelView } from '../../../contract/channel.ts';
import { buildApp } from '../../../dashboard/server/app.ts';
import { startNotifyRig, SITE, type NotifyRig } from '../../ingest/notify/rig.ts';
import { ok, says, startRobot } from '../../ingest/notify/robot.ts';
import { bench, cookieOf, ORIGIN, problemOf } from './doubles.ts';

const CHANNELS = `/api/sites/${SITE.site}/channels`;
const BODY = {
  kind: 'dingtalk',
  name: '设备维修群',
  address: 'https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef',
  secret: 'SEC0123456789abcdef',
  priority: 3,
  areas: null,
  language: 'zh-CN',
  enabled: true,
};

/** The server over real ingest, and requests as an administrator. */
async function serve(rig: NotifyRig) {
  const on = bench({ channels: rig.ingest.channels });
  const app = await buildApp(on);
  onTestFinished(() => app.close());
  const as = async (username: string) => ({
    host: 'localhost',
    origin: ORIGIN,
    cookie: await cookieOf(on.accounts, username),
  });
  const headers = await as('administrator');
  const ask = (method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', url: string, payload?: object) =>
    app.inject({ method, url, headers, ...(payload && { payload }) });
  return { app, as, ask };
}

test('channels are added, changed, ordered, tested and removed, each change booked with who made it', async () => {
  const rig = await startNotifyRig();
  const robot = await startRobot();
  const { ask } = await serve(rig);
  const made = await ask('POST', CHANNELS, BODY);
  expect(made.statusCode).toBe(201);
  const first = Compile(ChannelView).Parse(made.json());
  expect(first).toMatchObject({ health: 'untried', signed: true, address: 'oapi.dingtalk.com/robot/send?…' });
  const second = (
    await ask('POST', CHANNELS, { ...BODY, kind: 'wecom', secret: null, address: robot.url })
  ).json<ChannelView>();
  const changed = await ask('PATCH', `${CHANNELS}/${second.id}`, { name: '后勤值班群', areas: ['bath'] });
  expect(changed.json()).toMatchObject({ name: '后勤值班群', areas: ['bath'], priority: 3 });
  const ordered = await ask('PUT', `${CHANNELS}/order`, { order: [second.id, first.id] });
  expect(Compile(ChannelList).Errors(ordered.json())).toEqual([]);
  const tested = Compile(ChannelTest).Parse((await ask('POST', `${CHANNELS}/${second.id}/test`)).json());
  expect(tested.delivery).toMatchObject({ delivered: true, httpStatus: 200 });
  expect(tested.text).toBe(robot.texts[0]);
  expect(tested.text).toMatch(/^▲2 重要\u3000测试\u3000男浴大池/);
  expect((await ask('DELETE', `${CHANNELS}/${first.id}`)).statusCode).toBe(204);
  const left = (await ask('GET', CHANNELS)).json<ChannelList>();
  expect(left.channels.map(({ id, health }) => [id, health])).toEqual([[second.id, 'delivering']]);
  expect(rig.rows("SELECT kind, actor FROM system_event WHERE kind LIKE 'channel.%' ORDER BY id")).toEqual(
    ['created', 'created', 'changed', 'ordered', 'deleted'].map((what) => ({
      kind: `channel.${what}`,
      actor: 'administrator',
    })),
  );
  const again = await rig.again();
  expect(again.channel(second.id)).toMatchObject({ name: '后勤值班群', health: 'delivering' });
  // Ids are never given twice: alarms and deliveries name them.
  expect((await again.add({ kind: 'wecom', address: robot.url })).id).toBe(3);
});

const REFUSED: readonly [what: string, change: object, field: string, message: RegExp][] = [
  ['plain HTTP beyond this machine', { address: 'http://10.0.0.5/hook' }, 'address', /https/],
  ['a name that may lead elsewhere tomorrow', { address: 'http://localhost.example.com/' }, 'address', /https/],
  ['another protocol', { address: 'file:///etc/passwd' }, 'address', /https/],
  ['no address', { address: 'robot send' }, 'address', /whole address/],
  ['a password in the address', { address: 'https://me:pass@example.com/' }, 'address', /user name/],
  ['a webhook that nothing signs', { kind: 'webhook', secret: null }, 'secret', /asked/],
  ['a secret that WeCom has no use for', { kind: 'wecom' }, 'secret', /empty/],
  ['an area that is none', { areas: ['bath', 'moon'] }, 'areas.1', /no area/],
  ['an unknown kind', { kind: 'sms' }, 'kind', /one of/],
  ['a secret that is short', { secret: 'short' }, 'secret', /8/],
  ['a field too many', { password: 'x' }, 'password', /no field/],
];

test('what cannot be used is refused, and the field is named; others than administrators see nothing', async () => {
  const rig = await startNotifyRig();
  const { app, as, ask } = await serve(rig);
  for (const [what, change, field, message] of REFUSED) {
    const answer = await ask('POST', CHANNELS, { ...BODY, ...change });
    expect(answer.statusCode, what).toBe(400);
    expect(problemOf(answer).errors?.find((error) => error.field === field)?.message, what).toMatch(message);
  }
  expect((await app.inject({ url: CHANNELS, headers: await as('operator') })).statusCode).toBe(403);
  const nowhere = [
    await ask('GET', '/api/sites/moon/channels'),
    await ask('POST', '/api/sites/moon/channels', BODY),
    await ask('DELETE', `${CHANNELS}/99`),
    await ask('POST', `${CHANNELS}/99/test`),
  ];
  expect(nowhere.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404]);
});

test('an old secret never goes to a new address', async () => {
  const rig = await startNotifyRig();
  const { ask } = await serve(rig);
  const { id } = (await ask('POST', CHANNELS, BODY)).json<ChannelView>();
  const moved = await ask('PATCH', `${CHANNELS}/${id}`, { address: 'https://thief.example/robot' });
  expect(moved.statusCode).toBe(400);
  expect(problemOf(moved).errors).toMatchObject([{ field: 'secret' }]);
  const both = await ask('PATCH', `${CHANNELS}/${id}`, {
    address: 'https://new.example/robot',
    secret: 'SECnew-secret',
  });
  expect(both.json()).toMatchObject({ address: 'new.example/robot', signed: true });
});

test('keys and secrets are in no answer, no log line and no file of the ledger', async () => {
  const lines: string[] = [];
  const log = (fields: object, text: string) => void lines.push(JSON.stringify([fields, text]));
  const rig = await startNotifyRig({ onLog: log });
  const { ask } = await serve(rig);
  const robot = await startRobot((got, answer) =>
    says({ errcode: 1, errmsg: `no ${got.path} ${got.query.toString()}` })(got, answer),
  );
  const secret = 'SECa1b2c3d4e5f6';
  const address = `${robot.url}/robot/send?access_token=k9k8k7k6k5k4`;
  const made = await ask('POST', CHANNELS, { ...BODY, address, secret });
  const { id } = made.json<ChannelView>();
  await rig.forced(true);
  await rig.later(10);
  const told = [
    made,
    await ask('GET', CHANNELS),
    await ask('POST', `${CHANNELS}/${id}/test`),
    await ask('PATCH', `${CHANNELS}/${id}`, { secret: `${secret}7` }),
  ];
  expect(robot.received.length).toBeGreaterThan(1);
  expect(lines.some((line) => line.includes('not delivered'))).toBe(true);
  const ledger = join(rig.dir, 'ledger.db');
  const files = [ledger, `${ledger}-wal`]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'latin1'));
  for (const text of [...told.map(({ body }) => body), ...lines, ...files])
    expect(text).not.toMatch(/SECa1b2c3|k9k8k7k6/);
  expect(statSync(ledger).mode & 0o077).toBe(0);
  robot.behave(ok);
});
