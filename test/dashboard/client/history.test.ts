import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CDPSession } from 'playwright-core';
import { GRID } from '../../../dashboard/client/history/chart.ts';
import { chromiumPath, expectFocus, PHONE, startBrowser, type TestBrowser, violations } from './browser.ts';
import { startSample } from './mock-server.ts';
import { SITE } from './sample-alarms.ts';
import { SampleHistory } from './sample-history.ts';

const PAGE = `/sites/${SITE}/points/men-pool/history/water_temperature`;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let screens: TestBrowser;
let server: Awaited<ReturnType<typeof startSample>>;
let sample: SampleHistory;

describe.skipIf(chromiumPath === undefined)("a point's history, in Chromium", () => {
  beforeAll(async () => {
    screens = await startBrowser();
  });
  afterAll(() => screens.close());
  beforeEach(async () => {
    server = await startSample({ clientDir: screens.clientDir });
    sample = new SampleHistory();
  });
  afterEach(async () => {
    await screens.clear();
    await server.close();
  });

  /** The server's clock goes on, and says so. */
  function pass(ms: number): void {
    server.clock.advance(ms);
    server.house.tick();
  }
  /** The sample lives on another day than this computer: a chart of now is one of the server's now. */
  const expectServersTime = () =>
    expect.poll(() => Math.abs(newest().to - server.clock.now().wall)).toBeLessThan(15_000);
  const newest = () => sample.asked.at(-1) ?? expect.fail('nothing was asked');

  test('is looked through by keys and buttons, and says what is not known', async () => {
    const page = await screens.visit(server, PAGE, { user: 'viewer', prepare: (context) => sample.answer(context) });
    const plot = page.locator('.history-plot');
    await plot.waitFor();
    expect(await violations(page), 'the page').toEqual([]);
    expect(newest().to - newest().from).toBe(DAY);
    // Too little is known: no share is stated, but how much is known.
    await page.getByText('数据不足').first().waitFor();
    await page.getByText('覆盖 83.1 %').waitFor();
    await page.getByText('开放时段 40–48 ℃').waitFor();
    await page.getByText('延时 3 分，回差 0.5 ℃').waitFor();
    await page.getByText('gw-0').first().waitFor();
    // Nor did this system run all the time: the lane and the legend say so, in words too.
    await page.locator('.history-mode.down', { hasText: /本系统未运行 \d\d:\d\d–\d\d:\d\d/ }).waitFor();
    await page.locator('.history-legend', { hasText: '开放时间本系统未运行' }).waitFor();
    // What somebody typed stays text.
    await page.locator('.history-alarm', { hasText: '<i>水温低</i>' }).waitFor();

    await expectServersTime();
    const first = newest();
    await plot.press('PageUp');
    await expect.poll(() => newest().to).toBeLessThanOrEqual(first.from + 60_000);
    expect(newest().to - newest().from).toBe(DAY);
    // Somebody who looks back stays there until they want to be back.
    await page.getByRole('button', { name: '回到现在' }).click();
    await expect.poll(() => newest().to).toBeGreaterThanOrEqual(first.to);

    await plot.press('+');
    await expect.poll(() => newest().to - newest().from).toBeCloseTo(DAY * 0.8, -3);

    await page.locator('.history-add select').selectOption('women-pool');
    await expect.poll(() => newest().series).toEqual(['men-pool/water_temperature', 'women-pool/water_temperature']);
    // Its namesake in the other bath.
    await page.locator('.history-legend', { hasText: '女浴 · 大池' }).waitFor();
    const file = await page.getByRole('link', { name: /CSV/ }).getAttribute('href');
    expect(file).toContain(`/api/sites/${SITE}/history.csv?`);
    expect(file).toContain('lang=zh');
  });

  test('under the pointer says quality and limit of that moment; a store that is away says so, and the chart stays', async () => {
    const page = await screens.visit(server, PAGE, { user: 'viewer', prepare: (context) => sample.answer(context) });
    const canvas = page.locator('.history-canvas canvas').first();
    await canvas.waitFor();
    const box = (await page.locator('.history-canvas').boundingBox()) ?? expect.fail('no chart');
    const pointAt = async (bucket: number) => {
      const { left, right } = GRID;
      await page.mouse.move(box.x + left + ((bucket + 0.5) / 96) * (box.width - left - right), box.y + 80);
    };
    const tip = (words: RegExp) => page.locator('.history-tip', { hasText: words }).waitFor();
    await pointAt(40);
    await tip(/无数据，本系统未运行/);
    await pointAt(60);
    await tip(/坏值 15[^]*85/);
    await pointAt(70);
    await tip(/可疑 15[^]*39\.2/);
    await pointAt(20);
    await tip(/42\.0 ℃/);
    await pointAt(80);
    await tip(/38\.4 ℃/);

    sample.away = true;
    await page.locator('.history-plot').press('PageUp');
    await page.locator('.history-failed').waitFor();
    expect(await canvas.isVisible()).toBe(true);
    sample.away = false;
    await page.locator('.history-failed button').click();
    await page.locator('.history-failed').waitFor({ state: 'detached' });
  });

  test("a day or any range is chosen by keyboard, in the site's time, and what cannot be is said", async () => {
    const page = await screens.visit(server, PAGE, { user: 'viewer', prepare: (context) => sample.answer(context) });
    const button = page.getByRole('button', { name: '选日期…' });
    await page.locator('.history-plot').waitFor();
    await expectServersTime();
    await button.press('Enter');
    const day = page.getByLabel('转到日期');
    await expectFocus(day);
    await page.getByText('Asia/Shanghai（UTC+8）').waitFor();
    const before = await day.inputValue();
    const yesterday = new Date(Date.parse(before) - DAY).toISOString().slice(0, 10);
    await day.fill(yesterday);
    await day.press('Enter');
    const midnight = Date.parse(`${yesterday}T00:00:00+08:00`);
    await expect.poll(newest).toMatchObject({ from: midnight, to: midnight + DAY });
    await page.getByText(`${yesterday} 00:00 至 ${before} 00:00`).waitFor();

    await page.getByLabel('自', { exact: true }).fill(`${yesterday}T06:00`);
    const to = page.getByLabel('至', { exact: true });
    await to.fill(`${yesterday}T05:00`);
    await to.press('Enter');
    await page.getByRole('alert').getByText('开始要早于结束').waitFor();
    expect(await violations(page)).toEqual([]);
    await to.fill(`${yesterday}T11:30`);
    await to.press('Enter');
    await expect.poll(newest).toMatchObject({ from: midnight + 6 * HOUR, to: midnight + 11.5 * HOUR });
    await to.press('Escape');
    await page.locator('#history-range').waitFor({ state: 'detached' });
    await expectFocus(button);
  });

  test('fingers move and zoom; whoever looks back keeps the place while values come, and the live edge goes on', async () => {
    const options = { viewport: PHONE, hasTouch: true, isMobile: true, locale: 'zh-CN' } as const;
    const prepare = sample.answer.bind(sample);
    const page = await screens.visit(server, PAGE, { ...options, user: 'viewer', prepare });
    await page.locator('.history-canvas canvas').first().waitFor();
    await expectServersTime();
    const first = newest();
    pass(11_000);
    await expect.poll(() => newest().to).toBeGreaterThan(first.to);
    expect(newest().to - newest().from).toBe(DAY);

    const plot = page.locator('.history-canvas');
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.boundingBox()) ?? expect.fail('no chart');
    const width = box.width - GRID.left - GRID.right;
    const middle = box.x + GRID.left + width / 2;
    const y = box.y + box.height / 2;
    const touch = await page.context().newCDPSession(page);

    const before = newest();
    await fingers(touch, [[[middle - 60, y]], [[middle - 20, y]], [[middle + 60, y]]]);
    // On a busy machine it is asked on the way, too.
    await expect.poll(() => (before.to - newest().to) / DAY).toBeCloseTo(120 / width, 2);
    const dragged = newest();
    expect(dragged.to - dragged.from).toBe(DAY);

    // Minutes pass and values come: nothing is asked anew, and the place stays.
    const asked = sample.asked.length;
    for (let minute = 0; minute < 3; minute += 1) pass(60_000);
    await fingers(touch, [
      [
        [middle - 40, y],
        [middle + 40, y + 30],
      ],
      [
        [middle - 60, y],
        [middle + 60, y + 45],
      ],
      [
        [middle - 80, y],
        [middle + 80, y + 60],
      ],
    ]);
    // Twice as far apart: half the time, around the same moment.
    await expect.poll(() => (newest().to - newest().from) / DAY).toBeCloseTo(0.5, 2);
    for (const { from, to } of sample.asked.slice(asked)) {
      expect(to - from).toBeLessThan(DAY);
      expect((from + to - dragged.from - dragged.to) / 2 / DAY).toBeCloseTo(0, 2);
    }
    await page.getByRole('button', { name: '回到现在' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  });

  test('on a phone, in English, it fits and is accessible', async () => {
    const options = { viewport: PHONE, hasTouch: true, isMobile: true, locale: 'en' } as const;
    const page = await screens.visit(server, PAGE, {
      ...options,
      user: 'viewer',
      prepare: (context) => sample.answer(context),
    });
    await page.locator('.history-plot').waitFor();
    expect(await violations(page)).toEqual([]);
    // What a finger points at stays to be read, and makes nothing wider.
    await page.locator('.history-plot').tap({ position: { x: 150, y: 120 } });
    await page.locator('.history-tip').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  });
});

/** Lets fingers go from place to place: one list of them for each moment. */
async function fingers(touch: CDPSession, moments: readonly (readonly (readonly [x: number, y: number])[])[]) {
  for (const [index, places] of moments.entries()) {
    const touchPoints = places.map(([x, y], id) => ({ x, y, id }));
    await touch.send('Input.dispatchTouchEvent', { type: index === 0 ? 'touchStart' : 'touchMove', touchPoints });
  }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}
