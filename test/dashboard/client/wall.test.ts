import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WallLinkBody, type WallLinkView } from '../../../contract/access.ts';
import { Check } from 'typebox/value';
import { answerInstead, done, ok } from './answers.ts';
import { chromiumPath, holdTime, LIVE, startBrowser, type TestBrowser, violations } from './browser.ts';
import { startSample } from './mock-server.ts';
import { NOW, SITE } from './sample-alarms.ts';
import { startWallServer, TICKET, TOKEN } from './wall-server.ts';

const HD = { width: 1920, height: 1080 };
const BEATING = '.wall-pulse[data-stage="live"]';

/** Text on the wall that is smaller than 28 px of 1080 lines, reaches out of the picture, or is cut short of its number. */
const MISPLACED = `(() => {
  const wrong = [];
  const scale = Number(/scale\\(([\\d.]+)\\)/.exec(document.querySelector('.wall-canvas').getAttribute('style'))[1]);
  const least = 28 * Math.min(1, scale) - 0.01;
  const walker = document.createTreeWalker(document.querySelector('.wall'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const box = node.parentElement;
    if (node.data.trim() === '' || box.closest('.sr-only, .beyond, .alarm-symbol, .suspect-mark')) continue;
    const size = parseFloat(getComputedStyle(box).fontSize) * scale;
    if (size < least) wrong.push('small ' + size + ' ' + node.data);
    const { left, right, top, bottom } = box.getBoundingClientRect();
    if (left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1) wrong.push('outside ' + node.data);
  }
  for (const number of document.querySelectorAll('.wall-number')) {
    const { bottom, right } = number.getBoundingClientRect();
    const cell = number.closest('.wall-cell').getBoundingClientRect();
    if (bottom > cell.bottom || right > cell.right) wrong.push('cut ' + number.textContent);
  }
  return wrong;
})()`;

const SIZE = '[document.documentElement.scrollWidth, document.documentElement.scrollHeight]';

let browser: TestBrowser;
beforeAll(async () => {
  if (chromiumPath !== undefined) browser = await startBrowser();
});
afterAll(() => (chromiumPath === undefined ? undefined : browser.close()));

describe.skipIf(chromiumPath === undefined)('a wall in Chromium', () => {
  let server: Awaited<ReturnType<typeof startWallServer>>;
  /** The same for all: a browser keeps what it has of an origin. */
  let port = 0;
  beforeEach(async () => {
    server = await startWallServer({ clientDir: browser.clientDir, port });
    ({ port } = server);
  });
  afterEach(async () => {
    await browser.clear();
    await server.close();
  });

  async function look(options: BrowserContextOptions & { query?: string } = {}): Promise<Page> {
    const { query = '', ...rest } = options;
    const page = await browser.open({ viewport: HD, ...rest });
    await page.goto(server.url.replace('#', `${query}#`));
    await page.locator(BEATING).waitFor();
    return page;
  }
  const banner = (page: Page, text: string | RegExp) => page.locator('.wall-banner').getByText(text);

  test.each(['', '?lang=en'])('everything is large enough and within the picture on every screen %s', async (query) => {
    const page = await browser.openAlone({ viewport: HD });
    const screens = [
      ['a small screen far away', HD, { ...TICKET.layout, inches: 43, metres: 5 }],
      ['1080 lines', HD, TICKET.layout],
      ['4K', { width: 3840, height: 2160 }, TICKET.layout],
      ['1366 × 768', { width: 1366, height: 768 }, TICKET.layout],
      ['upright', { width: 1080, height: 1920 }, TICKET.layout],
    ] as const;
    let shown;
    for (const [name, viewport, layout] of screens) {
      server.house.answer = { ...TICKET, layout };
      await page.setViewportSize(viewport);
      if (shown !== layout) {
        // The same address again would load nothing.
        await page.goto('about:blank');
        await page.goto(server.url.replace('#', `${query}#`));
        await page.locator(BEATING).waitFor();
      }
      shown = layout;
      await expect.poll(() => page.evaluate(SIZE), { message: name }).toEqual([viewport.width, viewport.height]);
      await expect.poll(() => page.evaluate(MISPLACED), { message: name }).toEqual([]);
    }
  });

  test.each([
    ['dark', 'no-preference'],
    ['contrast', 'more'],
  ] as const)('it is within the policy and accessible: %s', async (theme, contrast) => {
    const page = await look({ contrast, colorScheme: 'light' });
    expect(await page.locator('html').getAttribute('data-theme')).toBe(theme);
    expect(await violations(page)).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });

  test('its token reaches the server in a body alone, never in an address', async () => {
    const page = await browser.open({ viewport: HD });
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(`${request.url()} ${request.headers()['referer'] ?? ''}`));
    page.on('websocket', (socket) => addresses.push(socket.url()));
    await page.goto(server.url);
    await page.locator(BEATING).waitFor();
    const [first, ...others] = addresses;
    expect(first).toContain(`/wall`);
    expect(others.length).toBeGreaterThan(3);
    expect(others.filter((address) => address.includes(TOKEN))).toEqual([]);
    expect(server.asked[0]).toContain(TOKEN);
  });

  test('a critical alarm is a solid block with value, limit, duration and first step, and the rest are counted', async () => {
    const page = await look();
    const block = page.locator('.wall-alarm.solid');
    // Its minutes go on with the server's.
    const since = /已 \d 分，15:40 起/;
    for (const text of ['男浴淋浴 烫伤危险', '52.3', '高于 50.0 ℃', since, '到泵房开蒸汽阀，看阀后压力'])
      await block.getByText(text, { exact: false }).first().waitFor();
    await page.locator('.wall-more', { hasText: '+3' }).waitFor();
    expect(await page.locator('.wall-counts strong').allInnerTexts()).toEqual(['1', '2', '2', '1']);
    // Whoever acknowledged it is named by the post alone.
    await page.locator('.wall-alarm', { hasText: '3 号考勤机' }).getByText('后勤值班 已确认').waitFor();
  });

  test('an alarm in an area that is not in sight brings it there at once, and there it stays', async () => {
    const page = await look();
    const dormitory = page.locator('.wall-area', { hasText: '单身公寓' });
    expect(await dormitory.count()).toBe(0);
    const [sample] = server.house.snapshot.alarms.filter(({ id }) => id === 15);
    if (sample === undefined) throw new Error('the sample has no such alarm');
    server.announce({ alarms: [{ ...sample, id: 99, priority: 2, state: 'unacknowledged', returnedAt: null }] });
    await dormitory.waitFor();
    expect(await page.locator('.wall-counts strong').allInnerTexts()).toEqual(['1', '3', '2', '1']);
  });

  test('pages turn every 15 s, and each names what comes next', async () => {
    const page = await browser.openAlone({ viewport: HD });
    await page.clock.install();
    await page.goto(server.url);
    await page.locator(BEATING).waitFor();
    server.house.beating = false;
    await holdTime(page);
    const shown = () => page.locator('.wall-row').last().innerText();
    await page.getByText(/报警区域固定显示，\d+ 秒后换页：热水系统、值班楼/).waitFor();
    expect(await shown()).not.toContain('热水系统');
    await page.clock.runFor(15_500);
    await expect.poll(shown).toContain('热水系统');
    await page.locator('.wall-row').first().getByText('男浴').first().waitFor();
  });

  test('a standing picture is told from a calm one after 5 s, and is lost after 15 s', async () => {
    const page = await browser.openAlone({ viewport: HD });
    await page.clock.install();
    await page.goto(server.url);
    await page.locator(BEATING).waitFor();
    server.house.beating = false;
    await holdTime(page);
    await page.clock.runFor(5_500);
    await banner(page, /画面停 \d+ 秒/).waitFor();
    // A server that answers but whose heart stands still is asked again and again; no answer counts as a heartbeat.
    await page.clock.runFor(10_000);
    await page.clock.resume();
    await banner(page, /画面停于 15:4\d:\d\d，连接中/).waitFor();
    await page.locator('.wall.frozen').waitFor();
    await page.getByText('画面停前的').first().waitFor();
    server.house.beating = true;
    await page.locator(BEATING).waitFor();
    expect(await page.locator('.wall.frozen').count()).toBe(0);
  });

  test('a line that went dead without a word is laid anew after 6 s', async () => {
    const page = await browser.openAlone({ viewport: HD });
    await page.clock.install();
    await page.goto(server.url);
    await page.locator(BEATING).waitFor();
    expect(server.connections()).toBe(1);
    server.house.silent = true;
    await page.clock.fastForward(7_000);
    await expect.poll(server.connections).toBeGreaterThan(1);
  });

  test('it waits for a server that is not there yet', async () => {
    const page = await browser.open({ viewport: HD });
    let down = true;
    await page.route('**/api/wall', (route) => (down ? route.abort() : route.continue()));
    await page.goto(server.url);
    await page.getByText('连不上服务器，连接中').waitFor();
    down = false;
    await page.locator(BEATING).waitFor();
  });

  test('a part of the page that could not be had is had when the server is back', async () => {
    const page = await browser.openAlone({ viewport: HD });
    await page.clock.install();
    let down = true;
    await page.route('**/assets/WallPage-*.js', (route) => (down ? route.abort() : route.continue()));
    const broken = page.waitForEvent('console', (message) => message.text().includes('Failed to fetch'));
    await page.goto(server.url);
    await broken;
    down = false;
    await page.clock.fastForward(5_500);
    await page.locator(BEATING).waitFor();
  });

  test('after a restart it is back by itself; of another version it loads itself anew, its token kept', async () => {
    const page = await look();
    let loads = 0;
    page.on('load', () => (loads += 1));
    await server.close();
    server = await startWallServer({ clientDir: browser.clientDir, port });
    await expect.poll(() => server.connections()).toBe(1);
    await page.locator(BEATING).waitFor();
    expect(loads).toBe(0);
    await server.close();
    server = await startWallServer({ clientDir: browser.clientDir, port, version: '1.1.0' });
    await expect.poll(() => loads).toBe(1);
    await page.locator(BEATING).waitFor();
    expect(new URL(page.url()).hash).toBe(`#${TOKEN}`);
  });

  test.each([
    ['revoked', '链接已撤销'],
    ['expired', '链接已到期'],
  ] as const)('a link that is %s says so on a black screen', async (state, words) => {
    const page = await look();
    server.house.answer = { state };
    server.bye();
    await page.getByRole('heading', { name: words }).waitFor();
    expect(await page.locator('.wall').count()).toBe(0);
    expect(await page.locator('.wall-end').evaluate((end) => getComputedStyle(end).backgroundColor)).toBe(
      'rgb(0, 0, 0)',
    );
  });

  test('a link without its token says what is missing', async () => {
    const page = await browser.open();
    await page.goto(server.url.replace(/#.*/, ''));
    await page.getByRole('heading', { name: '链接不完整' }).waitFor();
    expect(server.asked).toEqual([]);
  });

  test('without alarms it says so, and for how long only as far as it saw', async () => {
    server.house.snapshot = { ...server.house.snapshot, alarms: [] };
    const page = await look();
    await page.locator('.wall-none').getByText('无报警').waitFor();
    await page
      .locator('.wall-none')
      .getByText(/至少 \d+ 秒/)
      .waitFor();
    expect(await page.locator('.wall-last').count()).toBe(0);
  });

  test('a sound that the browser blocks is said, and a touch allows it', async () => {
    const page = await browser.openAlone({ viewport: HD });
    // Looking at a page from outside counts as a touch, so that Chromium would not block anything here.
    await page.addInitScript(`window.AudioContext = class extends AudioContext {
      constructor() { super(); void this.suspend(); }
    }`);
    await page.goto(server.url);
    await page.getByText('浏览器拦下了报警声，点一下开启').waitFor();
    await page.locator('.wall-sound').click();
    await page.getByText('报警声开').waitFor();
    await page.locator('.wall-sound').click();
    await page.getByText('报警声关').waitFor();
  });

  test('it speaks Chinese whatever the browser prefers, until somebody chooses English', async () => {
    const page = await look({ locale: 'en' });
    await page.getByText('画面正常').waitFor();
    await page.mouse.move(400, 400);
    // By key: the words beside it change each second, and a click can find that the button has moved.
    await page.getByRole('button', { name: 'English' }).press('Enter');
    await page.getByText('Live,').waitFor();
    await page.reload();
    await page.getByText('Live,').waitFor();
    // The longer language cuts hints, never what is wrong.
    const place = { zh: '女浴淋浴 2 号', en: "Women's bath, Shower 2" };
    const title = { zh: '水温烫伤危险', en: 'Scalding hot water' };
    const [worst] = server.house.snapshot.alarms.filter(({ id }) => id === 11);
    if (worst === undefined) throw new Error('the sample has no such alarm');
    server.announce({ alarms: [{ ...worst, place, title }] });
    await page.locator('.wall-alarm:visible h3', { hasText: place.en }).waitFor();
    const cut = await page
      .locator('.wall-alarm:visible h3')
      .evaluateAll((titles) => titles.filter((title) => title.scrollHeight > title.clientHeight).length);
    expect(cut).toBe(0);
  });
});

describe.skipIf(chromiumPath === undefined)('links of walls', () => {
  let server: Awaited<ReturnType<typeof startSample>>;
  /** The same for all: a browser keeps what it has of an origin. */
  let port = 0;
  beforeEach(async () => {
    server = await startSample({ clientDir: browser.clientDir, port });
    ({ port } = server);
  });
  afterEach(async () => {
    await browser.clear();
    await server.close();
  });

  function link(id: number, changes: Partial<WallLinkView> = {}): WallLinkView {
    return {
      id,
      site: SITE,
      name: `大屏 ${id}`,
      layout: { areas: null, inches: 55, metres: 3 },
      createdBy: 'administrator',
      createdAt: NOW - id * 1_000,
      expiresAt: NOW + 86_400_000,
      reason: null,
      revokedAt: null,
      watching: 0,
      lastSeenAt: null,
      lastAddress: null,
      ...changes,
    };
  }

  async function manage(links: WallLinkView[], options: BrowserContextOptions = {}) {
    const page = await browser.enter(server, 'administrator', options);
    const made: unknown[] = [];
    await answerInstead(page.context(), [`/sites/${SITE}/walls`], ({ method, path, body }) => {
      if (method === 'GET') return ok({ links });
      if (method === 'POST') {
        expect(Check(WallLinkBody, body)).toBe(true);
        made.push(body);
        return ok({ token: 'shown-this-once', view: link(9, { name: '门厅' }) }, 201);
      }
      const id = Number(path.split('/').at(-1));
      links.splice(
        links.findIndex((each) => each.id === id),
        1,
        link(id, { revokedAt: NOW }),
      );
      return done;
    });
    await page.goto(`${server.url}/sites/${SITE}/walls`);
    await page.locator(LIVE).first().waitFor();
    return { page, made };
  }

  test('an administrator makes a link, sees it once with its code, and sees it no more', async () => {
    const { page, made } = await manage([link(1)]);
    await page.getByRole('button', { name: '建链接' }).click();
    await page.getByRole('checkbox', { name: '值班楼' }).uncheck();
    await page.getByText('不到期', { exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: '建链接' }).click();
    await page.getByText('写上为什么不到期').waitFor();
    await page.getByLabel('名称').fill('门厅');
    await page.getByLabel('为什么不到期').fill('值班室常年开着');
    await page.getByRole('dialog').getByRole('button', { name: '建链接' }).click();
    const shown = page.getByLabel('链接', { exact: true });
    await shown.waitFor();
    expect(await shown.inputValue()).toBe(`${server.url}/wall#shown-this-once`);
    await page.getByRole('img', { name: '链接的二维码' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(made).toEqual([
      {
        name: '门厅',
        layout: { areas: ['men', 'women', 'plant', 'gate', 'dormitory', 'doors'], inches: 55, metres: 3 },
        days: null,
        reason: '值班室常年开着',
      },
    ]);
    await page.getByRole('button', { name: '记下了，关上' }).click();
    expect(await page.getByText('shown-this-once').count()).toBe(0);
    expect(browser.complaints).toEqual([]);
  });

  test('a link is revoked after one more question', async () => {
    const { page } = await manage([link(1, { watching: 2, lastSeenAt: NOW, lastAddress: '10.0.0.7' })]);
    await page.getByText('正在看，2 块屏，10.0.0.7').waitFor();
    await page.getByRole('button', { name: '撤销 大屏 1' }).click();
    await page.getByRole('button', { name: '撤销链接' }).click();
    await page.getByText('已撤销 2026-11-25').waitFor();
    expect(await page.getByRole('button', { name: '撤销 大屏 1' }).count()).toBe(0);
  });

  test.each([
    ['light', {}],
    ['dark, in English', { colorScheme: 'dark', locale: 'en' }],
    ['on a phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
  ] as const)('the page and its dialog are within the policy and accessible: %s', async (_, options) => {
    const { page } = await manage([link(1), link(2, { expiresAt: NOW - 1 })], options);
    await page.locator('.wall-preview .wall-area').first().waitFor();
    expect(await violations(page), 'page').toEqual([]);
    await page.locator('.page-head .button.act').click();
    await page.getByRole('dialog').waitFor();
    expect(await violations(page), 'dialog').toEqual([]);
    expect(browser.complaints).toEqual([]);
  });
});
