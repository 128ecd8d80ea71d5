import type { AlarmView } from '../../../contract/alarm.ts';
import { UNTRIED, type Channel, type Item, type Message } from '../../../ingest/notify/types.ts';

const name = (zh: string, en: string) => ({ zh, en });

/** 12:00 at the site. */
export const NOON = Date.UTC(2026, 10, 25, 4, 0, 0);

export function channel(changes: Partial<Channel> = {}): Channel {
  return {
    id: 1,
    site: 'mine',
    kind: 'wecom',
    name: '后勤值班群',
    address: 'robot',
    signed: false,
    sealed: new Uint8Array(),
    priority: 4,
    areas: null,
    language: 'zh-CN',
    enabled: true,
    status: UNTRIED,
    opened: { address: 'http://127.0.0.1:1', secret: null },
    ...changes,
  };
}

export function item(alarm: Partial<AlarmView> = {}, changes: Partial<Omit<Item, 'alarm'>> = {}): Item {
  return {
    alarm: {
      id: 1,
      site: 'mine',
      rule: 'base.water',
      side: 'low',
      subject: { kind: 'point', id: 'pool' },
      area: 'bath',
      metric: 'water_temperature',
      priority: 2,
      state: 'unacknowledged',
      place: name('男浴大池', 'Men’s bath, pool'),
      title: name('水温低', 'Water too cold'),
      raisedAt: NOON,
      returnedAt: null,
      acknowledged: null,
      value: 38.6,
      worst: 38.6,
      limit: 40,
      unknown: false,
      late: false,
      gathers: [],
      stored: true,
      response: {
        withinMinutes: 10,
        steps: [name('到泵房开蒸汽阀', 'Open the steam valve')],
        cause: name('-', '-'),
        consequence: name('-', '-'),
      },
      ...alarm,
    },
    happenings: [{ notification: 1, what: 'raised', at: NOON }],
    site: name('曹庄矿', 'Caozhuang mine'),
    area: name('男浴', 'Men’s bath'),
    zone: 'Asia/Shanghai',
    beginningLost: false,
    ...changes,
  };
}

export function message(changes: Partial<Message> = {}): Message {
  return {
    id: 'm1',
    channel: channel(),
    items: [item()],
    repeat: false,
    test: false,
    standsInFor: null,
    at: NOON,
    publicUrl: null,
    recovered: null,
    ...changes,
  };
}
