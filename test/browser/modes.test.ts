import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { violations } from '../dashboard/client/axe.ts';
import { startTestSystem } from '../integration/system.ts';
import { bathhouse, operator, publishWater, viewer } from './bathhouse.ts';
import { buildClient } from './built-client.ts';
import { chromiumPath, filled, launchChromium, openPerson } from './person.ts';

const MINUTE = 60_000;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const AREA = '男浴';
const REASON = '换循环泵 <b>2 号</b>';

let browser: Browser | undefined;
beforeAll(async () => {
  if (chromiumPath === undefined) return;
  buildClient();
  browser = await launchChromium();
}, 5 * MINUTE);
afterAll(() => browser?.close());

function open(options: Parameters<typeof openPerson>[1]) {
  if (browser === undefined) throw new Error('Chromium was not launched');
  return openPerson(browser, options);
}

describe.skipIf(chromiumPath === undefined)('in Chromium, on the whole system', () => {
  test('a drained bath is said so by keyboard, seen by all, judged by nobody, kept in the chart, and ended', async () => {
    const system = await startTestSystem({ registry: bathhouse, clock: systemClock(), users: [operator, viewer] });
    await publishWater(system, 'probe', 30);
    const { page, words, signIn } = await open({ url: system.url });
    await signIn(operator);
    const guest = await open({ url: system.url, language: 'en', ...PHONE });
    await guest.signIn(viewer);
    await guest.page.locator('.area-head').waitFor();
    expect(await guest.page.getByRole('button', { name: guest.words.areaMode.set }).count()).toBe(0);

    const opener = page.getByRole('button', { name: filled(words.areaMode.setFor, { area: AREA }) });
    await opener.press('Enter');
    const dialog = page.getByRole('dialog', { name: filled(words.areaMode.title, { area: AREA }) });
    await dialog.getByLabel(words.areaMode.field.mode, { exact: true }).selectOption('drained');
    const submit = dialog.getByRole('button', { name: filled(words.areaMode.submit, { mode: words.mode.drained }) });
    // Without a reason it is not sent.
    await submit.press('Enter');
    const reason = dialog.getByLabel(words.areaMode.field.reason, { exact: true });
    await dialog.getByText(words.areaMode.wrong.reason).waitFor();
    await dialog.locator('#mode-reason:focus').waitFor();
    expect(await violations(page)).toEqual([]);
    await reason.fill(REASON);
    await dialog.getByText(words.areaMode.choice.morning).click();
    await reason.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.area-set:focus').waitFor();

    await guest.page.locator('.area-mode.by-hand', { hasText: guest.words.mode.drained }).waitFor();
    await guest.page.getByText(`${operator.post}: ${REASON}`, { exact: true }).waitFor();
    await guest.page.locator('.row-idle', { hasText: guest.words.mode.drained }).first().waitFor();
    expect(await violations(guest.page)).toEqual([]);
    expect(await violations(page)).toEqual([]);
    const [set] = system.rows('SELECT mode, reason, account, "until" - since AS ms FROM area_mode');
    expect(set).toMatchObject({ mode: 'drained', reason: REASON, account: operator.username });
    expect(Number(set?.['ms'])).toBeGreaterThan(6 * 3_600_000 - MINUTE);
    expect(system.rows("SELECT returned_at IS NULL AS stands FROM alarm WHERE rule = 'base.water'")).toEqual([
      { stands: 0 },
    ]);

    const end = filled(words.areaMode.endFor, { area: AREA, mode: words.mode.drained });
    await page.getByRole('button', { name: end }).click();
    await page.locator('.area-hand').waitFor({ state: 'detached' });
    await guest.page.locator('.area-hand').waitFor({ state: 'detached' });
    expect(system.rows('SELECT ended_by FROM area_mode')).toEqual([{ ended_by: operator.username }]);

    await page.goto(`${system.url}/sites/mine/points/pool/history/water_temperature?span=3600000`);
    const lane = page.locator('.history-mode.by-hand');
    await lane.waitFor({ state: 'attached' });
    expect(await lane.getAttribute('title')).toBe(`${words.mode.drained} ${operator.post}：${REASON}`);
  });
});
