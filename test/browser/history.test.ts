import mqtt from 'mqtt';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { startTestSystem, type TestSystem } from '../integration/system.ts';
import { bathhouse, operator } from './bathhouse.ts';
import { buildClient } from './built-client.ts';
import { chromiumPath, launchChromium, openPerson } from './person.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
/** The pool reports every five minutes. */
const EVERY = 5 * MINUTE;

/** What the device kept, then what it says now. */
async function tell(system: TestSystem, samples: readonly { ts: number; water: number }[]): Promise<void> {
  const user = 'mine.probe';
  const client = await mqtt.connectAsync({
    ...system.mqtt,
    ...{ clientId: user, username: user, password: system.passwords.get('probe') ?? '', reconnectPeriod: 0 },
  });
  const kept = samples.map(({ ts, water }) => ({ ts, values: { water_temperature: water } }));
  await client.publishAsync('fw/v1/mine/probe/readings', JSON.stringify(kept), { qos: 1 });
  const now = { values: { water_temperature: 38.6 } };
  await client.publishAsync('fw/v1/mine/probe/readings', JSON.stringify(now), { qos: 1 });
  await client.endAsync();
}

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
  test('a history shows what was bad, what is missing and the alarm, which leads to its page', async () => {
    const system = await startTestSystem({ registry: bathhouse, clock: systemClock(), users: [operator] });
    const end = Math.floor(Date.now() / EVERY) * EVERY;
    const ago = (ts: number) => (end - ts) / HOUR;
    const times = Array.from({ length: (20 * HOUR) / EVERY }, (_, index) => end - 20 * HOUR + index * EVERY);
    await tell(
      system,
      times
        // Nothing for two hours; an hour of values that water cannot have.
        .filter((ts) => ago(ts) <= 8 || ago(ts) > 10)
        .map((ts) => ({ ts, water: ago(ts) <= 4 && ago(ts) > 3 ? 300 : 42 })),
    );
    const { page, words, signIn } = await open({ url: system.url });
    await signIn(operator);
    await page.goto(`${system.url}/sites/mine/points/pool/history/water_temperature`);
    const plot = page.locator('.history-plot');
    await plot.waitFor();
    const alarm = page.locator('.history-alarm', { hasText: '水温低' });
    await alarm.waitFor();

    // Read out bucket by bucket, from now into the past: first the bad hour, then the gap.
    const heard: string[] = [];
    const status = page.locator('.history-chart [role=status]');
    while (heard.length < 400 && !heard.at(-1)?.includes(words.history.at.missing)) {
      await plot.press('Shift+ArrowLeft');
      heard.push(await status.innerText());
    }
    const bad = heard.filter((text) => text.includes(words.history.at.bad));
    expect(bad.length).toBeGreaterThan(0);
    expect(bad.some((text) => text.includes('300'))).toBe(true);
    expect(heard.at(-1)).toContain('—');

    await alarm.click();
    const [row] = system.rows("SELECT id FROM alarm WHERE rule = 'base.water'");
    await page.waitForURL(`**/sites/mine/alarms/${String(row?.['id'])}`);
    await page.getByText('到泵房看蒸汽阀开没开').waitFor();
  });

  test('a shift is recorded on a phone, through its form, and kept with who did it', async () => {
    const openingHours = [{ from: '00:00', to: '24:00' }];
    const registry = { ...bathhouse, openingHours };
    const system = await startTestSystem({ registry, clock: systemClock(), users: [operator] });
    await tell(system, [{ ts: Date.now() - EVERY, water: 42 }]);
    const { page, words, signIn } = await open({ url: system.url, ...PHONE });
    await signIn(operator);
    const day = Temporal.Now.plainDateISO('Asia/Shanghai').toString();
    await page.goto(`${system.url}/sites/mine/records/bath/${day}/0000`);
    const handIn = page.getByRole('button', { name: new RegExp(`^${words.recordPage.handIn}`) });
    await handIn.waitFor();
    await page.getByRole('button', { name: '浑', exact: true }).tap();
    await page.getByRole('button', { name: '补水', exact: true }).tap();
    // A phone that was in a pocket loads its pages anew.
    await page.reload();
    await page.getByRole('button', { name: '浑', exact: true, pressed: true }).waitFor();
    await handIn.tap();
    // A finding has to be explained.
    await page.getByText('水清澈要写明情况').waitFor();
    await page.getByLabel(words.recordPage.note).fill('已加药 <b>');
    await handIn.tap();
    await page.locator('.shift-record').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.viewport.width);
    const [row] = system.rows('SELECT * FROM shift_record');
    expect(JSON.stringify(row)).toContain('已加药 <b>');
    expect(JSON.stringify(row)).toContain(operator.post);
  });
});
