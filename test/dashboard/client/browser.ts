import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { UserRole } from '../../../contract/account.ts';
import type { Accounts } from '../../../dashboard/server/ports.ts';
import { buildClientInto } from '../../browser/built-client.ts';
import { findProgram } from '../../parts.ts';

export { violations } from './axe.ts';
import { PATIENCE } from '../../patience.ts';

/** Undefined: there is no Chromium on this machine. */
export const chromiumPath = findProgram('chromium');
/** Of pages that follow their site live. */
export const LIVE = '.live-sign[data-stage="live"]:visible';
export const PHONE = { width: 390, height: 844 };

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

interface Visit extends BrowserContextOptions {
  readonly user: UserRole;
  readonly prepare?: (context: BrowserContext) => Promise<void>;
}

/** The client as it is served, and a browser to see it in. */
export async function startBrowser() {
  const clientDir = mkdtempSync(join(tmpdir(), 'fw-client-'));
  buildClientInto(clientDir);
  const browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: FLAGS });
  /** What the pages complained about: blocked by the policy, thrown, or logged as an error. */
  const complaints: string[] = [];

  /** Pages that nobody looks at, by what they were opened with: a new one reads and compiles all scripts anew. */
  const spare = new Map<string, Page[]>();
  const inUse = new Map<Page, string>();

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const look = JSON.stringify(options);
    const page = spare.get(look)?.pop() ?? (await openAlone(options));
    inUse.set(page, look);
    return page;
  }

  /** A page that is thrown away after its test: for those that change what a page keeps, its clock or its scripts. */
  async function openAlone(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({
      locale: 'zh-CN',
      viewport: { width: 1389, height: 868 },
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(PATIENCE.timeout);
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    return page;
  }

  /** As a stranger's. */
  async function wipe(page: Page): Promise<void> {
    const context = page.context();
    await Promise.all([page.unrouteAll(), context.unrouteAll(), context.clearCookies()]);
    await page.evaluate('localStorage.clear(); sessionStorage.clear()');
    await page.goto('about:blank');
  }

  return {
    clientDir,
    complaints,
    open,
    openAlone,
    /** A page of somebody who came by a one-time link, live on the overview. */
    async enter(
      server: { link(username: string): string },
      user: UserRole,
      options: BrowserContextOptions = {},
    ): Promise<Page> {
      const page = await open(options);
      await page.goto(server.link(user));
      await page.locator(LIVE).first().waitFor();
      return page;
    },
    /** A page of somebody who is signed in already, live; `prepare` is done before it is loaded. */
    async visit(
      server: { readonly url: string; readonly accounts: Pick<Accounts, 'openSession'> },
      path: string,
      { user, prepare, ...options }: Visit,
    ): Promise<Page> {
      const page = await open(options);
      const { token } = await server.accounts.openSession(user);
      await page.context().addCookies([{ name: 'fw_session', value: token, url: server.url }]);
      await prepare?.(page.context());
      await page.goto(server.url + path);
      await page.locator(LIVE).first().waitFor();
      return page;
    },
    /** Takes every page away from whoever looked at it, and forgets what they complained about. */
    async clear(): Promise<void> {
      for (const [page, look] of inUse) {
        await wipe(page);
        spare.set(look, [...(spare.get(look) ?? []), page]);
      }
      inUse.clear();
      const kept = new Set([...spare.values()].flat().map((page) => page.context()));
      await Promise.all(browser.contexts().flatMap((context) => (kept.has(context) ? [] : [context.close()])));
      complaints.length = 0;
    },
    async close(): Promise<void> {
      await browser.close();
      rmSync(clientDir, { recursive: true });
    },
  };
}

export type TestBrowser = Awaited<ReturnType<typeof startBrowser>>;

/** Focus goes where it belongs after what it belongs to is drawn. */
export async function expectFocus(where: Locator): Promise<void> {
  await expect.poll(() => where.evaluate((element) => element === document.activeElement)).toBe(true);
}

/** From here on the page's clock goes only where the test moves it: however slow the machine, no moment is missed. */
export async function holdTime(page: Page): Promise<void> {
  await page.clock.pauseAt(Number(await page.evaluate('Date.now()')) + 1_000);
}
