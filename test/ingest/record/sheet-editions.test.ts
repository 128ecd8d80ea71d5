import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { SiteRegistry } from '../../../contract/registry.ts';
import { recordBook } from '../../../ingest/record/book.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { OPERATOR, startRig } from '../line/rig.ts';

const MINUTE = 60_000;
const PLACE = { site: 'mine-a', area: 'men' };
const MONTH = '2026-10';
const text = (name: string) => ({ zh: name, en: name });
const registry: SiteRegistry = {
  site: 'mine-a',
  name: text('甲矿'),
  timezone: 'Asia/Shanghai',
  openingHours: [{ from: '06:00', to: '07:00' }],
  areas: [
    { id: 'men', name: text('男浴') },
    { id: 'floor', name: text('宿舍') },
  ],
  points: [
    { id: 'pool', area: 'men', name: text('大池'), role: 'pool' },
    { id: 'fan', area: 'men', name: text('排风机'), role: 'exhaust_fan' },
    { id: 'r301', area: 'floor', name: text('301'), role: 'dormitory_room' },
    { id: 'r302', area: 'floor', name: text('302'), role: 'dormitory_room' },
  ],
  devices: [{ id: 'gw', name: text('网关') }],
  bindings: [
    { device: 'gw', metric: 'water_temperature', point: 'pool', interval: 60 },
    { device: 'gw', metric: 'fan_running', point: 'fan', interval: 60 },
    { device: 'gw', metric: 'room_temperature.r301', point: 'r301', interval: 60 },
    { device: 'gw', metric: 'room_temperature.r302', point: 'r302', interval: 60 },
  ],
};
const at = (minute: number) => Date.parse(`${MONTH}-20T06:00+08:00`) + minute * MINUTE;

/** As a program of the first edition wrote it. */
const OLD_ALARM = {
  ...{ n: 1, id: 7, day: '2026-10-20', from: '06:00', at: at(10), priority: 2, side: 'low', worst: '38.4', minutes: 9 },
  ...{ title: text('水温低'), place: text('男浴大池') },
  acknowledged: { by: '后勤值班', afterMinutes: 6, note: '开阀' },
};
const NEW = new Set(['edition', 'fans', 'moreGaps', 'exhaust', 'excursions']);
const firstEdition = (content: object): Record<string, unknown> =>
  JSON.parse(JSON.stringify(content, (key, value: unknown) => (NEW.has(key) ? undefined : value))) as Record<
    string,
    unknown
  >;

test('a register that an older program kept opens as it was, and what is new on the sheet has not changed', async () => {
  const rig = await startRig({ registry, clock: new DrivenClock(Date.parse('2026-11-03T04:00Z')) });
  const book = recordBook({
    ...{ query: rig.ingest.query, sheets: rig.ingest.sheets, began: rig.ingest.began, clock: rig.clock },
    ...{ store: rig.stores.shiftRecords, versions: rig.stores.sheetVersions },
  });
  const samples = Array.from({ length: 60 }, (_, minute) => ({
    ...{ ts: at(minute), values: { water_temperature: 42, fan_running: minute < 50 ? 1 : 0 } },
  }));
  await rig.publish('gw', samples);
  const made = await rig.ingest.sheets(PLACE, { month: MONTH }, () => []);
  if (typeof made === 'string') throw new Error(made);
  const old = { ...firstEdition(made.content), alarms: [OLD_ALARM] };
  const place = { ...PLACE, point: 'pool', month: MONTH };
  const content = new Uint8Array(deflateRawSync(JSON.stringify(old)));
  const version = { ...place, number: 1, checksum: '0123ABCD', keptAt: at(0), content };
  await rig.stores.ledger.commit({ at: rig.clock.now().wall, sheetVersions: [{ op: 'keep', version }] });

  const now = await book.sheet(PLACE, { month: MONTH }, OPERATOR);
  expect(now).toMatchObject({ version: { number: 2, kept: false }, versions: [{ number: 1, checksum: '0123ABCD' }] });
  // It says more by now; of what it said before, the alarm is gone.
  expect(typeof now === 'string' ? now : now.changes).toMatchObject([
    { kind: 'head', version: 2, part: 'extended' },
    { kind: 'alarm', was: { id: 7, worst: '38.4', acknowledged: { at: null, afterMinutes: 6 } }, now: null },
  ]);
  const shift = { water: { low: '42.0', excursions: 0 }, exhaust: 10 };
  expect(typeof now === 'string' ? now : now.days[19]?.shifts[0]).toMatchObject(shift);
  expect(book.keptSheet(PLACE, { month: MONTH, point: 'pool', version: 1 })).toMatchObject({
    ...{ checksum: '0123ABCD', version: { number: 1, kept: true }, fans: [], alarms: [{ id: 7, metric: null }] },
    days: { 19: { shifts: [{ water: { low: '42.0', excursions: null }, exhaust: null }] } },
  });

  // Kept in its turn, the newer one is compared in full: late data say that the fan ran for half of it.
  await book.issue(PLACE, { month: MONTH, as: 'csv' }, OPERATOR);
  await rig.publish(
    'gw',
    [50, 51, 52, 53, 54].map((minute) => ({ ts: at(minute), values: { fan_running: 1 } })),
  );
  const later = await book.sheet(PLACE, { month: MONTH }, OPERATOR);
  expect(typeof later === 'string' ? later : later.changes.filter((one) => one.version === 3)).toEqual([
    { kind: 'exhaust', version: 3, day: '2026-10-20', from: '06:00', was: 10, now: 5 },
  ]);
});

test('registers of rooms without water are kept, given out and opened again like any other', async () => {
  const rig = await startRig({ registry, clock: new DrivenClock(Date.parse('2026-11-03T04:00Z')) });
  const book = recordBook({
    ...{ query: rig.ingest.query, sheets: rig.ingest.sheets, began: rig.ingest.began, clock: rig.clock },
    ...{ store: rig.stores.shiftRecords, versions: rig.stores.sheetVersions },
  });
  const floor = { site: 'mine-a', area: 'floor' };
  await rig.values('gw', { 'room_temperature.r301': 20, 'room_temperature.r302': 21 }, at(10));
  const kept = { number: 1, kept: true };
  const all = [
    { water: null, room: { id: 'r301' }, version: kept },
    { water: null, room: { id: 'r302' }, version: kept },
  ];
  const shown = await book.sheets(floor, { month: MONTH }, OPERATOR);
  expect(shown).toMatchObject(all);
  const papers = (shown === 'no_such_area' ? [] : shown).map(({ room, checksum }) => ({
    point: room?.id ?? '',
    checksum,
  }));
  expect(await book.issueAll(floor, { month: MONTH, as: 'print', papers }, OPERATOR)).toMatchObject(all);
  const given = rig.rows("SELECT detail ->> 'point' AS point FROM system_event WHERE kind = 'sheet.issued'");
  expect(given).toEqual([{ point: 'r301' }, { point: 'r302' }]);
  expect(book.keptSheet(floor, { month: MONTH, point: 'r302', version: 1 })).toMatchObject(all[1] ?? {});
});
