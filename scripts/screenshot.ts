import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type BrowserContextOptions, type Cookie } from 'playwright-core';
import { findProgram } from '../test/parts.ts';

/** Takes the pictures of the README from the running demo. Needs Chromium and, for the Chinese ones, a CJK font. */
const ROOT = join(import.meta.dirname, '..');
const IMAGES = join(ROOT, 'docs', 'images');
/** The mixing valve of the women's shower fails after a minute and is mended after two. */
const PATIENCE = 180_000;
const DESK = { width: 1389, height: 868 };
const PHONE = { width: 390, height: 844 };

interface Picture {
  readonly file: string;
  /** Below the site's own page. */
  readonly path: string;
  /** Visible when there is something to be seen. */
  readonly shows: string;
  readonly look: BrowserContextOptions;
}

/** The scald alarm comes last of those that stand together: when it is there, the others are. */
const CRITICAL = '[data-priority="1"]';
const PICTURES: readonly Picture[] = [
  {
    file: 'overview.png',
    path: '',
    shows: `.strip-item${CRITICAL}`,
    look: { locale: 'zh-CN', viewport: DESK, colorScheme: 'light' },
  },
  {
    file: 'overview-dark-en.png',
    path: '',
    shows: `.strip-item${CRITICAL}`,
    look: { locale: 'en', viewport: DESK, colorScheme: 'dark' },
  },
  {
    file: 'alarms.png',
    path: '/alarms',
    shows: `.response${CRITICAL}`,
    look: { locale: 'zh-CN', viewport: DESK, colorScheme: 'light' },
  },
  {
    file: 'phone.png',
    path: '/alarms',
    shows: `.response${CRITICAL}`,
    look: { locale: 'zh-CN', viewport: PHONE, isMobile: true, hasTouch: true, colorScheme: 'light' },
  },
];

/** Starts the demo; resolves with its sign-in link. */
async function startDemo() {
  const args = ['app/launch.mjs', 'demo', '--http-port', '0', '--mqtt-port', '0'];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.kill('SIGINT');
    await ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const link = /http:\S+\/enter#\S+/.exec(line)?.[0];
    if (link !== undefined) return { link, stop };
  }
  throw new Error('the demo ended before it was ready');
}

/** The link works once: its session serves all pictures. */
async function enter(browser: Browser, link: string): Promise<{ site: string; cookies: Cookie[] }> {
  const context = await browser.newContext({ locale: 'zh-CN' });
  const page = await context.newPage();
  await page.goto(link);
  await page.waitForURL('**/sites/*');
  const site = page.url();
  const cookies = await context.cookies();
  await context.close();
  return { site, cookies };
}

async function take(
  browser: Browser,
  { site, cookies }: { site: string; cookies: Cookie[] },
  { file, path, shows, look }: Picture,
) {
  // What blinks is drawn steady; 1.5 keeps letters sharp and files small.
  const context = await browser.newContext({ ...look, deviceScaleFactor: 1.5, reducedMotion: 'reduce' });
  await context.addCookies(cookies);
  const page = await context.newPage();
  await page.goto(`${site}${path}`);
  await page.locator(shows).first().waitFor({ timeout: PATIENCE });
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await page.screenshot({ path: join(IMAGES, file) });
  await context.close();
}

const executablePath = findProgram('chromium');
if (executablePath === undefined)
  throw new Error('Pictures need Chromium. On Debian: apt-get install chromium fonts-noto-cjk');
mkdirSync(IMAGES, { recursive: true });
const demo = await startDemo();
// Without a click a browser keeps alarm sounds off, and the page says so: not what is to be shown.
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
});
try {
  const entered = await enter(browser, demo.link);
  for (const picture of PICTURES) {
    await take(browser, entered, picture);
    process.stdout.write(`${join('docs', 'images', picture.file)}\n`);
  }
} finally {
  await browser.close();
  await demo.stop();
}
