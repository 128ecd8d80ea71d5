import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chromiumPath, startBrowser, type TestBrowser } from './browser.ts';
import { startSample } from './mock-server.ts';
import { SITE } from './sample-alarms.ts';
import { value } from './sample-site.ts';

let screens: TestBrowser;
let server: Awaited<ReturnType<typeof startSample>>;

/**
 * Runs in the page: keeps what every component last drew, and tells which ones have drawn anew since, each with the card
 * or the panel that it stands in. Ages and traces, which move by time alone, are left out with the frames around them.
 */
const WATCH = `(() => {
  const all = (vnode, found = []) => {
    if (vnode?.component) {
      found.push(vnode.component);
      all(vnode.component.subTree, found);
    } else if (Array.isArray(vnode?.children)) vnode.children.forEach((child) => all(child, found));
    return found;
  };
  const now = () => all(document.querySelector('#app')._vnode);
  const drawn = new Map(now().map((each) => [each, each.subTree]));
  window.drawnSince = () => now()
    .filter((each) => drawn.has(each) && drawn.get(each) !== each.subTree)
    .filter(({ type }) => !/^(RowAge|RowFrame|SparkLine)$/.test(type.__name))
    .map(({ type, subTree: { el } }) => [(el.closest ? el : el.parentElement).closest('.area, aside'), type.__name])
    .flatMap(([place, name]) => (place ? [place.getAttribute('aria-labelledby') + ' ' + name] : []));
  return drawn.size;
})()`;
async function drawnSince(page: Page): Promise<string[]> {
  const drawn: unknown = await page.evaluate('window.drawnSince()');
  return Array.isArray(drawn) ? drawn.map(String) : ['the page gave no answer'];
}

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  beforeAll(async () => {
    screens = await startBrowser();
  });
  afterAll(() => screens.close());
  beforeEach(async () => {
    server = await startSample({ clientDir: screens.clientDir, port: 0 });
  });
  afterEach(async () => {
    await screens.clear();
    await server.close();
  });

  const row = (page: Page, name: string) => page.locator('a.row', { hasText: name }).first();

  test('a reading draws anew the row of its value, and of all other cards nothing', async () => {
    const page = await screens.enter(server, 'viewer');
    await row(page, '储水罐').getByText('63.2').waitFor();
    expect(await page.evaluate(WATCH)).toBeGreaterThan(100);
    const tank = server.house.snapshotNow.points.find(({ id }) => id === 'tank');
    if (tank === undefined) throw new Error('the sample has no tank');
    const [before, level] = tank.values;
    if (before === undefined || level === undefined) throw new Error('the tank has no values');
    const { band } = before;
    server.house.announce({
      points: [{ ...tank, values: [{ ...value('water_temperature', 61.5, 0), band }, level] }],
    });
    await row(page, '储水罐').getByText('61.5').waitFor();
    const drawn = await drawnSince(page);
    const parts = ['AreaCard', 'AreaHead', 'ValueRow', 'MeasuredValue', 'BandBar'];
    expect(new Set(drawn)).toEqual(new Set(parts.map((name) => `area-plant ${name}`)));
    // What else the point measures comes along with the value that changed.
    expect(drawn.filter((each) => each === 'area-plant ValueRow')).toHaveLength(2);
  });

  test('opening a point draws no card anew, and marks its rows as the page that is shown', async () => {
    const page = await screens.enter(server, 'viewer');
    await row(page, '储水罐').waitFor();
    await page.evaluate(WATCH);
    await row(page, '储水罐').click();
    await page.locator('aside h2', { hasText: '储水罐' }).waitFor();
    expect(await drawnSince(page)).toEqual([]);
    const current = page.locator('a.row[aria-current="page"]');
    expect(await current.locator('.row-title').allInnerTexts()).toEqual(['储水罐', '储水罐 水位']);
    await page.keyboard.press('Escape');
    await page.locator('aside').waitFor({ state: 'detached' });
    expect(await current.count()).toBe(0);
  });

  test('a row opens by keyboard in its place, and in another tab as any link does', async () => {
    const page = await screens.enter(server, 'viewer');
    await row(page, '储水罐').waitFor();
    const address = `${server.url}/sites/${SITE}/points/tank`;
    const other = page.context().waitForEvent('page');
    await row(page, '储水罐').click({ modifiers: ['ControlOrMeta'] });
    const tab = await other;
    await tab.waitForURL(address);
    await tab.close();
    expect(page.url()).toBe(`${server.url}/sites/${SITE}`);
    await row(page, '储水罐').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(address);
    await page.locator('aside h2', { hasText: '储水罐' }).waitFor();
  });

  test('cards out of sight are left undrawn, but are told to a screen reader, and printed', async () => {
    const page = await screens.enter(server, 'viewer', { viewport: { width: 390, height: 300 } });
    await row(page, '库房').waitFor({ state: 'attached' });
    const undrawn = () =>
      page
        .locator('a.row')
        .evaluateAll((rows) => rows.filter((each) => !each.checkVisibility({ contentVisibilityAuto: true })).length);
    await expect.poll(undrawn).toBeGreaterThan(0);
    expect(await page.locator('.areas').ariaSnapshot()).toContain('库房');
    await page.emulateMedia({ media: 'print' });
    expect(await undrawn()).toBe(0);
    await page.emulateMedia({ media: null });
    await row(page, '库房').scrollIntoViewIfNeeded();
    await row(page, '库房').click();
    await page.locator('aside h2', { hasText: '库房' }).waitFor();
  });
});
