import { expect, test } from 'vitest';
import type { SiteRegistry } from '../../../contract/registry.ts';
import type { Sheet, SheetCell } from '../../../contract/sheet.ts';
import { sheetCsv, sheetXlsx } from '../../../dashboard/server/sheet/files.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { startRig, type Rig } from '../line/rig.ts';

const MINUTE = 60_000;
const PLACE = { site: 'mine-a', area: 'men' };
const registry: SiteRegistry = {
  site: 'mine-a',
  name: { zh: '甲矿', en: 'Mine A' },
  timezone: 'Asia/Shanghai',
  openingHours: [
    { from: '06:00', to: '11:00' },
    { from: '14:30', to: '19:00' },
    { from: '23:00', to: '01:00' },
  ],
  areas: [
    { id: 'men', name: { zh: '男浴', en: 'Men' } },
    { id: 'gate', name: { zh: '门岗', en: 'Gate' } },
  ],
  points: [
    { id: 'pool', area: 'men', name: { zh: '大池', en: 'Pool' }, role: 'pool' },
    { id: 'shower', area: 'men', name: { zh: '淋浴', en: 'Shower' }, role: 'shower_outlet' },
    { id: 'room', area: 'men', name: { zh: '更衣室', en: 'Changing room' }, role: 'changing_room' },
  ],
  devices: [{ id: 'gw', name: { zh: '网关', en: 'Gateway' } }],
  bindings: [
    { device: 'gw', metric: 'water_temperature', point: 'pool', interval: 60 },
    { device: 'gw', metric: 'room_temperature', point: 'room', interval: 60 },
  ],
};

/** What the gateway measures at a local time of a day in November, one a minute; null: it is silent. */
type Script = (day: number, minute: number) => { water: number; room: number } | null;

async function tell(rig: Rig, days: { from: number; to: number }, script: Script): Promise<void> {
  for (let day = days.from; day <= days.to; day += 1) {
    const samples: { ts: number; values: Record<string, number> }[] = [];
    for (let minute = 0; minute < 1_440; minute += 1) {
      const found = script(day, minute);
      const ts = Date.parse(`2026-11-${String(day).padStart(2, '0')}T00:00+08:00`) + minute * MINUTE;
      if (found !== null)
        samples.push({ ts, values: { water_temperature: found.water, room_temperature: found.room } });
    }
    for (let at = 0; at < samples.length; at += 360) await rig.publish('gw', samples.slice(at, at + 360));
  }
}

const at = (hour: number, minute = 0) => hour * 60 + minute;
const script: Script = (day, minute) => {
  const room = day < 15 ? 24 : 26;
  // A cold half hour on the 16th, a scald of two minutes on the 17th, a probe away for an hour in the night of the 17th.
  if (day === 16 && minute >= at(8) && minute < at(8, 30)) return { water: 38.4, room };
  if (day === 17 && minute >= at(15) && minute < at(15, 2)) return { water: 51.25, room };
  if (day === 17 && minute >= at(23, 30)) return null;
  if (day === 18 && minute < at(0, 30)) return null;
  return { water: 42 + (minute % 2) / 2, room };
};

async function sheetOf(rig: Rig, month = '2026-11'): Promise<Sheet> {
  const sheet = await rig.ingest.sheets(PLACE, { month }, () => []);
  if (typeof sheet === 'string') throw new Error(sheet);
  const { content, ...rest } = sheet;
  return { ...content, ...rest, version: null, versions: [], changes: [] };
}
const shiftOf = (sheet: Sheet, day: number, column: number) =>
  sheet.days[day - 1]?.shifts[column] ?? expect.fail(`no shift ${column} on day ${day}`);

const PLAIN: SheetCell = {
  ...{ low: '42.0', mean: '42.3', high: '42.5', lowBroken: false, highBroken: false },
  ...{ compliance: '100', coverage: '100', outMinutes: 0, excursions: 0, missingMinutes: 0, scaldMinutes: 0 },
};

test('the register of a month says what was measured, shift by shift, and files say the same', async () => {
  const clock = new DrivenClock(Date.parse('2026-12-02T04:00Z'));
  const rig = await startRig({ registry, clock });
  await tell(rig, { from: 13, to: 18 }, script);
  const sheet = await sheetOf(rig);

  expect(sheet).toMatchObject({ complete: true, water: { id: 'pool' }, room: { id: 'room' } });
  expect(sheet.points.map(({ id }) => id)).toEqual(['pool', 'shower']);
  expect(sheet.days).toHaveLength(30);
  // Before the season nothing judges the room. Before the first reading nothing was there to be missed; afterwards it is.
  expect(shiftOf(sheet, 14, 0)).toMatchObject({
    from: '06:00',
    water: PLAIN,
    room: { low: '24.0', compliance: 'not_judged', outMinutes: null },
  });
  expect(shiftOf(sheet, 2, 0)).toMatchObject({ water: null, room: null });
  expect(shiftOf(sheet, 20, 0).water).toMatchObject({
    ...{ low: null, compliance: 'insufficient', coverage: '0.0', missingMinutes: 300 },
  });
  expect(sheet.days.map(({ heating }) => heating).indexOf(true)).toBe(14);
  expect(shiftOf(sheet, 15, 0).room).toMatchObject({ low: '26.0', compliance: '100', outMinutes: 0 });
  // 30 of 300 minutes are out of band.
  expect(shiftOf(sheet, 16, 0).water).toEqual({
    ...PLAIN,
    low: '38.4',
    mean: '41.9',
    lowBroken: true,
    compliance: '90.0',
    outMinutes: 30,
  });
  // A shift that does not begin with an hour: two of 270 minutes hot enough to scald.
  expect(shiftOf(sheet, 17, 1).water).toMatchObject({
    high: '51.3',
    highBroken: true,
    compliance: '99.2',
    outMinutes: 2,
    scaldMinutes: 2,
  });
  // A value holds for three intervals: of the hour without the probe, 58 minutes before it is back are unknown.
  const night = shiftOf(sheet, 17, 2);
  expect(night).toMatchObject({
    from: '23:00',
    to: '01:00',
    water: { compliance: 'insufficient', missingMinutes: 58, coverage: '51.6' },
  });
  expect(sheet.gaps.filter(({ day }) => day === '2026-11-17')).toMatchObject([
    {
      from: '23:00',
      what: 'water',
      start: Date.parse('2026-11-17T15:32Z'),
      end: Date.parse('2026-11-17T16:30Z'),
      minutes: 58,
      reason: 'unknown',
    },
    { from: '23:00', what: 'room', minutes: 58 },
  ]);
  const total = sheet.totals.at(-1)?.water;
  const printed = sheet.days.flatMap(({ shifts }) => shifts.map(({ water }) => water?.outMinutes ?? 0));
  expect(total?.outMinutes).toBe(printed.reduce((sum, one) => sum + one, 0));
  expect(total).toMatchObject({ low: '38.4', high: '51.3', scaldMinutes: 2 });

  const csv = sheetCsv([sheet], 'zh');
  expect(csv.startsWith('\uFEFF水温记录表\r\n')).toBe(true);
  expect(csv).toContain('2026-11-16,早班,06:00–11:00,水,38.4,41.9,42.5,90.0,100,30,0,0,0,/,\r\n');
  expect(csv).toContain(`校验 ${sheet.checksum}`);
  const xlsx = await sheetXlsx([sheet], 'en');
  // A zip file: it begins so, and holds what Excel looks for first.
  expect(xlsx.subarray(0, 2).toString()).toBe('PK');
  expect(xlsx.includes('[Content_Types].xml')).toBe(true);

  // Asked again it says the same; what comes late changes it, and shows in the checksum.
  clock.advance(MINUTE);
  expect((await sheetOf(rig)).checksum).toBe(sheet.checksum);
  await tell(rig, { from: 17, to: 18 }, (day, minute) =>
    (day === 17 && minute >= at(23, 30)) || (day === 18 && minute < at(0, 30)) ? { water: 44, room: 26 } : null,
  );
  const later = await sheetOf(rig);
  expect(shiftOf(later, 17, 2).water).toMatchObject({ compliance: '100', missingMinutes: 0, high: '44.0' });
  expect(later.checksum).not.toBe(sheet.checksum);
  await rig.close();
});

test('a month that runs is no record yet, and a shift to come has no figures', async () => {
  const clock = new DrivenClock(Date.parse('2026-11-16T08:00Z'));
  const rig = await startRig({ registry, clock });
  await tell(rig, { from: 16, to: 16 }, (day, minute) => (minute < at(16) ? script(day, minute) : null));
  const sheet = await sheetOf(rig);
  expect(sheet.complete).toBe(false);
  expect(shiftOf(sheet, 16, 1).water).toMatchObject({ coverage: '100', missingMinutes: 0 });
  expect(shiftOf(sheet, 16, 2).water).toBeNull();
  expect(await rig.ingest.sheets({ ...PLACE, area: 'nowhere' }, { month: '2026-11' }, () => [])).toBe('no_such_area');
  expect(await rig.ingest.sheets(PLACE, { month: '2026-11', point: 'room' }, () => [])).toBe('no_such_point');
  const gate = await rig.ingest.sheets({ ...PLACE, area: 'gate' }, { month: '2026-11' }, () => []);
  expect(gate).toMatchObject({ content: { water: null, room: null, gaps: [], alarms: [] } });
  await rig.close();
});
