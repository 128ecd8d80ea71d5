import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { UserRole } from '../../../contract/account.ts';
import { refuse } from './answers.ts';
import { chromiumPath, PHONE, startBrowser, type TestBrowser, violations } from './browser.ts';
import { startSample } from './mock-server.ts';
import { SampleAccounts, TOKEN } from './sample-accounts.ts';
import { SITE } from './sample-alarms.ts';
import { SampleAudit } from './sample-audit.ts';

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let screens: TestBrowser;
  let server: Awaited<ReturnType<typeof startSample>>;
  /** The same for all: a browser keeps what it has of an origin. */
  let port = 0;
  let sample: SampleAccounts;

  beforeAll(async () => {
    screens = await startBrowser();
  });
  afterAll(() => screens.close());
  beforeEach(async () => {
    server = await startSample({ clientDir: screens.clientDir, port });
    ({ port } = server);
    sample = new SampleAccounts();
  });
  afterEach(async () => {
    await screens.clear();
    await server.close();
  });

  const enter = (
    name: 'accounts' | 'audit' | '' = 'accounts',
    user: UserRole = 'administrator',
    options: BrowserContextOptions = {},
  ): Promise<Page> =>
    screens.visit(server, `/sites/${SITE}/${name}`, {
      ...options,
      user,
      async prepare(context) {
        await sample.answer(context);
        await new SampleAudit().answer(context);
      },
    });
  const row = (page: Page, name: string) => page.locator('.setting-table tbody tr', { hasText: name });

  test('an account is added, its faults said at their fields', async () => {
    const page = await enter();
    await page.getByRole('button', { name: '加账号…' }).click();
    const dialog = page.getByRole('dialog', { name: '加账号' });
    await dialog.getByRole('button', { name: '加账号' }).click();
    await dialog.getByText('至少 12 位，不要太容易猜').waitFor();
    expect(sample.sent).toEqual([]);
    await dialog.getByLabel('用户名').fill('night');
    await dialog.getByLabel('岗位').fill('夜班维修');
    await dialog.getByLabel('密码', { exact: true }).fill('heisses-wasser-2026');
    await dialog.getByRole('button', { name: '加账号' }).click();
    await dialog.getByText('这个用户名已有人用').waitFor();
    await dialog.getByLabel('用户名').fill('repair');
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: '加账号' }).click();
    await page.getByText('已加账号 repair').waitFor();
    await row(page, '夜班维修').waitFor();
  });

  test('a change sends only what changed; one’s own role and account stay', async () => {
    const page = await enter();
    await page.getByRole('button', { name: '改 operator' }).click();
    await page.getByLabel('角色').selectOption('viewer');
    await page.getByText('换角色后，这个账号马上要重新登录').waitFor();
    await page.getByRole('button', { name: '保存' }).click();
    await page.getByText('已改 operator').waitFor();
    expect(sample.sent).toEqual([{ role: 'viewer' }]);
    await page.getByRole('button', { name: '改 administrator' }).click();
    expect(await page.getByLabel('角色').isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('button', { name: '移除 administrator' }).count()).toBe(0);
    sample.refusal = refuse(409, 'last-administrator');
    await page.getByRole('button', { name: '移除 dispatch' }).click();
    await page.getByRole('button', { name: '移除账号' }).click();
    await page.getByText('最后一个管理员要留着，先给别人管理员角色').waitFor();
    await page.getByRole('button', { name: '移除账号' }).click();
    await page.getByText('已移除 dispatch').waitFor();
    expect(await row(page, '矿调度室').count()).toBe(0);
  });

  test('a token is shown once with how to use it, and revoked', async () => {
    const page = await enter('accounts', 'administrator', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: '建令牌…' }).click();
    await page.getByLabel('名称').fill('月度看板');
    await page.getByLabel('有效天数').fill('400');
    await page.getByRole('button', { name: '建令牌', exact: true }).click();
    await page.getByText('1 到 366 的整数').waitFor();
    await page.getByLabel('有效天数').fill('30');
    await page.getByRole('button', { name: '建令牌', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: '令牌 月度看板' });
    await dialog.getByText('只显示这一次').waitFor();
    expect(await dialog.getByLabel('这样用').inputValue()).toBe(
      `curl -H "Authorization: Bearer ${TOKEN}" ${server.url}/api/sites`,
    );
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: '复制' }).first().click();
    await dialog.getByText('已复制').first().waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(TOKEN);
    await dialog.getByRole('button', { name: '存好了' }).click();
    await row(page, '月度看板').waitFor();
    expect(await page.content()).not.toContain(TOKEN);
    await page.getByRole('button', { name: '收回 月度看板' }).click();
    await page.getByRole('button', { name: '收回令牌' }).click();
    await page.getByText('已收回 月度看板').waitFor();
    expect(await row(page, '月度看板').count()).toBe(0);
    expect(await row(page, '旧看板').innerText()).toContain('已失效');
    expect(await page.getByRole('button', { name: '收回 旧看板' }).count()).toBe(0);
  });

  test('everybody changes their own password, and says the current one', async () => {
    const page = await enter('', 'viewer');
    await page.locator('.top-account .account-button').click();
    await page.getByRole('button', { name: '改密码…' }).click();
    const dialog = page.getByRole('dialog', { name: '改我的密码' });
    await dialog.getByLabel('现在的密码', { exact: true }).fill('wrong-one');
    await dialog.getByLabel('新密码', { exact: true }).fill('noch-waermer-2026');
    await dialog.getByRole('button', { name: '改密码' }).click();
    await dialog.getByText('现在的密码不对').waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog.getByLabel('现在的密码', { exact: true }).fill('wasser-ist-warm-42');
    await dialog.getByRole('button', { name: '改密码' }).click();
    await dialog.getByText('密码改好了，别处的登录已退出').waitFor();
    expect(sample.password).toBe('noch-waermer-2026');
  });

  test('on a phone the settings are reached through one’s own sheet', async () => {
    const page = await enter('', 'administrator', { viewport: PHONE });
    await page.locator('.account-button:visible').click();
    await page.getByRole('link', { name: '账号与令牌' }).click();
    await row(page, '井口浴室值班').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    await page.getByRole('button', { name: '改 operator' }).click();
    const save = await page.getByRole('button', { name: '保存' }).boundingBox();
    expect(save?.y).toBeGreaterThanOrEqual(PHONE.height - 140);
  });

  test('the journal names what happened, and the raw kind where it has no word', async () => {
    const page = await enter('audit');
    const entries = page.locator('.audit-table tbody tr:not(.audit-day)');
    await entries.first().waitFor();
    const said = (await entries.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
    expect(said[0]).toContain('改账号 账号 night · 角色 值班员 · 原来 查看员 · 密码 administrator 全部站点');
    expect(said[1]).toContain('改了 收哪些报警、密钥');
    expect(said[2]).toContain('测点 大池 (men-pool)');
    expect(said[2]).toContain('令牌 月报脚本');
    expect(said[3]).toContain('没有这个用户名 · 次数 7 系统');
    expect(said[4]).toContain('valve.exercised turns 3 · note <b>twice</b>');
    expect(said[6]).toContain('服务器命令行');
    expect(said[7]).toContain('差 −4 秒');
    expect(await page.locator('main b').count()).toBe(0);
  });

  test('older entries come by a button, and what the system noted can be left out', async () => {
    const page = await enter('audit');
    const entries = page.locator('.audit-table tbody tr:not(.audit-day)');
    await page.getByRole('button', { name: '更早的' }).click();
    await page.getByText('到头了').waitFor();
    expect(await entries.count()).toBe(129);
    await page.getByText('只看更改', { exact: true }).click();
    await page.getByRole('button', { name: '更早的' }).waitFor();
    expect(await entries.count()).toBe(100);
    expect(await page.getByText('程序启动').count()).toBe(0);
  });

  test('who is no administrator learns why there is nothing to see', async () => {
    const page = await enter('audit', 'operator');
    await page.getByRole('heading', { name: '这一页只给管理员' }).waitFor();
    await page.goto(`${server.url}/sites/${SITE}/accounts`);
    await page.getByText('这个账号是值班员').waitFor();
  });
});
