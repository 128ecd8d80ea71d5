import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { UserRole } from '../../../contract/account.ts';
import { refuse } from './answers.ts';
import { chromiumPath, expectFocus, PHONE, startBrowser, type TestBrowser, violations } from './browser.ts';
import { startSample } from './mock-server.ts';
import { SITE } from './sample-alarms.ts';
import { delivery, SampleChannels } from './sample-channels.ts';

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let screens: TestBrowser;
  let server: Awaited<ReturnType<typeof startSample>>;
  /** The same for all: a browser keeps what it has of an origin. */
  let port = 0;
  let sample: SampleChannels;

  beforeAll(async () => {
    screens = await startBrowser();
  });
  afterAll(() => screens.close());
  beforeEach(async () => {
    server = await startSample({ clientDir: screens.clientDir, port });
    ({ port } = server);
    sample = new SampleChannels();
  });
  afterEach(async () => {
    await screens.clear();
    await server.close();
  });

  const enter = (user: UserRole = 'administrator', options: BrowserContextOptions = {}): Promise<Page> =>
    screens.visit(server, `/sites/${SITE}/notifications`, {
      ...options,
      user,
      prepare: (context) => sample.answer(context),
    });
  const row = (page: Page, name: string) => page.locator('.channel-table tbody tr', { hasText: name });

  test('a failing channel says why, who stands in, and what to do', async () => {
    const page = await enter();
    await page.getByText('6 个通道，1 个失败；今日送达 37，转走 12').waitFor();
    const failing = row(page, '设备维修群');
    expect(await failing.innerText()).toMatch(/失败 4\d 分\s+签名不对，12 条转企业微信 后勤值班群/);
    expect(await failing.locator('.alarm-symbol[data-priority="3"]').count()).toBe(1);
    const panel = page.getByRole('complementary', { name: '钉钉 设备维修群' });
    await panel.getByRole('heading', { name: '机器人不认签名' }).waitFor();
    // Whatever page somebody is on, the navigation says so.
    const failed = { ...server.house.alarm(11), id: 61, rule: 'channel.failing' };
    server.house.announce({ alarms: [{ ...failed, subject: { kind: 'channel', id: '3' }, area: null, metric: null }] });
    const entry = page.locator('.nav-settings a', { hasText: '通知' });
    await entry.getByText('1', { exact: true }).waitFor();
    server.house.announce({ alarms: [{ ...server.house.alarm(61), state: 'returned_unacknowledged', returnedAt: 1 }] });
    await entry.locator('.nav-count').waitFor({ state: 'detached' });
    expect(await panel.getByRole('listitem').allInnerTexts()).toHaveLength(3);
    expect(await row(page, '矿调度室').innerText()).toMatch(/没按时回答，2 条等着/);
    expect(await page.locator('.channel-routes').getByText('钉钉 → 企业微信').count()).toBe(2);
  });

  test('a test shows the answer, its verdict and the text as sent, whatever stands in them', async () => {
    const evil = '<img src=x onerror="document.title=\'run\'">';
    sample.test = {
      text: `■3 测试 ${evil}\n第二行`,
      delivery: delivery({ delivered: false, problem: 'garbled', httpStatus: 200, code: null, answer: evil }),
    };
    const page = await enter();
    await page.getByRole('button', { name: '企业微信 后勤值班群 发送测试' }).click();
    const panel = page.getByRole('complementary', { name: '企业微信 后勤值班群' });
    await panel.getByRole('heading', { name: '测试结果' }).waitFor();
    const said = await panel.innerText();
    expect(said).toContain('通，HTTP 200');
    expect(said).toContain(evil);
    expect(said).toContain('没送达，回答看不懂');
    expect(said).toContain(`■3 测试 ${evil}\n第二行`);
    expect(await panel.locator('img').count()).toBe(0);
    await panel.getByRole('heading', { name: '回答不是机器人的样子' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(screens.complaints).toEqual([]);
  });

  test('the order is changed by the keyboard, and the focus stays on its button', async () => {
    const page = await enter();
    const down = page.getByRole('button', { name: '企业微信 后勤值班群 下移' });
    await down.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('企业微信 后勤值班群 现在是第 3 个').waitFor();
    expect(sample.sent).toEqual([{ order: [3, 2, 1, 4, 5, 6] }]);
    await expectFocus(down);
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('现在是第 4 个').waitFor();
    expect(await page.getByRole('button', { name: '设备维修群 上移' }).isDisabled()).toBe(true);
  });

  test('without a channel alarms are on the screens only; one is added, and its secret is never shown again', async () => {
    sample.channels = [];
    const page = await enter();
    await page.getByRole('heading', { name: '报警只在屏上' }).waitFor();
    await page.getByRole('button', { name: '加通道' }).click();
    await page.getByText('钉钉', { exact: true }).click();
    await page.getByLabel('名称').fill('维修群');
    await page.getByLabel('地址').fill('https://oapi.dingtalk.com/robot/send?access_token=0123456789');
    const secret = page.getByLabel('密钥');
    expect(await secret.getAttribute('type')).toBe('password');
    expect(await secret.getAttribute('autocomplete')).toBe('off');
    await secret.fill('SEC0123456789');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: '加通道' }).last().click();
    await page.getByText('已加 钉钉 维修群，发送测试看通不通').waitFor();
    expect(sample.sent).toMatchObject([{ kind: 'dingtalk', secret: 'SEC0123456789', priority: 2, areas: null }]);
    await page.getByRole('button', { name: '改…' }).click();
    expect(await page.getByLabel('密钥').inputValue()).toBe('');
    expect(await page.content()).not.toContain('SEC0123456789');
    expect(await page.content()).not.toContain('access_token=0123456789');
  });

  test('what the server refuses is said at its field, in its words too', async () => {
    const page = await enter();
    await page.getByRole('button', { name: '加通道…' }).click();
    await page.getByRole('button', { name: '加通道', exact: true }).click();
    await page.getByText('要填，最多 60 字').waitFor();
    expect(sample.sent).toEqual([]);
    await page.getByLabel('名称').fill('值班群');
    await page.getByLabel('地址').fill('http://192.168.1.9/hook');
    sample.refusal = refuse(400, 'validation', [{ field: 'address', message: 'must begin with https://' }]);
    await page.getByRole('button', { name: '加通道', exact: true }).click();
    await page.getByText('服务器：must begin with https://').waitFor();
    const address = page.getByLabel('地址');
    expect(await address.getAttribute('aria-invalid')).toBe('true');
    await expectFocus(address);
    expect(await violations(page)).toEqual([]);
  });

  test('removing and disabling are asked about once more, and say what follows', async () => {
    const page = await enter();
    await page.getByRole('button', { name: '删除…' }).click();
    const dialog = page.getByRole('dialog', { name: '删除 钉钉 设备维修群' });
    await dialog.getByText('还有 1 条没送达。').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '删除…' }).click();
    await page.getByRole('button', { name: '删除通道' }).click();
    await page.getByText('已删除 钉钉 设备维修群').waitFor();
    expect(await row(page, '设备维修群').count()).toBe(0);
    await page.getByRole('button', { name: '启用 Webhook 公司后勤部平台 安全生产综合监管接口' }).click();
    await page.getByText('已保存 Webhook 公司后勤部平台').waitFor();
    expect(sample.sent).toEqual([{ enabled: true }]);
  });

  test('a list that cannot be read keeps the last one, and says so', async () => {
    const page = await enter();
    await row(page, '夜班群').waitFor();
    await page.context().unrouteAll();
    await page.context().route('**/api/sites/*/channels', (route) => route.abort());
    await page.getByRole('button', { name: '夜班群 发送测试' }).click();
    await page.getByText('读不到：连不上服务器').waitFor();
    expect(await row(page, '夜班群').count()).toBe(1);
  });

  test('who is no administrator learns why there is nothing to see', async () => {
    const page = await enter('operator');
    await page.getByRole('heading', { name: '这一页只给管理员' }).waitFor();
    expect(await page.getByRole('button', { name: /通道/ }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  test('on a phone a channel opens in place of the list, and the way back leads to it', async () => {
    const page = await enter('administrator', { viewport: PHONE });
    await row(page, '设备维修群').getByRole('link').click();
    await page.getByRole('heading', { name: '机器人不认签名' }).waitFor();
    expect(await row(page, '夜班群').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    await page.goBack();
    await row(page, '夜班群').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  });
});
