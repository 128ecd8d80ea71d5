import { chromium, type Page } from 'playwright-core';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { buildClient } from '../browser/built-client.ts';
import { findProgram } from '../parts.ts';
import type { Effort } from './effort.ts';
import { SESSION, siteOf } from './fleet.ts';
import { startLoader, startOurs } from './processes.ts';
import { one, times, type Result } from './result.ts';

const METRICS = 20;
/** ms; on a busy machine a page of this size takes its time to open. */
const PATIENCE = 120_000;

/** Times (ms) of a click, as the page itself sees them. */
const Clicks = Type.Array(Type.Object({ panel: Type.Number(), next: Type.Number() }));

/**
 * Runs in the page. From the click's own time to the frame that shows what was asked for: `panel` is the first one
 * with the point's panel in it, `next` the first one at all.
 */
const WATCH = `
  window.clicks = [];
  addEventListener('click', ({ timeStamp, target }) => {
    if (target.closest('a.row') === null) return;
    const told = {};
    const afterFrame = (tell) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => tell(performance.now() - timeStamp);
      port2.postMessage(null);
    });
    const done = () => { if (told.panel && told.next) window.clicks.push(told); };
    afterFrame((ms) => { told.next = ms; done(); });
    const look = () => {
      const heading = document.querySelector('.overview.beside aside h2');
      if (heading?.textContent?.trim() === target.closest('a.row').querySelector('.row-title').textContent.trim())
        afterFrame((ms) => { told.panel = ms; done(); });
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, { capture: true });`;

/** Somebody at the overview of a site with 1,000 points that report every ten seconds, who opens one after the other. */
export async function page({ quick }: Effort, note: (line: string) => void): Promise<Result[]> {
  const program = findProgram('chromium');
  if (program === undefined) {
    note('no Chromium here');
    return [];
  }
  buildClient();
  const [devices, areas, clicks] = quick ? [5, 5, 3] : [50, 40, 40];
  const server = await startOurs({ devices, areas, metrics: METRICS, doors: 0, interval: 10 });
  const browser = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
  try {
    const loader = await startLoader({ port: server.port, devices, metrics: METRICS });
    await loader.run({ job: 'burst', messages: 1 });
    const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1389, height: 868 } });
    await context.addCookies([{ name: 'fw_session', value: SESSION, url: server.url }]);
    await context.addInitScript(WATCH);
    context.setDefaultTimeout(PATIENCE);
    const shown = await context.newPage();
    const from = performance.now();
    await shown.goto(`/sites/${siteOf(0)}`);
    const rows = shown.locator('a.row');
    await rows.nth(devices * METRICS - 1).waitFor({ state: 'attached' });
    const opened = performance.now() - from;
    let reporting = true;
    const reports = (async () => {
      while (reporting) await loader.run({ job: 'pace', rate: devices / 10, seconds: 2 });
    })();
    // Told below; a click that fails is told instead.
    reports.catch(() => undefined);
    const seen = await openOneAfterTheOther(shown, clicks).finally(() => (reporting = false));
    await reports;
    await loader.stop();
    const of = `${devices * METRICS} points on a page`;
    return [
      one(`${of}: opened, all rows there`, 'ms', opened),
      times(
        `${of}: a click, until the point's panel is painted`,
        seen.map(({ panel }) => panel),
        200,
      ),
      times(
        `${of}: a click, until anything is painted`,
        seen.map(({ next }) => next),
      ),
    ];
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Clicks rows that lie in sight, each another one than before. */
async function openOneAfterTheOther(shown: Page, clicks: number): Promise<{ panel: number; next: number }[]> {
  const rows = shown.locator('a.row');
  for (let click = 0; click < clicks; click += 1) {
    // Where it lies, as a hand does it: a locator's own click first waits until nothing moves.
    const box = await rows.nth(click % 12).boundingBox();
    if (box === null) throw new Error('a row of the page has no place');
    await shown.mouse.click(box.x + box.width / 3, box.y + box.height / 2);
    // Asked from outside: the page's own rules let nothing be evaluated within it.
    while (Number(await shown.evaluate('window.clicks.length')) <= click)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const seen: unknown = await shown.evaluate('window.clicks');
  if (!Check(Clicks, seen)) throw new TypeError(`not understood: ${JSON.stringify(seen)}`);
  return seen;
}
