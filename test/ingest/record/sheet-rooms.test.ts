import { expect, test } from 'vitest';
import type { SiteRegistry } from '../../../contract/registry.ts';
import type { Sheet } from '../../../contract/sheet.ts';
import { sheetCsv, sheetXlsx } from '../../../dashboard/server/sheet/files.ts';
import { sheetTables } from '../../../dashboard/server/sheet/tables.ts';
import { readXlsx } from '../../browser/spreadsheet.ts';
import { DrivenClock } from '../../driven-clock.ts';
import { OPERATOR, startRig, type Rig } from '../line/rig.ts';

const MINUTE = 60_000;
const text = (name: string) => ({ zh: name, en: name });
const registry: SiteRegistry = {
  site: 'mine-a',
  name: text('甲矿'),
  timezone: 'Asia/Shanghai',
  standards: ['gb9665'],
  openingHours: [{ from: '06:00', to: '06:50' }],
  areas: [
    { id: 'men', name: text('男浴') },
    { id: 'floor', name: text('宿舍'), openingHours: [{ from: '06:00', to: '06:50' }] },
  ],
  points: [
    { id: 'pool', area: 'men', name: text('大池'), role: 'pool' },
    { id: 'hall', area: 'men', name: text('大厅'), role: 'bath_hall' },
    { id: 'changing', area: 'men', name: text('更衣室'), role: 'changing_room' },
    { id: 'fan', area: 'men', name: text('排风机'), role: 'exhaust_fan' },
    { id: 'r301', area: 'floor', name: text('301'), role: 'dormitory_room' },
    { id: 'r302', area: 'floor', name: text('302'), role: 'dormitory_room' },
  ],
  devices: [{ id: 'gw', name: text('网关') }],
  bindings: [
    { device: 'gw', metric: 'water_temperature', point: 'pool', interval: 60 },
    { device: 'gw', metric: 'room_temperature.hall', point: 'hall', interval: 60 },
    { device: 'gw', metric: 'room_temperature.changing', point: 'changing', interval: 60 },
    { device: 'gw', metric: 'co2.changing', point: 'changing', interval: 60 },
    { device: 'gw', metric: 'fan_running', point: 'fan', interval: 60 },
    { device: 'gw', metric: 'room_temperature.r301', point: 'r301', interval: 60 },
    { device: 'gw', metric: 'room_temperature.r302', point: 'r302', interval: 60 },
  ],
};

async function sheetOf(rig: Rig, area: string, point?: string): Promise<Sheet> {
  const query = { month: '2026-11', ...(point === undefined ? {} : { point }) };
  const made = await rig.ingest.sheets({ site: 'mine-a', area }, query, () => []);
  if (typeof made === 'string') throw new Error(made);
  const { content, ...rest } = made;
  return { ...content, ...rest, version: null, versions: [], changes: [] };
}
const rowsOf = (sheet: Sheet, table: number) => sheetTables(sheet, 'zh')[table]?.rows ?? [];
const DAY = '2026-11-20';

test('a shift with cold water, foul air and a fan that stood: what is counted, of what, when, and on a sheet a room', async () => {
  const clock = new DrivenClock(Date.parse(`${DAY}T06:00+08:00`));
  const rig = await startRig({ registry, clock });
  const rooms = { 'room_temperature.hall': 27, 'room_temperature.r301': 20, 'room_temperature.r302': 21 };
  const good = {
    water_temperature: 40.6,
    fan_running: 1,
    'co2.changing': 500,
    'room_temperature.changing': 26,
    ...rooms,
  };
  await rig.report('gw', good, { seconds: 20 * 60, every: 60 });
  // Twelve minutes from 06:20: water after 3 minutes, the fan after 2, the air after 10 are alarms.
  const bad = { ...good, water_temperature: 39.7, fan_running: 0, 'co2.changing': 1_800 };
  await rig.report('gw', bad, { seconds: 10 * 60, every: 60 });
  const [cold] = rig.alarms('base.water');
  await rig.ingest.desk.acknowledge({ alarm: cold?.id ?? 0, user: OPERATOR, note: '开蒸汽阀' });
  await rig.report('gw', bad, { seconds: 2 * 60, every: 60 });
  await rig.report('gw', good, { seconds: 18 * 60, every: 60 });
  clock.advance(20 * MINUTE);
  await rig.ingest.drained();

  const men = await sheetOf(rig, 'men');
  expect(men).toMatchObject({ water: { id: 'pool' }, room: { id: 'changing' }, fans: [{ id: 'fan' }] });
  // The changing room stands beside the pool; the bath hall has a sheet of its own, and so has each room of a floor.
  expect(men.points.map(({ id }) => id)).toEqual(['pool', 'hall']);
  const columns = sheetTables(men, 'zh')[0]?.head ?? [];
  expect(columns.slice(3)).toEqual([
    ...['项', '低 ℃', '均 ℃', '高 ℃', '达标 %', '覆盖 %', '越限 分', '越限 次', '缺测 分', '烫伤 分', '排气停 分'],
    '修改',
  ]);
  const figures = (sheet: Sheet, day: string) =>
    rowsOf(sheet, 0).flatMap(([of, , , ...row]) => (of === day ? [row.slice(0, 11)] : []));
  const pool = ['水', '39.7', '40.4', '40.6', '76.0', '100', '12', '1', '0', '0', '12'];
  const changing = ['室', '26.0', '26.0', '26.0', '100', '100', '0', '0', '0', '/', ''];
  expect(figures(men, DAY)).toEqual([pool, changing]);
  // One shift a day: its column, then all of the month.
  expect(figures(men, '全月')).toEqual([pool, changing, pool, changing]);
  expect(figures(men, '2026-11-19')[0]).toEqual(['水', ...Array.from({ length: 9 }, () => ''), '/']);

  // The air's alarm, the fan's and that of a standard beside the company's are told as what they are, and are no excursions.
  expect(rowsOf(men, 1)).toEqual([
    ['1', DAY, '早班', `${DAY} 06:22`, '2', '男浴排风机', '排风停转', '', '', '11', '', '', '', ''],
    [
      '2',
      DAY,
      '早班',
      `${DAY} 06:23`,
      '2',
      '男浴大池',
      '水温低',
      '39.7',
      '℃',
      '10',
      '后勤值班',
      `${DAY} 06:30`,
      '7',
      '开蒸汽阀',
    ],
    ['3', DAY, '早班', `${DAY} 06:23`, '4', '男浴大池', '水温低于旧国标', '39.7', '℃', '10', '', '', '', ''],
    ['4', DAY, '早班', `${DAY} 06:30`, '4', '男浴更衣室', '二氧化碳高', '1800', 'ppm', '3', '', '', '', ''],
  ]);

  const hall = await sheetOf(rig, 'men', 'hall');
  expect(hall).toMatchObject({ water: null, room: { id: 'hall' } });
  expect(figures(hall, DAY)).toEqual([['室', '27.0', '27.0', '27.0', '100', '100', '0', '0', '0', '/', '12']]);
  const floor = await Promise.all(['r301', 'r302'].map((point) => sheetOf(rig, 'floor', point)));
  expect((await sheetOf(rig, 'floor')).points.map(({ id }) => id)).toEqual(['r301', 'r302']);
  expect(floor.map((one) => figures(one, DAY)[0]?.slice(0, 2))).toEqual([
    ['室', '20.0'],
    ['室', '21.0'],
  ]);
  expect(floor.map((one) => figures(one, DAY)[0]?.at(-1))).toEqual(['/', '/']);
  const book = readXlsx(await sheetXlsx(floor, 'zh'));
  expect([...book.keys()]).toEqual(['301', '302']);
  expect(sheetCsv(floor, 'zh').split('室温记录表\r\n甲矿 / 宿舍 / ')).toHaveLength(3);
});

const HOURS = 8;

test('gaps beyond those that are listed keep their reasons', async () => {
  const hours = [{ from: '06:00', to: `${6 + HOURS}:00` }];
  const rig = await startRig({
    registry: { ...registry, openingHours: hours },
    clock: new DrivenClock(Date.parse('2026-11-25T12:00+08:00')),
  });
  // Each ten minutes three values, whose last one holds for three: five minutes of ten lack, 48 times in a shift.
  for (const day of [16, 17, 18, 19, 20]) {
    const start = Date.parse(`2026-11-${day}T06:00+08:00`);
    const samples = Array.from({ length: HOURS * 60 }, (_, minute) => minute)
      .filter((minute) => minute % 10 < 3)
      .map((minute) => ({ ts: start + minute * MINUTE, values: { water_temperature: 42 } }));
    await rig.publish('gw', samples);
  }
  const sheet = await sheetOf(rig, 'men');
  expect(sheet.gaps).toHaveLength(200);
  // Forty more of the fifth day, four whole shifts of which nothing came, and the six hours of the one that runs.
  const minutes = 40 * 5 + 4 * HOURS * 60 + 6 * 60;
  expect(sheet.moreGaps).toEqual([{ what: 'water', reason: 'unknown', count: 45, minutes }]);
  expect(sheet.shortGaps).toBe(0);
  expect(rowsOf(sheet, 2).at(-1)).toEqual([
    ...['', '全月', '', '水', '', '', String(minutes), '原因不明，45 段未逐条列出'],
  ]);
});
