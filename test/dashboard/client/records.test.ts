import { bucketsOf } from '../../../dashboard/client/record/figures.ts';
import { edgesOf, resolutionFor } from '../../../ingest/history/resolution.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chromiumPath, LIVE, PHONE, startBrowser, type TestBrowser, violations } from './browser.ts';
import { startSample } from './mock-server.ts';
import { SITE } from './sample-alarms.ts';
import { ofRoom, ofThreeShifts, SampleRecords } from './sample-records.ts';

const RECORDS = `/sites/${SITE}/records?area=men`;
const FORM = `/sites/${SITE}/records/men/2026-11-24/1400`;
let screens: TestBrowser;
let server: Awaited<ReturnType<typeof startSample>>;
let sample: SampleRecords;

test('whenever a shift begins, its first figures begin with it', () => {
  const day = 86_400_000;
  for (const [minute, length] of [
    [840, 300],
    [845, 415],
    [1_320, 480],
    [0, 1_440],
    [361, 59],
    [7, 1],
  ] as const) {
    const shift = { start: 20_000 * day + minute * 60_000, end: 20_000 * day + (minute + length) * 60_000 };
    const span = { from: shift.start, to: shift.end };
    const { level, width } = resolutionFor(span, { pixels: bucketsOf(shift), rawUpTo: 3 * day, rawSince: 0 });
    expect([level, edgesOf(span, width)[0]]).toEqual(['raw', shift.start]);
  }
});

describe.skipIf(chromiumPath === undefined)('records, in Chromium', () => {
  beforeAll(async () => {
    screens = await startBrowser();
  });
  afterAll(() => screens.close());
  beforeEach(async () => {
    server = await startSample({ clientDir: screens.clientDir });
    sample = new SampleRecords();
  });
  afterEach(async () => {
    await screens.clear();
    await server.close();
  });

  test('a form filled in without a connection survives the page, and is handed in by itself, once', async () => {
    const page = await screens.enter(server, 'operator', { viewport: PHONE, hasTouch: true, isMobile: true });
    await sample.answer(page.context());
    await page.goto(server.url + FORM);
    const figures = (point: string) =>
      page.locator('.shift-tiles li', { hasText: point }).locator('.shift-tile-figure').allInnerTexts();
    await page.getByText('自动填，14:00–14:20').waitFor();
    expect(await figures('大池')).toEqual(['低 38.4', '高 44.0', '缺测 2 分']);
    expect(await figures('排风机')).toEqual(['停 3 分', '缺测 2 分']);
    expect(sample.asked.map((query) => query.get('series')?.split(',').length)).toEqual([5]);
    expect(await violations(page), 'the form').toEqual([]);
    const choice = (name: string) => page.getByRole('button', { name, exact: true });
    await choice('浑').click();
    await choice('补水').click();
    // What nobody has filled in is not checked; a finding has to be explained.
    await page.getByRole('button', { name: /^交记录/ }).click();
    await page.getByText('水清澈要写明情况').waitFor();
    await page.getByLabel('备注').fill('已加药');
    sample.away = true;
    await page.context().setOffline(true);
    await page.getByRole('button', { name: /^交记录/ }).click();
    await page.getByText('已存在手机').waitFor();
    expect(sample.handedIn).toEqual([]);

    sample.away = false;
    // The browser says that it is back, and the form needs nobody to press anything.
    await page.context().setOffline(false);
    await page.locator('.shift-record').waitFor();
    expect(sample.handedIn).toMatchObject([
      {
        shift: { day: '2026-11-24', from: '14:00' },
        checks: { odour: null, clarity: 'cloudy', showerFirst: null, waterChange: 'top_up', disinfection: null },
        note: '已加药',
        corrects: null,
      },
    ]);
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('fw.shift.')))).toEqual(
      [],
    );
    // Somebody else's: it can be reviewed here.
    await page.getByRole('button', { name: '复核' }).click();
    await page.getByText('值班岗 1 复核').waitFor();

    // Where the past cannot be told, the tiles show what is now.
    sample.forgetful = true;
    await page.goto(server.url + FORM);
    await page.getByText('这一班已经有人交了').waitFor();
    await page.locator('.shift-tiles', { hasText: '38.6' }).waitFor();
    await expect.poll(() => sample.asked.length).toBe(2);
    expect(await page.locator('.shift-measured').innerText()).toContain('现在，自动填');
    expect(await figures('大池')).toEqual([]);
  });

  test('there is no form for a shift that never was, and the page says why', async () => {
    const page = await screens.enter(server, 'operator', { viewport: PHONE, hasTouch: true, isMobile: true });
    await sample.answer(page.context());
    const said = async (shift: string) => {
      await page.goto(`${server.url}/sites/${SITE}/records/men/${shift}`);
      const sentence = await page.locator('.gone h2').innerText();
      expect(await page.locator('form, .shift-foot').count()).toBe(0);
      return sentence;
    };
    expect(await said('2020-01-01/1400')).toBe('这一班是 62 天以前的，不能再记');
    expect(await said('2026-11-26/1400')).toBe('这一班还没有开始');
    expect(await said('2026-11-20/0315')).toBe('这个区域没有这一班');
    expect(await said('2026-11-18/1400')).toBe('这一班在开始监测以前（2026-11-19 08:00 起监测），没有东西可记');
    // One that began before and ended after it has its form.
    for (const shift of [FORM, `/sites/${SITE}/records/men/2026-11-19/0600`]) {
      await page.goto(server.url + shift);
      await page.locator('.shift-foot').waitFor();
    }
  });

  test('the register on a desk, its shifts, and its paper', async () => {
    const page = await screens.enter(server, 'viewer');
    await sample.answer(page.context());
    await page.goto(server.url + RECORDS);
    await page.locator('.sheet-table').first().waitFor();
    await page.locator(LIVE).first().waitFor();
    expect(await violations(page), 'the register').toEqual([]);
    const row = page.locator('.sheet-scroll tbody', { hasText: '11-24' });
    expect(await row.locator('.broken').allInnerTexts()).toEqual(['↓38.4', '93.0', '21']);
    // It changed since it was printed: where, and from what.
    const revised = page.locator('.sheet-scroll tbody', { hasText: '11-18' }).locator('.revised');
    expect(await revised.evaluateAll((cells) => cells.map((cell) => cell.getAttribute('title')))).toEqual([
      '原 不足',
      '原 63.3',
    ]);
    await page.locator('.sheet-version', { hasText: '第 2 版，未留存' }).waitFor();
    // The gap of both stands once; where only the probe in the water was silent, the room's figures stand below it.
    const gaps = page.locator('.sheet-scroll .sheet-gap');
    expect(await gaps.allInnerTexts()).toEqual(['缺测 300 分，设备失联', '缺测 300 分，传感器不可信']);
    expect(await gaps.evaluateAll((cells) => cells.map((cell) => cell.getAttribute('rowspan')))).toEqual(['2', '1']);
    const day = (date: string) => page.locator('.sheet-scroll tbody', { hasText: date });
    expect(await day('11-21').locator('tr.room td').first().innerText()).toBe('25.2');
    expect(await day('11-23').locator('.broken').allInnerTexts()).toEqual(['12', '12']);
    const tile = async (name: string) =>
      (await page.locator('.sheet-tiles > div:visible', { hasText: name }).innerText()).replace(/\s+/g, ' ').trim();
    expect(await Promise.all(['水越限', '室越限', '烫伤', '排气停'].map(tile))).toEqual([
      ...['水越限 1 次 21 分', '室越限 0 次 0 分', '烫伤 /', '排气停 24 分'],
    ]);
    const notes = await page.locator('.sheet-below .sheet-notes').innerText();
    expect(notes).toContain('11-24 中班 15:02 ▲2 水温低 38.4 ℃，21 分，值班岗 1 15:08 确认（6 分）');
    expect(notes).toContain('■3 二氧化碳高 1800 ppm，40 分，值班岗 2 11-26 09:10 确认（880 分）');
    expect(notes).toContain('未逐条列出：水 本系统未运行 7 段 61 分');
    expect(await page.locator('.sheet-scroll tbody', { hasText: '11-15' }).locator('.sheet-remarks').innerText()).toBe(
      '采暖季起',
    );
    await row.locator('.sheet-open').nth(1).click();
    // What somebody typed is shown as it was typed.
    await page.locator('.sheet-panel', { hasText: '<b>开蒸汽阀</b>' }).waitFor();
    expect(await violations(page), 'a shift beside it').toEqual([]);

    await page.emulateMedia({ media: 'print' });
    await page.evaluate('document.fonts.ready.then(() => null)');
    const paper = page.locator('.sheet-paper');
    expect(await paper.isVisible()).toBe(true);
    expect(await page.locator('.side-nav').isVisible()).toBe(false);
    expect(await paper.innerText()).toContain('校验 7F3A41C2');
    // After twelve figures and two shifts of the fan: scald, which nothing judged.
    expect(await paper.locator('.sheet-total tr.water td').nth(14).innerText()).toBe('/');
    const pages = (await page.pdf({ preferCSSPageSize: true })).toString('latin1').match(/\/Type \/Page\b/g);
    // With so many notes, what has changed since it was given out takes another page.
    expect(pages).toHaveLength(2);
  });

  test.each(['zh-CN', 'en'])(
    'the register of three shifts lies within its frame and on its paper, in %s',
    async (locale) => {
      const page = await screens.enter(server, 'viewer', { locale, viewport: { width: 1_440, height: 900 } });
      sample.sheet = ofThreeShifts(sample.sheet);
      await sample.answer(page.context());
      await page.goto(server.url + RECORDS);
      await page.locator('.sheet-scroll .sheet-table').waitFor();
      await page.evaluate('document.fonts.ready.then(() => null)');
      const beyond = (box: string) =>
        page.locator(box).evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
      expect(await beyond('.sheet-scroll')).toBeLessThanOrEqual(0);
      await page.emulateMedia({ media: 'print' });
      const pages = (await page.pdf({ preferCSSPageSize: true })).toString('latin1').match(/\/Type \/Page\b/g);
      expect(pages).toHaveLength(1);
    },
  );

  test('in English, on a phone, a room without water has its register', async () => {
    const options = { viewport: PHONE, hasTouch: true, isMobile: true, locale: 'en' } as const;
    const page = await screens.enter(server, 'viewer', options);
    sample.sheet = ofRoom(sample.sheet);
    await sample.answer(page.context());
    await page.goto(`${server.url}${RECORDS}&view=sheet`);
    await page.locator('.sheet-scroll .sheet-table').waitFor();
    expect(await violations(page), 'the register of a room').toEqual([]);
    expect(await page.locator('.sheet-scroll tr.water').count()).toBe(0);
    const row = page.locator('.sheet-scroll tbody', { hasText: '11-20' });
    expect((await row.locator('td').allInnerTexts()).slice(6)).toEqual([
      ...['Missing 300 min: device offline', '/', '/', 'Late gap'],
    ]);
    const tiles = (await page.locator('.sheet-tiles').first().innerText()).replace(/\s+/g, ' ');
    expect(tiles).toContain('Room out of band 0 times 0 min');
    expect(tiles).not.toMatch(/Water|Scald|Exhaust/);
    expect(await page.locator('.sheet-below .sheet-notes').innerText()).toContain(
      '11-25 Late shift 18:30 ■3 CO₂ high 1800 ppm, 40 min, 值班岗 2 acknowledged 11-26 09:10 (880 min)',
    );
    await page.getByRole('button', { name: 'Print' }).waitFor();
    expect(await page.locator('.sheet-paper h1').textContent()).toBe('Room temperature register');
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });
});
