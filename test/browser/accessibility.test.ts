import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { startTestSystem } from '../integration/system.ts';
import { bathhouse, operator, publishWater } from './bathhouse.ts';
import { buildClient } from './built-client.ts';
import { chromiumPath, launchChromium, openPerson, type Person } from './person.ts';

const MIN = 60_000;
const Verdict = Type.Object({
  passes: Type.Array(Type.Unknown(), { minItems: 1 }),
  violations: Type.Array(
    Type.Object({
      id: Type.String(),
      nodes: Type.Array(Type.Object({ html: Type.String(), failureSummary: Type.String() })),
    }),
  ),
});

/** What breaks WCAG 2.2 at level AA on the page as it is, one line each. */
async function barriers({ page }: Person): Promise<string[]> {
  // The CSP lets no script in by a tag; this goes by the debugger.
  await page.evaluate(axe.source);
  const found: unknown = await page.evaluate(`axe
    .run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`);
  return Value.Parse(Verdict, found).violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary.split('\n')[1] ?? ''}`),
  );
}

let browser: Browser | undefined;
beforeAll(async () => {
  if (chromiumPath === undefined) return;
  buildClient();
  browser = await launchChromium();
}, 5 * MIN);
afterAll(() => browser?.close());

describe.skipIf(chromiumPath === undefined)('nothing keeps anybody out', { timeout: 2 * MIN }, () => {
  const looks = [
    { look: 'light, on the desk', options: { colorScheme: 'light' } },
    { look: 'dark, in English', options: { colorScheme: 'dark', language: 'en' } },
    { look: 'high contrast', options: { contrast: 'more' } },
    { look: 'on a phone', options: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } },
  ] as const;

  test.each(looks)('$look', async ({ options }) => {
    if (browser === undefined) return;
    const system = await startTestSystem({ registry: bathhouse, clock: systemClock(), users: [operator] });
    const person = await openPerson(browser, { url: system.url, ...options });
    const { page, words } = person;
    await page.goto('/sign-in');
    await page.getByRole('button', { name: words.signIn.submit, exact: true }).waitFor();
    expect(await barriers(person)).toEqual([]);

    await person.signIn(operator);
    await publishWater(system, 'probe', 38.6);
    await publishWater(system, 'other', 52);
    await page.locator('.strip-item[data-priority="1"]').waitFor();
    await page.locator('.strip-item[data-priority="2"]').waitFor();
    expect(await barriers(person)).toEqual([]);
    await page.locator('a.row').first().click();
    await page.getByText(words.point.chart).first().waitFor();
    expect(await barriers(person)).toEqual([]);
    await page.goto('/sites/mine/alarms');
    await page.locator('.response').waitFor();
    expect(await barriers(person)).toEqual([]);
    await page.goto('/sites/mine/devices');
    await page
      .locator('#main')
      .getByText(/大池探头|Large pool probe/)
      .first()
      .waitFor();
    expect(await barriers(person)).toEqual([]);
  });
});
