import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { en } from '../../dashboard/client/i18n/en.ts';
import { zh } from '../../dashboard/client/i18n/zh.ts';
import type { TestUser } from '../integration/system.ts';
import { findProgram } from '../parts.ts';
import { PATIENCE } from '../patience.ts';

/** Undefined: there is no Chromium on this machine. */
export const chromiumPath = findProgram('chromium');

export const WORDS = { 'zh-CN': zh, en };

/** A container's root has no sandbox to offer, and its shared memory is small. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath ?? '',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}

export interface Person {
  readonly page: Page;
  readonly words: (typeof WORDS)[keyof typeof WORDS];
  /** What the browser complained about: errors on the console, uncaught exceptions, broken rules of the CSP, dialogs. */
  readonly complaints: string[];
  signIn(user: Pick<TestUser, 'username' | 'password'>): Promise<void>;
}

interface PersonOptions extends Pick<
  BrowserContextOptions,
  'viewport' | 'colorScheme' | 'contrast' | 'isMobile' | 'hasTouch'
> {
  readonly url: string;
  readonly language?: keyof typeof WORDS;
  /** Complaints that belong to what the test does, such as a server that is gone. */
  readonly expected?: RegExp;
}

/** Somebody with a browser of their own. A browser that complained fails the test, whatever else it proved. */
export async function openPerson(
  browser: Browser,
  { url, language = 'zh-CN', expected, ...context }: PersonOptions,
): Promise<Person> {
  const own = await browser.newContext({
    baseURL: url,
    locale: language,
    viewport: { width: 1389, height: 868 },
    ...context,
  });
  own.setDefaultTimeout(PATIENCE.timeout);
  const complaints: string[] = [];
  await own.addInitScript(`
    addEventListener('securitypolicyviolation', (violation) => {
      console.error('CSP: ' + violation.violatedDirective + ' ' + violation.blockedURI);
    });`);
  const page = await own.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  onTestFinished(async () => {
    await own.close();
    expect(complaints.filter((complaint) => expected?.test(complaint) !== true)).toEqual([]);
  });

  const words = WORDS[language];
  return {
    page,
    words,
    complaints,
    async signIn({ username, password }) {
      await page.goto('/');
      await page.getByLabel(words.signIn.username, { exact: true }).fill(username);
      await page.getByLabel(words.signIn.password, { exact: true }).fill(password);
      await page.getByRole('button', { name: words.signIn.submit, exact: true }).click();
      await page
        .locator('.live-sign.wide[data-stage="live"], .live-sign.narrow[data-stage="live"]')
        .first()
        .waitFor({ state: 'attached' });
    },
  };
}

/** A text of the catalogue with its gaps filled. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap));
}
