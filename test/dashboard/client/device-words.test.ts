import { expect, test } from 'vitest';
import { REFUSAL_REASONS } from '../../../contract/message.ts';
import type { DeviceView } from '../../../contract/live.ts';
import { commandsFor, namedDevice } from '../../../dashboard/client/devices/commands.ts';
import { deviceRows, isMeant } from '../../../dashboard/client/devices/condition.ts';
import { presenceText } from '../../../dashboard/client/devices/device-words.ts';
import { freePointId } from '../../../dashboard/client/devices/new-point.ts';
import { refusalText } from '../../../dashboard/client/devices/refusal-words.ts';
import { offsetParts } from '../../../dashboard/client/format/offset.ts';
import { createCatalogue } from '../../../dashboard/client/i18n/catalogue.ts';
import { fromSnapshot } from '../../../dashboard/client/live/state.ts';
import { makerText } from '../../../dashboard/client/quarantine/quarantine-words.ts';
import { SITE } from './sample-alarms.ts';
import { sampleDevices } from './sample-devices.ts';
import { sampleSnapshot } from './sample-site.ts';

const state = fromSnapshot(sampleSnapshot());
const { global: zh } = createCatalogue('zh-CN');
const { global: en } = createCatalogue('en');
const { refusalsNow, quarantineNow } = sampleDevices();
const texts = (language: typeof zh) => ({ t: (key: string, named: object = {}) => language.t(key, { ...named }) });

function first<T>(rows: readonly T[], which: (row: T) => boolean = () => true): T {
  const found = rows.find(which);
  if (found === undefined) throw new Error('the samples lack what this test is about');
  return found;
}
const refusal = (reason: string, changes = {}) => ({ ...first(refusalsNow), reason, ...changes });

test('the abnormal come first, the worst of them before the others', () => {
  const rows = deviceRows(state);
  expect(rows.slice(0, 6).map(({ device, condition }) => `${device.id} ${condition.kind}`)).toEqual([
    'terminal-3 alarm',
    'gw-2 alarm',
    'gw-3 clock',
    'plant suspect',
    'probe-9 awaited',
    'gw-1 online',
  ]);
  expect(rows.map(({ abnormal }) => abnormal).lastIndexOf(true)).toBe(3);
});

test('a low battery and a metric without a binding are abnormal too', () => {
  const devices = new Map<string, DeviceView>();
  for (const device of state.devices.values()) devices.set(device.id, { ...device, unbound: [] });
  const change = (id: string, changes: Partial<DeviceView>) =>
    devices.set(id, { ...first([...devices.values()], (device) => device.id === id), ...changes });
  change('doors', { battery: 19 });
  change('room-sensors', { battery: 20 });
  change('gw-1', { unbound: ['co2'] });
  const kinds = new Map(deviceRows({ ...state, devices }).map((row) => [row.device.id, row]));
  expect(kinds.get('doors')).toMatchObject({ abnormal: true, condition: { kind: 'battery' } });
  expect(kinds.get('gw-1')).toMatchObject({ abnormal: true, condition: { kind: 'unbound' } });
  expect(kinds.get('room-sensors')).toMatchObject({ abnormal: false, condition: { kind: 'asleep' } });
});

test('a device that is back while its alarm waits is online, and no longer silent', () => {
  const row = first(deviceRows(state), ({ condition }) => condition.kind === 'alarm');
  if (row.condition.kind !== 'alarm') throw new Error('no alarm');
  const { alarm } = row.condition;
  const device = { ...row.device, presence: 'online' as const };
  const said = (changes: Partial<typeof alarm>) =>
    presenceText(
      {
        ...row,
        device,
        condition: { kind: 'alarm', alarm: { ...alarm, title: { zh: '失联', en: 'Silent' }, ...changes } },
      },
      { now: alarm.raisedAt },
      { t: zh.t, local: (text) => text.zh, duration: String },
    );
  expect(said({ state: 'returned_unacknowledged' })).toBe('在线，有过失联');
  expect(said({ state: 'unacknowledged' })).toBe('在线，失联');
});

test('a device is found by its name in either language, its id and the names of its points', () => {
  const found = (wanted: string) => deviceRows(state).filter((row) => isMeant(row, wanted, state)).length;
  expect(found('热水机房')).toBe(1);
  expect(found('plant CABINET')).toBe(1);
  expect(found('gw-')).toBe(3);
  expect(found('301 室')).toBe(1);
  expect(found('nowhere')).toBe(0);
});

test.each(REFUSAL_REASONS)('%s says why and what to do, in both languages', (reason) => {
  for (const language of [zh, en]) {
    const { title, remedy } = refusalText(refusal(reason), SITE, texts(language));
    expect(title).not.toContain('devicesPage');
    expect(remedy).not.toContain('devicesPage');
    expect(title).not.toBe(reason);
    expect(remedy).not.toBe('');
  }
});

test('a reason that this page does not know is shown as it came, with whom to ask', () => {
  for (const reason of ['constructor', 'moon_phase', 'foreign_device', 'a\u202Eb']) {
    const { title, remedy } = refusalText(refusal(reason), SITE, texts(zh));
    expect(title).toBe(reason.replace('\u202E', '\\u{202E}'));
    expect(remedy).toBe('把原因和地址交给管理员');
  }
});

test('the command names the device that was refused, and never what a stranger typed', () => {
  const command = (username: string | null, device: string | null = null, reason = 'unknown_client') =>
    refusalText(refusal(reason, { username, clientId: username, device }), SITE, texts(zh)).command;
  expect(command(`${SITE}.bath-w-t9`)).toBe(`npm run admin -- device credential create ${SITE} bath-w-t9`);
  expect(command('x', 'doors', 'wrong_password')).toBe(`npm run admin -- device credential rotate ${SITE} doors`);
  for (const evil of ['$(reboot)', `${SITE}.a;reboot`, '-x', 'a b', `${SITE}.`, '`x`', null]) {
    expect(command(evil)).toBe(`npm run admin -- device credential create ${SITE} DEVICE`);
    expect(namedDevice(evil, SITE)).toBeNull();
  }
});

test('a second client with one identity is led to an identity of its own', () => {
  const text = refusalText(
    refusal('identity_conflict', { username: `${SITE}.doors`, device: 'doors' }),
    SITE,
    texts(zh),
  );
  expect(text).toMatchObject({ command: `npm run admin -- device credential create ${SITE} DEVICE`, add: true });
});

test('who published to the topic of another learns which id to use', () => {
  const text = refusalText(
    first(refusalsNow, ({ reason }) => reason === 'foreign_topic'),
    SITE,
    texts(zh),
  );
  expect(text.title).toBe('发到 terminal-3 的主题');
  expect(text.remedy).toBe(`设备号改成 terminal-4，只发 fw/v1/${SITE}/terminal-4/readings`);
});

test('without an id, the steps keep a place for it', () => {
  expect(commandsFor('north', null)).toMatchObject({ username: 'north.DEVICE', topic: 'fw/v1/north/DEVICE/readings' });
});

test('a free id says where and what', () => {
  const taken = new Map([['men-pool', { id: 'men-pool' }]]);
  expect(freePointId('men', 'pool', taken)).toBe('men-pool-2');
  expect(freePointId('men', 'shower_outlet', taken)).toBe('men-shower-outlet');
  expect(freePointId('x'.repeat(63), 'attendance_terminal', taken).length).toBeLessThanOrEqual(63);
});

test.each([
  [380, { unit: 'seconds', seconds: 0.4 }],
  [-59_940, { unit: 'seconds', seconds: 59.9 }],
  [59_950, { unit: 'minutes', m: 1, s: 0 }],
  [-492_000, { unit: 'minutes', m: 8, s: 12 }],
  [7_260_000, { unit: 'hours', h: 2, m: 1 }],
  [273_600_000, { unit: 'days', d: 3, h: 4 }],
])('a clock that is %d ms off', (ms, parts) => {
  expect(offsetParts(ms)).toEqual(parts);
});

test('the text for the maker stands for itself, in both languages, in the words of a reason we know', () => {
  const { group, items } = first(quarantineNow.slice(1));
  const item = first(items);
  const bytes = Buffer.from(item.payload ?? '', 'base64');
  const common = { group, item, bytes, fault: { start: 50, end: 59 }, zone: 'Asia/Shanghai' };
  expect(makerText({ ...common, language: 'zh-CN', t: (key, named = {}) => zh.t(key, named) })).toBe(
    `设备 plant 发到主题 fw/v1/${SITE}/plant/readings 的报文不能用：不是数。2026-11-24 11:55:38 到 2026-11-25 15:41:36 共 1440 条。` +
      '出错的位置：$.values.water_temperature。从第 50 字节（从 0 数）起，字节为 22 34 32 2E 33 E2 84 83 22。' +
      '原因：water_temperature is the text "42.3℃"; send the number 42.3, without a unit。' +
      '请这样改：值写成 JSON 数，如 42.3；不加引号、单位，没测到就不发这一项。',
  );
  expect(makerText({ ...common, language: 'en', t: (key, named = {}) => en.t(key, named) })).toContain(
    'cannot be used: not a number. 1440 came from 2026-11-24 11:55:38',
  );
});
