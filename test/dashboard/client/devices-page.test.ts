import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { UserRole } from '../../../contract/account.ts';
import { chromiumPath, LIVE, PHONE, startBrowser, type TestBrowser, violations } from './browser.ts';
import { startSample } from './mock-server.ts';
import { SITE } from './sample-alarms.ts';

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let screens: TestBrowser;
  let server: Awaited<ReturnType<typeof startSample>>;
  /** The same for all: a browser keeps what it has of an origin. */
  let port = 0;

  beforeAll(async () => {
    screens = await startBrowser();
  });
  afterAll(() => screens.close());
  beforeEach(async () => {
    server = await startSample({ clientDir: screens.clientDir, port });
    ({ port } = server);
  });
  afterEach(async () => {
    expect(screens.complaints.filter((each) => !each.includes('status of'))).toEqual([]);
    await screens.clear();
    await server.close();
  });

  async function enter(
    name: 'devices' | 'quarantine',
    user: UserRole = 'administrator',
    options: BrowserContextOptions = {},
  ): Promise<Page> {
    const page = await screens.open(options);
    await page.goto(server.link(user));
    await page.waitForURL(`**/sites/${SITE}`);
    await page.goto(`${server.url}/sites/${SITE}/${name}`);
    await page.locator(LIVE).first().waitFor();
    return page;
  }
  const deviceRow = (page: Page, name: string) => page.locator('.device-table tbody tr', { hasText: name });
  const refusal = (page: Page, text: string) => page.locator('.refusal', { hasText: text });

  test('a device says what is the matter, since when, and what becomes of its readings', async () => {
    const page = await enter('devices', 'viewer');
    await deviceRow(page, 'gw-2')
      .getByText(/失联 1\d 分/)
      .waitFor();
    await deviceRow(page, 'gw-2').getByText('15:27 起，2 个测点没有新数据').waitFor();
    await deviceRow(page, 'gw-3').getByText('在线，时钟快').waitFor();
    await deviceRow(page, 'gw-3').getByText('读数按收到时刻记，照常判断').waitFor();
    await deviceRow(page, 'gw-3').getByText('+2 时 1 分').waitFor();
    expect(await page.locator('.device-table tbody tr').first().innerText()).toContain('3 号考勤机');
  });

  test('abnormal ones and those that somebody looks for are shown alone, refused clients by their address', async () => {
    const page = await enter('devices', 'operator');
    // What waits in the quarantine is told of on every page.
    await page.locator('.nav-settings a', { hasText: '隔离区' }).getByText('999+').waitFor();
    await page.getByText('只看异常 4').click();
    await deviceRow(page, 'gw-1').waitFor({ state: 'detached' });
    expect(await page.locator('.device-table tbody tr').count()).toBe(4);
    await page.getByRole('searchbox').fill('10.20.4.31');
    await page.getByText('没有找到“10.20.4.31”').waitFor();
    expect(await page.locator('.refusal').count()).toBe(1);
  });

  test('a refusal ends in what to do, and leads to the steps for its device', async () => {
    const page = await enter('devices');
    await refusal(page, '密码不对')
      .getByText(`npm run admin -- device credential rotate ${SITE} doors`)
      .first()
      .waitFor();
    const unknown = refusal(page, '没有这台设备');
    await unknown.getByText(`npm run admin -- device credential create ${SITE} bath-w-t9`).first().waitFor();
    await unknown.getByRole('button', { name: '接设备…' }).click();
    const dialog = page.getByRole('dialog', { name: '接设备' });
    await dialog.getByText(`fw/v1/${SITE}/bath-w-t9/readings`).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog.getByLabel('设备编号').fill('$(reboot)');
    await dialog.getByText('编号只能用小写字母、数字、横线、下划线').waitFor();
    await dialog.getByText(`device credential create ${SITE} DEVICE`).first().waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('what a stranger typed is shown with its hidden characters written out, and never run', async () => {
    const page = await enter('devices', 'operator');
    await page.getByText('\\u{202E}gw\\u{200B}<img src=x').waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).not.toBe('run');
    await refusal(page, 'moon_phase').waitFor();
  });

  test('nobody refused is said so, and a viewer learns why there is nothing', async () => {
    server.house.devices.refusalsNow = [];
    const page = await enter('devices', 'operator');
    await page.getByText('近 2 小时没有被拒').waitFor();
    const other = await enter('devices', 'viewer');
    await other.getByText('看不到被拒记录').waitFor();
    expect(await other.getByRole('button', { name: /绑定|接设备/ }).count()).toBe(0);
    await other.getByText('绑定由管理员做').waitFor();
  });

  test('a metric is bound to a point after its effect was shown, and the button names the point', async () => {
    const page = await enter('devices');
    await page.getByRole('button', { name: '绑定 water_temperature.spare，plant' }).click();
    const form = page.locator('.bind-form');
    expect(await form.getByLabel('多久一报（秒）').inputValue()).toBe('60');
    await form.getByText('填好上面几项').waitFor();
    await form.getByLabel('测点').selectOption({ label: '大池' });
    await form.getByText('标准 40–48 ℃，现在就判断').waitFor();
    await form.getByText('现在 41.0 ℃，在带内').waitFor();
    await form.getByText('旧绑定在此刻结束，历史留下').waitFor();
    expect(await violations(page)).toEqual([]);
    await form.getByLabel('从何时算').selectOption('now');
    await form.getByRole('button', { name: '绑定到 男浴 大池' }).click();
    await page.getByRole('status').getByText('水温 spare 已绑定到 男浴 大池').waitFor();
    expect(server.house.devices.bound).toEqual([
      { device: 'plant', metric: 'water_temperature.spare', point: { id: 'men-pool' }, interval: 60, from: 'now' },
    ]);
    await page.getByRole('heading', { name: '未绑定 2 项' }).waitFor();
  });

  test('a new point is made with its area, role and both names, by keyboard alone', async () => {
    const page = await enter('devices', 'administrator', { viewport: PHONE });
    await page.getByRole('button', { name: '绑定 humidity，plant' }).focus();
    await page.keyboard.press('Enter');
    const form = page.locator('.bind-form');
    await form.getByLabel('测点').selectOption({ label: '新建测点…' });
    await form.getByLabel('中文名').fill('女更衣室湿度');
    await form.getByLabel('英文名').fill('Women’s changing room humidity');
    await form.getByLabel('区域').selectOption('women');
    expect(await form.getByLabel('编号').inputValue()).toBe('women-changing-room');
    await form.getByLabel('编号').fill('women-wet');
    await form.getByText('没有限值，只存不判断').waitFor();
    await form.getByLabel('编号').press('Enter');
    await page.getByRole('status').getByText('湿度 已绑定到 女更衣室湿度').waitFor();
    const name = { zh: '女更衣室湿度', en: 'Women’s changing room humidity' };
    expect(server.house.devices.bound[0]?.point).toEqual({
      id: 'women-wet',
      create: { name, area: 'women', role: 'changing_room' },
    });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  });

  test('what cannot be bound says why, and stays as it was typed', async () => {
    server.house.devices.storing = false;
    const page = await enter('devices');
    await page.getByRole('button', { name: '绑定 humidity，plant' }).click();
    const form = page.locator('.bind-form');
    await form.getByRole('button', { name: '绑定', exact: true }).click();
    await form.getByText('选一个测点，或把新测点填全').waitFor();
    await form.getByLabel('测点').selectOption({ label: '储水罐' });
    await form.getByRole('button', { name: '绑定到 热水系统 储水罐' }).click();
    await form.getByRole('alert').getByText('数据库写不进，没有保存').waitFor();
    expect(await form.getByLabel('测点').inputValue()).toBe('tank');
  });

  test('a fault is marked among its bytes, in hex and escaped, and paged through', async () => {
    const page = await enter('quarantine', 'operator');
    await page.getByText('像是 GBK：男浴大池').waitFor();
    expect(await page.locator('.raw-hex .fault-first').innerText()).toBe('C4');
    expect(await page.locator('.raw-hex .fault-rest').innerText()).toBe('D0 D4 A1 B4 F3 B3 D8');
    await page.getByRole('button', { name: '旧一条' }).click();
    await page.getByText('第 2 条，共留 3 条').waitFor();
    await page.getByText('转义').click();
    expect(await page.locator('.raw-text').innerText()).toBe('{"loc":"\\n\\xC4\\xD0\\xD4\\xA1\\xB4\\xF3\\xB3\\xD8');
    await page.locator('.quarantine-row', { hasText: '不是数' }).click();
    await page.locator('.raw-text .fault-rest', { hasText: '42.3℃"' }).waitFor();
    expect(await page.locator('.raw-text .fault-first').innerText()).toBe('"');
    await page.locator('.quarantine-row', { hasText: '不是 JSON' }).click();
    await page.locator('.raw-text').getByText('\\u{202E}').first().waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    await page.getByText('再试和丢弃由管理员做').waitFor();
  });

  test('of an event only size and key names are shown, and there is nothing to try again', async () => {
    const page = await enter('quarantine');
    await page.locator('.quarantine-row', { hasText: '不留内容' }).click();
    await page.locator('.quarantine-keys').getByText('pic').waitFor();
    await page.getByText('48,213 字节').waitFor();
    expect(await page.getByRole('button', { name: '再试' }).count()).toBe(0);
    await page.getByText('没留内容，不能再试').waitFor();
  });

  test('trying again says what became of it, and discarding asks once more', async () => {
    const page = await enter('quarantine');
    await page.locator('.quarantine-row', { hasText: '不是数' }).click();
    await page.getByRole('button', { name: '再试' }).click();
    await page.getByRole('status').getByText('试了 3 条：读出 2，仍不能读 1，补进历史 4').waitFor();
    server.house.devices.storing = false;
    await page.getByRole('button', { name: '丢弃…' }).click();
    const dialog = page.getByRole('dialog', { name: '丢弃这 1,440 条？' });
    await dialog.getByRole('button', { name: '丢弃 1,440 条' }).click();
    await dialog.getByRole('alert').getByText('数据库写不进').waitFor();
    server.house.devices.storing = true;
    await dialog.getByRole('button', { name: '丢弃 1,440 条' }).click();
    await page.getByRole('status').getByText('已丢弃 plant 的“不是数”').waitFor();
    expect(await page.locator('.quarantine-row', { hasText: '不是数' }).count()).toBe(0);
    // Without this it would be asked for anew within the minute.
    await page.locator('.nav-settings a', { hasText: '隔离区' }).getByText('230').waitFor({ timeout: 20_000 });
  });

  test('the text for the maker is copied in the language that the maker reads', async () => {
    const page = await enter('quarantine', 'operator', { permissions: ['clipboard-read', 'clipboard-write'] });
    const maker = page.locator('section', { has: page.getByRole('heading', { name: '给厂家的话' }) }).last();
    await maker.getByText('English').click();
    await maker.getByRole('button', { name: '复制' }).click();
    await maker.getByText('已复制').first().waitFor();
    const copied = await page.evaluate('navigator.clipboard.readText()');
    expect(copied).toContain('From byte 87 on (counted from 0) stands C4 D0 D4 A1 B4 F3 B3 D8.');
    expect(copied).toBe(await maker.locator('.maker-text').innerText());
  });

  test('a viewer learns why the quarantine is not shown, and an empty one says that all is understood', async () => {
    const viewer = await enter('quarantine', 'viewer');
    await viewer.getByText('这一页给值班员和管理员').waitFor();
    server.house.devices.quarantineNow = [];
    const page = await enter('quarantine', 'operator');
    await page.getByText('没有读不懂的').waitFor();
  });

  test('on a phone the kinds lead to one of them and back', async () => {
    const page = await enter('quarantine', 'administrator', { viewport: PHONE });
    await page.locator('.quarantine-row', { hasText: 'phase_of_moon' }).click();
    await page.getByRole('heading', { name: 'phase_of_moon' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    await page.getByRole('button', { name: '全部种类' }).click();
    await page.locator('.quarantine-row', { hasText: '不是 UTF-8' }).waitFor();
  });
});
