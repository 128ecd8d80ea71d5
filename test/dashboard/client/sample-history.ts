import type { BrowserContext } from 'playwright-core';
import type { CourseAnswer, HistoryAnswer, HistorySeries } from '../../../contract/history.ts';
import { answerInstead, ok } from './answers.ts';
import { sampleAlarms, SITE } from './sample-alarms.ts';

const text = (zh: string, en: string) => ({ zh, en });
const BUCKETS = 96;

export interface AskedRange {
  readonly series: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** Stands in for the past of the men's pool: a quarter of an hour without data, one of bad values, one below the limit. */
export class SampleHistory {
  readonly asked: AskedRange[] = [];
  /** The store cannot be read. */
  away = false;

  async answer(context: BrowserContext): Promise<void> {
    const prefixes = [`/sites/${SITE}/history`, `/sites/${SITE}/points/men-pool/course`];
    await answerInstead(context, prefixes, ({ path, query }) => {
      const [from, to] = [Number(query.get('from')), Number(query.get('to'))];
      if (this.away) {
        const type = 'urn:facility-watch:problem:store-unreadable';
        return { status: 503, body: { type, title: 'The readings cannot be read at the moment', status: 503 } };
      }
      if (path.endsWith('/course')) return ok(courseOf(from, to));
      const series = (query.get('series') ?? '').split(',');
      this.asked.push({ series, from, to });
      return ok(answerOf(series, from, to));
    });
  }
}

function answerOf(names: readonly string[], from: number, to: number): HistoryAnswer {
  const width = (to - from) / BUCKETS;
  const edges = Array.from({ length: BUCKETS + 1 }, (_, index) => from + index * width);
  return { level: 'raw', width, edges, rawGone: false, series: names.map((name) => columns(name, width / 1_000)) };
}

function columns(name: string, seconds: number): HistorySeries {
  const [point = '', metric = ''] = name.split('/');
  const all = <T>(make: (index: number) => T) => Array.from({ length: BUCKETS }, (_, index) => make(index));
  const isMissing = (index: number) => index === 40;
  const isBad = (index: number) => index === 60;
  const isSuspect = (index: number) => index === 70;
  const value = (index: number) =>
    isMissing(index) || isBad(index) || isSuspect(index) ? null : index === 80 ? 38.4 : 42;
  return {
    ...{ point, metric, count: all((index) => (value(index) === null ? 0 : 60)) },
    ...{ min: all(value), mean: all(value), max: all(value), last: all(value) },
    ...{ suspect: all((index) => (isSuspect(index) ? seconds : 0)), bad: all((index) => (isBad(index) ? seconds : 0)) },
    missing: all((index) => (isMissing(index) ? seconds : 0)),
    ...{
      suspectValue: all((index) => (isSuspect(index) ? 39.2 : null)),
      badValue: all((index) => (isBad(index) ? 85 : null)),
    },
  };
}

function courseOf(from: number, to: number): CourseAnswer {
  const middle = (from + to) / 2;
  const [alarm] = sampleAlarms();
  const limit = {
    ...{ standard: 'base.water', title: text('池浴及淋浴水温', 'Pool and shower water'), reached: false },
    ...{ applies: 'open' as const, onDelay: 180, deadband: 0.5 },
  };
  const inForce = [{ from, to: middle }];
  return {
    ...{ from, to, heating: [{ from, to }] },
    downtimes: [{ from: from + ((to - from) * 40) / BUCKETS, to: from + ((to - from) * 41) / BUCKETS }],
    limits: [
      { ...limit, side: 'low', limit: 40, critical: false, priority: 2, compliance: true, inForce },
      { ...limit, side: 'high', limit: 48, critical: false, priority: 2, compliance: true, inForce },
    ],
    since: from,
    open: [{ from, to: middle }],
    modes: [],
    alarms:
      alarm === undefined ? [] : [{ ...alarm, raisedAt: middle, title: text('<i>水温低</i>', '<i>Too cold</i>') }],
    sensors: [
      {
        ...{ device: 'gw-1', name: text('网关 1 号', 'Gateway 1'), key: 'water_temperature', since: from, until: null },
        ...{ interval: 60, battery: 71, current: true },
      },
      {
        ...{ device: 'gw-0', name: null, key: 'water_temperature', since: null, until: from },
        ...{ interval: 60, battery: null, current: false },
      },
    ],
    compliance: [
      {
        ...{ standard: 'base.water', title: limit.title, inBand: 35_000, out: 900, unknown: 7_300 },
        ...{ outOfService: 43_200, compliance: null, coverage: 0.8310185 },
        ...{ excursions: 1, longest: 900 },
      },
    ],
    ...{ count: 5_640, min: 38.4, mean: 41.96, max: 42, good: 84_600, suspect: 0, bad: 900, missing: 900 },
  };
}
