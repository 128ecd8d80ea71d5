import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { GRID } from '../../../dashboard/client/history/chart.ts';
import { chromiumPath, PHONE, startBrowser, type TestBrowser, violations } from './browser.ts';
import { startSample } from './mock-server.ts';
import { SITE } from './sample-alarms.ts';
import { SampleHistory } from './sample-history.ts';

const PAGE = `/sites/${SITE}/points/men-pool/history/water_temperature`;
const DAY = 86_400_000;
let screens: TestBrowser;
let server: Awaited<ReturnType<typeof startSample>>;
let sample: SampleHistory;

describe.skipIf(chromiumPath === undefined)("a point's history, in Chromium", () => {
  beforeAll(async () => {
    screens = await startBrowser();
  }, 120_000);
  afterAll(() => screens.close());
  beforeEach(async () => {
    server = await startSample({ clientDir: screens.clientDir });
    sample = new SampleHistory();
  });
  afterEach(async () => {
    await screens.clear();
    await server.close();
  });

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
    await page.getByText('gw-0').first().waitFor();
    // What somebody typed stays text.
    await page.locator('.history-alarm', { hasText: '<i>水温低</i>' }).waitFor();

    const first = newest();
    const asked = page.waitForResponse((response) => response.url().includes('/history?'));
    await plot.press('PageUp');
    await asked;
    expect(newest().to - newest().from).toBe(DAY);
    expect(newest().to).toBeLessThanOrEqual(first.from + 60_000);
    // Somebody who looks back stays there until they want to be back.
    const back = page.waitForResponse((response) => response.url().includes('/history?'));
    await page.getByRole('button', { name: '回到现在' }).click();
    await back;
    expect(newest().to).toBeGreaterThanOrEqual(first.to);

    const zoomed = page.waitForResponse((response) => response.url().includes('/history?'));
    await plot.press('+');
    await zoomed;
    expect(newest().to - newest().from).toBeCloseTo(DAY * 0.8, -3);

    const both = page.waitForResponse((response) => response.url().includes('women-pool'));
    await page.locator('.history-add select').selectOption('women-pool');
    await both;
    expect(newest().series).toEqual(['men-pool/water_temperature', 'women-pool/water_temperature']);
    const file = await page.getByRole('link', { name: /CSV/ }).getAttribute('href');
    expect(file).toContain(`/api/sites/${SITE}/history.csv?`);
    expect(file).toContain('lang=zh');
  }, 60_000);

  test('under the pointer says quality and limit of that moment; a store that is away says so, and the chart stays', async () => {
    const page = await screens.visit(server, PAGE, { user: 'viewer', prepare: (context) => sample.answer(context) });
    const canvas = page.locator('.history-canvas canvas').first();
    await canvas.waitFor();
    const box = (await page.locator('.history-canvas').boundingBox()) ?? expect.fail('no chart');
    const pointAt = async (bucket: number) => {
      const { left, right } = GRID;
      await page.mouse.move(box.x + left + ((bucket + 0.5) / 96) * (box.width - left - right), box.y + 80);
      return page.locator('.history-tip').innerText();
    };
    expect(await pointAt(40)).toMatch(/无数据/);
    expect(await pointAt(60)).toMatch(/坏值[^]*85/);
    expect(await pointAt(20)).toMatch(/42\.0 ℃/);
    expect(await pointAt(80)).toMatch(/38\.4 ℃/);

    sample.away = true;
    await page.locator('.history-plot').press('PageUp');
    await page.locator('.history-failed').waitFor();
    expect(await canvas.isVisible()).toBe(true);
    sample.away = false;
    await page.locator('.history-failed button').click();
    await page.locator('.history-failed').waitFor({ state: 'detached' });
  }, 60_000);

  test('on a phone, in English, it fits and is accessible', async () => {
    const options = { viewport: PHONE, hasTouch: true, isMobile: true, locale: 'en' } as const;
    const page = await screens.visit(server, PAGE, {
      ...options,
      user: 'viewer',
      prepare: (context) => sample.answer(context),
    });
    await page.locator('.history-plot').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  }, 60_000);
});
