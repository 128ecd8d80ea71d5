import type { Band, DeviceView, PointView, SiteSnapshot, ValueView } from '../../../contract/live.ts';
import type { Role } from '../../../contract/registry.ts';
import { MINUTE, NOW, sampleAlarms, SITE } from './sample-alarms.ts';

const text = (zh: string, en: string) => ({ zh, en });
const ago = (seconds: number) => NOW - seconds * 1000;

const POOL: Band = { low: 40, high: 48, scald: 50, from: 34, to: 54, inForce: true };
const TANK: Band = { low: 60, high: null, scald: null, from: 40, to: 80, inForce: true };
const ROOM: Band = { low: 25, high: null, scald: null, from: 15, to: 35, inForce: true };
const CO2: Band = { low: null, high: 1000, scald: null, from: 0, to: 2000, inForce: true };

export function value(metric: string, v: number | null, age: number, changes: Partial<ValueView> = {}): ValueView {
  return {
    metric,
    state: 'inside',
    value: v,
    quality: 'good',
    reason: null,
    sourceTime: ago(age),
    receivedAt: ago(age),
    badSince: null,
    badReason: null,
    unknownSince: null,
    band: null,
    stored: true,
    ...changes,
  };
}

function point(
  [id, area]: readonly [id: string, area: string],
  name: { zh: string; en: string },
  role: Role,
  values: ValueView[],
  changes: Partial<PointView> = {},
): PointView {
  const quiet = { door: null, terminal: null, unknownSince: null, awaited: false, alarm: null };
  return { id, area, name, role, values, ...quiet, ...changes };
}

const POOL_NAME = text('大池', 'Main pool');
const SHOWER = text('淋浴', 'Showers');
const HALL = text('浴厅', 'Bath hall');
const CHANGING = text('更衣室', 'Changing room');
const FAN = text('排风机', 'Exhaust fan');

function bath(area: string): PointView[] {
  const men = area === 'men';
  return [
    point(
      [`${area}-pool`, area],
      POOL_NAME,
      'pool',
      [
        men
          ? value('water_temperature', 38.6, 5, { state: 'outside', band: POOL })
          : value('water_temperature', 44.1, 6, { band: POOL }),
      ],
      men ? { alarm: 2 } : {},
    ),
    men
      ? point(
          [`${area}-shower`, area],
          SHOWER,
          'shower_outlet',
          [value('water_temperature', 52.3, 8, { state: 'outside', band: POOL })],
          { alarm: 1 },
        )
      : point(
          [`${area}-shower`, area],
          SHOWER,
          'shower_outlet',
          [value('water_temperature', 42.1, 900, { state: 'unknown', unknownSince: ago(840), band: POOL })],
          { alarm: 3, unknownSince: null },
        ),
    point([`${area}-changing`, area], CHANGING, 'changing_room', [
      value('room_temperature', men ? 26.4 : 27, 21, { band: ROOM }),
    ]),
    point([`${area}-hall`, area], HALL, 'bath_hall', [
      men
        ? value('room_temperature', 24.96, 14, { state: 'outside', band: ROOM })
        : value('room_temperature', 31.8, 11, { band: ROOM, badSince: ago(40), badReason: 'sentinel' }),
      value('co2', men ? 700 : 640, 30, { band: CO2 }),
      value('humidity', men ? 78 : 81, 30),
    ]),
    point([`${area}-fan`, area], FAN, 'exhaust_fan', [value('fan_running', 1, 3)]),
  ];
}

function door(
  id: string,
  name: { zh: string; en: string },
  state: PointView['door'],
  changes: Partial<PointView> = {},
): PointView {
  return point([id, 'doors'], name, 'door', [], { door: state, ...changes });
}

function terminal(n: number, state: PointView['terminal'], changes: Partial<PointView> = {}): PointView {
  const waits = [value('queue_wait', 3 + (n % 3), 4), value('verify_time', 310 + n * 10, 4)];
  return point([`terminal-${n}`, 'gate'], text(`${n} 号机`, `No. ${n}`), 'attendance_terminal', waits, {
    terminal: state,
    ...changes,
  });
}

const rooms = Array.from({ length: 12 }, (_, index) => {
  const number = 301 + index;
  const name = text(`${number} 室`, `Room ${number}`);
  return point([`room-${number}`, 'dormitory'], name, 'dormitory_room', [
    index === 10
      ? value('room_temperature', 24.8, 700, { state: 'unknown', unknownSince: ago(520), band: ROOM })
      : value('room_temperature', 25.8 + ((index * 7) % 5) * 0.3, 20 + index, { band: ROOM }),
  ]);
});

const points: PointView[] = [
  ...bath('men'),
  ...bath('women'),
  point(['tank', 'plant'], text('储水罐', 'Storage tank'), 'tank', [
    value('water_temperature', 63.2, 12, { band: TANK }),
    value('water_level', 1.92, 9),
  ]),
  point(['header', 'plant'], text('供水总管', 'Supply header'), 'header', [
    value('water_temperature', 55.4, 12, {
      state: 'suspect',
      quality: 'suspect',
      reason: 'spike',
      band: { ...TANK, low: 50 },
    }),
  ]),
  point(['return', 'plant'], text('回水', 'Return'), 'header', [
    value('water_temperature', null, 0, {
      state: 'awaited',
      quality: null,
      sourceTime: null,
      receivedAt: null,
      band: { ...TANK, low: 45 },
    }),
  ]),
  terminal(1, { punches: 218, lastSuccessAt: ago(31), frozenSince: null }),
  terminal(2, { punches: 1236, lastSuccessAt: ago(12), frozenSince: null }),
  terminal(3, { punches: 171, lastSuccessAt: ago(726), frozenSince: ago(726) }, { alarm: 2 }),
  terminal(4, { punches: null, lastSuccessAt: ago(2400), frozenSince: null }),
  ...rooms,
  door('door-men', text('男浴入口', 'Men’s entrance'), { open: false, since: ago(62), locked: false, forced: false }),
  door('door-women', text('女浴入口', 'Women’s entrance'), { open: true, since: ago(6), locked: false, forced: false }),
  door('door-gate', text('公寓大门', 'Dormitory gate'), { open: false, since: ago(183), locked: true, forced: false }),
  door(
    'door-shaft',
    text('井口通道', 'Shaft passage'),
    { open: true, since: ago(310), locked: false, forced: true },
    { alarm: 4 },
  ),
  door(
    'door-store',
    text('库房', 'Store'),
    { open: false, since: ago(9000), locked: true, forced: false },
    { unknownSince: ago(1800) },
  ),
  point(['office', 'office'], text('值班室', 'Duty room'), 'other', [
    value('room_temperature', 21.3, 33, { state: 'not_judged', band: { ...ROOM, inForce: false } }),
  ]),
];

function device(
  id: string,
  name: { zh: string; en: string },
  owned: string[],
  changes: Partial<DeviceView> = {},
): DeviceView {
  return {
    id,
    name,
    presence: 'online',
    since: NOW - 300 * MINUTE,
    lastMessageAt: ago(4),
    clockOffset: 180,
    clockWrong: false,
    battery: null,
    points: owned,
    unbound: [],
    alarm: null,
    ...changes,
  };
}

const devices: DeviceView[] = [
  device('gw-1', text('网关 1 号', 'Gateway 1'), ['men-pool', 'men-shower', 'men-changing', 'men-hall', 'men-fan']),
  device('gw-2', text('网关 2 号', 'Gateway 2'), ['women-shower', 'room-311'], {
    presence: 'offline',
    since: ago(900),
    lastMessageAt: ago(900),
    alarm: 3,
  }),
  device('gw-3', text('网关 3 号', 'Gateway 3'), ['women-pool', 'women-changing', 'women-hall', 'women-fan'], {
    clockOffset: 7_260_000,
    clockWrong: true,
  }),
  device('plant', text('热水机房柜', 'Plant cabinet'), ['tank', 'header'], {
    unbound: ['humidity', 'water_temperature.spare'],
  }),
  device('probe-9', text('回水探头', 'Return probe'), ['return'], {
    presence: 'awaited',
    since: null,
    lastMessageAt: null,
    clockOffset: null,
  }),
  ...[1, 2, 3, 4].map((n) =>
    device(`terminal-${n}`, text(`${n} 号考勤机`, `Terminal ${n}`), [`terminal-${n}`], n === 3 ? { alarm: 2 } : {}),
  ),
  device(
    'room-sensors',
    text('公寓温度计', 'Dormitory thermometers'),
    rooms.map(({ id }) => id),
    { presence: 'asleep', battery: 82 },
  ),
  device('doors', text('门控器', 'Door controller'), ['door-men', 'door-women', 'door-gate', 'door-shaft']),
];

/** A wave that ends at the value, so that every trace looks like something measured. */
function wave(end: number, seed: number, swing: number): [number, number][] {
  return Array.from({ length: 60 }, (_, index) => {
    const fade = (59 - index) / 59;
    const drift = Math.sin(index / 7 + seed) + 0.4 * Math.sin(index / 2.3 + seed * 3);
    return [
      NOW - (59 - index) * 3 * MINUTE,
      Math.round((end + swing * (drift - Math.sin(59 / 7 + seed)) * Math.min(1, fade * 4)) * 100) / 100,
    ];
  });
}

function sparklines(): Record<string, [number, number][]> {
  const lines: Record<string, [number, number][]> = {};
  points.forEach((each, index) => {
    for (const { metric, value: end, state } of each.values) {
      if (end === null || metric === 'fan_running') continue;
      const swing = metric === 'co2' ? 60 : metric === 'verify_time' ? 30 : metric === 'room_temperature' ? 0.3 : 0.9;
      const line = wave(end, index, swing);
      lines[`${each.id}/${metric}`] =
        state === 'unknown' ? line.slice(0, 55) : index === 2 ? [...line.slice(0, 25), ...line.slice(34)] : line;
    }
  });
  lines['men-pool/water_temperature'] = Array.from({ length: 60 }, (_, index) => [
    NOW - (59 - index) * 3 * MINUTE,
    index < 40 ? 43.5 + Math.sin(index / 6) * 0.2 : 43.5 - (index - 40) * 0.258,
  ]);
  return lines;
}

export function sampleSnapshot(): SiteSnapshot {
  return {
    epoch: 'start-1',
    seq: 0,
    at: NOW,
    site: {
      id: SITE,
      name: text('曹庄矿', 'Caozhuang Mine'),
      timezone: 'Asia/Shanghai',
      notice: text(
        '演示站点：报警延时已缩短，读数由模拟设备产生',
        'Demo site: alarm delays are shortened, readings come from simulated devices',
      ),
      heating: true,
      storing: true,
    },
    areas: [
      { id: 'men', name: text('男浴', 'Men’s bath'), mode: 'open', byHand: null, hours: '14:00–19:00' },
      { id: 'women', name: text('女浴', 'Women’s bath'), mode: 'open', byHand: null, hours: '14:00–19:00' },
      { id: 'plant', name: text('热水系统', 'Hot water'), mode: 'open', byHand: null, hours: '' },
      { id: 'gate', name: text('井口考勤', 'Shaft terminals'), mode: 'open', byHand: null, hours: '14:00–22:00' },
      { id: 'dormitory', name: text('单身公寓', 'Staff dormitory'), mode: 'open', byHand: null, hours: '' },
      { id: 'doors', name: text('自动门', 'Automatic doors'), mode: 'open', byHand: null, hours: '' },
      { id: 'office', name: text('值班楼', 'Duty building'), mode: 'closed', byHand: null, hours: '08:00–12:00' },
    ],
    points,
    devices,
    alarms: sampleAlarms(),
    sparklines: sparklines(),
  };
}
