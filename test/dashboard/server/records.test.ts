import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Compile } from 'typebox/compile';
import { ShiftList, ShiftRecord, ShiftRecordList, type ShiftRecordBody } from '../../../contract/record.ts';
import type { SiteRegistry } from '../../../contract/registry.ts';
import { startDashboard, type Dashboard } from '../../../dashboard/server/start.ts';
import { recordBook } from '../../../ingest/record/book.ts';
import { journalOf, realBench, type RealBench } from './real-bench.ts';

const registry: SiteRegistry = {
  site: 'mine-a',
  name: { zh: '甲矿', en: 'Mine A' },
  timezone: 'Asia/Shanghai',
  openingHours: [
    { from: '06:00', to: '11:00' },
    { from: '23:00', to: '01:00' },
  ],
  areas: [{ id: 'men', name: { zh: '男浴', en: 'Men' } }],
  points: [],
  devices: [],
  bindings: [],
};
const AREA = '/api/sites/mine-a/areas/men';
const UNCHECKED = { odour: null, clarity: null, showerFirst: null, waterChange: null, disinfection: null };

const record = Compile(ShiftRecord);
const list = Compile(ShiftRecordList);
const shiftList = Compile(ShiftList);
let on: RealBench;
let dashboard: Dashboard;
let made = 0;

beforeAll(async () => {
  on = await realBench();
  const query = { registry: (site: string) => (site === 'mine-a' ? registry : undefined) };
  const records = recordBook({
    query,
    store: on.stores.shiftRecords,
    versions: on.stores.sheetVersions,
    clock: on.clock,
    sheets: () => Promise.resolve('no_such_area' as const),
    began: () => Promise.resolve(null),
  });
  on = { ...on, options: { ...on.options, records } };
});
afterAll(() => on.remove());
beforeEach(async () => {
  dashboard = await startDashboard({ ...on.options, port: 0 });
});
afterEach(() => dashboard.close());

async function ask(user: string, path: string, body?: unknown): Promise<Response> {
  const headers = { cookie: await on.sessionOf(user), origin: dashboard.url, 'content-type': 'application/json' };
  const sending = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return fetch(dashboard.url + AREA + path, { headers, ...sending });
}

async function newestShift() {
  const { shifts } = shiftList.Parse(await (await ask('viewer', '/shifts')).json());
  const [shift] = shifts;
  if (shift === undefined) throw new Error('no shift has begun');
  return shift;
}

async function bodyOf(changes: Partial<ShiftRecordBody> = {}): Promise<ShiftRecordBody> {
  const { day, from } = await newestShift();
  const key = `form-${String(++made).padStart(16, '0')}`;
  return { key, shift: { day, from }, checks: { ...UNCHECKED, odour: 'none' }, note: null, corrects: null, ...changes };
}

const recordsOf = async (user: string) => {
  const { day } = await newestShift();
  return list.Parse(await (await ask(user, `/records?from=${day}&to=${day}`)).json()).records;
};

test('handing the same form in again after a broken connection makes no second record', async () => {
  const body = await bodyOf({ checks: { ...UNCHECKED, odour: 'none', waterChange: 'top_up' } });
  const first = record.Parse(await (await ask('operator', '/records', body)).json());
  const again = await ask('operator', '/records', body);
  expect(again.status).toBe(201);
  expect(record.Parse(await again.json()).id).toBe(first.id);
  expect(first).toMatchObject({ by: '后勤值班', own: true, correctedBy: null, review: null });
  expect(on.rows('SELECT day, window_from, window_to, account, checks FROM shift_record')).toEqual([
    {
      day: body.shift.day,
      window_from: body.shift.from,
      window_to: body.shift.from === '06:00' ? '11:00' : '01:00',
      account: 'operator',
      checks: JSON.stringify(body.checks),
    },
  ]);
});

test('a correction stands beside what it corrects, once', async () => {
  const body = await bodyOf();
  const first = record.Parse(await (await ask('operator', '/records', body)).json());
  const corrects = { id: first.id, reason: '漏填' };
  const second = await ask('administrator', '/records', await bodyOf({ corrects }));
  expect(second.status).toBe(201);
  const { id } = record.Parse(await second.json());
  expect((await ask('operator', '/records', await bodyOf({ corrects }))).status).toBe(409);
  const found = await recordsOf('viewer');
  expect(found.find((one) => one.id === first.id)).toMatchObject({ checks: body.checks, correctedBy: id });
  expect(found.find((one) => one.id === id)).toMatchObject({ corrects: first.id, reason: '漏填', correctedBy: null });
  const elsewhere = await bodyOf({ corrects: { id: 9_999, reason: 'x' } });
  expect((await ask('operator', '/records', elsewhere)).status).toBe(404);
});

test('nobody reviews what they recorded, and every step is in the journal', async () => {
  const { id } = record.Parse(await (await ask('operator', '/records', await bodyOf())).json());
  expect((await ask('operator', `/records/${id}/review`, {})).status).toBe(409);
  expect((await ask('viewer', `/records/${id}/review`, {})).status).toBe(403);
  const reviewed = await ask('administrator', `/records/${id}/review`, {});
  expect(record.Parse(await reviewed.json()).review).toMatchObject({ by: '后勤值班' });
  const kinds = journalOf(on, 'shift.').map(
    ({ kind, actor, site }) => `${String(kind)} ${String(actor)} ${String(site)}`,
  );
  expect(kinds.at(-1)).toBe('shift.reviewed administrator mine-a');
  expect(kinds.at(-2)).toBe('shift.recorded operator mine-a');
});

test.each([
  ['a finding without a note', { checks: { ...UNCHECKED, clarity: 'cloudy' } as const }, 'note', 'clarity'],
  ['a shift that nothing opens', { shift: { day: '', from: '07:00' } }, 'shift.from', '06:00, 23:00'],
  ['a day long ago', { shift: { day: '2020-01-01', from: '06:00' } }, 'shift.day', '62 days'],
  ['a day that does not exist', { shift: { day: '2026-02-30', from: '06:00' } }, 'shift.day', 'a day'],
  ['a day to come', { shift: { day: '2099-01-01', from: '06:00' } }, 'shift.day', 'has begun'],
])('%s is refused, and the answer names the field', async (_what, changes, field, says) => {
  const body = await bodyOf();
  const shift = 'shift' in changes ? { ...changes.shift, day: changes.shift.day || body.shift.day } : body.shift;
  const answer = await ask('operator', '/records', { ...body, ...changes, shift });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ errors: [{ field, message: expect.stringContaining(says) as string }] });
});

test('an unknown area, and a viewer who records', async () => {
  const body = await bodyOf();
  expect((await ask('viewer', '/records', body)).status).toBe(403);
  const headers = { cookie: await on.sessionOf('operator') };
  expect((await fetch(`${dashboard.url}/api/sites/mine-a/areas/nowhere/shifts`, { headers })).status).toBe(404);
});
