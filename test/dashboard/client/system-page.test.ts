import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StorageView } from '../../../contract/storage.ts';
import { answerInstead, ok } from './answers.ts';
import { chromiumPath, PHONE, startBrowser, type TestBrowser, violations } from './browser.ts';
import { startSample } from './mock-server.ts';
import { SITE } from './sample-alarms.ts';

const WORDS = 'unauthorized access <b>to</b> bucket "facility-watch"';

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  let screens: TestBrowser;
  let server: Awaited<ReturnType<typeof startSample>>;
  beforeAll(async () => {
    screens = await startBrowser();
    server = await startSample({ clientDir: screens.clientDir, port: 0 });
  });
  afterAll(async () => {
    await screens.close();
    await server.close();
  });

  test('the page of the system says what InfluxDB refuses, in its words, and how much waits for it', async () => {
    const view: StorageView = {
      storing: true,
      waiting: 12_345,
      cap: 2_000_000,
      oldestAt: Date.now() - 8 * 60_000,
      store: {
        state: 'refuses',
        words: WORDS,
        rejects: 'input field "fan_running" is type string',
        rejectsRecords: null,
        generation: 2,
        version: 'v2.7.12',
        readings: 40,
        isolated: 2,
        tooOld: 1,
        recordsRejected: 5,
        recordsTooOld: 6,
        batches: { written: 9, unreachable: 1, busy: 2, refused: 0, invalid: 0, failed: 0 },
        failures: 3,
        lastWriteAt: null,
        lastTook: 0,
        recordsWaiting: 7,
      },
    };
    const page = await screens.visit(server, `/sites/${SITE}/system`, {
      ...PHONE,
      user: 'operator',
      prepare: (context) => answerInstead(context, ['/storage'], () => ok(view)),
    });
    const fact = (name: string) => page.locator(`[data-fact="${name}"]`).textContent();
    await page.getByText('拒收', { exact: true }).waitFor();
    expect(await fact('kind')).toBe('InfluxDB v2.7.12');
    expect(await fact('words')).toBe(WORDS);
    expect(await fact('waiting')).toMatch(/^12,345 条读数（上限 2,000,000），最早一条/);
    expect(await fact('rejects')).toBe('input field "fan_running" is type string');
    expect(await fact('records-rejected')).toContain('本系统里都在');
    expect(await fact('failures')).toMatch(/^3\s+\(连不上 1 · 太忙 2\)/);
    expect(await violations(page)).toEqual([]);
  });
});
