import type { AlarmView } from '../../../contract/alarm.ts';

/** 15:42:18 in Shanghai. */
export const NOW = Date.UTC(2026, 10, 25, 7, 42, 18);
export const SITE = 'caozhuang';
export const MINUTE = 60_000;
const text = (zh: string, en: string) => ({ zh, en });

const response = {
  withinMinutes: 20,
  steps: [
    text('到泵房开蒸汽阀，看阀后压力', 'Open the steam valve in the pump room, check the pressure behind it'),
    text('关小补水，核对液位', 'Throttle the top-up, check the level'),
    text('10 分后用手持表复测', 'Measure again with the hand-held meter after 10 min'),
    text('仍低于 40 ℃，报班长停浴', 'Still below 40 °C: ask the shift leader to close the bath'),
  ],
  cause: text('蒸汽阀未开，或补水过快', 'The steam valve is shut, or the top-up is too fast'),
  consequence: text('职工洗冷水，检查扣分', 'Staff bathe in cold water; points are lost in inspections'),
};

function alarm(id: number, changes: Partial<AlarmView>): AlarmView {
  return {
    id,
    site: SITE,
    rule: 'base.water',
    side: null,
    subject: { kind: 'point', id: 'men-pool' },
    area: 'men',
    metric: null,
    priority: 2,
    state: 'unacknowledged',
    place: text('男浴大池', 'Men’s main pool'),
    title: text('水温低', 'cold'),
    raisedAt: NOW - 6 * MINUTE,
    returnedAt: null,
    acknowledged: null,
    value: null,
    worst: null,
    limit: null,
    unknown: false,
    late: false,
    gathers: [],
    stored: true,
    response,
    ...changes,
  };
}

const acknowledged = { by: 'duty', post: '后勤值班', at: NOW - 6 * MINUTE, note: '已联系厂家' };

export function sampleAlarms(): AlarmView[] {
  return [
    alarm(11, {
      subject: { kind: 'point', id: 'men-shower' },
      rule: 'base.scald',
      metric: 'water_temperature',
      priority: 1,
      place: text('男浴淋浴', 'Men’s showers'),
      title: text('烫伤危险', 'scald danger'),
      side: 'high',
      value: 50.4,
      worst: 52.6,
      limit: 50,
      raisedAt: NOW - 2 * MINUTE,
    }),
    alarm(12, { metric: 'water_temperature', side: 'low', value: 39.5, worst: 38.6, limit: 40 }),
    alarm(13, {
      rule: 'terminal.frozen',
      subject: { kind: 'point', id: 'terminal-3' },
      area: 'gate',
      state: 'acknowledged',
      acknowledged,
      place: text('3 号考勤机', 'Terminal 3'),
      title: text('卡死', 'frozen'),
      raisedAt: NOW - 12 * MINUTE,
    }),
    alarm(14, {
      rule: 'device.offline',
      subject: { kind: 'device', id: 'gw-2' },
      area: null,
      priority: 3,
      place: text('网关 2 号', 'Gateway 2'),
      title: text('失联', 'silent'),
      gathers: ['women-shower', 'room-311'],
      raisedAt: NOW - 14 * MINUTE,
    }),
    alarm(15, {
      rule: 'base.room',
      subject: { kind: 'point', id: 'room-303' },
      area: 'dormitory',
      metric: 'room_temperature',
      priority: 3,
      state: 'returned_unacknowledged',
      side: 'low',
      place: text('单身公寓 303 室', 'Dormitory room 303'),
      title: text('室温低', 'cold'),
      value: 24.6,
      worst: 24.2,
      limit: 25,
      raisedAt: NOW - 68 * MINUTE,
      returnedAt: NOW - 20 * MINUTE,
    }),
    alarm(16, {
      rule: 'door.forced',
      subject: { kind: 'point', id: 'door-shaft' },
      area: 'doors',
      priority: 4,
      late: true,
      place: text('井口通道', 'Shaft passage'),
      title: text('敞开', 'held open'),
      raisedAt: NOW - 5 * MINUTE,
    }),
  ];
}
