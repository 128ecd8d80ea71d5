import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { UserRole } from '../../../contract/account.ts';
import { InfluxFailed } from '../../../ingest/stores/influx/types.ts';
import { chromiumPath, holdTime, LIVE, PHONE, startBrowser, type TestBrowser, violations } from './browser.ts';
import { startSample } from './mock-server.ts';
import { SampleAccounts } from './sample-accounts.ts';
import { SITE } from './sample-alarms.ts';
import { SampleAudit } from './sample-audit.ts';
import { SampleChannels } from './sample-channels.ts';

let screens: TestBrowser;
let server: Awaited<ReturnType<typeof startSample>>;
/** The same for all: a browser keeps what it has of an origin. */
let port = 0;
let clientDir: string;
let complaints: readonly string[];

const open = (options?: BrowserContextOptions): Promise<Page> => screens.open(options);
const enter = (user: UserRole, options?: BrowserContextOptions): Promise<Page> => screens.enter(server, user, options);

/** As an administrator, who sees every page. */
const visit = (path: string, options: BrowserContextOptions): Promise<Page> =>
  screens.visit(server, path, {
    ...options,
    user: 'administrator',
    async prepare(context) {
      for (const sample of [new SampleAccounts(), new SampleAudit(), new SampleChannels()])
        await sample.answer(context);
    },
  });

const PAGES = [
  ['overview', `/sites/${SITE}`],
  ['a point', `/sites/${SITE}/points/men-pool`],
  ['a door', `/sites/${SITE}/points/door-women`],
  ['alarms', `/sites/${SITE}/alarms`],
  ['an alarm that stands for others', `/sites/${SITE}/alarms/14`],
  ['devices', `/sites/${SITE}/devices`],
  ['quarantine', `/sites/${SITE}/quarantine`],
  ['notifications', `/sites/${SITE}/notifications`],
  ['a channel', `/sites/${SITE}/notifications?channel=3`],
  ['the form of a channel', `/sites/${SITE}/notifications?channel=3&do=edit`],
  ['accounts', `/sites/${SITE}/accounts`],
  ['the journal', `/sites/${SITE}/audit`],
] as const;
const [[, OVERVIEW]] = PAGES;
const ON_DESK: BrowserContextOptions = { colorScheme: 'light' };
const ON_PHONE: BrowserContextOptions = {
  ...{ viewport: PHONE, hasTouch: true, isMobile: true },
  ...{ locale: 'en', colorScheme: 'dark' },
};

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  beforeAll(async () => {
    screens = await startBrowser();
    ({ clientDir, complaints } = screens);
  });

  afterAll(() => screens.close());

  beforeEach(async () => {
    server = await startSample({ clientDir, port });
    ({ port } = server);
  });

  afterEach(async () => {
    await screens.clear();
    await server.close();
  });

  // Each page once on each width, in one language and theme there, in the other here. High contrast changes colours alone.
  test.each(PAGES)('%s is within the policy and accessible, in high contrast too', async (_name, path) => {
    const page = await visit(path, ON_DESK);
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ contrast: 'more' });
    expect(await violations(page, 'colours'), 'in high contrast').toEqual([]);
    await page.emulateMedia({ contrast: 'no-preference' });
    expect(complaints).toEqual([]);
  });

  test.each(PAGES)(
    '%s is accessible on a phone, dark and in English, and whatever is touched at least 48 px high and on the screen',
    async (_name, path) => {
      const page = await visit(path, ON_PHONE);
      expect(await violations(page)).toEqual([]);
      // An alarm's name in the strip stretches over its whole card.
      const touched = page.locator(
        'a:not(.skip, .strip-name):visible, .strip-item, button:visible, select:visible, .segmented label:visible',
      );
      const wrong = await touched.evaluateAll((elements) =>
        elements
          .map((element) => ({ element, box: element.getBoundingClientRect() }))
          // What scrolls sideways within its part is reached there.
          .filter(
            ({ element, box }) => box.height < 48 || (box.right > innerWidth && !element.closest('.sheet-scroll')),
          )
          .map(({ element, box }) => ({ text: element.textContent.trim(), high: box.height, right: box.right })),
      );
      expect(wrong).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
      expect(complaints).toEqual([]);
    },
  );

  test.each([
    ['on a desk', ON_DESK],
    ['on a phone', ON_PHONE],
  ])('the menu of the account is accessible %s', async (_where, options) => {
    const page = await visit(OVERVIEW, options);
    await page.locator('.account-button:visible').click();
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('signing in, first start and one-time links are within the policy and accessible', async () => {
    const page = await open();
    for (const path of ['/sign-in', '/setup#7K4M-92QX', '/enter']) {
      await page.goto(server.url + path);
      await page.getByRole('main').waitFor();
      expect(await violations(page), path).toEqual([]);
    }
    expect(complaints).toEqual([]);
  });

  test('a link signs in once, leaves the address bar, and says so the second time', async () => {
    const page = await open();
    const link = server.link('operator');
    await page.goto(link);
    await page.getByRole('heading', { name: '总览' }).waitFor();
    expect(page.url()).toBe(`${server.url}/sites/${SITE}`);
    const again = await open();
    await again.goto(link);
    await again.getByRole('alert').getByText('链接无效或已用过').waitFor();
    expect(again.url()).not.toContain('#');
  });

  test('whoever is not signed in is asked to, and comes back to where they wanted to go', async () => {
    const page = await open();
    await page.goto(`${server.url}/sites/${SITE}/devices`);
    await page.getByLabel('用户名').fill('operator');
    await page.getByLabel('密码', { exact: true }).fill('wrong-password');
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('alert').getByText('用户名或密码不对').waitFor();
    await page.getByLabel('密码', { exact: true }).fill('wasser-ist-warm-42');
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('heading', { name: '设备' }).waitFor();
  });

  test('the first administrator is created with the code of the link', async () => {
    server.accounts.users.clear();
    server.accounts.setupToken = 'one-time-code';
    const page = await open();
    await page.goto(`${server.url}/setup#one-time-code`);
    await page.getByLabel('岗位').fill('后勤主管');
    await page.getByLabel('用户名').fill('chief');
    await page.getByLabel('密码', { exact: true }).fill('heisses-wasser-2026');
    await page.getByRole('button', { name: '建账号，下一步' }).click();
    await page.getByRole('heading', { name: '总览' }).waitFor();
    await page.getByText('后勤主管').first().waitFor();
  });

  test('a value, its unit and its state follow the deltas', async () => {
    const page = await enter('viewer');
    const row = page.locator('.row', { hasText: '储水罐' }).first();
    await row.getByText('63.2').waitFor();
    const tank = server.house.snapshotNow.points.find(({ id }) => id === 'tank');
    const [temperature, level] = tank?.values ?? [];
    if (tank === undefined || temperature === undefined || level === undefined)
      throw new Error('the sample has no tank');
    server.house.announce({
      points: [{ ...tank, values: [{ ...temperature, value: 59.96, state: 'outside' }, level] }],
    });
    await row.getByText('59.96').waitFor();
    await page.getByText('1 点越限').nth(1).waitFor();
  });

  test('a delta that was lost is noticed at the next tick, and the page catches up', async () => {
    const page = await enter('viewer');
    server.house.lose({ siteView: { ...server.house.snapshotNow.site, storing: false } });
    await page.locator('[data-banner="storing"]').waitFor();
    expect(complaints).toEqual([]);
  });

  test('an operator opens the worst alarm from the overview and acknowledges it with a note', async () => {
    const page = await enter('operator');
    await page.getByRole('link', { name: /男浴淋浴 烫伤危险/ }).click();
    await page.getByText('怎么做（20 分内）').waitFor();
    await page.getByLabel('备注').fill('已关阀');
    await page.getByRole('button', { name: '确认 男浴淋浴 烫伤危险' }).click();
    await page.getByRole('status').getByText('已确认 男浴淋浴 烫伤危险').waitFor();
    await page.locator('tr', { hasText: '烫伤危险' }).getByText('已确认').waitFor();
    await page.locator('.course').getByText('备注：已关阀').waitFor();
    expect(server.house.alarm(11).acknowledged).toMatchObject({ by: 'operator', note: '已关阀' });
  });

  test('a door that was forced stays forced while its leaf is shut', async () => {
    const page = await enter('operator');
    const door = server.house.snapshotNow.points.find(({ id }) => id === 'door-shaft');
    if (door?.door == null) throw new Error('the sample has no such door');
    server.house.announce({ points: [{ ...door, door: { ...door.door, open: false } }] });
    const value = page.locator('.row', { hasText: '井口通道' }).locator('.row-value');
    await value.getByText('强行打开').waitFor();
    await page.goto(`${server.url}/sites/${SITE}/alarms/16`);
    await page.locator('tr', { hasText: '井口通道' }).locator('.alarm-now').getByText('强行打开').waitFor();
    await page.locator('.hero').getByText('强行打开').waitFor();
  });

  test('of a long alarm in the strip the place gives way, never what is wrong', async () => {
    const page = await enter('viewer', { locale: 'en' });
    const place = { zh: '女浴淋浴', en: `Women's bath, ${'shower '.repeat(20)}2` };
    server.house.announce({ alarms: [{ ...server.house.alarm(11), place }] });
    const name = page.locator('.strip-name', { hasText: 'Women' });
    await name.waitFor();
    const cut = await name
      .locator('span')
      .evaluateAll((parts) => parts.map((part) => part.scrollWidth > part.clientWidth));
    expect(cut).toEqual([true, false, false]);
    expect(await name.innerText()).toMatch(/2:\s+scald danger/);
  });

  test('a sign stands beside the words of its banner, on a phone too', async () => {
    const page = await enter('viewer', { viewport: PHONE });
    const banner = page.locator('[data-banner="notice"]');
    const [sign, words] = await Promise.all(
      [banner.locator('svg'), banner.locator('span')].map((part) => part.boundingBox()),
    );
    expect(words?.x).toBeGreaterThan((sign?.x ?? Infinity) + (sign?.width ?? 0));
    expect(words?.y).toBeLessThan((sign?.y ?? 0) + (sign?.height ?? 0));
  });

  test('whoever comes second learns who was first', async () => {
    const page = await enter('operator');
    await page.goto(`${server.url}/sites/${SITE}/alarms/12`);
    const button = page.getByRole('button', { name: '确认 男浴大池 水温低' });
    await button.waitFor();
    server.beat(false);
    const acknowledged = { by: 'other', post: '维修班', at: server.clock.now().wall, note: null };
    server.house.lose({ alarms: [{ ...server.house.alarm(12), state: 'acknowledged', acknowledged }] });
    await button.click();
    await page
      .getByRole('status')
      .getByText(/维修班 已在 15:4\d 确认/)
      .waitFor();
  });

  test('what could not be stored is not acknowledged, and the page says so', async () => {
    const page = await enter('operator', { viewport: PHONE });
    server.house.storing = false;
    await page.goto(`${server.url}/sites/${SITE}/alarms`);
    await page.getByRole('button', { name: /^确认/ }).click();
    await page.getByRole('status').getByText('没能存储，还没确认，请再试').waitFor();
    server.house.storing = true;
    await page.getByRole('button', { name: /^确认/ }).click();
    await page.getByRole('status').getByText('已确认 男浴淋浴 烫伤危险').waitFor();
  });

  test('a store that cannot be read is said to be so, and not that there is nothing', async () => {
    const answers = server.house.openHour;
    server.house.openHour = () => Promise.reject(new InfluxFailed('timeout', { trouble: 'unreachable' }));
    const page = await enter('operator');
    await page.goto(`${server.url}/sites/${SITE}/points/men-pool`);
    await page.getByText('数据库暂时无法读取').waitFor();
    server.house.openHour = answers;
    await page.reload();
    await page.locator('.hour-line').first().waitFor();
    expect(await page.getByText('数据库暂时无法读取').count()).toBe(0);
  });

  test("on a phone the actions are within the thumb's reach and large enough", async () => {
    const worst = server.house.alarm(11);
    const place = { zh: `${worst.place.zh}，靠近更衣室的那一排`, en: worst.place.en };
    server.house.lose({ alarms: [{ ...worst, place }] });
    const page = await enter('operator', { viewport: PHONE });
    await page.goto(`${server.url}/sites/${SITE}/alarms`);
    const button = page.getByRole('button', { name: /^确认/ });
    await button.waitFor();
    expect(await button.innerText()).toContain('男浴淋浴，靠近更衣室的那一排 烫伤危险');
    const box = await button.boundingBox();
    // Whatever its name is, the button that acknowledges it is all there.
    expect((box?.x ?? NaN) + (box?.width ?? NaN)).toBeLessThanOrEqual(PHONE.width);
    expect(box?.height).toBeGreaterThanOrEqual(48);
    expect(box?.y).toBeGreaterThanOrEqual(PHONE.height - 140);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  });

  test('a viewer sees every alarm and no button to acknowledge it', async () => {
    const page = await enter('viewer');
    await page.goto(`${server.url}/sites/${SITE}/alarms`);
    await page.getByText('这个账号只看，不能确认').waitFor();
    expect(await page.getByRole('button', { name: /确认/ }).count()).toBe(0);
  });

  test('a lost connection is said, greys the values, and heals by itself', async () => {
    const page = await enter('operator');
    const row = page.locator('.row', { hasText: '储水罐' }).first();
    await row.waitFor();
    const hatch = () => row.evaluate((element) => getComputedStyle(element).backgroundImage);
    expect(await hatch()).toBe('none');
    await server.close();
    await page.getByText(/画面停于 15:4\d:\d\d，连接中/).waitFor();
    expect(await hatch()).toContain('gradient');
    await page.getByText('画面停前的').first().waitFor();
    expect(await page.getByText('正常', { exact: true }).count()).toBe(0);
    server = await startSample({ clientDir, port, kept: server });
    await page.locator(LIVE).first().waitFor();
    expect(await hatch()).toBe('none');
  });

  test('a server whose heart stops is noticed after 5 s, and lost after 15 s', async () => {
    const page = await screens.openAlone();
    await page.clock.install();
    await page.goto(server.link('viewer'));
    await page.locator(LIVE).first().waitFor();
    server.beat(false);
    await holdTime(page);
    await page.clock.runFor(5_500);
    await page
      .getByText(/画面停 \d+ 秒/)
      .first()
      .waitFor();
    await page.clock.runFor(10_000);
    await page.getByText(/画面停于/).waitFor();
  });

  test('a note stays with its alarm when a worse one comes, and on its page when the session is over', async () => {
    const page = await enter('operator');
    await page.goto(`${server.url}/sites/${SITE}/alarms`);
    const note = page.getByLabel('备注');
    await note.fill('已关阀');
    const worse = { ...server.house.alarm(11), id: 99, place: { zh: '女浴淋浴', en: 'Women’s showers' } };
    server.house.announce({ alarms: [{ ...worse, raisedAt: worse.raisedAt + 60_000 }] });
    await page.locator('tbody tr', { hasText: '女浴淋浴' }).waitFor();
    expect(await page.locator('.response h2').innerText()).toBe('男浴淋浴 烫伤危险');
    await page.getByRole('link', { name: /女浴淋浴/ }).click();
    await page.locator('.response h2', { hasText: '女浴淋浴' }).waitFor();
    expect(await note.inputValue()).toBe('');
    await page.goBack();
    expect(await note.inputValue()).toBe('已关阀');

    // Ended elsewhere: nothing of the page is seen until the same person is back.
    await page.request.delete(`${server.url}/api/session`, { headers: { origin: server.url } });
    const dialog = page.getByRole('dialog', { name: '重新登录' });
    await dialog.waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.getByLabel('密码', { exact: true }).fill('wasser-ist-warm-42');
    await dialog.getByRole('button', { name: '登录', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.acknowledge').dblclick();
    await page.getByRole('status').getByText('已确认 男浴淋浴 烫伤危险').waitFor();
    await page.getByRole('button', { name: '确认 女浴淋浴 烫伤危险' }).waitFor();
    expect(server.house.alarm(11).acknowledged).toMatchObject({ note: '已关阀' });
    expect(server.house.alarm(99).acknowledged).toBeNull();
  });

  test('a session that is over leads to the sign-in page', async () => {
    const page = await enter('viewer');
    await page.locator('.top-account .account-button').click();
    await page.getByRole('button', { name: '退出登录' }).click();
    await page.getByRole('heading', { name: '登录' }).waitFor();
    await page.goto(`${server.url}/sites/${SITE}`);
    await page.getByRole('heading', { name: '登录' }).waitFor();
  });

  test('language and theme are chosen in the menu and remembered', async () => {
    const page = await enter('viewer');
    await page.locator('.top-account .account-button').click();
    await page.getByText('English', { exact: true }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await page.getByText('38.6').first().locator('xpath=..').innerText()).toContain('°C');
    await page.getByText('Dark', { exact: true }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  test('names typed by people are shown as they are, never run', async () => {
    const evil = '<img src=x onerror="document.title=\'run\'">';
    const [pool] = server.house.snapshotNow.points;
    if (pool === undefined) throw new Error('the sample has no point');
    const page = await enter('viewer');
    server.house.announce({ points: [{ ...pool, name: { zh: evil, en: evil } }] });
    await page.getByText(evil).first().waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('everything on the overview is reached by the keyboard', async () => {
    const page = await enter('operator');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('跳到正文');
    await page.locator('.row', { hasText: '大池' }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '大池' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(`${server.url}/sites/${SITE}`);
  });
});
