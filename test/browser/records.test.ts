import { writeFileSync } from 'node:fs';
import mqtt from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import type { SiteRegistry } from '../../contract/registry.ts';
import { startTestSystem, type TestSystem } from '../integration/system.ts';
import { administrator, operator, viewer } from './bathhouse.ts';
import { buildClient } from './built-client.ts';
import { chromiumPath, launchChromium, openPerson, type Person } from './person.ts';
import { readCsv, readXlsx } from './spreadsheet.ts';

const MINUTE = 60_000;
const ZONE = 'Asia/Shanghai';
const EVERY = 5 * MINUTE;

/** A month that is over with its last shift, whenever this runs. */
const month = Temporal.Now.plainDateISO(ZONE).subtract({ days: 1 }).toPlainYearMonth().subtract({ months: 1 });
const dayOf = (day: number) => month.toPlainDate({ day }).toString();
const at = (day: number, time: string) =>
  Temporal.ZonedDateTime.from(`${dayOf(day)}T${time}[${ZONE}]`).epochMilliseconds;
const SHEET = `/sites/mine/records?area=bath&month=${month.toString()}`;
const AREA = '/api/sites/mine/areas/bath';

const registry: SiteRegistry = {
  site: 'mine',
  name: { zh: '曹庄矿', en: 'Caozhuang mine' },
  timezone: ZONE,
  heatingSeason: { from: '01-01', to: '12-31' },
  openingHours: [
    { from: '06:00', to: '11:00' },
    { from: '14:30', to: '19:00' },
    { from: '23:00', to: '01:00' },
  ],
  areas: [{ id: 'bath', name: { zh: '男浴', en: "Men's bath" } }],
  points: [
    { id: 'pool', area: 'bath', name: { zh: '大池', en: 'Large pool' }, role: 'pool' },
    { id: 'shower', area: 'bath', name: { zh: '淋浴/出水', en: 'Shower' }, role: 'shower_outlet' },
    { id: 'room', area: 'bath', name: { zh: '更衣室', en: 'Changing room' }, role: 'changing_room' },
  ],
  devices: [{ id: 'probe', name: { zh: '网关', en: 'Gateway' } }],
  bindings: [
    { device: 'probe', metric: 'water_temperature', point: 'pool', interval: 300 },
    { device: 'probe', metric: 'water_temperature.shower', point: 'shower', interval: 300 },
    { device: 'probe', metric: 'room_temperature', point: 'room', interval: 300 },
  ],
};

const HOLE = { from: at(18, '06:20'), to: at(18, '08:00') };
/** Half an hour too cold on the 16th, within a hair of the limit on the 17th; on the 18th a gateway that is away. */
function sampleAt(t: number): Record<string, number> {
  const cold = t >= at(16, '08:00') && t < at(16, '08:30');
  const close = t >= at(17, '15:00') && t < at(17, '15:10');
  const water = cold ? 38.4 : close ? 39.96 : 42 + ((t / EVERY) % 7) / 10;
  const room = 26 + ((t / EVERY) % 5) / 10;
  return { water_temperature: water, 'water_temperature.shower': 44 + ((t / EVERY) % 3) / 10, room_temperature: room };
}

async function tell(system: TestSystem, times: readonly number[]): Promise<void> {
  const user = 'mine.probe';
  const client = await mqtt.connectAsync({
    ...system.mqtt,
    ...{ clientId: user, username: user, password: system.passwords.get('probe') ?? '', reconnectPeriod: 0 },
  });
  for (let first = 0; first < times.length; first += 1_000) {
    const samples = times.slice(first, first + 1_000).map((ts) => ({ ts, values: sampleAt(ts) }));
    await client.publishAsync('fw/v1/mine/probe/readings', JSON.stringify(samples), { qos: 1 });
  }
  await client.endAsync();
}

const timesOf = (from: number, to: number) =>
  Array.from({ length: (to - from) / EVERY }, (_, index) => from + index * EVERY);
/** Rows of a table of the register: day, water or room, figures; marks left out. */
const figuresOn = (page: Page, table: string) =>
  page.evaluate<
    string[][]
  >(`[...document.querySelectorAll('${table} tbody tr.water, ${table} tbody tr.room')].map((row) =>
    [...row.querySelectorAll('td')].filter((cell) => !cell.classList.contains('sheet-remarks')).map((cell) => {
      const plain = cell.cloneNode(true);
      for (const mark of plain.querySelectorAll('.sheet-mark')) mark.remove();
      return plain.textContent.trim();
    }))`);

/** `KEEP_PAPER`: a folder in which papers are left to be looked at. */
async function paperOf(page: Page, name: string): Promise<Buffer> {
  await page.emulateMedia({ media: 'print' });
  const pdf = await page.pdf({ preferCSSPageSize: true });
  const folder = process.env['KEEP_PAPER'];
  if (folder !== undefined) writeFileSync(`${folder}/${name}.pdf`, pdf);
  await page.emulateMedia({ media: 'screen' });
  return pdf;
}
const pagesOf = (pdf: Buffer) => pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length;

let browser: Browser | undefined;
beforeAll(async () => {
  if (chromiumPath === undefined) return;
  buildClient();
  browser = await launchChromium();
}, 5 * MINUTE);
afterAll(() => browser?.close());

async function enter(system: TestSystem, user: typeof operator, expected?: RegExp): Promise<Person> {
  if (browser === undefined) throw new Error('Chromium was not launched');
  const person = await openPerson(browser, { url: system.url, ...(expected === undefined ? {} : { expected }) });
  await person.page.addInitScript('window.print = () => { window.printed = (window.printed ?? 0) + 1; };');
  await person.signIn(user);
  return person;
}

async function post({ page }: Person, system: TestSystem, path: string, data: unknown): Promise<{ id: number }> {
  const answer = await page.request.post(AREA + path, { data, headers: { origin: system.url } });
  expect(answer.ok(), await answer.text()).toBe(true);
  return (await answer.json()) as { id: number };
}

describe.skipIf(chromiumPath === undefined)('the register, in Chromium', () => {
  test('page, paper and files say the same to the digit, and what changes after it was given out is marked', async () => {
    const system = await startTestSystem({ registry, clock: systemClock(), users: [operator, administrator, viewer] });
    const whole = timesOf(at(1, '00:00'), at(1, '00:00') + month.daysInMonth * 86_400_000 + 3 * 3_600_000);
    await tell(
      system,
      whole.filter((t) => t < HOLE.from || t >= HOLE.to),
    );
    const guest = await enter(system, viewer);
    const { page, words } = guest;
    await page.goto(SHEET);
    const version = page.locator('.sheet-version');
    await version.getByText('第 1 版').waitFor();
    const day18 = page.locator('.sheet-scroll tbody', { hasText: dayOf(18).slice(5) });
    expect(await day18.locator('tr.water td').nth(3).innerText()).toBe(words.sheetPage.insufficient);
    expect(await page.locator('.sheet-scroll .revised').count()).toBe(0);

    // Version 1 is printed: noted first, then the browser's dialog.
    await page.getByRole('button', { name: words.sheetPage.print }).click();
    // Asked from outside: what polls within the page is an `eval` that its policy forbids.
    await expect.poll(() => page.evaluate('window.printed')).toBe(1);
    await page
      .locator('.sheet-below')
      .getByText(/访客台 打印/)
      .waitFor();

    // A month of 31 days is one page.
    expect(pagesOf(await paperOf(page, 'one'))).toBe(1);

    // The gateway is back with what it kept, and a form is corrected.
    await tell(system, timesOf(HOLE.from, HOLE.to));
    const desk = await enter(system, operator);
    const chief = await enter(system, administrator);
    const checks = { odour: 'none', clarity: 'clear', showerFirst: 'kept', waterChange: 'none', disinfection: 'done' };
    const shift = { day: dayOf(18), from: '06:00' };
    const body = { key: 'records-browser-0001', shift, checks, note: null, corrects: null };
    const { id } = await post(desk, system, '/records', body);
    const corrects = { id, reason: '漏填补水' };
    const better = { ...body, key: 'records-browser-0002', checks: { ...checks, waterChange: 'top_up' }, corrects };
    const correction = await post(chief, system, '/records', better);
    await post(desk, system, `/records/${correction.id}/review`, {});

    await page.reload();
    await version.getByText('第 2 版，未留存').waitFor();
    const revised = day18.locator('tr.water .revised');
    expect((await revised.allInnerTexts()).map((text) => text.replace(/[修\s]/g, ''))).toEqual(['100', '100']);
    expect(await day18.locator('tr.water .sheet-mark').allInnerTexts()).toEqual(['修']);
    expect(await day18.locator('.sheet-remarks').innerText()).toContain('修');
    const changes = page.locator('.sheet-below .sheet-changes');
    const line = changes.locator('li', { hasText: `${dayOf(18)} 早班 水` });
    expect(await line.locator('s').innerText()).toContain('达标 不足，覆盖');
    expect(await line.locator('b').innerText()).toContain('达标 100，覆盖 100');
    await changes
      .locator('li', { hasText: '换水 未换' })
      .getByText(/换水 补水，更正：漏填补水/)
      .waitFor();

    const shown = await figuresOn(page, '.sheet-scroll');
    expect(shown.flat()).toContain('↓39.96');
    const [, csv, xlsx] = await Promise.all([
      page.locator('.sheet-version').innerText(),
      page.request.get(`${AREA}/sheet/csv?month=${month.toString()}&language=zh`).then((answer) => answer.text()),
      page.request.get(`${AREA}/sheet/xlsx?month=${month.toString()}&language=zh`).then((answer) => answer.body()),
    ]);
    // Taken as a file it is kept: the same version on the paper that is printed after it.
    await page.reload();
    await version.getByText('第 2 版', { exact: true }).waitFor();
    const paper = await figuresOn(page, '.sheet-paper .sheet-table');
    // Minutes of scald have a column of their own there.
    const cells = (row: readonly string[]) => row.filter((_, index) => index < 18);
    expect(paper.map(cells)).toEqual(shown.map(cells));
    const measuredIn = (rows: string[][], from = 0) => {
      const title = rows.findIndex(([first], index) => index >= from && first === '实测');
      const end = rows.findIndex((row, index) => index > title && row.join('') === '');
      return { rows: rows.slice(title + 2, end), end };
    };
    const { rows: measured } = measuredIn(readCsv(csv));
    const ofFile = (table: readonly string[][]) => {
      const six = table.map((row) => row.slice(4, 10));
      // Rows go shift by shift, water above room; on the page a line holds all shifts.
      return Array.from({ length: shown.length }, (_, index) =>
        [0, 1, 2].flatMap((column) => six[Math.floor(index / 2) * 6 + column * 2 + (index % 2)] ?? []),
      );
    };
    const unmarked = shown.map((row) => cells(row).map((text) => text.replace(/^[↓↑]/, '')));
    expect(ofFile(measured)).toEqual(unmarked);
    const book = readXlsx(xlsx);
    expect([...book.keys()]).toEqual(['实测', '报警与处置', '缺测与原因', '人工检查', '版本', '修改']);
    const sheet = book.get('实测') ?? [];
    const begin = sheet.findIndex(([first]) => first === '日期');
    const upTo = (row: readonly string[]) => [...row, ...Array.from({ length: 15 - row.length }, () => '')];
    expect(sheet.slice(begin + 1).map(upTo)).toEqual(measured);
    expect(
      measured.find(([day, name, , what]) => day === dayOf(18) && name === '早班' && what === '水')?.at(-1),
    ).toMatch(/^第 2 版 达标 不足，覆盖 [\d.]+，缺测分 \d+ → 达标 100，覆盖 100，缺测分 0$/);
    expect(book.get('修改')?.flat()).toContain('换水 未换');

    // All water points at once: one print with a page for each, one file with a worksheet for each, of the same figures.
    await page.getByLabel('打印和文件含全部 2 张表').check();
    await page.locator('.sheet-paper').nth(1).waitFor({ state: 'attached' });
    await page.getByRole('button', { name: words.sheetPage.print }).click();
    await expect.poll(() => page.evaluate('window.printed')).toBe(1);
    const papers = page.locator('.sheet-paper');
    expect(await papers.locator('.sheet-paper-no').allTextContents()).toEqual([
      expect.stringContaining('第 2 版') as string,
      expect.stringContaining('第 1 版') as string,
    ]);
    const all = `${AREA}/sheets/`;
    const asked = `?month=${month.toString()}&language=zh`;
    const wholeCsv = readCsv(await (await page.request.get(`${all}csv${asked}`)).text());
    const wholeXlsx = readXlsx(await (await page.request.get(`${all}xlsx${asked}`)).body());
    expect([...wholeXlsx.keys()]).toEqual(['大池', '淋浴 出水']);
    let from = 0;
    for (const [index, worksheet] of [...wholeXlsx.values()].entries()) {
      const ofPaper = await figuresOn(page, `.sheet-paper:nth-last-of-type(${2 - index}) .sheet-table`);
      const found = measuredIn(wholeCsv, from);
      from = found.end;
      expect(ofFile(found.rows)).toEqual(ofPaper.map((row) => cells(row).map((text) => text.replace(/^[↓↑]/, ''))));
      const inBook = measuredIn(worksheet.map(upTo)).rows;
      expect(inBook).toEqual(found.rows.map(upTo));
      const [checksum] =
        /[0-9A-F]{8}/.exec((await papers.nth(index).locator('.sheet-paper-no').textContent()) ?? '') ?? [];
      for (const file of [wholeCsv, worksheet]) expect(file.flat().join()).toContain(`校验 ${checksum}`);
    }
    await page.getByLabel('打印和文件含全部 2 张表').uncheck();

    // Who took what is in the journal; a program is known by its token's name.
    const taken = system.rows("SELECT actor, detail FROM system_event WHERE kind = 'sheet.issued' ORDER BY id");
    expect(taken.map(({ actor, detail }) => [actor, JSON.parse(String(detail)) as unknown])).toMatchObject([
      ['guest', { as: 'print', version: 1, month: month.toString(), point: 'pool' }],
      ['guest', { version: 2 }],
      ['guest', { version: 2 }],
      ...['print', 'csv', 'xlsx'].flatMap((as) => [
        ['guest', { as, version: 2, point: 'pool' }],
        ['guest', { as, version: 1, point: 'shower' }],
      ]),
    ]);
    // A paper that is out of date is not noted as the newest.
    const stale = await page.request.post(`${AREA}/sheet/print`, {
      data: { month: month.toString(), checksum: '00000000' },
      headers: { origin: system.url },
    });
    expect(stale.status()).toBe(409);

    // What was printed as version 1 can be looked at as it was, by a link too, and leads back to what holds now.
    await changes.getByRole('link', { name: '看当时的第 1 版' }).click();
    await page.getByText(/留存的第 1 版，只供查看/).waitFor();
    expect(new URL(page.url()).searchParams.get('version')).toBe('1');
    await page.reload();
    await version.getByText('第 1 版', { exact: true }).waitFor();
    expect(await day18.locator('tr.water td').nth(3).innerText()).toBe(words.sheetPage.insufficient);
    expect(await page.getByRole('button', { name: words.sheetPage.print }).count()).toBe(0);
    await page.getByRole('link', { name: '看现在的' }).click();
    await version.getByText('第 2 版', { exact: true }).waitFor();

    await page.getByLabel('打印和文件含全部 2 张表').check();
    await papers.nth(1).waitFor({ state: 'attached' });
    // A page for each; what has changed overflows, what people saw on the last hardly. A February leaves room for both.
    expect(month.daysInMonth < 30 ? [2, 3, 4] : [3, 4]).toContain(pagesOf(await paperOf(page, 'whole')));
  });
});
