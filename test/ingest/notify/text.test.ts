import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shownAddress } from '../../../ingest/notify/address.ts';
import { messageText } from '../../../ingest/notify/text.ts';
import { channel, item, message, NOON } from './samples.ts';

const MANY = 100_000;
const text = (...given: Parameters<typeof message>) => messageText(message(...given), MANY);
const MINUTE = 60_000;

test('English is complete, and numbers tell a value from its limit', () => {
  const items = [item({ value: 39.96, limit: 40 })];
  expect(
    text({
      channel: channel({ language: 'en' }),
      items,
      at: NOON + 6 * MINUTE,
      publicUrl: 'https://fw.example.com',
    }).split('\n'),
  ).toEqual([
    '▲2 High  Men’s bath, pool: Water too cold',
    '39.96 °C, below 40.0, for 6 min',
    'First: Open the steam valve',
    'Caozhuang mine / Men’s bath  since 12:00',
    'https://fw.example.com/sites/mine/alarms/1',
  ]);
});

test('a test, a repeat, a late event and what another channel could not deliver are marked', () => {
  expect(text({ test: true }).split('\n')[0]).toBe('▲2 重要　测试　男浴大池 水温低');
  expect(text({ repeat: true }).split('\n')[0]).toBe('▲2 重要　重发　男浴大池 水温低');
  expect(text({ items: [item({ late: true })] }).split('\n')[0]).toBe('▲2 重要　迟到　男浴大池 水温低');
  expect(text({ standsInFor: '设备维修群' })).toContain('代“设备维修群”');
});

test('what was raised, acknowledged and raised again before it was told reads as it stands now', () => {
  const told = (...what: ('raised' | 'raised_again' | 'returned' | 'acknowledged')[]) =>
    text({
      items: [
        item({}, { happenings: what.map((one, at) => ({ notification: at, what: one, at: NOON + at * MINUTE })) }),
      ],
      at: NOON + 9 * MINUTE,
    });
  expect(told('raised', 'returned', 'raised_again').split('\n')[0]).toBe('▲2 重要　男浴大池 水温低');
  expect(told('raised_again').split('\n')[0]).toBe('▲2 重要　又报　男浴大池 水温低');
  expect(told('returned', 'acknowledged')).toMatch(/^▲2 已恢复/);
  expect(told('raised', 'returned')).toContain('12:00 至 12:01');
});

test.each([
  ['<at user_id="all">所有人</at>'],
  ['[点这里](https://evil.example)'],
  ['@所有人 **急** `x`'],
  ['一\n二\r\u2028三\u202e四'],
])('a name such as %j stays one line of plain text in every message', (name) => {
  const place = { zh: name, en: name };
  const told = text({ items: [item({ place, title: place }, { site: place, area: place })] });
  expect(told).not.toMatch(/[<>[\]@*`]|:\/\/|\u2028|\u202e|\r/);
  expect(told.split('\n')).toHaveLength(4);
});

test('whatever the names, a message is never longer than its robot takes, and never cut within a sign', () => {
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }).map((any) => ({ zh: any, en: any }));
  const names = fc.record({ place: name, title: name, site: name, area: name });
  fc.assert(
    fc.property(
      fc.array(names, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 300, max: 2_048 }),
      (all, limit) => {
        const items = all.map(({ place, title, site, area }) => item({ place, title }, { site, area }));
        const told = messageText(message({ items, publicUrl: 'https://fw.example.com' }), limit);
        expect(Buffer.byteLength(told)).toBeLessThanOrEqual(limit);
        expect(told.isWellFormed()).toBe(true);
        expect(told).toMatch(all.length === 1 ? /^▲2/ : new RegExp(`^${all.length} 条`));
      },
    ),
    { numRuns: 200 },
  );
});

test('of 300 alarms the digest names the most urgent and says how many are left', () => {
  const items = Array.from({ length: 300 }, (_, id) => item({ id, priority: id === 299 ? 1 : 3 }));
  const lines = messageText(message({ items }), 2_048).split('\n');
  expect(lines[0]).toContain('300 条报警');
  expect(lines[1]).toMatch(/^◆1/);
  expect(lines.at(-1)).toBe(`另有 ${300 - (lines.length - 2)} 条，见报警页`);
});

test.each([
  ['dingtalk', 'https://oapi.dingtalk.com/robot/send?access_token=abc', 'oapi.dingtalk.com/robot/send?…'],
  ['wecom', 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc', 'qyapi.weixin.qq.com/cgi-bin/webhook/send?…'],
  ['feishu', 'https://open.feishu.cn/open-apis/bot/v2/hook/0a1b-2c', 'open.feishu.cn/open-apis/bot/v2/hook/…'],
  ['webhook', 'https://example.com:8443/hooks/T01/secret', 'example.com:8443/hooks/…'],
  ['webhook', 'https://example.com/', 'example.com'],
] as const)('of the address of a %s no key is shown', (kind, address, shown) => {
  expect(shownAddress(kind, address)).toBe(shown);
});
