import type { Browser, Page } from 'playwright-core';
import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { WallLinkCreated } from '../../contract/access.ts';
import { startTestSystem } from '../integration/system.ts';
import { administrator, bathhouse, publishWater } from './bathhouse.ts';
import { buildClient } from './built-client.ts';
import { chromiumPath, launchChromium, openPerson } from './person.ts';

const MIN = 60_000;
/**
 * ms from a server that answers again to a wall that lives. Whoever stands in front of it is promised ten seconds; a
 * machine that runs all tests at once may take three times as long for anything.
 */
const BACK = 60_000;
/** A lost connection is told on the console by the browser itself. */
const CONNECTION_LOST = /net::ERR_|WebSocket (connection|is closed)/;

let browser: Browser | undefined;
beforeAll(async () => {
  if (chromiumPath === undefined) return;
  buildClient();
  browser = await launchChromium();
}, 5 * MIN);
afterAll(() => browser?.close());

const Answer = Type.Object({ state: Type.Literal('valid'), version: Type.String() });

const lives = (page: Page) => page.locator('.wall-pulse[data-stage="live"]').waitFor({ timeout: BACK });
const isDown = (page: Page) => page.locator('[data-banner="connection"]').waitFor();
const shows = (page: Page, value: string) => page.locator('.wall-number', { hasText: value }).first().waitFor();

test.skipIf(chromiumPath === undefined)(
  'a wall is back by itself after an outage and after an update of the server, with what is wrong still on it',
  async () => {
    if (browser === undefined) throw new Error('Chromium was not launched');
    const system = await startTestSystem({ registry: bathhouse, clock: systemClock(), users: [administrator] });
    const { page: desk, signIn } = await openPerson(browser, { url: system.url });
    await signIn(administrator);
    const answer = await desk.request.post('/api/sites/mine/walls', {
      headers: { origin: system.url },
      data: { name: '浴室门厅', layout: { areas: null, inches: 55, metres: 3 }, days: 30, reason: null },
    });
    const { token } = Parse(WallLinkCreated, await answer.json());
    await desk.close();

    // A browser of its own that nobody signed in at, and that nobody touches from here on.
    const { page } = await openPerson(browser, {
      url: system.url,
      expected: CONNECTION_LOST,
      viewport: { width: 1920, height: 1080 },
    });
    let loads = 0;
    page.on('load', () => (loads += 1));
    await page.goto(`/wall#${token}`);
    await lives(page);
    await publishWater(system, 'probe', 38.6);
    await shows(page, '38.6');
    const alarm = page.locator('.wall-alarm', { hasText: '大池' });
    await alarm.first().waitFor();

    await system.close();
    await isDown(page);
    const again = await system.startAgain();
    await lives(page);
    await alarm.first().waitFor();
    await publishWater({ ...system, mqtt: again.mqtt }, 'probe', 38.4);
    await shows(page, '38.4');
    expect(loads, 'the page of the same version stays').toBe(1);

    // What is newer of an updated server is its number here: all else is the server itself.
    await page.route('**/api/wall', async (route) => {
      // While the server is away nobody answers, which is for the page to see.
      const response = await route.fetch().catch(() => null);
      if (response === null) return route.abort();
      return route.fulfill({ response, json: { ...Parse(Answer, await response.json()), version: '0.2.0' } });
    });
    // Quick as it is, nobody sees an outage.
    await again.close();
    const updated = await system.startAgain();
    await expect.poll(() => loads, { timeout: BACK }).toBe(2);
    await lives(page);
    await alarm.first().waitFor();
    await publishWater({ ...system, mqtt: updated.mqtt }, 'probe', 38.2);
    await shows(page, '38.2');
    expect(loads, 'once, and not again and again').toBe(2);
    expect(new URL(page.url()).hash).toBe(`#${token}`);
  },
);
