import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type BrowserContextOptions, type Cookie } from 'playwright-core';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { WallLinkCreated, type WallLinkBody } from '../contract/access.ts';
import { ShiftList } from '../contract/record.ts';
import { findProgram } from '../test/parts.ts';

/**
 * Takes the pictures of the README and of docs/ from the running demo: all, or those named as arguments. Needs Chromium
 * and, for the Chinese ones, a CJK font.
 */
const ROOT = join(import.meta.dirname, '..');
const IMAGES = join(ROOT, 'docs', 'images');
/** The mixing valve of the women's shower fails after a minute and is mended after two. */
const PATIENCE = 300_000;
const DESK: BrowserContextOptions = { viewport: { width: 1389, height: 868 }, locale: 'zh-CN', colorScheme: 'light' };
const HAND: BrowserContextOptions = {
  ...{ viewport: { width: 390, height: 844 }, locale: 'zh-CN', colorScheme: 'light' },
  ...{ isMobile: true, hasTouch: true },
};
const WALL: BrowserContextOptions = { viewport: { width: 1920, height: 1080 }, locale: 'zh-CN', deviceScaleFactor: 1 };

/** Where the pages that are no site's own lie, and what of the demo they show. */
interface Places {
  /** Of the site: its pages lie below. */
  readonly site: string;
  readonly wall: string;
  /** The men's shift that runs. */
  readonly shift: string;
}

interface Picture {
  readonly file: string;
  readonly at: (places: Places) => string;
  /** Visible when there is something to be seen. */
  readonly shows: string;
  readonly look: BrowserContextOptions;
}

/** The scald alarm comes last of those that stand together: when it is there, the others are. */
const CRITICAL = '[data-priority="1"]';
/** What stands for a minute only comes first. */
const PICTURES: readonly Picture[] = [
  { file: 'wall.png', at: ({ wall }) => wall, shows: '.wall-alarm.solid', look: WALL },
  { file: 'overview.png', at: ({ site }) => site, shows: `.strip-item${CRITICAL}`, look: DESK },
  {
    file: 'overview-dark-en.png',
    at: ({ site }) => site,
    shows: `.strip-item${CRITICAL}`,
    look: { ...DESK, locale: 'en', colorScheme: 'dark' },
  },
  { file: 'alarms.png', at: ({ site }) => `${site}/alarms`, shows: `.response${CRITICAL}`, look: DESK },
  { file: 'phone.png', at: ({ site }) => `${site}/alarms`, shows: `.response${CRITICAL}`, look: HAND },
  {
    file: 'history.png',
    at: ({ site }) => `${site}/points/mens-pool/history/water_temperature`,
    shows: '.history-chart canvas',
    look: DESK,
  },
  { file: 'devices.png', at: ({ site }) => `${site}/devices`, shows: '.device-table tbody tr', look: DESK },
  {
    file: 'register.png',
    at: ({ site }) => `${site}/records?area=mens-bath`,
    shows: '.sheet-table',
    look: DESK,
  },
  { file: 'shift-form.png', at: ({ shift }) => shift, shows: '.shift-tile-figure', look: HAND },
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

interface Entered {
  readonly places: Places;
  readonly cookies: Cookie[];
}

/** The link works once: its session serves all pictures. */
async function enter(browser: Browser, link: string): Promise<Entered> {
  const context = await browser.newContext({ locale: 'zh-CN' });
  const page = await context.newPage();
  await page.goto(link);
  await page.waitForURL('**/sites/*');
  const site = page.url();
  const { origin, pathname } = new URL(site);
  const api = `${origin}/api${pathname}`;
  const ask = async <Schema extends TSchema>(answer: Schema, path: string, data?: WallLinkBody) => {
    const response = await (data === undefined
      ? context.request.get(api + path)
      : context.request.post(api + path, { data, headers: { origin } }));
    return Compile(answer).Parse(await response.json());
  };
  const layout = { areas: null, inches: 75, metres: 3 };
  const { token } = await ask(WallLinkCreated, '/walls', { name: '调度室', layout, days: 1, reason: null });
  const [shift] = (await ask(ShiftList, '/areas/mens-bath/shifts')).shifts;
  if (shift === undefined) throw new Error('the demo has no shift');
  const cookies = await context.cookies();
  await context.close();
  return {
    places: {
      site,
      wall: `${origin}/wall#${token}`,
      shift: `${site}/records/mens-bath/${shift.day}/${shift.from.replace(':', '')}`,
    },
    cookies,
  };
}

async function take(browser: Browser, { places, cookies }: Entered, { file, at, shows, look }: Picture) {
  // What blinks is drawn steady; 1.5 keeps letters sharp and files small.
  const context = await browser.newContext({ deviceScaleFactor: 1.5, reducedMotion: 'reduce', ...look });
  // A wall comes with its link alone.
  if (look !== WALL) await context.addCookies(cookies);
  const page = await context.newPage();
  await page.goto(at(places));
  await page.locator(shows).first().waitFor({ timeout: PATIENCE });
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  // Charts and lists that come after it.
  await page.waitForLoadState('networkidle');
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
  const named = process.argv.slice(2);
  for (const picture of PICTURES) {
    if (named.length > 0 && !named.includes(picture.file)) continue;
    await take(browser, entered, picture);
    process.stdout.write(`${join('docs', 'images', picture.file)}\n`);
  }
} finally {
  await browser.close();
  await demo.stop();
}
