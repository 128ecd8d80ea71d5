import { expect, test } from 'vitest';
import type { User } from '../../../contract/account.ts';
import type { ShiftRecordBody } from '../../../contract/record.ts';
import type { SiteRegistry } from '../../../contract/registry.ts';
import type { Sheet } from '../../../contract/sheet.ts';
import { sheetCsv } from '../../../dashboard/server/sheet/files.ts';
import { recordBook } from '../../../ingest/record/book.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { OPERATOR, startRig, type Rig } from '../line/rig.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const PLACE = { site: 'mine-a', area: 'men' };
const MONTH = '2026-10';
const LEADER: User = { username: 'leader', post: '后勤主任', role: 'administrator' };
const registry: SiteRegistry = {
  site: 'mine-a',
  name: { zh: '甲矿', en: 'Mine A' },
  timezone: 'Asia/Shanghai',
  openingHours: [{ from: '06:20', to: '10:50' }],
  areas: [{ id: 'men', name: { zh: '男浴', en: 'Men' } }],
  points: [{ id: 'pool', area: 'men', name: { zh: '大池', en: 'Pool' }, role: 'pool' }],
  devices: [{ id: 'gw', name: { zh: '网关', en: 'Gateway' } }],
  bindings: [{ device: 'gw', metric: 'water_temperature', point: 'pool', interval: 60 }],
};
const at = (day: number, time: string) => Date.parse(`${MONTH}-${String(day).padStart(2, '0')}T${time}+08:00`);

/** One value a minute from one time to another, half a minute late: a shift begins with the one before it. */
async function tell(rig: Rig, from: number, to: number, water: number): Promise<void> {
  const samples = Array.from({ length: (to - from) / MINUTE }, (_, index) => ({
    ts: from + (index + 0.5) * MINUTE,
    values: { water_temperature: water },
  }));
  for (let first = 0; first < samples.length; first += 360) await rig.publish('gw', samples.slice(first, first + 360));
}

const bookOf = ({ ingest, stores, clock }: Rig) =>
  recordBook({
    ...{ query: ingest.query, sheets: ingest.sheets, began: ingest.began, clock },
    ...{ store: stores.shiftRecords, versions: stores.sheetVersions },
  });

async function sheetOf(rig: Rig): Promise<Sheet> {
  const sheet = await bookOf(rig).sheet(PLACE, { month: MONTH }, OPERATOR);
  if (typeof sheet === 'string') throw new Error(sheet);
  return sheet;
}

async function issued(rig: Rig, as: 'print' | 'csv', checksum?: string): Promise<Sheet | 'changed'> {
  const more = checksum === undefined ? {} : { checksum };
  const sheet = await bookOf(rig).issue(PLACE, { month: MONTH, as, ...more }, LEADER);
  if (sheet === 'no_such_area' || sheet === 'no_such_point') throw new Error(sheet);
  return sheet;
}

test('a register that changes after somebody was given it has a new version, and tells the old beside the new', async () => {
  const clock = new DrivenClock(Date.parse('2026-11-03T04:00Z'));
  const rig = await startRig({ registry, clock });
  const book = bookOf(rig);
  await tell(rig, at(20, '06:00'), at(20, '08:00'), 42);
  await tell(rig, at(20, '09:00'), at(20, '11:00'), 42);

  // The first who looks at it as final fixes version 1; to look again changes nothing.
  const first = await sheetOf(rig);
  expect(first).toMatchObject({
    version: { number: 1, kept: true },
    versions: [{ number: 1, issued: null }],
    changes: [],
  });
  clock.advance(MINUTE);
  expect((await sheetOf(rig)).versions).toEqual(first.versions);

  // Late data, then a form and its correction: none of it was on what was given out.
  await tell(rig, at(20, '08:00'), at(20, '09:00'), 38);
  const checks = { odour: 'none', clarity: null, showerFirst: null, waterChange: 'none', disinfection: null } as const;
  const body: ShiftRecordBody = {
    ...{ key: 'register-test-0001', shift: { day: '2026-10-20', from: '06:20' }, checks, note: null, corrects: null },
  };
  const record = await book.record(PLACE, body, OPERATOR);
  const changed = await sheetOf(rig);
  expect(changed).toMatchObject({ version: { number: 2, kept: false }, versions: [{ number: 1 }] });
  expect(changed.changes.find(({ kind }) => kind === 'figures')).toMatchObject({
    ...{ version: 2, day: '2026-10-20', from: '06:20', what: 'water' },
    was: { low: '42.0', compliance: 'insufficient', coverage: '78.5', missingMinutes: 58 },
    now: { low: '38.0', compliance: '77.7', coverage: '100', missingMinutes: 0 },
  });
  expect(changed.changes.filter(({ kind }) => kind !== 'figures').map(({ kind }) => kind)).toEqual([
    ...['totals', 'totals', 'gap', 'record'],
  ]);

  // What is on the paper has to be what is noted.
  expect(await issued(rig, 'print', first.checksum)).toBe('changed');
  expect(await issued(rig, 'print', changed.checksum)).toMatchObject({ version: { number: 2, kept: true } });
  if (typeof record === 'string' || !('id' in record)) throw new Error('not recorded');
  const corrects = { id: record.id, reason: '=漏填' };
  const better = {
    ...body,
    key: 'register-test-0002',
    checks: { ...checks, waterChange: 'top_up' },
    corrects,
  } as const;
  await book.record(PLACE, better, LEADER);
  const third = await issued(rig, 'csv');
  if (third === 'changed') throw new Error(third);
  expect(third.versions).toMatchObject([
    { number: 1, issued: null },
    { number: 2, checksum: changed.checksum, issued: { by: '后勤主任', as: 'print' } },
    { number: 3, issued: { as: 'csv' } },
  ]);
  expect(third.changes.filter(({ version }) => version === 3)).toMatchObject([
    { kind: 'record', was: { id: record.id, checks }, now: { corrects: record.id, checks: { waterChange: 'top_up' } } },
  ]);
  // A version says for ever what it said when it was given out, and no more than was known by then.
  const keptAs = (version: number) => book.keptSheet(PLACE, { month: MONTH, point: 'pool', version });
  expect(keptAs(1)).toEqual({ ...first, generatedAt: expect.any(Number) as number });
  expect(keptAs(2)).toMatchObject({
    ...{ checksum: changed.checksum, days: changed.days, version: { number: 2, kept: true } },
    versions: [{ number: 1 }, { number: 2 }],
    changes: changed.changes,
  });
  expect([keptAs(4), book.keptSheet(PLACE, { month: MONTH, point: 'tank', version: 1 })]).toEqual([
    'no_such_version',
    'no_such_version',
  ]);
  const csv = sheetCsv([third], 'en');
  expect(csv).toContain(
    'Version 2 low 42.0, mean 42.0, in band insuff., known 78.5, out min 0, missing min 58 → low 38.0,',
  );
  expect(csv).toContain(
    `3,2026-10-20,Early shift,Check,Water change None,"Water change Topped up, corrected: =漏填"\r\n`,
  );
  // What a person typed is no formula.
  expect(csv).toContain(",,'=漏填,Water change None → Water change Topped up\r\n");
  expect(
    rig.rows(
      "SELECT actor, detail ->> 'version' AS version, detail ->> 'as' AS form FROM system_event WHERE kind = 'sheet.issued'",
    ),
  ).toEqual([
    { actor: 'leader', version: 2, form: 'print' },
    { actor: 'leader', version: 3, form: 'csv' },
  ]);

  // All of it is there after a restart.
  const again = await rig.restart({ downMs: MINUTE });
  const later = await sheetOf(again);
  expect(later.versions).toEqual(third.versions);
  expect(later.changes.filter(({ version }) => version <= 3)).toEqual(third.changes);
});

test('a month that runs has no version, and the journal says all the same who took it', async () => {
  const rig = await startRig({ registry, clock: new DrivenClock(Date.parse('2026-10-20T04:00Z')) });
  await tell(rig, at(20, '06:00'), at(20, '11:00'), 42);
  expect(await issued(rig, 'csv')).toMatchObject({ complete: false, version: null, versions: [] });
  expect(rig.rows('SELECT * FROM sheet_version')).toEqual([]);
  expect(
    rig.rows(
      "SELECT detail ->> 'month' AS month, detail ->> 'version' AS version FROM system_event WHERE kind = 'sheet.issued'",
    ),
  ).toEqual([{ month: MONTH, version: null }]);
});

const SHOWER: Pick<SiteRegistry, 'points' | 'bindings'> = {
  points: [{ id: 'shower', area: 'men', name: { zh: '淋浴', en: 'Shower' }, role: 'shower_outlet' }],
  bindings: [{ device: 'gw', metric: 'water_temperature.shower', point: 'shower', interval: 60 }],
};

test('all water points of an area are given out together or, where one paper is out of date, none', async () => {
  const points = [...registry.points, ...SHOWER.points];
  const two = { ...registry, points, bindings: [...registry.bindings, ...SHOWER.bindings] };
  const rig = await startRig({ registry: two, clock: new DrivenClock(Date.parse('2026-11-03T04:00Z')) });
  const book = bookOf(rig);
  await tell(rig, at(20, '06:00'), at(20, '11:00'), 42);
  await rig.values('gw', { 'water_temperature.shower': 44 }, at(20, '07:00'));
  const ofAll = async () => {
    const sheets = await book.sheets(PLACE, { month: MONTH }, OPERATOR);
    return typeof sheets === 'string' ? [] : sheets;
  };
  const shown = await ofAll();
  const each = await Promise.all(
    ['pool', 'shower'].map((point) => book.sheet(PLACE, { month: MONTH, point }, OPERATOR)),
  );
  // Each of them is what it is by itself, with its own version.
  expect(shown).toEqual(each);
  expect(shown).toMatchObject([
    { water: { id: 'pool' }, version: { number: 1, kept: true } },
    { water: { id: 'shower' }, version: { number: 1, kept: true } },
  ]);
  const papers = shown.map(({ water, checksum }) => ({ point: water?.id ?? '', checksum }));

  await rig.values('gw', { 'water_temperature.shower': 45 }, at(20, '08:00'));
  const given = () => rig.rows("SELECT detail ->> 'point' AS point FROM system_event WHERE kind = 'sheet.issued'");
  expect(await book.issueAll(PLACE, { month: MONTH, as: 'print', papers }, LEADER)).toBe('changed');
  expect(await book.issueAll(PLACE, { month: MONTH, as: 'print', papers: papers.slice(0, 1) }, LEADER)).toBe('changed');
  expect(given()).toEqual([]);
  const now = (await ofAll()).map(({ water, checksum }) => ({ point: water?.id ?? '', checksum }));
  expect(await book.issueAll(PLACE, { month: MONTH, as: 'print', papers: now }, LEADER)).toMatchObject([
    { version: { number: 1, kept: true }, versions: [{ issued: { as: 'print' } }] },
    { version: { number: 2, kept: true }, versions: [{ issued: null }, { issued: { as: 'print' } }] },
  ]);
  expect(given()).toEqual([{ point: 'pool' }, { point: 'shower' }]);
});

test('before an area was watched there are no shifts to record and no register to keep, and both say since when', async () => {
  const clock = new DrivenClock(at(20, '12:00'));
  const rig = await startRig({ registry, clock });
  const book = bookOf(rig);
  // Nothing tells of a beginning: nobody is kept from anything.
  expect(await book.shifts('mine-a', 'men')).toMatchObject({ shifts: { length: 7 }, since: null });
  await tell(rig, at(18, '10:00'), at(18, '10:10'), 42);
  const first = at(18, '10:00') + MINUTE / 2;
  const list = await book.shifts('mine-a', 'men');
  expect(list?.shifts.map(({ day }) => day)).toEqual(['2026-10-20', '2026-10-19', '2026-10-18']);
  expect(list).toMatchObject({ since: first, windows: registry.openingHours });

  const checks = { odour: 'none', clarity: null, showerFirst: null, waterChange: null, disinfection: null } as const;
  const bodyOf = (day: string): ShiftRecordBody => ({
    ...{ key: `register-began-${day}`, shift: { day, from: '06:20' }, checks, note: null, corrects: null },
  });
  const refused = { fields: [{ field: 'shift.day', message: expect.stringContaining('2026-10-18') as string }] };
  expect(await book.record(PLACE, bodyOf('2026-10-17'), OPERATOR)).toEqual(refused);
  expect(await book.record(PLACE, bodyOf('2026-10-18'), OPERATOR)).toMatchObject({ day: '2026-10-18' });

  const september = () => book.sheet(PLACE, { month: '2026-09' }, OPERATOR);
  expect(await september()).toMatchObject({ begins: first, complete: true, versions: [] });
  expect(await sheetOf(rig)).toMatchObject({ begins: null });
  expect(rig.rows('SELECT * FROM sheet_version')).toEqual([]);
  // What a gateway kept of earlier times moves the beginning back.
  await tell(rig, Date.parse('2026-09-30T06:30+08:00'), Date.parse('2026-09-30T10:00+08:00'), 42);
  expect(await september()).toMatchObject({ begins: null, versions: [{ number: 1 }] });
  expect(await book.record(PLACE, bodyOf('2026-10-17'), OPERATOR)).toMatchObject({ day: '2026-10-17' });
});

test('a site that was registered before its first reading began then', async () => {
  const rig = await startRig({ registry, clock: new DrivenClock(at(20, '12:00')) });
  const event = { at: at(16, '08:00'), site: 'mine-a', kind: 'registry.changed', actor: 'admin', detail: {} };
  await rig.stores.ledger.commit({ at: at(20, '12:00'), systemEvents: [event] });
  await tell(rig, at(18, '10:00'), at(18, '10:10'), 42);
  const shifts = () => bookOf(rig).shifts('mine-a', 'men');
  expect(await shifts()).toMatchObject({ shifts: { length: 5 }, since: at(16, '08:00') });
  // A form is opened of earlier shifts than are offered, too: for it, it is told as long as it matters.
  await rig.stores.ledger.commit({ at: at(20, '12:00'), systemEvents: [{ ...event, at: at(2, '08:00') }] });
  expect(await shifts()).toMatchObject({ shifts: { length: 7 }, since: at(2, '08:00') });
  await rig.stores.ledger.commit({ at: at(20, '12:00'), systemEvents: [{ ...event, at: at(2, '08:00') - 62 * DAY }] });
  expect(await shifts()).toMatchObject({ shifts: { length: 7 }, since: null });
});
