import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type { ChannelKind } from '../../../contract/channel.ts';
import { send } from '../../../ingest/notify/send.ts';
import type { Channel, Message } from '../../../ingest/notify/types.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { channel, item, message } from './samples.ts';
import { says, startRobot, type Behaviour, type Received } from './robot.ts';

const through = (
  kind: ChannelKind,
  opened: Channel['opened'],
  changes: Partial<Message> = {},
  clock = new DrivenClock(),
) => {
  const signal = new AbortController().signal;
  const to = channel({ kind, opened });
  return send(to, message({ channel: to, at: clock.now().wall, ...changes }), { clock, signal });
};

test.each<[ChannelKind, string, Behaviour]>([
  ['wecom', 'errcode 0', says({ errcode: 0, errmsg: 'ok' })],
  ['dingtalk', 'errcode 0', says({ errcode: 0, errmsg: 'ok' })],
  ['feishu', 'code 0', says({ code: 0, msg: 'success', data: {} })],
  ['feishu', 'StatusCode 0', says({ StatusCode: 0, StatusMessage: 'success' })],
  ['webhook', 'nothing', says('', 204)],
  ['webhook', 'ok', says('OK\n')],
  ['webhook', 'an object', says({ id: 7 }, 201)],
  ['webhook', 'code 200', says({ code: 200, msg: 'success' })],
])('%s has delivered when it answers with %s', async (kind, _what, behaviour) => {
  const robot = await startRobot(behaviour);
  const { delivery } = await through(kind, { address: robot.url, secret: 'a-shared-secret' });
  expect(delivery).toMatchObject({ delivered: true, problem: null });
});

const end: Behaviour = (_got, answer) => void answer.destroy();
const endless: Behaviour = (_got, answer) => void answer.write('x'.repeat(1_000_000));
const elsewhere: Behaviour = (_got, answer) => void answer.writeHead(307, { location: '/accepted' }).end();

test.each<[ChannelKind, string, Behaviour, object, { uncertain: boolean }]>([
  [
    'wecom',
    'an unknown key',
    says({ errcode: 93000, errmsg: 'invalid webhook url' }),
    { problem: 'wrong_address', code: '93000' },
    { uncertain: false },
  ],
  ['wecom', 'its rate', says({ errcode: 45009 }), { problem: 'too_many' }, { uncertain: false }],
  [
    'wecom',
    'a code that nobody knows',
    says({ errcode: 40058 }),
    { problem: 'rejected', code: '40058' },
    { uncertain: false },
  ],
  [
    'dingtalk',
    'a wrong signature',
    says({ errcode: 310000, errmsg: 'sign not match' }),
    { problem: 'wrong_signature', code: '310000' },
    { uncertain: false },
  ],
  [
    'dingtalk',
    'a missing keyword',
    says({ errcode: 310000, errmsg: 'keywords not in content' }),
    { problem: 'keyword_missing' },
    { uncertain: false },
  ],
  [
    'dingtalk',
    'an address that is not listed',
    says({ errcode: 310000, errmsg: 'ip 1.2.3.4 not in whitelist' }),
    { problem: 'address_not_allowed' },
    { uncertain: false },
  ],
  [
    'dingtalk',
    'a token that does not exist',
    says({ errcode: 300005, errmsg: 'token is not exist' }),
    { problem: 'wrong_address' },
    { uncertain: false },
  ],
  [
    'dingtalk',
    'its rate',
    says({ errcode: 130101, errmsg: 'send too fast' }),
    { problem: 'too_many' },
    { uncertain: false },
  ],
  [
    'feishu',
    'a wrong signature, and HTTP 400',
    says({ code: 19021, msg: 'sign match fail' }, 400),
    { problem: 'wrong_signature', httpStatus: 400, code: '19021' },
    { uncertain: false },
  ],
  [
    'feishu',
    'a missing keyword',
    says({ code: 19024, msg: 'Key Words Not Found' }),
    { problem: 'keyword_missing' },
    { uncertain: false },
  ],
  [
    'feishu',
    'an unknown key',
    says({ code: 19001, msg: 'param invalid' }),
    { problem: 'wrong_address' },
    { uncertain: false },
  ],
  [
    'webhook',
    'an error in its body',
    says({ error: 'no such site' }),
    { problem: 'rejected', httpStatus: 200 },
    { uncertain: false },
  ],
  ['webhook', 'success: false', says({ success: false }), { problem: 'rejected' }, { uncertain: false }],
  [
    'webhook',
    'a code in its body',
    says({ code: 500, msg: 'broken' }),
    { problem: 'rejected', code: '500' },
    { uncertain: false },
  ],
  ['webhook', 'a page', says('<html>Sign in</html>'), { problem: 'garbled' }, { uncertain: true }],
  ['wecom', 'an empty body', says(''), { problem: 'garbled' }, { uncertain: true }],
  ['wecom', 'a code that is a word', says({ errcode: '0' }), { problem: 'garbled' }, { uncertain: true }],
  ['wecom', 'a list', says([0]), { problem: 'garbled' }, { uncertain: true }],
  [
    'wecom',
    'HTTP 500, well as its body is',
    says({ errcode: 0 }, 500),
    { problem: 'http_status', httpStatus: 500 },
    { uncertain: true },
  ],
  ['webhook', 'HTTP 404', says('', 404), { problem: 'http_status', httpStatus: 404 }, { uncertain: false }],
  ['webhook', 'HTTP 429', says('', 429), { problem: 'too_many' }, { uncertain: false }],
  ['webhook', 'a redirect', elsewhere, { problem: 'redirected', httpStatus: 307 }, { uncertain: false }],
  ['wecom', 'more than anybody reads', endless, { problem: 'garbled' }, { uncertain: true }],
  ['wecom', 'the end of the connection', end, { problem: 'unreachable', httpStatus: null }, { uncertain: true }],
])('%s has not when it answers with %s', async (kind, _what, behaviour, delivery, { uncertain }) => {
  const robot = await startRobot(behaviour);
  const attempt = await through(kind, { address: robot.url, secret: 'a-shared-secret' });
  expect(attempt).toMatchObject({ uncertain, delivery: { delivered: false, ...delivery } });
  expect(robot.received.map(({ path }) => path)).toEqual(['/']);
});

test('a name that is nowhere, a port without anybody and one without TLS are told apart, and nothing arrived', async () => {
  const robot = await startRobot();
  const secure = robot.url.replace('http:', 'https:');
  await robot.shut();
  const [nowhere, nobody] = await Promise.all([
    through('wecom', { address: 'https://robot.invalid/send', secret: null }),
    through('wecom', { address: robot.url, secret: null }),
  ]);
  await robot.open();
  const plain = await through('wecom', { address: secure, secret: null });
  expect([nowhere, nobody, plain].map(({ delivery }) => delivery.problem)).toEqual([
    'unknown_host',
    'unreachable',
    'certificate',
  ]);
  expect([nowhere, nobody, plain].some(({ uncertain }) => uncertain)).toBe(false);
});

test('an address that was sealed with another key is not asked', async () => {
  expect((await through('wecom', null)).delivery).toMatchObject({ delivered: false, problem: 'wrong_address' });
});

test('DingTalk’s signature is in the address, over time and secret, and holds now', async () => {
  const robot = await startRobot();
  const clock = new DrivenClock();
  await through('dingtalk', { address: `${robot.url}/robot/send?access_token=abc`, secret: 'SECabcdef' }, {}, clock);
  const [{ query, path } = { query: new URLSearchParams(), path: '' }] = robot.received;
  const timestamp = query.get('timestamp') ?? '';
  expect(path).toBe('/robot/send');
  expect(query.get('access_token')).toBe('abc');
  expect(Number(timestamp)).toBe(clock.now().wall);
  expect(query.get('sign')).toBe(createHmac('sha256', 'SECabcdef').update(`${timestamp}\nSECabcdef`).digest('base64'));
});

test('Feishu’s signature is in the body, of nothing, keyed with seconds and secret', async () => {
  const robot = await startRobot(says({ code: 0 }));
  const clock = new DrivenClock();
  await through('feishu', { address: robot.url, secret: 'abcdefgh' }, {}, clock);
  const { timestamp, sign, msg_type: type } = robot.received[0]?.body ?? {};
  expect(timestamp).toBe(String(clock.now().wall / 1_000));
  expect(sign).toBe(
    createHmac('sha256', `${String(timestamp)}\nabcdefgh`)
      .update('')
      .digest('base64'),
  );
  expect(type).toBe('text');
});

test('a webhook’s signature covers time and body; its id stays, a repeat is marked', async () => {
  const robot = await startRobot(says(''));
  await through('webhook', { address: robot.url, secret: 'shared-secret' }, { id: 'the-id' });
  await through('webhook', { address: robot.url, secret: 'shared-secret' }, { id: 'the-id', repeat: true });
  for (const { headers, raw } of robot.received) {
    const timestamp = String(headers['x-facility-watch-timestamp']);
    const expected = createHmac('sha256', 'shared-secret').update(`${timestamp}.${raw}`).digest('hex');
    expect(headers['x-facility-watch-signature']).toBe(`v1=${expected}`);
    expect(headers['x-facility-watch-delivery']).toBe('the-id');
  }
  expect(robot.received.map(({ headers, body }) => [headers['x-facility-watch-repeat'], body['repeat']])).toEqual([
    [undefined, false],
    ['true', true],
  ]);
});

test('a webhook is told each happening, with neither account nor note', async () => {
  const robot = await startRobot(says(''));
  const acknowledged = { by: 'li.haifeng', post: '后勤值班', at: 2, note: '张三去看' };
  const items = [
    item(
      { id: 12, acknowledged },
      {
        happenings: [
          { notification: 1, what: 'raised', at: 1 },
          { notification: 2, what: 'acknowledged', at: 2 },
        ],
      },
    ),
  ];
  await through('webhook', { address: robot.url, secret: 'shared-secret' }, { items });
  const { body, raw } = robot.received[0] as Received;
  expect(body['events']).toMatchObject([
    { notification: 1, what: 'raised', at: 1, alarm: { id: 12, acknowledged: { post: '后勤值班', at: 2 } } },
    { notification: 2, what: 'acknowledged', at: 2 },
  ]);
  expect(raw).not.toMatch(/li\.haifeng|张三/);
});

test('what an answer repeats of keys and secrets is hidden', async () => {
  const robot = await startRobot((got, answer) => {
    answer.end(`${got.path} ${got.query.toString()} super-secret-value ${'x'.repeat(1_000)}`);
  });
  const address = `${robot.url}/services/B0123456789/send?key=0f1e2d3c4b5a`;
  const { delivery } = await through('webhook', { address, secret: 'super-secret-value' });
  expect(delivery.answer).not.toMatch(/B0123456789|0f1e2d3c4b5a|super-secret-value/);
  expect(delivery.answer).toHaveLength(500);
});

test('the 10 s of a robot that drips are over all the same', async () => {
  const clock = new DrivenClock();
  const robot = await startRobot((_got, answer) => void answer.write('{'));
  const sent = through('wecom', { address: robot.url, secret: null }, {}, clock);
  await robot.got(1);
  clock.advance(9_999);
  // Whatever was sent has arrived when another connection is answered.
  await new Promise((resolve) => connect(robot.port, '127.0.0.1').once('connect', resolve));
  clock.advance(1);
  expect(await sent).toMatchObject({ uncertain: true, delivery: { problem: 'timeout', took: 10_000 } });
});
