import { expect, test } from 'vitest';
import type { SiteRegistry } from '../../../contract/registry.ts';
import type { Sheet } from '../../../contract/sheet.ts';
import { sheetCsv } from '../../../dashboard/server/sheet/files.ts';
import { recordBook } from '../../../ingest/record/book.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { OPERATOR, startRig, type Rig } from '../line/rig.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EVERY = 5 * MINUTE;
const PLACE = { site: 'mine-a', area: 'men' };

/** Shifts that begin and end with an hour, one that begins at half past, and one that has no whole hour. */
const registryIn = (timezone: string): SiteRegistry => ({
  site: 'mine-a',
  name: { zh: '甲矿', en: 'Mine A' },
  timezone,
  openingHours: [
    { from: '06:00', to: '11:00' },
    { from: '14:30', to: '19:00' },
    { from: '22:10', to: '22:50' },
  ],
  areas: [{ id: 'men', name: { zh: '男浴', en: 'Men' } }],
  points: [{ id: 'pool', area: 'men', name: { zh: '大池', en: 'Pool' }, role: 'pool' }],
  devices: [{ id: 'gw', name: { zh: '网关', en: 'Gateway' } }],
  bindings: [{ device: 'gw', metric: 'water_temperature', point: 'pool', interval: EVERY / 1_000 }],
});

/** Every five minutes of the 13th and 14th; on the 14th silent from 08:10 to 08:50 and from 16:00 to 18:00. */
const isSilent = (time: string) => (time > '08:10' && time < '08:50') || (time >= '16:00' && time < '18:00');

/** Colder by night; the coldest and the hottest of the second shift lie in its first half hour. */
function waterAt(time: string): number {
  if (time === '14:35') return 40.5;
  return time === '14:40' ? 45 : 42;
}

async function tell(rig: Rig, offset: string): Promise<void> {
  for (const day of [13, 14]) {
    const times = Array.from({ length: 288 }, (_, index) => new Date(index * EVERY).toISOString().slice(11, 16));
    const readings = times
      .filter((time) => day !== 14 || !isSilent(time))
      .map((time) => ({
        ts: Date.parse(`2026-11-${day}T${time}${offset}`),
        values: { water_temperature: waterAt(time) },
      }));
    await rig.publish('gw', readings);
  }
  rig.clock.advance(HOUR);
  await rig.ingest.drained();
  await rig.ingest.computed();
}

const letGo = (rig: Rig) => rig.stores.readings.expire(Date.parse('2026-11-16T00:00Z'));

async function sheetOf({ ingest, stores, clock }: Rig): Promise<Sheet> {
  const book = recordBook({
    ...{ query: ingest.query, sheets: ingest.sheets, began: ingest.began, clock },
    ...{ store: stores.shiftRecords, versions: stores.sheetVersions },
  });
  const sheet = await book.sheet(PLACE, { month: '2026-11' }, OPERATOR);
  if (typeof sheet === 'string') throw new Error(sheet);
  return sheet;
}

const waterOf = ({ days }: Sheet, day: number) => days[day - 1]?.shifts.map(({ water }) => water);
/** `08:00–09:00 25 unknown` */
const gapsOf = ({ gaps, timezone }: Sheet, day: number) => {
  const clockOf = (at: number) =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone).toPlainTime().toString().slice(0, 5);
  return gaps
    .filter((gap) => gap.day === `2026-11-${day}`)
    .map(({ start, end, minutes, reason }) => `${clockOf(start)}–${clockOf(end)} ${minutes} ${reason}`);
};

const startedIn = (timezone: string) =>
  startRig({ registry: registryIn(timezone), clock: new DrivenClock(Date.parse('2026-12-02T04:00Z')) });

test('without its readings a shift is told by its whole hours, and what lies beside them is said to be let go', async () => {
  const rig = await startedIn('Asia/Shanghai');
  await tell(rig, '+08:00');
  await letGo(rig);
  const sheet = await sheetOf(rig);

  // The first shift is whole hours: nothing is lost of it.
  const [early, late, between] = waterOf(sheet, 13) ?? [];
  expect(early).toMatchObject({ low: '42.0', compliance: '100', coverage: '100', missingMinutes: 0 });
  expect(late).toMatchObject({ low: '42.0', high: '42.0', compliance: 'insufficient', coverage: '88.8' });
  expect(late).toMatchObject({ outMinutes: 0, missingMinutes: 30 });
  expect(between).toMatchObject({ low: null, compliance: 'insufficient', coverage: '0.0', missingMinutes: 40 });
  expect(gapsOf(sheet, 13)).toEqual(['14:30–15:00 30 let_go', '22:10–22:50 40 let_go']);

  // What never came is not said to be let go; of an hour that is known in part it is only known how much is missing.
  expect(waterOf(sheet, 14)?.[0]).toMatchObject({ coverage: '91.6', missingMinutes: 25 });
  expect(gapsOf(sheet, 14)).toEqual([
    '08:00–09:00 25 unknown',
    '14:30–15:00 30 let_go',
    '16:00–17:00 50 unknown',
    '17:00–18:00 60 unknown',
    '22:10–22:50 40 let_go',
  ]);
  expect(sheet.shortGaps).toBe(0);
  expect(sheetCsv([sheet], 'zh')).toContain('14:30,2026-11-13 15:00,30,原始读数已不留存，只有整点小时');
  expect(sheetCsv([sheet], 'en')).toContain('"readings no longer kept, only whole hours"');
  await rig.close();
});

test('figures that were kept when readings were there stay, in a zone without whole hours too, until late ones belie them', async () => {
  const rig = await startedIn('Asia/Kolkata');
  await tell(rig, '+05:30');
  const before = await sheetOf(rig);
  expect(waterOf(before, 13)?.[1]).toMatchObject({ low: '40.5', high: '45.0', coverage: '100' });
  expect(gapsOf(before, 14)).toEqual(['08:25–08:50 25 unknown', '16:10–18:00 110 unknown']);
  await letGo(rig);
  const after = await sheetOf(rig);
  expect(after).toMatchObject({ version: { number: 1, kept: true }, checksum: before.checksum, changes: [] });
  expect(after.days).toEqual(before.days);
  expect(after.gaps).toEqual(before.gaps);

  // Something that came late changes an hour: of that shift what is known now is told, of others what was known once.
  const { rollups } = rig.stores.blocks;
  const [hour] = await changedHours(rig);
  await rollups.put([{ series: 1, hours: [hour] }]);
  const later = await sheetOf(rig);
  expect(later.version).toMatchObject({ number: 2, kept: false });
  expect(waterOf(later, 13)?.[0]).toMatchObject({ low: '39.0', coverage: '80.0', compliance: 'insufficient' });
  expect(waterOf(later, 13)?.[1]).toEqual(waterOf(before, 13)?.[1]);
  expect(gapsOf(later, 13)).toEqual(['06:00–06:30 30 let_go', '10:30–11:00 30 let_go']);
  await rig.close();
});

/** An hour of the first shift of the 13th as if a colder value had come late for it. */
async function changedHours(rig: Rig) {
  const from = Date.parse('2026-11-13T02:00Z');
  const query = { series: 1, from, to: from + HOUR, standards: true, reach: 0 };
  const { rows } = await rig.stores.blocks.rollups.hours(query);
  return [{ ...(rows[0] ?? expect.fail('no such hour')), min: 39 }] as const;
}
