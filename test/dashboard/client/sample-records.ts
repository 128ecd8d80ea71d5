import type { BrowserContext } from 'playwright-core';
import { Check } from 'typebox/value';
import type { HistoryAnswer, HistorySeries } from '../../../contract/history.ts';
import { ShiftRecordBody, type ShiftRecord } from '../../../contract/record.ts';
import { EDITION, type Sheet, type SheetCell } from '../../../contract/sheet.ts';
import { answerInstead, ok, refuse } from './answers.ts';
import { NOW, SITE } from './sample-alarms.ts';

const HOUR = 3_600_000;
const AREA = `/sites/${SITE}/areas/men`;
const text = (zh: string, en: string) => ({ zh, en });

/** Nobody watched the area before. */
export const SINCE = Date.parse('2026-11-19T08:00+08:00');

export const SHIFT = {
  day: '2026-11-24',
  from: '14:00',
  to: '19:00',
  start: Date.parse('2026-11-24T14:00+08:00'),
  end: Date.parse('2026-11-24T19:00+08:00'),
};

const GOOD: SheetCell = {
  ...{ low: '41.3', mean: '42.6', high: '44.3', lowBroken: false, highBroken: false },
  ...{ compliance: '100', coverage: '100', outMinutes: 0, excursions: 0, missingMinutes: 0, scaldMinutes: 0 },
};
const COLD: SheetCell = { ...GOOD, low: '38.4', lowBroken: true, compliance: '93.0', outMinutes: 21, excursions: 1 };
const LACKING: SheetCell = { ...GOOD, compliance: 'insufficient', coverage: '62.5', missingMinutes: 45 };
const SILENT: SheetCell = { ...LACKING, low: null, mean: null, high: null, coverage: '0.0', missingMinutes: 300 };
const ROOM: SheetCell = { ...GOOD, low: '25.2', compliance: 'not_judged', outMinutes: null, scaldMinutes: null };
/** Judged, and never out of band. */
const WARM: SheetCell = { ...ROOM, compliance: '100', outMinutes: 0 };

function gap(
  n: number,
  { hour, ...place }: Pick<Sheet['gaps'][number], 'day' | 'from' | 'what' | 'reason'> & { hour: number },
): Sheet['gaps'][number] {
  const start = Date.parse(`${place.day}T00:00+08:00`) + hour * HOUR;
  return { n, ...place, start, end: start + 5 * HOUR, minutes: 300 };
}

function sampleSheet(): Sheet {
  const days = Array.from({ length: 30 }, (_, index) => {
    const day = `2026-11-${String(index + 1).padStart(2, '0')}`;
    const start = Date.parse(`${day}T06:00+08:00`);
    const shift = (hour: number, from: string, to: string, water: SheetCell) => ({
      ...{ from, to, start: start + (hour - 6) * HOUR, end: start + (hour - 1) * HOUR },
      water,
      room: water === SILENT && from === '14:00' ? SILENT : ROOM,
      exhaust: index === 22 ? 12 : null,
    });
    return {
      day,
      heating: index >= 14,
      shifts: [
        shift(6, '06:00', '11:00', index === 8 ? LACKING : index === 20 ? SILENT : GOOD),
        shift(14, '14:00', '19:00', index === 23 ? COLD : index === 19 ? SILENT : GOOD),
      ],
    };
  });
  return {
    site: { id: SITE, name: text('曹庄矿', 'Caozhuang mine') },
    area: { id: 'men', name: text('男浴', 'Men’s bath') },
    ...{ month: '2026-11', timezone: 'Asia/Shanghai', complete: true, generatedAt: NOW, checksum: '7F3A41C2' },
    begins: null,
    points: [
      { id: 'men-pool', name: text('大池', 'Pool') },
      { id: 'men-shower-1', name: text('淋浴', 'Shower') },
    ],
    water: { id: 'men-pool', name: text('大池', 'Pool') },
    room: { id: 'men-changing', name: text('更衣室', 'Changing room') },
    edition: EDITION,
    fans: [{ id: 'men-fan', name: text('排风机', 'Exhaust fan') }],
    standards: [
      {
        ...{ what: 'water', standard: 'base.water', title: text('池浴及淋浴水温', 'Pool and shower water') },
        ...{ low: 40, high: 48, scald: false, source: '意见', clause: '二(一)', own: true, heating: false },
      },
    ],
    windows: [
      { from: '06:00', to: '11:00' },
      { from: '14:00', to: '19:00' },
    ],
    days,
    totals: [
      { water: LACKING, room: WARM, exhaust: 12 },
      { water: COLD, room: WARM, exhaust: 12 },
      { water: { ...COLD, coverage: '99.0', scaldMinutes: null }, room: WARM, exhaust: 24 },
    ],
    alarms: [
      {
        ...{
          n: 1,
          id: 7,
          day: '2026-11-24',
          from: '14:00',
          at: Date.parse('2026-11-24T15:02+08:00'),
          priority: 2,
          side: 'low',
          ...{ what: 'water', metric: 'water_temperature', worst: '38.4' },
          minutes: 21,
        },
        title: text('水温低', 'Water too cold'),
        place: text('男浴大池', 'Men’s bath, pool'),
        acknowledged: {
          ...{ by: '值班岗 1', afterMinutes: 6, note: '<b>开蒸汽阀</b>' },
          at: Date.parse('2026-11-24T15:08+08:00'),
        },
      },
      {
        ...{ n: 2, id: 8, day: '2026-11-25', from: '14:00', priority: 3, side: 'high', minutes: 40 },
        at: Date.parse('2026-11-25T18:30+08:00'),
        ...{ what: null, metric: 'co2', worst: '1800' },
        title: text('二氧化碳高', 'CO₂ high'),
        place: text('男浴更衣室', 'Men’s bath, changing room'),
        acknowledged: {
          ...{ by: '值班岗 2', afterMinutes: 880, note: null },
          at: Date.parse('2026-11-26T09:10+08:00'),
        },
      },
    ],
    gaps: [
      gap(1, { day: '2026-11-20', from: '14:00', what: 'water', hour: 14, reason: 'device_offline' }),
      gap(2, { day: '2026-11-20', from: '14:00', what: 'room', hour: 14, reason: 'device_offline' }),
      gap(3, { day: '2026-11-21', from: '06:00', what: 'room', hour: 6, reason: 'no_data' }),
      gap(4, { day: '2026-11-21', from: '06:00', what: 'water', hour: 6, reason: 'sensor' }),
    ],
    moreGaps: [{ what: 'water', reason: 'system', count: 7, minutes: 61 }],
    shortGaps: 12,
    records: [],
    shiftsOver: 60,
    shiftsRecorded: 1,
    version: { number: 2, checksum: '7F3A41C2', kept: false },
    versions: [
      {
        ...{ number: 1, checksum: '09AB41C2', keptAt: Date.parse('2026-12-01T08:05+08:00') },
        issued: { at: Date.parse('2026-12-01T08:06+08:00'), by: '值班岗 1', as: 'print' },
      },
    ],
    changes: [
      {
        ...{ kind: 'figures', version: 2, day: '2026-11-18', from: '06:00', what: 'water' },
        was: { ...LACKING, coverage: '63.3' },
        now: GOOD,
      },
    ],
  };
}

/** The same of a room by itself, of an area without water. */
export function ofRoom(sheet: Sheet): Sheet {
  const room = { id: 'men-changing', name: text('更衣室', 'Changing room') };
  return {
    ...sheet,
    ...{ water: null, room, points: [room], standards: [], fans: [], moreGaps: [] },
    days: sheet.days.map((day) => ({
      ...day,
      shifts: day.shifts.map((shift) => ({ ...shift, water: null, exhaust: null })),
    })),
    totals: sheet.totals.map((total) => ({ ...total, water: null, exhaust: null })),
    alarms: sheet.alarms.filter(({ metric }) => metric === 'co2'),
    gaps: sheet.gaps.filter(({ what }) => what === 'room'),
  };
}

/** The same of an area that also opens by night, as most do: the widest register, with a day that has much to be said. */
export function ofThreeShifts(sheet: Sheet): Sheet {
  const window = { from: '23:00', to: '01:00' };
  const byNight = { day: '2026-11-24', from: window.from };
  const [early, late, all] = sheet.totals;
  return {
    ...sheet,
    windows: [...sheet.windows, window],
    days: sheet.days.map((day) => ({
      ...day,
      shifts: day.shifts.flatMap((shift, column) => {
        const night = { ...shift, ...window, start: shift.start + 9 * HOUR, end: shift.start + 11 * HOUR };
        if (column === 0) return [shift];
        return day.day === '2026-11-09'
          ? [
              { ...shift, water: LACKING },
              { ...night, water: LACKING },
            ]
          : [shift, night];
      }),
    })),
    totals: [early, late, late, all].filter((one) => one !== undefined),
    alarms: sheet.alarms.flatMap((alarm) =>
      alarm.n === 1 ? [alarm, { ...alarm, ...byNight, n: 3, id: 9 }, { ...alarm, ...byNight, n: 4, id: 10 }] : [alarm],
    ),
    gaps: [
      ...sheet.gaps,
      gap(5, { ...byNight, from: '06:00', what: 'water', hour: 6, reason: 'device_offline' }),
      gap(6, { ...byNight, what: 'water', hour: 23, reason: 'let_go' }),
    ],
  };
}

const HISTORY = `/sites/${SITE}/history`;

/** The shift from 14:00 to 14:20, in two halves; the second one lacks two minutes. */
function history(list: string): HistoryAnswer {
  const series = list.split(',').map((name): HistorySeries => {
    const [point = '', metric = ''] = name.split('/');
    const fan = metric === 'fan_running';
    return {
      ...{ point, metric, count: [60, 48], last: [1, 1], suspect: [0, 0], bad: [0, 0], missing: [0, 120] },
      ...(fan
        ? { min: [0, 1], mean: [0.7, 1], max: [1, 1] }
        : { min: [41.3, 38.42], mean: [42, 40], max: [43.96, 42] }),
      ...{ suspectValue: [null, null], badValue: [null, null] },
    };
  });
  const edges = [0, 10, 20].map((minutes) => SHIFT.start + minutes * 60_000);
  return { level: 'raw', width: 600_000, edges, rawGone: false, series };
}

/** Stands in for the records of the men's bath. */
export class SampleRecords {
  sheet = sampleSheet();
  records: ShiftRecord[] = [];
  handedIn: ShiftRecordBody[] = [];
  /** What the history was asked for. */
  asked: URLSearchParams[] = [];
  /** The history cannot be told. */
  forgetful = false;
  /** Nobody answers. */
  away = false;

  async answer(context: BrowserContext): Promise<void> {
    await answerInstead(context, [AREA], ({ method, path, body }) => {
      if (path === `${AREA}/shifts`) return ok({ shifts: [SHIFT], windows: this.sheet.windows, since: SINCE });
      if (path === `${AREA}/sheet`) return ok({ ...this.sheet, records: this.records });
      if (method === 'GET') return ok({ records: this.records });
      if (path.endsWith('/review')) return ok(this.#review(Number(path.split('/').at(-2))));
      if (!Check(ShiftRecordBody, body)) throw new Error(`not a record: ${JSON.stringify(body)}`);
      return ok(this.#record(body), 201);
    });
    await answerInstead(context, [HISTORY], ({ query }) => {
      this.asked.push(query);
      return this.forgetful ? refuse(500, 'internal') : ok(history(query.get('series') ?? ''));
    });
    await context.route(
      (url) => this.away && [AREA, HISTORY].some((path) => url.pathname.startsWith(`/api${path}`)),
      (route) => route.abort(),
    );
  }

  /** As the server does: the same form again makes no second record. */
  #record(body: ShiftRecordBody): ShiftRecord | undefined {
    const known = this.handedIn.findIndex(({ key }) => key === body.key);
    if (known !== -1) return this.records[known];
    this.handedIn.push(body);
    const record: ShiftRecord = {
      ...{ id: this.records.length + 1, area: 'men', ...SHIFT, at: NOW, by: '值班岗 2', own: false },
      ...{ checks: body.checks, note: body.note, corrects: null, reason: null, correctedBy: null, review: null },
    };
    this.records = [...this.records, record];
    return record;
  }

  #review(id: number): ShiftRecord | undefined {
    const review = { at: NOW, by: '值班岗 1' };
    this.records = this.records.map((record) => (record.id === id ? { ...record, review } : record));
    return this.records.find((record) => record.id === id);
  }
}
