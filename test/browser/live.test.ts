import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setupLink } from '../../app/links.ts';
import { systemClock } from '../../app/clock.ts';
import { startTestSystem } from '../integration/system.ts';
import { administrator, bathhouse, operator, publishWater, viewer } from './bathhouse.ts';
import { buildClient } from './built-client.ts';
import { chromiumPath, filled, launchChromium, openPerson, type Person } from './person.ts';

const MIN = 60_000;
/** A lost connection is told on the console by the browser itself. */
const CONNECTION_LOST = /net::ERR_|WebSocket (connection|is closed)/;

const users = [operator, administrator, viewer];

const start = (more: Partial<Parameters<typeof startTestSystem>[0]> = {}) =>
  startTestSystem({ registry: bathhouse, clock: systemClock(), users, ...more });

const row = ({ page }: Person, name: string): Locator => page.locator('a.row', { hasText: name });
const value = (person: Person, name: string, text: string): Locator =>
  row(person, name).locator('.measured strong', { hasText: text });
const acknowledgeButton = ({ page, words }: Person): Locator =>
  page.getByRole('button', { name: new RegExp(`^${words.alarm.acknowledge} `) });
/** Where the page came from: it stays the same as long as nothing reloads. */
const loadedAt = ({ page }: Person): Promise<unknown> => page.evaluate('performance.timeOrigin');

let browser: Browser | undefined;
beforeAll(async () => {
  if (chromiumPath === undefined) return;
  buildClient();
  browser = await launchChromium();
}, 5 * MIN);
afterAll(() => browser?.close());

function open(options: Parameters<typeof openPerson>[1]): Promise<Person> {
  if (browser === undefined) throw new Error('Chromium was not launched');
  return openPerson(browser, options);
}

describe.skipIf(chromiumPath === undefined)('in Chromium, on the built client', () => {
  test('the link of the first start creates the administrator, who comes back with user name and password', async () => {
    const system = await start({ users: [] });
    const link = await setupLink(system, { at: Date.now() });
    const person = await open({ url: system.url });
    const { page, words } = person;

    await page.goto(link);
    await page.getByLabel(words.setup.post).fill(administrator.post);
    await page.getByLabel(words.setup.username).fill(administrator.username);
    await page.getByLabel(words.setup.password, { exact: true }).fill(administrator.password);
    // The secret does not stay in the address bar.
    expect(page.url()).toBe(`${system.url}/setup`);
    await page.getByRole('button', { name: words.setup.submit }).click();
    await page.getByRole('heading', { name: words.overview.title }).waitFor();
    expect(system.rows('SELECT username, post, role FROM user')).toEqual([
      { username: 'chief', post: '后勤主任', role: 'administrator' },
    ]);

    await page.getByRole('button', { name: administrator.post }).click();
    await page.getByRole('button', { name: words.account.signOut }).click();
    await page.waitForURL('**/sign-in');
    expect(system.rows('SELECT username FROM session')).toEqual([]);
    await person.signIn(administrator);
    await page.getByRole('heading', { name: words.overview.title }).waitFor();

    // The same link in the hands of somebody else.
    const stranger = await open({ url: system.url });
    await stranger.page.goto(link);
    await stranger.page.getByText(words.setup.done).waitFor();
    const body = { token: link.split('#')[1], username: 'other', post: 'x', password: administrator.password };
    expect((await stranger.page.request.post('/api/setup', { data: body })).status()).toBe(403);
  });

  test('a value published over MQTT stands on the page without a reload', async () => {
    const system = await start();
    const person = await open({ url: system.url });
    await person.signIn(operator);
    await row(person, '大池').getByText(person.words.value.awaited).waitFor();
    const loaded = await loadedAt(person);

    await publishWater(system, 'probe', 42.3);
    await value(person, '大池', '42.3').waitFor();
    await publishWater(system, 'probe', 42.6);
    await value(person, '大池', '42.6').waitFor();
    expect(await row(person, '大池').locator('.unit').innerText()).toBe('℃');
    expect(await loadedAt(person)).toBe(loaded);
  });

  test('cold water raises an alarm; it is acknowledged with a note, and who was second is told who was first', async () => {
    const system = await start();
    const first = await open({ url: system.url });
    const second = await open({ url: system.url, language: 'en' });
    await first.signIn(operator);
    await second.signIn(administrator);

    await publishWater(system, 'probe', 38.6);
    await first.page.locator('.strip-name', { hasText: '水温低' }).click();
    await first.page.getByText('到泵房看蒸汽阀开没开').waitFor();
    await second.page.locator('.strip-name', { hasText: 'Water too cold' }).click();
    await acknowledgeButton(second).waitFor();
    const [alarm] = system.rows("SELECT id, acknowledged FROM alarm WHERE rule = 'base.water'");
    expect(alarm?.['acknowledged']).toBeNull();

    // The second one presses the button while the first one's answer is not on every screen yet.
    const letGo = Promise.withResolvers<undefined>();
    await second.page.route('**/acknowledge', async (route) => {
      await letGo.promise;
      await route.continue();
    });
    const pressed = second.page.waitForRequest('**/acknowledge');
    await acknowledgeButton(second).click();
    await pressed;
    await first.page.getByLabel(first.words.alarm.noteLabel).fill('蒸汽阀已开 <b>');
    await acknowledgeButton(first).click();
    await first.page
      .getByRole('status')
      .getByText(/^已确认 /)
      .waitFor();
    letGo.resolve(undefined);
    await second.page.getByRole('status').getByText(new RegExp(operator.post)).waitFor();
    await acknowledgeButton(second).waitFor({ state: 'detached' });

    const id = Number(alarm?.['id']);
    expect(system.rows("SELECT by, note FROM journal WHERE what = 'acknowledged' AND alarm = ?", id)).toEqual([
      { by: operator.post, note: '蒸汽阀已开 <b>' },
    ]);
    const [after] = system.rows('SELECT acknowledged FROM alarm WHERE id = ?', id);
    expect(JSON.parse(String(after?.['acknowledged']))).toMatchObject({
      by: 'night',
      post: operator.post,
      note: '蒸汽阀已开 <b>',
    });
    await second.page.getByText('蒸汽阀已开 <b>').waitFor();
  });

  test('a server that is gone stops the screen visibly; it comes back by itself', async () => {
    const system = await start();
    const person = await open({ url: system.url, expected: CONNECTION_LOST });
    await person.signIn(operator);
    await publishWater(system, 'probe', 42.3);
    await value(person, '大池', '42.3').waitFor();
    const loaded = await loadedAt(person);
    const look = () =>
      person.page.evaluate(`(() => {
      const row = [...document.querySelectorAll('a.row')].find((row) => row.textContent.includes('大池'));
      return { ground: getComputedStyle(row).backgroundImage, ink: getComputedStyle(row.querySelector('strong')).color };
    })()`);
    const alive = await look();

    await system.close();
    await person.page.locator('[data-banner="connection"]', { hasText: person.words.live.lostHint }).waitFor();
    expect(await person.page.locator('.strip-calm').count()).toBe(0);
    // Hatched and greyed, and the last value is still to be read.
    const lost = await look();
    expect(lost).not.toEqual(alive);
    expect(JSON.stringify(lost)).toContain('gradient');
    await value(person, '大池', '42.3').waitFor();

    const again = await system.startAgain();
    await person.page.locator('[data-banner="connection"]').waitFor({ state: 'detached' });
    // Nothing is known after a start until it reports.
    await row(person, '大池').locator('.unknown-value').waitFor();
    await publishWater({ ...system, mqtt: again.mqtt }, 'probe', 42.9);
    await value(person, '大池', '42.9').waitFor();
    expect(await look()).toEqual(alive);
    expect(await loadedAt(person)).toBe(loaded);
  });

  test('a viewer reads what to do and finds no button to acknowledge with', async () => {
    const system = await start();
    const person = await open({ url: system.url });
    await person.signIn(viewer);
    await publishWater(system, 'probe', 38.6);
    await person.page.locator('.strip-name', { hasText: '水温低' }).click();
    await person.page.getByText(person.words.alarm.onlyView).waitFor();
    expect(await acknowledgeButton(person).count()).toBe(0);
    expect(await person.page.getByLabel(person.words.alarm.noteLabel).count()).toBe(0);

    // Nor does the server let it happen behind the page's back.
    const [alarm] = system.rows('SELECT id FROM alarm');
    const answer = await person.page.request.post(`/api/alarms/${Number(alarm?.['id'])}/acknowledge`, {
      headers: { origin: system.url },
      data: {},
    });
    expect(answer.status()).toBe(403);
    expect(system.rows("SELECT id FROM journal WHERE what = 'acknowledged'")).toEqual([]);
  });

  test('names and posts that look like markup are shown as text', async () => {
    const evil = (n: number) => `<img src=x onerror=alert(${n})>`;
    const both = (n: number) => ({ zh: evil(n), en: evil(n) });
    const [bath, pool, probe] = [bathhouse.areas[0], bathhouse.points[0], bathhouse.devices[0]];
    const system = await start({
      users: [{ ...operator, post: evil(6) }],
      registry: {
        ...bathhouse,
        name: both(1),
        notice: both(2),
        areas: [{ id: bath?.id ?? '', name: both(3) }],
        points: [{ id: pool?.id ?? '', area: 'bath', role: 'pool', name: both(4) }],
        devices: [{ id: probe?.id ?? '', name: both(5) }],
        bindings: bathhouse.bindings.slice(0, 1),
      },
    });
    const person = await open({ url: system.url });
    const { page } = person;
    await person.signIn(operator);
    await publishWater(system, 'probe', 38.6);
    await page.locator('.strip-name').waitFor();
    for (const n of [1, 2, 3, 4, 6]) await page.getByText(evil(n)).first().waitFor({ state: 'attached' });
    await page.locator('.strip-name').click();
    await acknowledgeButton(person).waitFor();
    await page.getByLabel(person.words.alarm.noteLabel).fill(evil(7));
    await page.getByRole('button', { name: evil(4) }).click();
    await page.locator('.course').getByText(evil(7)).waitFor();
    await page.getByRole('link', { name: person.words.nav.devices }).first().click();
    await page.getByText(evil(5)).first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });

  test('a script that got into the page all the same is not run, and the browser tells', async () => {
    const system = await start();
    const person = await open({ url: system.url, expected: /^CSP: script-src|Content Security Policy/ });
    await person.signIn(viewer);
    const told = person.page.waitForEvent('console', (message) => message.text().startsWith('CSP: '));
    await person.page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = true';
      document.body.append(script);`);
    await told;
    expect(await person.page.evaluate('globalThis.ran')).toBeUndefined();
  });

  test('in English nothing is left in Chinese but the names of the languages', async () => {
    const system = await start({ users: [{ ...operator, post: 'Night shift' }] });
    const person = await open({ url: system.url, language: 'en' });
    const { page, words } = person;
    await person.signIn(operator);
    await publishWater(system, 'probe', 38.6);
    await page.locator('.strip-name').waitFor();
    const chinese = async () =>
      (await page.locator('body').innerText()).replaceAll(words.language['zh-CN'], '').match(/\p{Script=Han}+/gu);

    await page.getByRole('button', { name: 'Night shift' }).click();
    expect(await chinese()).toBeNull();
    await page.keyboard.press('Escape');
    await row(person, 'Large pool').click();
    await page.getByText(words.point.chart).waitFor();
    expect(await chinese()).toBeNull();
    await page.getByRole('link', { name: words.nav.alarms }).first().click();
    await acknowledgeButton(person).click();
    await page.getByRole('status').first().waitFor();
    expect(await chinese()).toBeNull();
    await page.getByRole('link', { name: words.nav.devices }).first().click();
    await page.getByText('Large pool probe').waitFor();
    expect(await chinese()).toBeNull();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  test('on a phone the thumb acknowledges: the widest button of the lowest 140 px', async () => {
    const system = await start();
    const viewport = { width: 390, height: 844 };
    const person = await open({ url: system.url, viewport, isMobile: true, hasTouch: true });
    const { page } = person;
    await person.signIn(operator);
    await publishWater(system, 'probe', 38.6);
    await publishWater(system, 'other', 37.2);
    await page.getByRole('link', { name: person.words.nav.alarms }).first().tap();
    const main = page.locator('.action-main');
    await main.waitFor();
    await page.locator('.alarm-list-row').waitFor();

    const boxes = await Promise.all([main, page.locator('.action-note')].map((button) => button.boundingBox()));
    const [wide, note] = boxes;
    expect(wide?.y).toBeGreaterThanOrEqual(viewport.height - 140);
    for (const box of boxes) expect(box?.height).toBeGreaterThanOrEqual(48);
    expect(wide?.width).toBeGreaterThan(note?.width ?? Infinity);
    expect(wide?.x).toBeGreaterThan(note?.x ?? Infinity);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);

    await page.locator('.action-note').tap();
    await page.getByLabel(person.words.alarm.noteLabel).last().fill('去看了');
    const named = await main.locator('small').innerText();
    await main.tap();
    await page
      .getByRole('status')
      .getByText(`${filled(person.words.alarm.done, { place: '', title: '' }).trim()} ${named}`)
      .waitFor();
    expect(system.rows("SELECT by, note FROM journal WHERE what = 'acknowledged'")).toEqual([
      { by: operator.post, note: '去看了' },
    ]);
  });
});
